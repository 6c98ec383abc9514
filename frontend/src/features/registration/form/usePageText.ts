import { useCallback } from "react";
import { formatAnswer } from "@/components/answers/formatAnswer";
import type { LocalizedText } from "@/lib/api/types";
import { type Answers, type FormDocument, fieldsOfDocument } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";
import { textOf } from "@/lib/i18n/text";

/** Reads the form's texts in the reader's language and puts answers in place of `${name}`, as XLSForm labels do. */
export function usePageText(document: FormDocument, values: Answers) {
  const { locale, messages: t } = useI18n();
  return useCallback(
    (text: LocalizedText | undefined): string => {
      const raw = textOf(text, locale, document.default_locale);
      if (!raw.includes("${")) return raw;
      const plain = (inner: LocalizedText | undefined) =>
        textOf(inner, locale, document.default_locale);
      return raw.replace(/\$\{\s*([\w-]+)\s*\}/g, (_match, name: string) => {
        const field = fieldsOfDocument(document).find((one) => one.name === name);
        return field ? formatAnswer(field, values[name], { locale, t, document, text: plain }) : "";
      });
    },
    [document, locale, t, values],
  );
}
