// An answer as stored and as expressions see it, and why one is refused.

import type { Json } from "./types";
import { codePoints, trim } from "./values";

/** The message never holds the answer: it may be a sensitive one. */
export class AnswerRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

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

export function linesOf(raw: Json): string {
  if (typeof raw !== "string") throw new AnswerRefused("type", "This has to be text.");
  const text = trim(raw.replaceAll("\r\n", "\n").replaceAll("\r", "\n"));
  if (CONTROL_BUT_LINES.test(text)) {
    throw new AnswerRefused("format", "This contains characters that cannot be stored.");
  }
  return text;
}

export function boundLength(text: string, most: number): string {
  if (codePoints(text) > most) {
    throw new AnswerRefused("max_length", `This may have at most ${most} characters.`);
  }
  return text;
}

export function wholeNumber(raw: Json, most: number): number {
  const value = boundedNumber(raw, most);
  if (!Number.isInteger(value)) throw new AnswerRefused("type", "This has to be a whole number.");
  return value;
}

export function boundedNumber(raw: Json, most: number): number {
  if (typeof raw !== "number" || !Number.isFinite(raw)) {
    throw new AnswerRefused("type", "This has to be a number.");
  }
  if (raw > most) throw new AnswerRefused("maximum", "This number is too large.");
  if (raw < -most) throw new AnswerRefused("minimum", "This number is too small.");
  return raw + 0;
}
