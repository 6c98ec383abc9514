// Sensitive answers as the server shows them: the last characters only.

import { isObject, type Json } from "./types";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be refused
const MASKED = /^•{4}[^\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]{0,4}$/u;

/** Whether `raw` is what the server shows in place of a sensitive answer; sent back, it keeps the stored one. */
export function isMasked(raw: Json | undefined): raw is { masked: string } {
  if (!isObject(raw) || Object.keys(raw).length !== 1) return false;
  return typeof raw.masked === "string" && MASKED.test(raw.masked);
}
