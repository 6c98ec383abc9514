// Answers by field type: from JSON to what is stored and what expressions see.

import { parseDate, parseDatetime, parseTime, timeText, utcText } from "./clock";
import { COUNTRIES } from "./countries";
import { parseIdentity } from "./identity";
import type { CompiledItem, FieldType, Json } from "./types";
import { codePoints, type Scalar, trim } from "./values";

export type Answer = { clean: Json; value: Scalar };

/** The message never holds the answer: it may be a sensitive one. */
export class AnswerRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const MAX_TEXT = 1000;
const MAX_MULTILINE = 10_000;
const MAX_CHOICE = 200;
const MAX_SELECTED = 1000;
const MAX_DECIMAL = 1e15;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be refused
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/u;

/** Whether `raw` counts as no answer: null, an empty list, or text of white space only. */
export function isEmpty(raw: Json | undefined): boolean {
  if (raw === null || raw === undefined) return true;
  if (typeof raw === "string") return trim(raw) === "";
  return Array.isArray(raw) && raw.length === 0;
}

export function textOf(raw: Json): string {
  if (typeof raw !== "string") throw new AnswerRefused("type", "This has to be text.");
  const text = trim(raw);
  if (CONTROL.test(text)) {
    throw new AnswerRefused("format", "This contains characters that cannot be stored.");
  }
  return text;
}

function linesOf(raw: Json): string {
  if (typeof raw !== "string") throw new AnswerRefused("type", "This has to be text.");
  const text = trim(raw.replaceAll("\r\n", "\n").replaceAll("\r", "\n"));
  if (CONTROL_BUT_LINES.test(text)) {
    throw new AnswerRefused("format", "This contains characters that cannot be stored.");
  }
  return text;
}

function boundLength(text: string, most: number): string {
  if (codePoints(text) > most) {
    throw new AnswerRefused("max_length", `This may have at most ${most} characters.`);
  }
  return text;
}

function same(text: string): Answer {
  return { clean: text, value: text };
}

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+$`);
const PHONE = /^\+[1-9][0-9]{6,14}$/;

function parseEmail(item: CompiledItem, raw: Json): Answer {
  const text = boundLength(textOf(raw), Math.min(item.max_length ?? 254, 254));
  if (text.indexOf("@") > 64 || !EMAIL.test(text)) {
    throw new AnswerRefused("format", "This is not an e-mail address, such as name@example.org.");
  }
  return same(text);
}

/** The shape of E.164; which numbers a country gives out, the server knows. */
function parsePhone(_: CompiledItem, raw: Json): Answer {
  const text = textOf(raw).replace(/[ ().-]/g, "");
  if (!PHONE.test(text)) {
    const message =
      "This is not a telephone number with its country code, such as +91 98765 43210.";
    throw new AnswerRefused("format", message);
  }
  return same(text);
}

function bounded(raw: Json, most: number): number {
  if (typeof raw !== "number" || !Number.isFinite(raw)) {
    throw new AnswerRefused("type", "This has to be a number.");
  }
  if (raw > most) throw new AnswerRefused("maximum", "This number is too large.");
  if (raw < -most) throw new AnswerRefused("minimum", "This number is too small.");
  return raw + 0;
}

function parseInteger(_: CompiledItem, raw: Json): Answer {
  const value = bounded(raw, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(value)) throw new AnswerRefused("type", "This has to be a whole number.");
  return { clean: value, value };
}

function parseDecimal(_: CompiledItem, raw: Json): Answer {
  const value = bounded(raw, MAX_DECIMAL);
  return { clean: value, value };
}

function parseBoolean(_: CompiledItem, raw: Json): Answer {
  if (typeof raw !== "boolean") throw new AnswerRefused("type", "This has to be true or false.");
  return { clean: raw, value: raw };
}

function parseMultiple(_: CompiledItem, raw: Json): Answer {
  if (!Array.isArray(raw)) throw new AnswerRefused("type", "This has to be a list of choices.");
  if (raw.length > MAX_SELECTED) {
    throw new AnswerRefused("max_choices", `At most ${MAX_SELECTED} choices may be given.`);
  }
  const values = new Set(raw.map((one) => boundLength(textOf(one), MAX_CHOICE)));
  const clean = [...values].filter((value) => value !== "");
  return { clean, value: clean.join(" ") };
}

function parseCountry(_: CompiledItem, raw: Json): Answer {
  const text = textOf(raw);
  if (!COUNTRIES.has(text)) {
    throw new AnswerRefused("choice", "This is not a country's two-letter code (ISO 3166-1).");
  }
  return same(text);
}

function dateAnswer(_: CompiledItem, raw: Json): Answer {
  const text = textOf(raw);
  if (parseDate(text) === null) {
    throw new AnswerRefused("format", "This is not a date, such as 2027-01-31.");
  }
  return same(text);
}

function timeAnswer(_: CompiledItem, raw: Json): Answer {
  const milliseconds = parseTime(textOf(raw));
  if (milliseconds === null) {
    throw new AnswerRefused("format", "This is not a time of day, such as 09:30.");
  }
  return same(timeText(Math.floor(milliseconds / 1000) * 1000));
}

function datetimeAnswer(_: CompiledItem, raw: Json): Answer {
  const moment = parseDatetime(textOf(raw));
  if (moment === null) {
    const message = "This is not a date with time and offset, such as 2027-01-31T09:30:00+05:30.";
    throw new AnswerRefused("format", message);
  }
  return same(utcText(moment));
}

function identityAnswer(item: CompiledItem, raw: Json): Answer {
  const found = parseIdentity(item.identity ?? "other", textOf(raw));
  if (typeof found !== "string") throw new AnswerRefused("format", found.refused);
  return same(found);
}

type Parser = (item: CompiledItem, raw: Json) => Answer;

export const PARSERS: { [type in FieldType]?: Parser } = {
  text: (item, raw) => same(boundLength(textOf(raw), item.max_length || MAX_TEXT)),
  multiline: (item, raw) => same(boundLength(linesOf(raw), item.max_length || MAX_MULTILINE)),
  email: parseEmail,
  phone: parsePhone,
  integer: parseInteger,
  decimal: parseDecimal,
  boolean: parseBoolean,
  consent: parseBoolean,
  single_choice: (_, raw) => same(boundLength(textOf(raw), MAX_CHOICE)),
  multiple_choice: parseMultiple,
  country: parseCountry,
  date: dateAnswer,
  time: timeAnswer,
  datetime: datetimeAnswer,
  identity_number: identityAnswer,
};
