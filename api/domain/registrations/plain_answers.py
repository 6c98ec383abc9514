"""Answers as a line of text, with their questions: for tickets and mails. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from api.domain.forms.engine import Field, FormDocument, plain_answer

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


def line(document: FormDocument, field: Field, value: Any, locale: str, timezone: str) -> tuple[str, str]:
    """Return a question and its answer in a language, the answer cut to 300 characters."""
    label = said(field.label, locale, document.default_locale) or field.name
    text = plain_answer(field, value, locale, document, timezone=timezone)
    return label, text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
