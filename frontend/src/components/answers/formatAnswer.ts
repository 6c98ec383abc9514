import type { LocalizedText } from "@/lib/api/types";
import {
  type Answers,
  type FieldType,
  type FormDocument,
  type FormField,
  isEmpty,
  isMasked,
} from "@/lib/document";
import { codeName } from "@/lib/format/codeName";
import { countryName } from "@/lib/format/countries";
import { formatDateTime } from "@/lib/format/dates";
import { formatMoney } from "@/lib/format/money";
import type { Messages } from "@/lib/i18n/en";

export type AnswerFormat = {
  locale: string;
  t: Messages;
  document: FormDocument;
  text: (text: LocalizedText | undefined) => string;
  timezone?: string;
};

type Writer = (field: FormField, value: unknown, format: AnswerFormat) => string;

function wordsIn(list: string | undefined, value: unknown, { document, text }: AnswerFormat) {
  const choice = document.choice_lists[list ?? ""]?.find((one) => one.value === value);
  return choice ? text(choice.label) : String(value);
}

const choiceLabel: Writer = (field, value, format) => wordsIn(field.choices, value, format);

function listed(field: FormField, values: readonly unknown[], format: AnswerFormat): string {
  return new Intl.ListFormat(format.locale, { type: "conjunction" }).format(
    values.map((one) => choiceLabel(field, one, format)),
  );
}

const yesOrNo: Writer = (_, value, { t }) => (value === true ? t.common.yes : t.common.no);

const partsOf = (value: unknown) => (typeof value === "object" ? (value as Answers) : {});
const joined = (parts: readonly unknown[], between: string) =>
  parts.filter((part) => !isEmpty(part)).join(between);

const money: Writer = (_, value, { locale }) => {
  const { amount, currency } = partsOf(value);
  if (typeof amount !== "number" || typeof currency !== "string") return joined([amount], "");
  return formatMoney(amount, currency, locale);
};

const ranking: Writer = (field, value, format) =>
  [value]
    .flat()
    .map((one, at) => `${at + 1}. ${choiceLabel(field, one, format)}`)
    .join("\n");

const matrix: Writer = (field, value, format) =>
  (format.document.choice_lists[field.rows ?? ""] ?? [])
    .filter((row) => partsOf(value)[row.value] !== undefined)
    .map((row) => {
      const chosen = listed(field, [partsOf(value)[row.value]].flat(), format);
      return `${format.text(row.label)}: ${chosen}`;
    })
    .join("\n");

const address: Writer = (_, value, { locale }) => {
  const { line1, line2, city, region, postal_code, country } = partsOf(value);
  const town = joined([postal_code, city], " ");
  const land = typeof country === "string" ? countryName(country, locale) : undefined;
  return joined([line1, line2, town, region, land], "\n");
};

const personName: Writer = (_, value) => {
  const { given, additional, family } = partsOf(value);
  return joined([given, additional, family], " ");
};

const location: Writer = (_, value, { locale }) => {
  const { latitude, longitude, accuracy } = partsOf(value);
  const figures = new Intl.NumberFormat(locale, { maximumFractionDigits: 7 });
  const written = (part: unknown) =>
    typeof part === "number" ? figures.format(part) : joined([part], "");
  const around = typeof accuracy === "number" ? ` (±${figures.format(accuracy)} m)` : "";
  return `\u2068${joined([written(latitude), written(longitude)], ", ")}${around}\u2069`;
};

const number: Writer = (_, value, { locale }) =>
  typeof value === "number"
    ? new Intl.NumberFormat(locale, { maximumFractionDigits: 15, useGrouping: false }).format(value)
    : String(value);

const fileName: Writer = (_, value) => joined([partsOf(value).name], "");

const WRITERS: { [type in FieldType]?: Writer } = {
  single_choice: choiceLabel,
  likert: choiceLabel,
  multiple_choice: (field, value, format) =>
    Array.isArray(value) ? listed(field, value, format) : String(value),
  boolean: yesOrNo,
  consent: yesOrNo,
  acknowledge: yesOrNo,
  country: (_, value, { locale }) => countryName(String(value), locale),
  language: (_, value, { locale }) => codeName("language", String(value), locale),
  currency: (_, value, { locale }) => codeName("currency", String(value), locale),
  date: (_, value, { locale }) => calendarDate(String(value), locale),
  datetime: (_, value, { locale, timezone }) => formatDateTime(String(value), locale, timezone),
  integer: number,
  decimal: number,
  rating: (field, value, format) =>
    `${number(field, value, format)} / ${number(field, Number(field.maximum ?? 5), format)}`,
  money,
  ranking,
  matrix,
  address,
  person_name: personName,
  location,
  file: fileName,
  image: fileName,
  audio: fileName,
  video: fileName,
  signature: fileName,
  calculated: (field, value, format) =>
    typeof value === "boolean" ? yesOrNo(field, value, format) : number(field, value, format),
};

/** An answer as a person would say it; "" when there is none. Repeats are laid out by their caller. */
export function formatAnswer(field: FormField, value: unknown, format: AnswerFormat): string {
  if (isEmpty(value)) return "";
  if (isMasked(value)) return value.masked;
  const write = WRITERS[field.type];
  return write ? write(field, value, format) : String(value);
}

function calendarDate(value: string, locale: string): string {
  const at = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return value;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(at);
}
