// Counting in Arabic: six forms of the noun, and the digits of the reader's own country.
import { regional } from "./regional";

export type Forms = { one: string; two: string; few: string; many: string; other: string };

const rules = new Intl.PluralRules("ar");
let figures: Intl.NumberFormat | undefined;

/** A whole number in the digits the reader's variety of Arabic uses: ٣ in Egypt, 3 in Morocco. */
export function digits(value: number): string {
  figures ??= new Intl.NumberFormat(regional("ar", navigator.languages ?? []), {
    useGrouping: false,
  });
  return figures.format(value);
}

/** "مكان واحد", "مكانان", "٣ أماكن", "١١ مكانًا", "١٠٠ مكان": the forms for one and two say the number themselves. */
export function counted(count: number, forms: Forms): string {
  const form = rules.select(count);
  if (form === "one") return forms.one;
  if (form === "two") return forms.two;
  if (form === "few") return `${digits(count)} ${forms.few}`;
  return `${digits(count)} ${form === "many" ? forms.many : forms.other}`;
}

export const PLACES: Forms = {
  one: "مكان واحد",
  two: "مكانان",
  few: "أماكن",
  many: "مكانًا",
  other: "مكان",
};

export const ANSWERS: Forms = {
  one: "إجابة واحدة",
  two: "إجابتان",
  few: "إجابات",
  many: "إجابة",
  other: "إجابة",
};

/** After a preposition or in a compound, the dual changes its ending. */
export const ANSWERS_GENITIVE: Forms = { ...ANSWERS, two: "إجابتين" };

export const SECONDS: Forms = {
  one: "ثانية واحدة",
  two: "ثانيتين",
  few: "ثوانٍ",
  many: "ثانية",
  other: "ثانية",
};

export const CHARACTERS: Forms = {
  one: "حرفًا واحدًا",
  two: "حرفين",
  few: "أحرف",
  many: "حرفًا",
  other: "حرف",
};

export const CHOICES: Forms = {
  one: "خيارًا واحدًا",
  two: "خيارين",
  few: "خيارات",
  many: "خيارًا",
  other: "خيار",
};

export const ITEMS: Forms = {
  one: "عنصرًا واحدًا",
  two: "عنصرين",
  few: "عناصر",
  many: "عنصرًا",
  other: "عنصر",
};
