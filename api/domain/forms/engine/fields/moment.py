"""Dates, times of day and moments."""

from __future__ import annotations

from typing import Any

from api.domain.forms.engine import clock as clocks
from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, text_of


def parse_date(_item: Item, raw: Any) -> Answer:
    text = text_of(raw)
    if clocks.parse_date(text) is None:
        raise AnswerRefused("format", "This is not a date, such as 2027-01-31.")
    return (text, text)


def parse_time(_item: Item, raw: Any) -> Answer:
    """`HH:MM`, with `:SS` where the seconds are not zero, so that equal times are equal texts."""
    milliseconds = clocks.parse_time(text_of(raw))
    if milliseconds is None:
        raise AnswerRefused("format", "This is not a time of day, such as 09:30.")
    text = clocks.time_text(milliseconds // 1000 * 1000)
    return (text, text)


def parse_datetime(_item: Item, raw: Any) -> Answer:
    """RFC 3339 with an offset, kept in UTC."""
    moment = clocks.parse_datetime(text_of(raw))
    if moment is None:
        raise AnswerRefused("format", "This is not a date with time and offset, such as 2027-01-31T09:30:00+05:30.")
    text = clocks.utc_text(moment)
    return (text, text)


def moment_number(kind: str | None, text: str) -> int | None:
    """A limit or an answer as something to compare: days, milliseconds of the day, or of 1970."""
    if kind == "date":
        return clocks.parse_date(text)
    return clocks.parse_time(text) if kind == "time" else clocks.parse_datetime(text)
