import type { LocalizedText } from "@/lib/api/types";
import type { FormField } from "@/lib/document";
import type { Messages } from "@/lib/i18n/en";
import type { AnswerError } from "@/lib/screen";

type Words = (t: Messages["errors"], field: FormField) => string;

const isDateLike = (field: FormField) => ["date", "time", "datetime"].includes(field.type);
const isChoice = (field: FormField) =>
  ["single_choice", "multiple_choice", "boolean", "country"].includes(field.type);

function typeWords(t: Messages["errors"], { type, identity }: FormField): string {
  if (type === "integer") return t.integer;
  if (type === "decimal") return t.decimal;
  if (type === "date" || type === "datetime") return t.date;
  if (type === "time") return t.time;
  if (type === "email") return t.email;
  if (type === "phone") return t.phone;
  if (identity === "aadhaar") return t.aadhaar;
  if (identity === "passport") return t.passport;
  return t.format;
}

const WORDS: Record<string, Words> = {
  required: (t, field) =>
    field.type === "consent" ? t.requiredConsent : isChoice(field) ? t.requiredChoice : t.required,
  type: typeWords,
  format: typeWords,
  minimum: (t, field) =>
    isDateLike(field) ? t.minimumDate(String(field.minimum)) : t.minimum(String(field.minimum)),
  maximum: (t, field) =>
    isDateLike(field) ? t.maximumDate(String(field.maximum)) : t.maximum(String(field.maximum)),
  min_length: (t, field) => t.minLength(field.min_length ?? 0),
  max_length: (t, field) =>
    field.max_length === undefined ? t.format : t.maxLength(field.max_length),
  pattern: (t) => t.pattern,
  choice: (t) => t.choice,
  min_choices: (t, field) => t.minChoices(field.min_choices ?? 0),
  max_choices: (t, field) => t.maxChoices(field.max_choices ?? 0),
  min_items: (t, field) => t.minItems(field.min_items ?? 0),
  max_items: (t, field) => t.maxItems(field.max_items ?? 0),
  constraint: (t) => t.constraint,
};

/** The form's own message where the organiser wrote one, else ours for the code, else whatever the server said. */
export function errorText(
  error: AnswerError,
  field: FormField | undefined,
  t: Messages,
  text: (text: LocalizedText | undefined) => string,
): string {
  const own =
    error.code === "required"
      ? field?.required_message
      : error.code === "constraint" || error.code === "pattern"
        ? field?.constraint_message
        : undefined;
  if (own) return text(own);
  const words = WORDS[error.code];
  if (words && field) return words(t.errors, field);
  if (typeof error.message === "string" && error.message) return error.message;
  if (error.message && typeof error.message === "object") return text(error.message);
  return t.errors.other;
}
