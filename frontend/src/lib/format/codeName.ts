const known = new Map<string, Intl.DisplayNames>();

/** The name of a language (ISO 639) or a currency (ISO 4217); the code itself where the browser has no name for it. */
export function codeName(type: "currency" | "language", code: string, locale: string): string {
  const key = `${type} ${locale}`;
  const names = known.get(key) ?? new Intl.DisplayNames([locale], { type });
  known.set(key, names);
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
