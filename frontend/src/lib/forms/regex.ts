// Regular expressions in RE2 syntax, as on the server: linear time, no look-ahead.

import { RE2JS } from "re2js";

const LIMIT = 512;
const patterns = new Map<string, RE2JS | null>();

function compiled(pattern: string): RE2JS | null {
  let found = patterns.get(pattern);
  if (found === undefined) {
    found = compile(pattern);
    if (patterns.size >= LIMIT) patterns.clear();
    patterns.set(pattern, found);
  }
  return found;
}

function compile(pattern: string): RE2JS | null {
  if (Array.from(pattern).length > 1000) return null;
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null; // a pattern out of an answer that is none matches nothing
  }
}

/** Whether the whole of `text` matches `pattern`. */
export function matches(pattern: string, text: string): boolean {
  return compiled(pattern)?.matches(text) ?? false;
}

/** Whether `pattern` can be run here at all; the server has accepted it, and decides where it cannot. */
export function isPattern(pattern: string): boolean {
  return compiled(pattern) !== null;
}
