// Conditions between the steps of a flow.

import { scalar } from "./arguments";
import { Layout } from "./frames";
import { build, contextAt, type Run } from "./program";
import { type Clock, type CompiledExpression, type Json, NONE } from "./types";
import { type Scalar, toBoolean } from "./values";

const EMPTY = new Layout([]);
const programs = new WeakMap<CompiledExpression, Run[]>();

/** Whether the condition holds for `values` by dotted name `step.field`; a name that is not there is empty. */
export function evaluateCondition(
  expression: CompiledExpression,
  values: { [name: string]: Json },
  clock: Clock,
): boolean {
  return toBoolean(evaluateExpression(expression, values, clock));
}

export function evaluateExpression(
  expression: CompiledExpression,
  values: { [name: string]: Json },
  clock: Clock,
): Scalar {
  let runs = programs.get(expression);
  if (!runs) {
    runs = build(expression.nodes, EMPTY, {});
    programs.set(expression, runs);
  }
  return scalar(runs[expression.root]?.(EMPTY.frame(NONE), { ...contextAt(clock), named: values }));
}
