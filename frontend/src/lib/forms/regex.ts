// Regular expressions in RE2 syntax, as on the server: linear time, no look-ahead.

import { RE2JS } from "re2js";

const LIMIT = 512;
const patterns = new Map<string, RE2JS>();

function compiled(pattern: string): RE2JS | null {
  const found = patterns.get(pattern) ?? compile(pattern);
  if (patterns.size >= LIMIT) patterns.clear();
  if (found) patterns.set(pattern, found);
  return found;
}

function compile(pattern: string): RE2JS | null {
  if (Array.from(pattern).length > 1000) return null;
  try {
    return RE2JS.compile(pattern);
  } catch {
    // No pattern (it came from an answer), or the engine is not loaded yet: asked again, it may be one.
    return null;
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
