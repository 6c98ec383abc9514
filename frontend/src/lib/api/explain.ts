import { asProblem } from "./problem";

/** An area's own words for a problem it expects, by the problem's slug; null for any other. */
export function explainedBy(
  texts: Readonly<Record<string, string>>,
  error: unknown,
): string | null {
  return texts[asProblem(error).slug] ?? null;
}

/** What the server said about one field of the body, by its JSON pointer. */
export function errorAt(error: unknown, pointer: string): string | null {
  if (error === null || error === undefined) return null;
  return asProblem(error).errors.find((one) => one.pointer === pointer)?.message ?? null;
}
