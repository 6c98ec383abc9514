import { useEffect, useState } from "react";
import { type UiLocale, useI18n } from "./i18n";

type Loaders<Texts> = { [locale in Exclude<UiLocale, "en">]: () => Promise<Texts> };

/**
 * The texts of one area of the app, which travel with that area: what staff read costs a participant nothing. English comes
 * with the code, as everywhere; another language follows, and English stands in until it is here. `load` fetches it before.
 */
export function areaTexts<Texts>(en: Texts, loaders: Loaders<Texts>) {
  const known = new Map<UiLocale, Texts>([["en", en]]);

  async function load(language: UiLocale): Promise<void> {
    if (language === "en" || known.has(language)) return;
    known.set(language, await loaders[language]());
  }

  function useAreaTexts(): Texts {
    const { language } = useI18n();
    const [, setArrived] = useState<UiLocale>("en");
    useEffect(() => {
      if (known.has(language)) return;
      let isCurrent = true;
      load(language).then(
        () => isCurrent && setArrived(language),
        () => {},
      );
      return () => {
        isCurrent = false;
      };
    }, [language]);
    return known.get(language) ?? en;
  }

  return Object.assign(useAreaTexts, { load });
}
