"""Ranges, lengths, patterns, numbers of choices, parts: what a well-formed answer may still break."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine import regex
from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.composite import minor_text
from api.domain.forms.engine.fields.moment import moment_number
from api.domain.forms.engine.fields.upload import accepted
from api.domain.forms.engine.types import UPLOADED, FieldType

Broken = tuple[str, str] | None
"""Code and message."""
Limit = Callable[[Any], Broken]


def limit_of(item: Item) -> Callable[[Any], Broken] | None:
    """The check of a clean answer to `item` against its limits: it gives the first that is broken, code and message.

    None where `item` has no limit. No message holds the answer.
    """
    make = _LIMITS.get(item.type) if item.type is not None else None
    return None if make is None else make(item)


def _number(item: Item) -> Limit | None:
    least = item.minimum if isinstance(item.minimum, int | float) else None
    most = item.maximum if isinstance(item.maximum, int | float) else None

    def check(clean: Any) -> Broken:
        if least is not None and clean < least:
            return "minimum", f"This has to be at least {_shown(least)}."
        if most is not None and clean > most:
            return "maximum", f"This may be at most {_shown(most)}."
        return None

    return None if least is None and most is None else check


def _shown(number: int | float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _moment(item: Item) -> Limit | None:
    least = moment_number(item.type, item.minimum) if isinstance(item.minimum, str) else None
    most = moment_number(item.type, item.maximum) if isinstance(item.maximum, str) else None

    def check(clean: Any) -> Broken:
        number = moment_number(item.type, clean)
        if number is not None and least is not None and number < least:
            return "minimum", f"This may not be before {item.minimum}."
        if number is not None and most is not None and number > most:
            return "maximum", f"This may not be after {item.maximum}."
        return None

    return None if least is None and most is None else check


def _text(item: Item) -> Limit | None:
    least, pattern = item.min_length, item.pattern

    def check(clean: Any) -> Broken:
        if least is not None and len(clean) < least:
            return "min_length", f"This needs at least {least} characters."
        if pattern is not None and not regex.matches(pattern, clean):
            return "pattern", "This does not have the form that is asked for."
        return None

    return None if least is None and pattern is None else check


def _rating(item: Item) -> Limit:
    least = item.minimum if isinstance(item.minimum, int | float) else 1
    most = item.maximum if isinstance(item.maximum, int | float) else 5
    step = item.step or 1

    def check(clean: Any) -> Broken:
        if clean < least:
            return "minimum", f"This has to be at least {_shown(least)}."
        if clean > most:
            return "maximum", f"This may be at most {_shown(most)}."
        marks = (clean - least) / step
        if abs(marks - math.floor(marks + 0.5)) > 1e-9:
            return "step", f"This goes in steps of {_shown(step)} from {_shown(least)}."
        return None

    return check


def _money(item: Item) -> Limit | None:
    least = item.minimum if isinstance(item.minimum, int | float) else None
    most = item.maximum if isinstance(item.maximum, int | float) else None

    def check(clean: Any) -> Broken:
        amount, currency = clean["amount"], clean["currency"]
        if least is not None and amount < least:
            return "minimum", f"This has to be at least {minor_text(int(least), currency)}."
        if most is not None and amount > most:
            return "maximum", f"This may be at most {minor_text(int(most), currency)}."
        return None

    return None if least is None and most is None else check


def _address(_item: Item) -> Limit:
    broken = ("incomplete", "An address needs its first line and its country.")
    return lambda clean: None if "line1" in clean and "country" in clean else broken


def _person_name(_item: Item) -> Limit:
    broken = ("incomplete", "This needs a given name or a family name.")
    return lambda clean: None if "given" in clean or "family" in clean else broken


def _location(_item: Item) -> Limit:
    broken = ("incomplete", "A place needs its latitude and its longitude.")
    return lambda clean: None if "latitude" in clean and "longitude" in clean else broken


def _upload(item: Item) -> Limit:
    def check(clean: Any) -> Broken:
        if not accepted(item, clean["media_type"]):
            return "media_type", "Files of this kind are not accepted here."
        if item.max_bytes is not None and clean["size"] > item.max_bytes:
            return "max_bytes", f"The file may have at most {item.max_bytes} bytes."
        return None

    return check


def _choices(item: Item) -> Limit | None:
    least, most = item.min_choices, item.max_choices

    def check(clean: Any) -> Broken:
        if least is not None and len(clean) < least:
            return "min_choices", f"Choose at least {least}."
        if most is not None and len(clean) > most:
            return "max_choices", f"Choose at most {most}."
        return None

    return None if least is None and most is None else check


_LIMITS: Mapping[FieldType, Callable[[Item], Limit | None]] = MappingProxyType(
    {
        FieldType.INTEGER: _number,
        FieldType.DECIMAL: _number,
        FieldType.DATE: _moment,
        FieldType.TIME: _moment,
        FieldType.DATETIME: _moment,
        FieldType.TEXT: _text,
        FieldType.MULTILINE: _text,
        FieldType.EMAIL: _text,
        FieldType.PHONE: _text,
        FieldType.IDENTITY_NUMBER: _text,
        FieldType.MULTIPLE_CHOICE: _choices,
        FieldType.URL: _text,
        FieldType.BARCODE: _text,
        FieldType.HIDDEN: _text,
        FieldType.RATING: _rating,
        FieldType.MONEY: _money,
        FieldType.ADDRESS: _address,
        FieldType.PERSON_NAME: _person_name,
        FieldType.LOCATION: _location,
        **dict.fromkeys(UPLOADED, _upload),
    }
)
