import { COUNTRIES } from "@/lib/forms/countries";

export type Country = { code: string; name: string };

export function countryName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Every country with its name, sorted as a reader of that language expects. */
export function countries(locale: string): Country[] {
  const collator = new Intl.Collator(locale);
  return [...COUNTRIES]
    .map((code) => ({ code, name: countryName(code, locale) }))
    .sort((a, b) => collator.compare(a.name, b.name));
}
