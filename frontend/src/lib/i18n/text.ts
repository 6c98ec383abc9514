import type { LocalizedText } from "@/lib/api/types";

export type PickedText = { value: string; lang: string };

/** The best translation: exact, then the same language, then the fallback, then whichever exists. */
export function pickText(
  text: LocalizedText | null | undefined,
  locale: string,
  fallback = "en",
): PickedText {
  if (!text) return { value: "", lang: locale };
  const available = Object.keys(text).filter((key) => text[key]);
  const language = locale.split("-")[0];
  const lang =
    [locale, language, fallback].find((key) => key !== undefined && available.includes(key)) ??
    available.find((key) => key.split("-")[0] === language) ??
    available[0] ??
    locale;
  return { value: text[lang] ?? "", lang };
}

export function textOf(
  text: LocalizedText | null | undefined,
  locale: string,
  fallback?: string,
): string {
  return pickText(text, locale, fallback).value;
}

const RTL = new Set(["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"]);

export function directionOf(locale: string): "ltr" | "rtl" {
  return RTL.has(locale.split("-")[0] ?? "") ? "rtl" : "ltr";
}
