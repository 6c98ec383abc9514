"""Texts of a row by locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.domain.forms.engine.xlsform.columns import Row, Table
from api.domain.forms.engine.xlsform.languages import locale_of
from api.domain.forms.engine.xlsform.report import Notes


@dataclass(frozen=True)
class Texts:
    """`default` is the locale of texts in columns that name no language."""

    default: str
    locales: tuple[str, ...]

    def of(self, row: Row, key: str) -> dict[str, str]:
        words = row.texts.get(key, {})
        found = {self.default: words[""]} if "" in words else {}
        return {**found, **{locale: text for locale, text in words.items() if locale}}

    def known(self, translations: Mapping[str, str]) -> dict[str, str]:
        """`translations` in the form's locales; English stands in for a default that is missing."""
        found = {locale: translations[locale] for locale in self.locales if locale in translations}
        return {self.default: translations["en"], **found}


def languages(settings: Table, tables: tuple[Table, ...], notes: Notes) -> Texts:
    """The form's locales: the default one of the settings, else English for plain columns, else the first named."""
    row = settings.rows[0] if settings.rows else None
    named = row.get("default_language") if row is not None else ""
    default = locale_of(named) if named else None
    if named and default is None:
        heading = settings.heading("default_language")
        message = f"the language {named!r} is not known; write its code in brackets, such as English (en)"
        notes.error(settings.sheet, row.number if row else 0, heading, "unknown_language", message)
    labels = [locale for table in tables for locale in table.label_locales]
    default = default or (labels[0] if labels and "" not in labels else "") or "en"
    others = [locale for table in tables for locale in table.locales if locale not in ("", default)]
    return Texts(default, (default, *dict.fromkeys(others)))
