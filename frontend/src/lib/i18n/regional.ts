/**
 * The reader's own variety of a language, as the browser names it, or the language itself.
 *
 * Browsers pass on what the system says: with LANG=C, Chromium names "en-US@posix", which Intl refuses with a RangeError.
 */
export function regional(language: string, offered: readonly string[]): string {
  return (
    offered.find((tag) => (tag === language || tag.startsWith(`${language}-`)) && isTag(tag)) ??
    language
  );
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
