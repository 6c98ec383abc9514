// Nodes to functions, once per compiled form: what is left to do per answer is calling them.

import { type Operation, scalar } from "./arguments";
import { DAY, dateText, parseDatetime, toWall, zonedText } from "./clock";
import { valueOfParts } from "./composite";
import { DATE_OPERATIONS } from "./dates";
import { below, type Frame, type Layout } from "./frames";
import { NUMBER_OPERATIONS } from "./numbers";
import { TEXT_OPERATIONS } from "./text";
import { type Clock, type CompiledChoice, isObject, type Json, type Node } from "./types";
import { equal, type Scalar, sameMoment, toBoolean, toNumber, toText, type Value } from "./values";

export type Context = {
  zone: string;
  today: string;
  now: string;
  choice: { [column: string]: string };
  named: { [name: string]: Json };
};

export function contextAt(clock: Clock): Context {
  const moment = parseDatetime(clock.now) ?? 0;
  return {
    zone: clock.timezone,
    today: dateText(Math.floor(toWall(moment, clock.timezone) / DAY)),
    now: zonedText(moment, clock.timezone),
    choice: {},
    named: {},
  };
}

export type Run = (frame: Frame, context: Context) => Value;
type Compare = (left: Scalar, right: Scalar, zone: string) => boolean;
type Lists = { [name: string]: readonly CompiledChoice[] };
type Builder = { layout: Layout; lists: Lists; runs: Run[] };
type Build = (builder: Builder, node: Node) => Run;

const OPERATIONS: { [name: string]: Operation } = {
  ...TEXT_OPERATIONS,
  ...NUMBER_OPERATIONS,
  ...DATE_OPERATIONS,
};

const COMPARISONS: { [operation: string]: Compare } = {
  eq: equal,
  ne: (left, right, zone) => !equal(left, right, zone),
  same: sameMoment,
  differ: (left, right, zone) => !sameMoment(left, right, zone),
  lt: (left, right, zone) => toNumber(left, zone) < toNumber(right, zone),
  le: (left, right, zone) => toNumber(left, zone) <= toNumber(right, zone),
  gt: (left, right, zone) => toNumber(left, zone) > toNumber(right, zone),
  ge: (left, right, zone) => toNumber(left, zone) >= toNumber(right, zone),
};

const ARITHMETIC: { [operation: string]: (left: number, right: number) => number } = {
  add: (left, right) => left + right,
  subtract: (left, right) => left - right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  mod: (left, right) => left % right,
};

/** A node that no version of this evaluator knows: the page is older than the form. */
export class UnknownOperation extends Error {}

/** One function per node. */
export function build(nodes: readonly Node[], layout: Layout, lists: Lists): Run[] {
  const builder: Builder = { layout, lists, runs: [] };
  for (const node of nodes) {
    const make = BUILDERS.get(node[0]);
    if (!make) throw new UnknownOperation(node[0]);
    builder.runs.push(make(builder, node));
  }
  return builder.runs;
}

function operand(builder: Builder, node: Node, at: number): Run {
  const run = builder.runs[node[1][at] ?? -1];
  if (!run) throw new UnknownOperation(`${node[0]} without operand`);
  return run;
}

function operands(builder: Builder, node: Node): Run[] {
  return node[1].map((_, at) => operand(builder, node, at));
}

export function own<T>(table: { [name: string]: T }, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function known<T>(table: { [name: string]: T }, name: Json | undefined): T {
  const key = String(name);
  const found = own(table, key);
  if (found === undefined) throw new UnknownOperation(key);
  return found;
}

const constant: Build = (_, node) => {
  const value = node[2] ?? "";
  return () => value;
};

const reference: Build = ({ layout }, node) => {
  const [item = 0, up = 0, ...down] = node[1];
  const slot = layout.slot(item);
  if (down.length > 0) {
    return (frame) =>
      below(frame, up, down)
        .filter((one) => one.visible[slot])
        .map((one) => one.values[slot] ?? "");
  }
  if (up === 0) return (frame) => frame.values[slot] ?? "";
  return (frame) => below(frame, up, [])[0]?.values[slot] ?? "";
};

const part: Build = ({ layout }, node) => {
  const [item = 0, up = 0, ...down] = node[1];
  const [slot, name] = [layout.slot(item), String(node[2])];
  if (down.length > 0) {
    return (frame) =>
      below(frame, up, down)
        .filter((one) => one.visible[slot])
        .map((one) => partOf(one.clean.get(slot), name));
  }
  return (frame) => partOf(below(frame, up, [])[0]?.clean.get(slot), name);
};

const namePart: Build = (_, node) => {
  const [step, field, ...rest] = String(node[2]).split(".");
  return (_frame, context) => partOf(own(context.named, `${step}.${field}`), rest.join("."));
};

const items: Build = (_, node) => {
  const [item = 0, up = 0, ...rest] = node[1];
  const down = [...rest, item];
  return (frame) => below(frame, up, down).map((one) => one.position);
};

const indexed: Build = ({ layout, runs }, node) => {
  const [item = 0, up = 0, ...steps] = node[1];
  const [slot, part] = [layout.slot(item), node[2]];
  return (frame, context) => {
    let place = below(frame, up, [])[0];
    for (let at = 0; at < steps.length; at += 2) {
      const run = runs[steps[at + 1] ?? -1];
      const wanted = run ? toNumber(scalar(run(frame, context)), context.zone) : Number.NaN;
      place = place?.children.get(steps[at] ?? -1)?.[Math.trunc(wanted) - 1];
    }
    if (!place) return "";
    return part == null ? (place.values[slot] ?? "") : partOf(place.clean.get(slot), String(part));
  };
};

const arithmetic: Build = (builder, node) => {
  const [left, right] = [operand(builder, node, 0), operand(builder, node, 1)];
  const compute = known(ARITHMETIC, node[0]);
  return (frame, context) =>
    compute(
      toNumber(scalar(left(frame, context)), context.zone),
      toNumber(scalar(right(frame, context)), context.zone),
    );
};

const comparison: Build = (builder, node) => {
  const [left, right] = [operand(builder, node, 0), operand(builder, node, 1)];
  const compare = known(COMPARISONS, node[0]);
  return (frame, context) =>
    compare(scalar(left(frame, context)), scalar(right(frame, context)), context.zone);
};

const anyOf: Build = (builder, node) => {
  const [left, right] = [operand(builder, node, 0), operand(builder, node, 1)];
  const compare = known(COMPARISONS, node[2]);
  return (frame, context) => {
    const others = [right(frame, context)].flat();
    return [left(frame, context)]
      .flat()
      .some((one) => others.some((other) => compare(one, other, context.zone)));
  };
};

function truth(run: Run, frame: Frame, context: Context): boolean {
  return toBoolean(scalar(run(frame, context)));
}

const BUILDERS = new Map<string, Build>([
  ["number", constant],
  ["string", constant],
  ["true", () => () => true],
  ["false", () => () => false],
  ["today", () => (_, context) => context.today],
  ["now", () => (_, context) => context.now],
  ["ref", reference],
  ["part", part],
  ["items", items],
  ["indexed", indexed],
  ["position", (_, node) => (frame) => below(frame, node[1][0] ?? 0, [])[0]?.position ?? 0],
  ["column", (_, node) => (_frame, context) => own(context.choice, String(node[2])) ?? ""],
  ["name", (_, node) => (_frame, context) => asScalar(own(context.named, String(node[2])))],
  ["name_part", namePart],
  ["choice_name", choiceName],
  ["first", (builder, node) => first(operand(builder, node, 0))],
  ["count", (builder, node) => count(operand(builder, node, 0))],
  ["negate", (builder, node) => negate(operand(builder, node, 0))],
  ...Object.keys(ARITHMETIC).map((name): [string, Build] => [name, arithmetic]),
  ...Object.keys(COMPARISONS).map((name): [string, Build] => [name, comparison]),
  ["any", anyOf],
  ["and", (builder, node) => every(operands(builder, node))],
  ["or", (builder, node) => some(operands(builder, node))],
  ["not", (builder, node) => not(operand(builder, node, 0))],
  ["if", choose],
  ["once", once],
  ["call", call],
]);

function choiceName(builder: Builder, node: Node): Run {
  const value = operand(builder, node, 0);
  const labels = new Map<string, string>();
  for (const choice of builder.lists[String(node[2])] ?? []) {
    if (!labels.has(choice.value)) labels.set(choice.value, choice.label);
  }
  return (frame, context) => labels.get(toText(scalar(value(frame, context)))) ?? "";
}

function first(value: Run): Run {
  return (frame, context) => scalar(value(frame, context));
}

function count(value: Run): Run {
  return (frame, context) => {
    const found = value(frame, context);
    return Array.isArray(found) ? found.length : 1;
  };
}

function negate(value: Run): Run {
  return (frame, context) => -toNumber(scalar(value(frame, context)), context.zone);
}

function every(runs: Run[]): Run {
  return (frame, context) => runs.every((run) => truth(run, frame, context));
}

function some(runs: Run[]): Run {
  return (frame, context) => runs.some((run) => truth(run, frame, context));
}

function not(value: Run): Run {
  return (frame, context) => !truth(value, frame, context);
}

function choose(builder: Builder, node: Node): Run {
  const [condition, then, otherwise] = [0, 1, 2].map((at) => operand(builder, node, at));
  if (!condition || !then || !otherwise) throw new UnknownOperation("if");
  return (frame, context) => (truth(condition, frame, context) ? then : otherwise)(frame, context);
}

function once(builder: Builder, node: Node): Run {
  const compute = operand(builder, node, 0);
  const { name } = builder.layout.item(node[1][1] ?? -1);
  return (frame, context) => {
    const before = frame.before ? asScalar(own(frame.before, name)) : "";
    return before === "" ? compute(frame, context) : before;
  };
}

function call(builder: Builder, node: Node): Run {
  const runs = operands(builder, node);
  const operation = known(OPERATIONS, node[2]);
  return (frame, context) =>
    operation(
      runs.map((run) => run(frame, context)),
      context.zone,
    );
}

/** A stored answer of any type as one value; a masked one as it is shown, a matrix as ''. */
export function asScalar(raw: Json | undefined): Scalar {
  if (typeof raw === "string" || typeof raw === "boolean" || typeof raw === "number") return raw;
  if (Array.isArray(raw)) return raw.filter((one) => typeof one === "string").join(" ");
  return isObject(raw) ? valueOfParts(raw) : "";
}

/** One part of a stored answer: of money `currency`, of a matrix the answer of a row; '' where there is none. */
export function partOf(raw: Json | undefined, part: string): Scalar {
  const value = isObject(raw) ? own(raw, part) : "";
  return isObject(value) ? "" : asScalar(value);
}
