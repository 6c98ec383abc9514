import { UI_LOCALES, useI18n } from "@/lib/i18n/i18n";

type Entry = (typeof UI_LOCALES)[number];

function Options({ entries }: { entries: readonly Entry[] }) {
  return entries.map(({ code, name }) => (
    <option key={code} value={code} lang={code}>
      {name}
    </option>
  ));
}

/** The languages of the program on the page come first, in its own order; the others follow below a line. */
export function LanguageSwitch() {
  const { language, setLocale, offered, messages: t } = useI18n();
  const first = offered.flatMap((code) => UI_LOCALES.filter((entry) => entry.code === code));
  const others = UI_LOCALES.filter((entry) => !first.includes(entry));
  const isSplit = first.length > 0 && others.length > 0;
  return (
    <div className="language">
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <g fill="none" stroke="currentColor" strokeWidth="1.6">
          <circle cx="10" cy="10" r="8" />
          <path d="M2 10h16M10 2c5 5 5 11 0 16M10 2c-5 5-5 11 0 16" />
        </g>
      </svg>
      <select
        aria-label={t.common.language}
        value={language}
        onChange={(event) => {
          const chosen = UI_LOCALES.find(({ code }) => code === event.target.value);
          if (chosen) setLocale(chosen.code);
        }}
      >
        {isSplit ? (
          <>
            <optgroup label={t.common.programLanguages}>
              <Options entries={first} />
            </optgroup>
            <optgroup label={t.common.otherLanguages}>
              <Options entries={others} />
            </optgroup>
          </>
        ) : (
          <Options entries={first.length > 0 ? first : others} />
        )}
      </select>
    </div>
  );
}
