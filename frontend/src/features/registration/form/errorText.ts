import type { LocalizedText } from "@/lib/api/types";
import type { FieldType, FormField } from "@/lib/document";
import { formatMoney } from "@/lib/format/money";
import type { Messages } from "@/lib/i18n/en";
import type { AnswerError } from "@/lib/screen";

type Words = (t: Messages["errors"], field: FormField, locale: string) => string;

type PlainWords = {
  [name in keyof Messages["errors"] as Messages["errors"][name] extends string
    ? name
    : never]: string;
};

const isDateLike = (field: FormField) => ["date", "time", "datetime"].includes(field.type);
const CHOICES = new Set(
  "single_choice multiple_choice boolean country language currency likert rating".split(" "),
);
const isChoice = (field: FormField) => CHOICES.has(field.type);

const TYPE_WORDS: { [type in FieldType]?: keyof Messages["errors"] & keyof PlainWords } = {
  integer: "integer",
  decimal: "decimal",
  rating: "decimal",
  money: "money",
  location: "location",
  date: "date",
  datetime: "date",
  time: "time",
  email: "email",
  phone: "phone",
  url: "url",
};

function typeWords(t: Messages["errors"], { type, identity }: FormField): string {
  const plain = TYPE_WORDS[type];
  if (plain) return t[plain];
  if (identity === "aadhaar") return t.aadhaar;
  if (identity === "passport") return t.passport;
  return t.format;
}

const INCOMPLETE: { [type in FieldType]?: keyof Messages["errors"] & keyof PlainWords } = {
  ranking: "incompleteRanking",
  matrix: "incompleteMatrix",
  address: "incompleteAddress",
  person_name: "incompleteName",
  location: "incompleteLocation",
};

/** An amount's limits are written in minor units; without one currency there is nothing to write them in. */
function limitOf(field: FormField, limit: number | string | undefined, locale: string): string {
  const [only, ...others] = field.currencies ?? [];
  if (field.type !== "money" || !only || others.length > 0) {
    return typeof limit === "number" ? new Intl.NumberFormat(locale).format(limit) : String(limit);
  }
  return formatMoney(Number(limit), only, locale);
}

const WORDS: Record<string, Words> = {
  required: (t, field) =>
    ["consent", "acknowledge"].includes(field.type)
      ? t.requiredConsent
      : isChoice(field)
        ? t.requiredChoice
        : t.required,
  type: typeWords,
  format: typeWords,
  minimum: (t, field, locale) =>
    isDateLike(field)
      ? t.minimumDate(String(field.minimum))
      : t.minimum(limitOf(field, field.minimum ?? 1, locale)),
  maximum: (t, field, locale) =>
    isDateLike(field)
      ? t.maximumDate(String(field.maximum))
      : t.maximum(limitOf(field, field.maximum ?? 5, locale)),
  step: (t, field, locale) => t.step(limitOf(field, field.step ?? 1, locale)),
  incomplete: (t, field) => t[INCOMPLETE[field.type] ?? "other"],
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
  locale = "en",
): string {
  const own =
    error.code === "required"
      ? field?.required_message
      : error.code === "constraint" || error.code === "pattern"
        ? field?.constraint_message
        : undefined;
  if (own) return text(own);
  const words = WORDS[error.code];
  if (words && field) return words(t.errors, field, locale);
  if (typeof error.message === "string" && error.message) return error.message;
  if (error.message && typeof error.message === "object") return text(error.message);
  return t.errors.other;
}
