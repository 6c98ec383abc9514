import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import type { LocalizedText } from "@/lib/api/types";
import { en, type Messages } from "./en";
import { regional } from "./regional";
import { directionOf, textOf } from "./text";

export const UI_LOCALES = [
  { code: "en", name: "English" },
  { code: "hi", name: "हिन्दी" },
] as const;

export type UiLocale = (typeof UI_LOCALES)[number]["code"];

const STORED = "prs.locale";

const loaders: Record<UiLocale, () => Promise<Messages>> = {
  en: async () => en,
  hi: async () => (await import("./hi")).hi,
};

function isUiLocale(value: string | null | undefined): value is UiLocale {
  return UI_LOCALES.some((locale) => locale.code === value);
}

function firstLocale(): UiLocale {
  const stored = localStorage.getItem(STORED);
  if (isUiLocale(stored)) return stored;
  for (const wanted of navigator.languages ?? []) {
    const language = wanted.split("-")[0];
    if (isUiLocale(language)) return language;
  }
  return "en";
}

/**
 * `language` is what the interface speaks; `locale` the reader's own variety of it, which decides how dates and numbers look
 * (en-GB and en-US differ in that only).
 */
type I18n = {
  language: UiLocale;
  locale: string;
  messages: Messages;
  setLocale: (locale: UiLocale) => void;
};

const Context = createContext<I18n | null>(null);

export function I18nProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState<UiLocale>(firstLocale);
  const [loaded, setLoaded] = useState<{ locale: UiLocale; messages: Messages }>({
    locale: "en",
    messages: en,
  });

  useEffect(() => {
    let current = true;
    loaders[wanted]().then((messages) => {
      if (current) setLoaded({ locale: wanted, messages });
    });
    return () => {
      current = false;
    };
  }, [wanted]);

  useEffect(() => {
    document.documentElement.lang = loaded.locale;
    document.documentElement.dir = directionOf(loaded.locale);
  }, [loaded.locale]);

  const setLocale = useCallback((locale: UiLocale) => {
    localStorage.setItem(STORED, locale);
    setWanted(locale);
  }, []);

  const value = useMemo(
    () => ({
      language: loaded.locale,
      locale: regional(loaded.locale, navigator.languages ?? []),
      messages: loaded.messages,
      setLocale,
    }),
    [loaded, setLocale],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error("useI18n needs an I18nProvider above it");
  return value;
}

export function useMessages(): Messages {
  return useI18n().messages;
}

/** Reads a translated text of a document in the interface's language. */
export function useText(): (text: LocalizedText | null | undefined, fallback?: string) => string {
  const { locale } = useI18n();
  return useCallback((text, fallback) => textOf(text, locale, fallback), [locale]);
}
