// Ranges, lengths, patterns, numbers of choices, parts: what a well-formed answer may still break.

import { parseDate, parseDatetime, parseTime } from "./clock";
import { accepted, minorText } from "./composite";
import type { Refused } from "./frames";
import { isPattern, matches } from "./regex";
import { type CompiledItem, type FieldType, isObject, type Json } from "./types";
import { codePoints } from "./values";

type Check = (item: CompiledItem, clean: Json) => Refused | null;

/** The first limit of `item` that a clean answer breaks. */
export function brokenLimit(item: CompiledItem, clean: Json): Refused | null {
  const check = item.type ? CHECKS[item.type] : undefined;
  if (check) return check(item, clean);
  if (typeof clean === "number") return brokenRange(item, clean);
  if (Array.isArray(clean))
    return item.type === "multiple_choice" ? brokenCount(item, clean.length) : null;
  if (typeof clean !== "string") return null;
  const parse = PARSERS[item.type ?? ""];
  return parse ? brokenMoment(item, parse, clean) : brokenText(item, clean);
}

function brokenRating(item: CompiledItem, clean: Json): Refused | null {
  const least = typeof item.minimum === "number" ? item.minimum : 1;
  const most = typeof item.maximum === "number" ? item.maximum : 5;
  const step = item.step || 1;
  const broken = brokenRange({ ...item, minimum: least, maximum: most }, Number(clean));
  if (broken) return broken;
  const marks = (Number(clean) - least) / step;
  if (Math.abs(marks - Math.floor(marks + 0.5)) <= 1e-9) return null;
  return { code: "step", message: `This goes in steps of ${step} from ${least}.` };
}

function brokenMoney(item: CompiledItem, clean: Json): Refused | null {
  if (!isObject(clean)) return null;
  const [amount, currency] = [Number(clean.amount), String(clean.currency)];
  if (typeof item.minimum === "number" && amount < item.minimum) {
    const least = minorText(item.minimum, currency);
    return { code: "minimum", message: `This has to be at least ${least}.` };
  }
  if (typeof item.maximum === "number" && amount > item.maximum) {
    const most = minorText(item.maximum, currency);
    return { code: "maximum", message: `This may be at most ${most}.` };
  }
  return null;
}

function incomplete(message: string, whole: (clean: { [part: string]: Json }) => boolean): Check {
  return (_, clean) => (isObject(clean) && !whole(clean) ? { code: "incomplete", message } : null);
}

function brokenUpload(item: CompiledItem, clean: Json): Refused | null {
  if (!isObject(clean)) return null;
  if (!accepted(item, String(clean.media_type))) {
    return { code: "media_type", message: "Files of this kind are not accepted here." };
  }
  if (item.max_bytes != null && Number(clean.size) > item.max_bytes) {
    return { code: "max_bytes", message: `The file may have at most ${item.max_bytes} bytes.` };
  }
  return null;
}

const CHECKS: { [type in FieldType]?: Check } = {
  rating: brokenRating,
  money: brokenMoney,
  address: incomplete(
    "An address needs its first line and its country.",
    ({ line1, country }) => line1 !== undefined && country !== undefined,
  ),
  person_name: incomplete(
    "This needs a given name or a family name.",
    ({ given, family }) => given !== undefined || family !== undefined,
  ),
  location: incomplete(
    "A place needs its latitude and its longitude.",
    ({ latitude, longitude }) => latitude !== undefined && longitude !== undefined,
  ),
  file: brokenUpload,
  image: brokenUpload,
  audio: brokenUpload,
  video: brokenUpload,
  signature: brokenUpload,
};

const PARSERS: { [type: string]: ((text: string) => number | null) | undefined } = {
  date: parseDate,
  time: parseTime,
  datetime: parseDatetime,
};

function brokenRange({ minimum, maximum }: CompiledItem, clean: number): Refused | null {
  if (typeof minimum === "number" && clean < minimum) {
    return { code: "minimum", message: `This has to be at least ${minimum}.` };
  }
  if (typeof maximum === "number" && clean > maximum) {
    return { code: "maximum", message: `This may be at most ${maximum}.` };
  }
  return null;
}

function brokenMoment(
  { minimum, maximum }: CompiledItem,
  parse: (text: string) => number | null,
  clean: string,
): Refused | null {
  const number = parse(clean);
  const least = typeof minimum === "string" ? parse(minimum) : null;
  const most = typeof maximum === "string" ? parse(maximum) : null;
  if (number !== null && least !== null && number < least) {
    return { code: "minimum", message: `This may not be before ${minimum}.` };
  }
  if (number !== null && most !== null && number > most) {
    return { code: "maximum", message: `This may not be after ${maximum}.` };
  }
  return null;
}

function brokenText(item: CompiledItem, clean: string): Refused | null {
  if (item.min_length != null && codePoints(clean) < item.min_length) {
    return { code: "min_length", message: `This needs at least ${item.min_length} characters.` };
  }
  if (item.pattern != null && isPattern(item.pattern) && !matches(item.pattern, clean)) {
    return { code: "pattern", message: "This does not have the form that is asked for." };
  }
  return null;
}

function brokenCount(item: CompiledItem, chosen: number): Refused | null {
  if (item.min_choices != null && chosen < item.min_choices) {
    return { code: "min_choices", message: `Choose at least ${item.min_choices}.` };
  }
  if (item.max_choices != null && chosen > item.max_choices) {
    return { code: "max_choices", message: `Choose at most ${item.max_choices}.` };
  }
  return null;
}
