// Sensitive answers as the server shows them: the last characters only.

import { isObject, type Json } from "./types";

const DOTS = "••••";

/** Whether `raw` is what the server shows in place of a sensitive answer; sent back, it keeps the stored one. */
export function isMasked(raw: Json | undefined): raw is { masked: string } {
  if (!isObject(raw) || Object.keys(raw).length !== 1) return false;
  const text = raw.masked;
  return typeof text === "string" && text.startsWith(DOTS) && Array.from(text).length <= 8;
}
