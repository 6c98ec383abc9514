import { codeName } from "./codeName";

// The languages and currencies a list offers, by name in the reader's language.

/** Codes with their names, sorted as a reader of that language expects; a code the browser cannot name comes as it is. */
export function named(
  type: "currency" | "language",
  codes: readonly string[],
  locale: string,
): { value: string; label: string }[] {
  const collator = new Intl.Collator(locale);
  return codes
    .map((value) => ({ value, label: codeName(type, value, locale) }))
    .map(({ value, label }) => ({
      value,
      label: type === "currency" && label !== value ? `${label} (${value})` : label,
    }))
    .sort((a, b) => collator.compare(a.label, b.label));
}
