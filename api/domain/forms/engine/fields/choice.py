"""Choices, rankings and matrices; countries, languages and currencies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, bound_length, empty, text_of
from api.domain.forms.engine.fields.codes import LANGUAGES
from api.domain.forms.engine.fields.composite import known_currency
from api.domain.forms.engine.fields.countries import COUNTRIES

MAX_VALUE = 200
MAX_SELECTED = 1_000


def parse_single(_item: Item, raw: Any) -> Answer:
    text = bound_length(text_of(raw), MAX_VALUE)
    return (text, text)


def parse_multiple(_item: Item, raw: Any) -> Answer:
    """A list of values, each once, in the order they were given."""
    clean = _several(raw)
    return (clean, " ".join(clean))


def _several(raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple):
        raise AnswerRefused("type", "This has to be a list of choices.")
    if len(raw) > MAX_SELECTED:
        raise AnswerRefused("max_choices", f"At most {MAX_SELECTED} choices may be given.")
    values: dict[str, None] = {}
    for one in raw:
        values[bound_length(text_of(one), MAX_VALUE)] = None
    return [value for value in values if value]


def parse_matrix(item: Item, raw: Any) -> Answer:
    """The column of each answered row, or its columns. It has no value as a whole: `${matrix.row}` has one."""
    if not isinstance(raw, Mapping):
        raise AnswerRefused("type", "This has to be an object with an answer for each row.")
    if len(raw) > MAX_SELECTED:
        raise AnswerRefused("max_choices", f"At most {MAX_SELECTED} choices may be given.")
    clean: dict[str, Any] = {}
    for row, given in raw.items():
        if empty(given):
            continue
        answer = _several(given) if item.multiple else bound_length(text_of(given), MAX_VALUE)
        if answer:
            clean[bound_length(text_of(row), MAX_VALUE)] = answer
    return (clean, "") if clean else ("", "")


def parse_country(_item: Item, raw: Any) -> Answer:
    text = text_of(raw)
    if text not in COUNTRIES:
        raise AnswerRefused("choice", "This is not a country's two-letter code (ISO 3166-1).")
    return (text, text)


def parse_language(_item: Item, raw: Any) -> Answer:
    text = text_of(raw)
    if text not in LANGUAGES:
        raise AnswerRefused("choice", "This is not a language's code (ISO 639), such as hi or yue.")
    return (text, text)


def parse_currency(_item: Item, raw: Any) -> Answer:
    text = known_currency(raw)
    return (text, text)
