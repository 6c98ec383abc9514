import type { FormDocument } from "@/lib/document";
import { useI18n } from "@/lib/i18n/i18n";

function nameOf(code: string, locale: string): string {
  return new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
}

/** Says so where a form has no texts in the reader's language, instead of leaving it to be found out. */
export function Untranslated({ document }: { document: FormDocument }) {
  const { language, locale, messages: t } = useI18n();
  const isThere = document.locales.some((code) => code.split("-")[0] === language);
  if (isThere) return null;
  return (
    <p className="small soft">
      {t.fields.untranslated(nameOf(language, locale), nameOf(document.default_locale, locale))}
    </p>
  );
}
