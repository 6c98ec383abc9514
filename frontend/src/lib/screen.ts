// The one place where the app meets the forms engine: what a form shows now, and what is wrong with it.
import type { LocalizedText } from "@/lib/api/types";
import { type Answers, fieldsOfDocument, type FormDocument, isEmpty } from "./document";

export type FieldScreen = {
  visible: boolean;
  required: boolean;
  /** The choices offered now; null when the field has none. */
  choices: ReadonlySet<string> | null;
  calculated: unknown;
  /** How many items a counted repeat has; null when the participant adds them. */
  count: number | null;
};

export type FormScreen = {
  page: (name: string) => boolean;
  section: (name: string) => boolean;
  /** By answer pointer; a group's is that of its neighbours: `/children/0/contact`. */
  field: (pointer: string) => FieldScreen;
};

export type AnswerError = { pointer: string; code: string; message: LocalizedText | string | null };

export type FormProgram = {
  document: FormDocument;
  screen: (answers: Answers) => FormScreen;
  errors: (answers: Answers, partial: boolean) => AnswerError[];
};

export type Clock = { now: string; timezone: string };

export function programOf(form: { source: unknown; compiled: unknown }, _clock: Clock): FormProgram {
  const document = form.source as FormDocument;
  return {
    document,
    screen: () => ({
      page: () => true,
      section: () => true,
      field: () => ({ visible: true, required: false, choices: null, calculated: undefined, count: null }),
    }),
    errors: (answers, partial) =>
      fieldsOfDocument(document)
        .filter((field) => !partial && field.required === true && isEmpty(answers[field.name]))
        .map((field) => ({ pointer: `/${field.name}`, code: "required", message: field.required_message ?? null })),
  };
}

export function conditionHolds(_compiled: unknown, _values: Answers, _clock: Clock): boolean {
  return true;
}
