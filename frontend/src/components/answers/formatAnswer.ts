import type { LocalizedText } from "@/lib/api/types";
import { type FormDocument, type FormField, isEmpty, isMasked } from "@/lib/document";
import { countryName } from "@/lib/format/countries";
import { formatDateTime } from "@/lib/format/dates";
import type { Messages } from "@/lib/i18n/en";

export type AnswerFormat = {
  locale: string;
  t: Messages;
  document: FormDocument;
  text: (text: LocalizedText | undefined) => string;
  timezone?: string;
};

function choiceLabel(field: FormField, value: unknown, { document, text }: AnswerFormat): string {
  const choice = document.choice_lists[field.choices ?? ""]?.find((one) => one.value === value);
  return choice ? text(choice.label) : String(value);
}

/** An answer as a person would say it; "" when there is none. Repeats are laid out by their caller. */
export function formatAnswer(field: FormField, value: unknown, format: AnswerFormat): string {
  if (isEmpty(value)) return "";
  if (isMasked(value)) return value.masked;
  switch (field.type) {
    case "single_choice":
      return choiceLabel(field, value, format);
    case "multiple_choice":
      return Array.isArray(value)
        ? new Intl.ListFormat(format.locale, { type: "conjunction" }).format(
            value.map((one) => choiceLabel(field, one, format)),
          )
        : String(value);
    case "boolean":
    case "consent":
      return value === true ? format.t.common.yes : format.t.common.no;
    case "country":
      return countryName(String(value), format.locale);
    case "date":
      return calendarDate(String(value), format.locale);
    case "datetime":
      return formatDateTime(String(value), format.locale, format.timezone);
    case "calculated":
      return typeof value === "boolean"
        ? value
          ? format.t.common.yes
          : format.t.common.no
        : String(value);
    default:
      return String(value);
  }
}

function calendarDate(value: string, locale: string): string {
  const at = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return value;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(at);
}
