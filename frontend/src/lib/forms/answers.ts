// Answers by field type: from JSON to what is stored and what expressions see.

import {
  AnswerRefused,
  boundedNumber,
  boundLength,
  isEmpty,
  linesOf,
  textOf,
  wholeNumber,
} from "./answer";
import { parseDate, parseDatetime, parseTime, timeText, utcText } from "./clock";
import {
  knownCurrency,
  parseAddress,
  parseLocation,
  parseMoney,
  parsePersonName,
  parseUpload,
} from "./composite";
import { COUNTRIES } from "./countries";
import { parseIdentity } from "./identity";
import { isLanguage } from "./languageCodes";
import { type CompiledItem, type FieldType, isObject, type Json } from "./types";
import type { Scalar } from "./values";

export type Answer = { clean: Json; value: Scalar };

const MAX_TEXT = 1000;
const MAX_MULTILINE = 10_000;
const MAX_CHOICE = 200;
const MAX_SELECTED = 1000;
const MAX_DECIMAL = 1e15;
const MAX_URL = 2000;

function same(text: string): Answer {
  return { clean: text, value: text };
}

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+$`);
const PHONE = /^\+[1-9][0-9]{6,14}$/;

function parseText(item: CompiledItem, raw: Json): Answer {
  return same(boundLength(textOf(raw), item.max_length || MAX_TEXT));
}

function parseSingle(_: CompiledItem, raw: Json): Answer {
  return same(boundLength(textOf(raw), MAX_CHOICE));
}

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

function parseInteger(_: CompiledItem, raw: Json): Answer {
  const value = wholeNumber(raw, Number.MAX_SAFE_INTEGER);
  return { clean: value, value };
}

function parseDecimal(_: CompiledItem, raw: Json): Answer {
  const value = boundedNumber(raw, MAX_DECIMAL);
  return { clean: value, value };
}

function parseBoolean(_: CompiledItem, raw: Json): Answer {
  if (typeof raw !== "boolean") throw new AnswerRefused("type", "This has to be true or false.");
  return { clean: raw, value: raw };
}

function parseMultiple(_: CompiledItem, raw: Json): Answer {
  const clean = several(raw);
  return { clean, value: clean.join(" ") };
}

function several(raw: Json): string[] {
  if (!Array.isArray(raw)) throw new AnswerRefused("type", "This has to be a list of choices.");
  if (raw.length > MAX_SELECTED) {
    throw new AnswerRefused("max_choices", `At most ${MAX_SELECTED} choices may be given.`);
  }
  const values = new Set(raw.map((one) => boundLength(textOf(one), MAX_CHOICE)));
  return [...values].filter((value) => value !== "");
}

/** The column of each answered row, or its columns. It has no value as a whole: `${matrix.row}` has one. */
function parseMatrix(item: CompiledItem, raw: Json): Answer {
  if (!isObject(raw)) {
    throw new AnswerRefused("type", "This has to be an object with an answer for each row.");
  }
  const rows = Object.entries(raw);
  if (rows.length > MAX_SELECTED) {
    throw new AnswerRefused("max_choices", `At most ${MAX_SELECTED} choices may be given.`);
  }
  const clean: [string, Json][] = [];
  for (const [row, given] of rows) {
    if (isEmpty(given)) continue;
    const answer = item.multiple ? several(given) : boundLength(textOf(given), MAX_CHOICE);
    if (answer.length > 0) clean.push([boundLength(textOf(row), MAX_CHOICE), answer]);
  }
  // fromEntries defines a row called __proto__ like any other
  return { clean: clean.length > 0 ? Object.fromEntries(clean) : "", value: "" };
}

function parseLanguage(_: CompiledItem, raw: Json): Answer {
  const text = textOf(raw);
  if (!isLanguage(text)) {
    throw new AnswerRefused(
      "choice",
      "This is not a language's code (ISO 639), such as hi or yue.",
    );
  }
  return same(text);
}

/** What is not acknowledged is not answered. */
function parseAcknowledge(_: CompiledItem, raw: Json): Answer {
  if (typeof raw !== "boolean") throw new AnswerRefused("type", "This has to be true or false.");
  return raw ? { clean: true, value: "OK" } : { clean: "", value: "" };
}

const LETTER = "A-Za-z0-9\\u00a1-\\u1fff\\u2c00-\\ufdff";
const HOST = `[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?`;
const UNSEEN = "\\u00a0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff";
const URL = new RegExp(
  `^[Hh][Tt][Tt][Pp][Ss]?://${HOST}(?:\\.${HOST})+(?::[0-9]{1,5})?(?:[/?#][^ "<>\\\\^\`{|}${UNSEEN}]*)?$`,
  "u",
);

function parseUrl(item: CompiledItem, raw: Json): Answer {
  const text = boundLength(textOf(raw), Math.min(item.max_length || MAX_URL, MAX_URL));
  if (!URL.test(text)) {
    throw new AnswerRefused(
      "format",
      "This is not a web address, such as https://example.org/page.",
    );
  }
  return same(text);
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
  text: parseText,
  multiline: (item, raw) => same(boundLength(linesOf(raw), item.max_length || MAX_MULTILINE)),
  email: parseEmail,
  phone: parsePhone,
  integer: parseInteger,
  decimal: parseDecimal,
  boolean: parseBoolean,
  consent: parseBoolean,
  single_choice: parseSingle,
  multiple_choice: parseMultiple,
  country: parseCountry,
  date: dateAnswer,
  time: timeAnswer,
  datetime: datetimeAnswer,
  identity_number: identityAnswer,
  money: parseMoney,
  ranking: parseMultiple,
  rating: parseDecimal,
  likert: parseSingle,
  matrix: parseMatrix,
  url: parseUrl,
  language: parseLanguage,
  currency: (_, raw) => same(knownCurrency(raw)),
  address: parseAddress,
  person_name: parsePersonName,
  file: parseUpload,
  image: parseUpload,
  audio: parseUpload,
  video: parseUpload,
  signature: parseUpload,
  barcode: parseText,
  location: parseLocation,
  acknowledge: parseAcknowledge,
  hidden: parseText,
};
