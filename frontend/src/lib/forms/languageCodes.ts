// The list of languages is longer than many a form, and few forms ask for one: it is loaded before the first evaluation of a
// form that does, and never otherwise.

let known: ReadonlySet<string> | null = null;

export function isLanguage(code: string): boolean {
  if (!known) throw new Error("loadLanguages() comes before the first language");
  return known.has(code);
}

export function knowLanguages(codes: ReadonlySet<string>): void {
  known = codes;
}

export async function loadLanguages(): Promise<void> {
  if (!known) knowLanguages((await import("./languages")).LANGUAGES);
}
