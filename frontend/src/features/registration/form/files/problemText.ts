import type { ApiProblem } from "@/lib/api/problem";
import { sizeInWords } from "./kinds";
import type { FileTexts } from "./texts/en";

const BY_SLUG: Record<string, (t: FileTexts) => string> = {
  "too-many-uploads": (t) => t.noRoom,
  "uploads-closed": (t) => t.closed,
  "storage-unavailable": (t) => t.storageAway,
  "not-found": (t) => t.gone,
};

/** Why a file was not taken, in the reader's language. */
export function problemText(problem: ApiProblem, t: FileTexts, locale: string): string {
  const known = BY_SLUG[problem.slug]?.(t);
  if (known) return known;
  const [first] = problem.errors;
  if (problem.slug === "file-refused") return t.refusals[first?.code ?? "type"] ?? t.failed;
  if (first?.pointer === "/media_type") return t.wrongKind;
  if (first?.pointer === "/size") {
    const most = problem.document.max_bytes;
    if (first.code !== "maximum") return t.empty;
    return typeof most === "number" ? t.tooLarge(sizeInWords(most, locale)) : t.tooLargeAtAll;
  }
  return t.failed;
}
