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


def broken_limit(item: Item, clean: Any) -> Broken:
    """The first limit of `item` that a clean answer breaks. The message never holds the answer."""
    check = _CHECKS.get(item.type) if item.type is not None else None
    return None if check is None else check(item, clean)


def _number(item: Item, clean: Any) -> Broken:
    if isinstance(item.minimum, int | float) and clean < item.minimum:
        return "minimum", f"This has to be at least {_shown(item.minimum)}."
    if isinstance(item.maximum, int | float) and clean > item.maximum:
        return "maximum", f"This may be at most {_shown(item.maximum)}."
    return None


def _shown(number: int | float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _moment(item: Item, clean: Any) -> Broken:
    number = moment_number(item.type, clean)
    least = moment_number(item.type, item.minimum) if isinstance(item.minimum, str) else None
    most = moment_number(item.type, item.maximum) if isinstance(item.maximum, str) else None
    if number is not None and least is not None and number < least:
        return "minimum", f"This may not be before {item.minimum}."
    if number is not None and most is not None and number > most:
        return "maximum", f"This may not be after {item.maximum}."
    return None


def _text(item: Item, clean: Any) -> Broken:
    if item.min_length is not None and len(clean) < item.min_length:
        return "min_length", f"This needs at least {item.min_length} characters."
    if item.pattern is not None and not regex.matches(item.pattern, clean):
        return "pattern", "This does not have the form that is asked for."
    return None


def _rating(item: Item, clean: Any) -> Broken:
    least = item.minimum if isinstance(item.minimum, int | float) else 1
    most = item.maximum if isinstance(item.maximum, int | float) else 5
    if clean < least:
        return "minimum", f"This has to be at least {_shown(least)}."
    if clean > most:
        return "maximum", f"This may be at most {_shown(most)}."
    step = item.step or 1
    marks = (clean - least) / step
    if abs(marks - math.floor(marks + 0.5)) > 1e-9:
        return "step", f"This goes in steps of {_shown(step)} from {_shown(least)}."
    return None


def _money(item: Item, clean: Any) -> Broken:
    amount, currency = clean["amount"], clean["currency"]
    if isinstance(item.minimum, int | float) and amount < item.minimum:
        return "minimum", f"This has to be at least {minor_text(int(item.minimum), currency)}."
    if isinstance(item.maximum, int | float) and amount > item.maximum:
        return "maximum", f"This may be at most {minor_text(int(item.maximum), currency)}."
    return None


def _address(_item: Item, clean: Any) -> Broken:
    if "line1" in clean and "country" in clean:
        return None
    return "incomplete", "An address needs its first line and its country."


def _person_name(_item: Item, clean: Any) -> Broken:
    if "given" in clean or "family" in clean:
        return None
    return "incomplete", "This needs a given name or a family name."


def _location(_item: Item, clean: Any) -> Broken:
    if "latitude" in clean and "longitude" in clean:
        return None
    return "incomplete", "A place needs its latitude and its longitude."


def _upload(item: Item, clean: Any) -> Broken:
    if not accepted(item, clean["media_type"]):
        return "media_type", "Files of this kind are not accepted here."
    if item.max_bytes is not None and clean["size"] > item.max_bytes:
        return "max_bytes", f"The file may have at most {item.max_bytes} bytes."
    return None


def _choices(item: Item, clean: Any) -> Broken:
    if item.min_choices is not None and len(clean) < item.min_choices:
        return "min_choices", f"Choose at least {item.min_choices}."
    if item.max_choices is not None and len(clean) > item.max_choices:
        return "max_choices", f"Choose at most {item.max_choices}."
    return None


_CHECKS: Mapping[FieldType, Callable[[Item, Any], Broken]] = MappingProxyType(
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
