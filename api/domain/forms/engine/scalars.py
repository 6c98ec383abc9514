"""Stored answers as expressions see them: whole, or one part of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.codes import CURRENCIES
from api.domain.forms.engine.fields.composite import ADDRESS_PARTS, NAME_PARTS, geopoint
from api.domain.forms.engine.fields.number import plain_number
from api.domain.forms.engine.operations.arguments import words
from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.values import Scalar, to_boolean, to_number, to_string


def as_scalar(raw: Any) -> Scalar:
    """A stored answer of any type as one value; a masked one as it is shown, a matrix as ''."""
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float):
        return float(raw)
    if isinstance(raw, list | tuple):
        return " ".join(one for one in raw if isinstance(one, str))
    return _of_parts(raw) if isinstance(raw, dict) else ""


def _of_parts(raw: Mapping[str, Any]) -> Scalar:
    """By the parts themselves: the conditions between steps see answers without their form."""
    if len(raw) == 1 and isinstance(raw.get("masked"), str):
        return str(raw["masked"])
    if "upload" in raw:
        return _joined(raw, ("name",), "")
    if "amount" in raw and raw.get("currency") in CURRENCIES:
        return float(raw["amount"] / 10 ** CURRENCIES[raw["currency"]])
    if "latitude" in raw:
        return geopoint(raw)
    if raw.keys() <= set(NAME_PARTS):
        return _joined(raw, NAME_PARTS, " ")
    return _joined(raw, ADDRESS_PARTS, ", ") if raw.keys() <= set(ADDRESS_PARTS) else ""


def _joined(raw: Mapping[str, Any], names: tuple[str, ...], between: str) -> str:
    return between.join(raw[name] for name in names if isinstance(raw.get(name), str))


def part_of(raw: Any, part: str) -> Scalar:
    """One part of a stored answer: of money `currency`, of a matrix the answer of a row; '' where there is none."""
    value = raw.get(part, "") if isinstance(raw, dict) else ""
    return "" if isinstance(value, dict) else as_scalar(value)


_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.RATING})
_TRUTHS = frozenset({FieldType.BOOLEAN, FieldType.CONSENT, FieldType.ACKNOWLEDGE})
_LISTS = frozenset({FieldType.MULTIPLE_CHOICE, FieldType.RANKING})
WORKED_OUT = frozenset(FieldType) - {
    FieldType.MONEY,
    FieldType.MATRIX,
    FieldType.ADDRESS,
    FieldType.PERSON_NAME,
    FieldType.LOCATION,
}
"""Types whose default may be an expression: it gives one value, and these have several parts."""


def as_answer(item: Item, value: Scalar) -> Any:
    """`value` in the JSON of an answer to `item`; None where it is none."""
    if value == "":
        return None
    if item.type in _NUMBERS:
        number = to_number(value, "UTC")
        return plain_number(number) if number - number == 0 else None
    if item.type in _TRUTHS:
        return value != "false" and to_boolean(value)
    return words(value) if item.type in _LISTS else to_string(value)
