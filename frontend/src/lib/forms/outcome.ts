// What the evaluator makes of a case, in the words of the server's: for the tests that hold the two together.

import { evaluateExpression } from "./conditions";
import { knowLanguages } from "./languageCodes";
import { LANGUAGES } from "./languages";
import { openingAnswers } from "./opening";
import { evaluate } from "./state";
import type { Answers, Clock, CompiledExpression, CompiledForm, FormDocument, Json } from "./types";
import { validate } from "./validation";
import { toText } from "./values";

knowLanguages(LANGUAGES);

export type ExpressionCase = {
  text: string;
  values: { [name: string]: Json };
  clock: Clock;
  compiled: CompiledExpression;
  expect: { [type: string]: Json };
};
export type FormCase = {
  form: string;
  answers: Json;
  clock: Clock;
  partial: boolean;
  before: Answers | null;
  expect: { [part: string]: Json };
};
export type OpeningCase = { form: string; given: Answers; clock: Clock; expect: Answers };
export type Forms = { [name: string]: { source: FormDocument; compiled: CompiledForm } };
export type Vectors = {
  expressions: ExpressionCase[];
  forms: Forms;
  cases: FormCase[];
  openings: OpeningCase[];
};

function formOf(forms: Forms, name: string) {
  const form = forms[name];
  if (!form) throw new Error(`no form ${name}`);
  return form;
}

/** A value with its type, numbers as XPath writes them: JSON has no NaN. */
export function expressionOutcome(one: ExpressionCase): { [type: string]: Json } {
  const value = evaluateExpression(one.compiled, one.values, one.clock);
  return { [typeof value]: typeof value === "number" ? toText(value) : value };
}

export function openingOutcome(forms: Forms, one: OpeningCase): Answers {
  return openingAnswers(formOf(forms, one.form).compiled, one.given, one.clock);
}

export function formOutcome(forms: Forms, one: FormCase): { [part: string]: Json } {
  const { compiled, source } = formOf(forms, one.form);
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
