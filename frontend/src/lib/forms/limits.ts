// Ranges, lengths, patterns and numbers of choices: what a well-formed answer may still break.

import { parseDate, parseDatetime, parseTime } from "./clock";
import type { Refused } from "./frames";
import { isPattern, matches } from "./regex";
import type { CompiledItem, Json } from "./types";
import { codePoints } from "./values";

/** The first limit of `item` that a clean answer breaks. */
export function brokenLimit(item: CompiledItem, clean: Json): Refused | null {
  if (typeof clean === "number") return brokenRange(item, clean);
  if (Array.isArray(clean)) return brokenCount(item, clean.length);
  if (typeof clean !== "string") return null;
  const parse = PARSERS[item.type ?? ""];
  return parse ? brokenMoment(item, parse, clean) : brokenText(item, clean);
}

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
