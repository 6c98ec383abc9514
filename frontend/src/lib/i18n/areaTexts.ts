import { useEffect, useState } from "react";
import { type UiLocale, useI18n } from "./i18n";

type Loaders<Texts> = { [locale in Exclude<UiLocale, "en">]: () => Promise<Texts> };

/**
 * The texts of one area of the app, which travel with that area: what staff read costs a participant nothing. English comes
 * with the code, as everywhere; another language follows, and English stands in until it is here.
 */
export function areaTexts<Texts>(en: Texts, loaders: Loaders<Texts>): () => Texts {
  const known = new Map<UiLocale, Texts>([["en", en]]);
  return function useAreaTexts() {
    const { language } = useI18n();
    const [, setArrived] = useState<UiLocale>("en");
    useEffect(() => {
      if (language === "en" || known.has(language)) return;
      let isCurrent = true;
      loaders[language]().then(
        (texts) => {
          known.set(language, texts);
          if (isCurrent) setArrived(language);
        },
        () => {},
      );
      return () => {
        isCurrent = false;
      };
    }, [language]);
    return known.get(language) ?? en;
  };
}
