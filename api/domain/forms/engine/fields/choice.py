"""Choices and countries."""

from __future__ import annotations

from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, bound_length, text_of
from api.domain.forms.engine.fields.countries import COUNTRIES

MAX_VALUE = 200
MAX_SELECTED = 1_000


def parse_single(_item: Item, raw: Any) -> Answer:
    text = bound_length(text_of(raw), MAX_VALUE)
    return Answer(text, text)


def parse_multiple(_item: Item, raw: Any) -> Answer:
    """A list of values, each once, in the order they were given."""
    if not isinstance(raw, list | tuple):
        raise AnswerRefused("type", "This has to be a list of choices.")
    if len(raw) > MAX_SELECTED:
        raise AnswerRefused("max_choices", f"At most {MAX_SELECTED} choices may be given.")
    values: dict[str, None] = {}
    for one in raw:
        values[bound_length(text_of(one), MAX_VALUE)] = None
    clean = [value for value in values if value]
    return Answer(clean, " ".join(clean))


def parse_country(_item: Item, raw: Any) -> Answer:
    text = text_of(raw)
    if text not in COUNTRIES:
        raise AnswerRefused("choice", "This is not a country's two-letter code (ISO 3166-1).")
    return Answer(text, text)
