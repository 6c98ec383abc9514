// Functions over text and choices.

import { flat, number, type Operation, position, scalar, text, trimmed, words } from "./arguments";
import { roundHalfUp } from "./numbers";
import { matches } from "./regex";
import { bounded, codePoints, toText, type Value } from "./values";

function substr(values: Value[], zone: string): string {
  const source = Array.from(text(values[0]));
  const start = position(values[1], zone);
  const end = values.length > 2 ? position(values[2], zone) : source.length;
  // slice() counts a negative place from the end, and stops at the start, as ODK's substr() does
  return start === null || end === null ? "" : source.slice(start, end).join("");
}

function substring(values: Value[], zone: string): string {
  const source = Array.from(text(values[0]));
  const first = roundHalfUp(number(values[1], zone));
  const length =
    values.length < 3 ? Number.POSITIVE_INFINITY : roundHalfUp(number(values[2], zone));
  const last = values.length < 3 ? length : first + length;
  if (Number.isNaN(first) || Number.isNaN(last)) return "";
  const begin = first < 1 ? 0 : Math.min(first - 1, source.length);
  const end = Math.min(last - 1, source.length);
  return end > begin ? source.slice(begin, end).join("") : "";
}

function substringBefore(values: Value[]): string {
  const [source, wanted] = [text(values[0]), text(values[1])];
  const at = wanted === "" ? -1 : source.indexOf(wanted);
  return at < 0 ? "" : source.slice(0, at);
}

function substringAfter(values: Value[]): string {
  const [source, wanted] = [text(values[0]), text(values[1])];
  const at = source.indexOf(wanted);
  return at < 0 ? "" : source.slice(at + wanted.length);
}

function translate(values: Value[]): string {
  const target = Array.from(text(values[2]));
  const table = new Map<string, string>();
  for (const [at, character] of Array.from(text(values[1])).entries()) {
    if (!table.has(character)) table.set(character, target[at] ?? "");
  }
  return Array.from(text(values[0]), (character) => table.get(character) ?? character).join("");
}

export const TEXT_OPERATIONS: { [name: string]: Operation } = {
  selected: (values) => words(values[0]).includes(trimmed(values[1])),
  "selected-at": (values, zone) => {
    const at = position(values[1], zone);
    return at === null || at < 0 ? "" : (words(values[0])[at] ?? "");
  },
  "count-selected": (values) => words(values[0]).length,
  substr,
  substring,
  "substring-before": substringBefore,
  "substring-after": substringAfter,
  translate,
  concat: (values) => bounded(flat(values).map(toText).join("")),
  join: (values) => bounded(flat(values.slice(1)).map(toText).join(text(values[0]))),
  "normalize-space": (values) => words(values[0]).join(" "),
  coalesce: (values) => values.map(scalar).find((value) => value !== "") ?? "",
  string: (values) => text(values[0]),
  "string-length": (values) => codePoints(text(values[0])),
  contains: (values) => text(values[0]).includes(text(values[1])),
  "starts-with": (values) => text(values[0]).startsWith(text(values[1])),
  "ends-with": (values) => text(values[0]).endsWith(text(values[1])),
  regex: (values) => matches(text(values[1]), text(values[0])),
  "boolean-from-string": (values) => ["true", "1"].includes(trimmed(values[0])),
};
