import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { evaluateExpression } from "./conditions";
import { openingAnswers } from "./opening";
import { evaluate } from "./state";
import type { Answers, Clock, CompiledExpression, CompiledForm, FormDocument, Json } from "./types";
import { validate } from "./validation";
import { toText } from "./values";

type ExpressionCase = {
  text: string;
  values: { [name: string]: Json };
  clock: Clock;
  compiled: CompiledExpression;
  expect: { [type: string]: Json };
};
type FormCase = {
  form: string;
  answers: Json;
  clock: Clock;
  partial: boolean;
  before: Answers | null;
  expect: { [part: string]: Json };
};
type Vectors = {
  expressions: ExpressionCase[];
  forms: { [name: string]: { source: FormDocument; compiled: CompiledForm } };
  cases: FormCase[];
  openings: { form: string; given: Answers; clock: Clock; expect: Answers }[];
};

// The same file that the server's evaluator is held to.
const path = resolve(import.meta.dirname, "../../../../tests/vectors/expressions.json");
const vectors: Vectors = JSON.parse(readFileSync(path, "utf-8"));

// The app loads RE2 late (see vite.config.ts); here it is there from the start.
vi.mock("re2js", () => vi.importActual("re2js-itself"));

describe("the evaluator agrees with the server", () => {
  test("there are enough cases to mean something", () => {
    expect(vectors.expressions.length + vectors.cases.length).toBeGreaterThan(500);
  });

  test.each(vectors.expressions.map((one, at) => [at, one.text, one] as const))(
    "%i: %s",
    (_at, _text, one) => {
      const value = evaluateExpression(one.compiled, one.values, one.clock);
      expect({ [typeof value]: typeof value === "number" ? toText(value) : value }).toEqual(
        one.expect,
      );
    },
  );

  test.each(vectors.cases.map((one, at) => [at, one.form, one] as const))(
    "%i: form %s",
    (_at, name, one) => {
      const form = vectors.forms[name];
      if (!form) throw new Error(`no form ${name}`);
      expect(outcome(form.compiled, form.source, one)).toEqual(one.expect);
    },
  );

  test.each(vectors.openings.map((one, at) => [at, one.form, one] as const))(
    "%i: form %s opens",
    (_at, name, one) => {
      const form = vectors.forms[name];
      if (!form) throw new Error(`no form ${name}`);
      expect(openingAnswers(form.compiled, one.given, one.clock)).toEqual(one.expect);
    },
  );
});

function outcome(
  compiled: CompiledForm,
  source: FormDocument,
  one: FormCase,
): { [part: string]: Json } {
  const state = evaluate(compiled, source, one.answers as Answers, one.clock, one.before);
  const found = validate(compiled, source, one.answers, one.clock, {
    partial: one.partial,
    before: one.before,
  });
  return {
    pages: state.pages.map((page) => page.name),
    visible: [...state.visible].sort(),
    required: [...state.required].sort(),
    choices: Object.fromEntries(state.choices),
    rows: Object.fromEntries(state.rows),
    calculated: Object.fromEntries(state.calculated),
    answers: found.answers,
    errors: found.errors.map((error) => [error.pointer, error.code]),
    messages: found.errors.map((error) => error.message),
    masked: found.masked,
  };
}
