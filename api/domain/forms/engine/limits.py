"""Ranges, lengths, patterns and numbers of choices: what a well-formed answer may still break."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine import regex
from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.moment import moment_number
from api.domain.forms.engine.types import FieldType

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
    }
)
