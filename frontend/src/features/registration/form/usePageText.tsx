import { type ReactNode, useCallback, useMemo } from "react";
import { formatAnswer } from "@/components/answers/formatAnswer";
import type { LocalizedText } from "@/lib/api/types";
import { type Answers, type FormDocument, fieldsOfDocument } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { directionOf, pickText, textOf } from "@/lib/i18n/text";

type Text = LocalizedText | undefined;

const languageOf = (tag: string) => tag.split("-")[0];

/** Reads the form's texts in the reader's language and puts answers in place of `${name}`, as XLSForm labels do. */
export function usePageText(document: FormDocument, values: Answers) {
  const { language, locale, messages: t } = useI18n();
  const fields = useMemo(
    () => new Map(fieldsOfDocument(document).map((field) => [field.name, field])),
    [document],
  );
  const text = useCallback(
    (wanted: Text): string => {
      const raw = textOf(wanted, locale, document.default_locale);
      if (!raw.includes("${")) return raw;
      const plain = (inner: Text) => textOf(inner, locale, document.default_locale);
      return raw.replace(/\$\{\s*([\w-]+)(?:\.[\w.-]+)?\s*\}/g, (_match, name: string) => {
        const field = fields.get(name);
        return field ? formatAnswer(field, values[name], { locale, t, document, text: plain }) : "";
      });
    },
    [document, fields, locale, t, values],
  );
  const shown = useCallback(
    (wanted: Text): ReactNode => {
      const { lang } = pickText(wanted, locale, document.default_locale);
      if (languageOf(lang) === language) return text(wanted);
      return (
        <span lang={lang} dir={directionOf(lang)}>
          {text(wanted)}
        </span>
      );
    },
    [document, language, locale, text],
  );
  return { text, shown };
}
