"""Integers and decimals, booleans, consents and acknowledgements."""

from __future__ import annotations

import math
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused

MAX_INTEGER = 2**53 - 1
MAX_DECIMAL = 1e15


def parse_integer(_item: Item, raw: Any) -> Answer:
    """A whole number that a double holds exactly; `5.0` is one, as JSON has but one kind of number."""
    number = whole_number(raw, MAX_INTEGER)
    return (number, float(number))


def parse_decimal(_item: Item, raw: Any) -> Answer:
    number = float(bounded_number(raw, MAX_DECIMAL)) + 0.0
    return (plain_number(number), number)


def whole_number(raw: Any, most: float) -> int:
    number = bounded_number(raw, most)
    if isinstance(number, float) and not number.is_integer():
        raise AnswerRefused("type", "This has to be a whole number.")
    return int(number)


def bounded_number(raw: Any, most: float) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != raw or raw in (math.inf, -math.inf):
        raise AnswerRefused("type", "This has to be a number.")
    if raw > most:
        raise AnswerRefused("maximum", "This number is too large.")
    if raw < -most:
        raise AnswerRefused("minimum", "This number is too small.")
    return raw


def plain_number(number: float) -> int | float:
    """`number` as JSON writes it: without a fraction where it has none."""
    return int(number) if number.is_integer() and abs(number) <= MAX_INTEGER else number


def parse_boolean(_item: Item, raw: Any) -> Answer:
    if not isinstance(raw, bool):
        raise AnswerRefused("type", "This has to be true or false.")
    return (raw, raw)


def parse_acknowledge(_item: Item, raw: Any) -> Answer:
    """ODK's `OK`; what is not acknowledged is not answered."""
    if not isinstance(raw, bool):
        raise AnswerRefused("type", "This has to be true or false.")
    return (True, "OK") if raw else ("", "")
