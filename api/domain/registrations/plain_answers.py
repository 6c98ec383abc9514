"""Answers as a line of text, with their questions: for tickets and mails. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from api.domain.forms.engine import Choice, Field, FormDocument

_YES = {"en": ("Yes", "No"), "hi": ("हाँ", "नहीं"), "ar": ("نعم", "لا")}
_LONGEST = 300


def said(texts: Mapping[str, str] | None, locale: str, default: str) -> str:
    """Return a text in a language, or in its document's own."""
    found = texts or {}
    return found.get(locale) or found.get(locale.split("-")[0]) or found.get(default) or next(iter(found.values()), "")


def document_of(source: bytes) -> FormDocument:
    """Return a published form's document."""
    return msgspec.json.decode(source, type=FormDocument)


def fields_of(document: FormDocument) -> dict[str, Field]:
    """Return the fields that answer beside one another, by name: those of groups too, those of repeats not."""

    def walk(fields: Sequence[Field]) -> Iterator[Field]:
        for field in fields:
            if field.type == "group":
                yield from walk(field.fields)
            else:
                yield field

    every = (field for page in document.pages for section in page.sections for field in walk(section.fields))
    return {field.name: field for field in every}


def line(document: FormDocument, field: Field, value: Any, locale: str) -> tuple[str, str]:
    """Return a question and its answer in a language, the answer cut to 300 characters."""
    label = said(field.label, locale, document.default_locale) or field.name
    text = _text(document, field, value, locale)
    return label, text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _text(document: FormDocument, field: Field, value: Any, locale: str) -> str:
    if isinstance(value, bool):
        yes, no = _YES.get(locale.split("-")[0], _YES["en"])
        return yes if value else no
    if isinstance(value, list):
        return ", ".join(_text(document, field, one, locale) for one in value)
    if isinstance(value, Mapping):
        inner = {one.name: one for one in field.fields}
        return "; ".join(
            _text(document, inner.get(name, field), one, locale) for name, one in value.items() if one not in (None, "")
        )
    choices: Sequence[Choice] = document.choice_lists.get(field.choices or "", ())
    label = next((said(one.label, locale, document.default_locale) for one in choices if one.value == value), "")
    return label or str(value)
