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
  { code: "ar", name: "العربية" },
] as const;

export type UiLocale = (typeof UI_LOCALES)[number]["code"];

const STORED = "prs.locale";

const loaders: Record<UiLocale, () => Promise<Messages>> = {
  en: async () => en,
  hi: async () => (await import("./hi")).hi,
  ar: async () => (await import("./ar")).ar,
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
 * (en-GB and en-US differ in that only). `offered` are the languages of the program on the page, which the menu shows first.
 */
type I18n = {
  language: UiLocale;
  locale: string;
  messages: Messages;
  setLocale: (locale: UiLocale) => void;
  offered: readonly string[];
  offer: (locales: readonly string[]) => void;
};

const Context = createContext<I18n | null>(null);

type Loaded = { locale: UiLocale; messages: Messages };

function speak({ locale }: Loaded): void {
  document.documentElement.lang = locale;
  document.documentElement.dir = directionOf(locale);
}

/**
 * The reader's language, ready before the first paint: a page that turned from English to Arabic under the reader's eyes would
 * move everything on it.
 */
export async function loadFirst(): Promise<Loaded> {
  const locale = firstLocale();
  const loaded = await loaders[locale]().then(
    (messages) => ({ locale, messages }),
    () => ({ locale: "en" as const, messages: en }),
  );
  speak(loaded);
  return loaded;
}

type I18nProviderProps = { children: ReactNode; first?: Loaded | undefined };

export function I18nProvider({ children, first }: I18nProviderProps) {
  const [wanted, setWanted] = useState<UiLocale>(firstLocale);
  const [loaded, setLoaded] = useState<Loaded>(first ?? { locale: "en", messages: en });
  const [offered, offer] = useState<readonly string[]>([]);

  useEffect(() => {
    if (wanted === loaded.locale) return;
    let current = true;
    loaders[wanted]().then(
      (messages) => {
        if (current) setLoaded({ locale: wanted, messages });
      },
      () => {},
    );
    return () => {
      current = false;
    };
  }, [wanted, loaded.locale]);

  useEffect(() => speak(loaded), [loaded]);

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
      offered,
      offer,
    }),
    [loaded, setLocale, offered],
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

/** While this page is open, the language menu begins with the languages of its program. */
export function useOfferedLocales(locales: readonly string[]): void {
  const { offer } = useI18n();
  const key = locales.join(" ");
  useEffect(() => {
    offer(key ? key.split(" ") : []);
    return () => offer([]);
  }, [key, offer]);
}
