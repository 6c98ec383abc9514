// The one place where the app meets the forms engine: what a form shows now, and what is wrong with it.
import type { LocalizedText } from "@/lib/api/types";
import {
  type CompiledExpression,
  type CompiledForm,
  type Answers as EngineAnswers,
  type FormDocument as EngineDocument,
  evaluate,
  evaluateCondition,
  type FieldView,
  openingAnswers,
  openingItem,
  validate,
} from "@/lib/forms";
import { loadLanguages } from "@/lib/forms/languageCodes";
import { loadRe2 } from "@/lib/regex/lazyRe2";
import { type Answers, type FormDocument, type FormField, readDocument } from "./document";

export type FieldScreen = {
  visible: boolean;
  required: boolean;
  /** The choices offered now. */
  choices: ReadonlySet<string>;
  /** The rows of a matrix that are asked now; null where nothing narrows them. */
  rows: ReadonlySet<string> | null;
  calculated: unknown;
  /** How many items a counted repeat has; null when the participant adds them. */
  count: number | null;
};

export type FormScreen = {
  page: (name: string) => boolean;
  section: (name: string) => boolean;
  /** By answer pointer; a group's is that of its neighbours: `/children/0/contact`. */
  field: (pointer: string) => FieldScreen;
  /** What would be stored: visible, well formed, calculated ones included. */
  answers: Answers;
  /** What one more item of the repeat at `path` begins with. */
  newItem: (path: readonly (string | number)[]) => Answers;
};

export type AnswerError = { pointer: string; code: string; message: LocalizedText | string | null };

export type FormProgram = {
  document: FormDocument;
  /** The answers that a draft begins with: the form's defaults. */
  opening: () => Answers;
  screen: (answers: Answers) => FormScreen;
  errors: (answers: Answers, partial: boolean) => AnswerError[];
};

export type Clock = { now: string; timezone: string };

const NOTHING: FieldScreen = {
  visible: false,
  required: false,
  choices: new Set(),
  rows: null,
  calculated: undefined,
  count: null,
};

function collect(fields: readonly FieldView[], into: Map<string, FieldScreen>): void {
  for (const view of fields) {
    into.set(view.pointer, {
      visible: true,
      required: view.required,
      choices: new Set(view.choices.map(({ value }) => value)),
      rows: view.field.rows ? new Set(view.rows.map(({ value }) => value)) : null,
      calculated: undefined,
      count: view.counted ? view.items.length : null,
    });
    collect(view.fields, into);
    for (const item of view.items) collect(item.fields, into);
  }
}

/**
 * Loads what the forms need before they can be evaluated. A pattern stands in an item; `regex()` is an operation of a node.
 */
export async function prepareForms(forms: Record<string, { compiled: unknown }>): Promise<void> {
  const all = Object.values(forms).map(({ compiled }) => compiled as CompiledForm);
  const needsRegex = all.some(
    ({ items, nodes }) =>
      items.some(({ pattern }) => pattern != null) ||
      nodes.some(([operation]) => operation.includes("regex")),
  );
  const needsLanguages = all.some(({ items }) => items.some(({ type }) => type === "language"));
  await Promise.all([needsRegex && loadRe2(), needsLanguages && loadLanguages()]);
}

/** A published form with its evaluator, bound to the clock of one registration. */
export function programOf(form: { source: unknown; compiled: unknown }, clock: Clock): FormProgram {
  const source = form.source as EngineDocument;
  const compiled = form.compiled as CompiledForm;
  // What was kept last: a calculation with a trigger holds on to its value until the trigger changes.
  let before: EngineAnswers | null = null;
  // Several parts of a page ask about the same answers.
  let last: { answers: Answers; screen: FormScreen } | null = null;
  const screenOf = (answers: Answers): FormScreen => {
    before ??= answers as EngineAnswers;
    const state = evaluate(compiled, source, answers as EngineAnswers, clock, before);
    before = state.answers;
    const pages = new Set(state.pages.map(({ name }) => name));
    const sections = new Set(state.pages.flatMap((page) => page.sections.map(({ name }) => name)));
    const fields = new Map<string, FieldScreen>();
    for (const page of state.pages)
      for (const section of page.sections) collect(section.fields, fields);
    for (const [pointer, calculated] of state.calculated) {
      fields.set(pointer, { ...NOTHING, visible: true, calculated });
    }
    return {
      page: (name) => pages.has(name),
      section: (name) => sections.has(name),
      field: (pointer) => fields.get(pointer) ?? NOTHING,
      answers: state.answers,
      newItem: (path) => openingItem(compiled, answers as EngineAnswers, path, clock),
    };
  };
  return {
    document: readDocument(source),
    opening: () => openingAnswers(compiled, {}, clock),
    screen: (answers) => {
      if (last?.answers !== answers) last = { answers, screen: screenOf(answers) };
      return last.screen;
    },
    errors: (answers, partial) => [
      ...validate(compiled, source, answers as EngineAnswers, clock, { partial, before }).errors,
    ],
  };
}

/** Whether a step of the flow applies; `values` go by dotted name, `step.field`. */
export function conditionHolds(compiled: unknown, values: Answers, clock: Clock): boolean {
  return evaluateCondition(compiled as CompiledExpression, values as EngineAnswers, clock);
}

export type { FormField };
