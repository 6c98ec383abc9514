"""The default column: a value, or an expression that is evaluated when the form opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from api.domain.forms.engine.functions import FUNCTIONS
from api.domain.forms.engine.parser import Call, Column, Expression, Reference, children, parse
from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.xlsform.exact import json_of
from api.domain.forms.engine.xlsform.parameters import number

TRUE = frozenset({"yes", "true", "true()", "1", "y", "x"})
FALSE = frozenset({"no", "false", "false()", "0", "n", ""})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.RATING})
_LISTS = frozenset({FieldType.MULTIPLE_CHOICE, FieldType.RANKING})
_FLAGS = frozenset({FieldType.BOOLEAN, FieldType.CONSENT, FieldType.ACKNOWLEDGE})
_OBJECTS = frozenset(
    {
        FieldType.MATRIX, FieldType.ADDRESS, FieldType.PERSON_NAME, FieldType.FILE, FieldType.IMAGE, FieldType.AUDIO,
        FieldType.VIDEO, FieldType.SIGNATURE,
    }
)  # fmt: skip
_FREE = frozenset({FieldType.TEXT, FieldType.MULTILINE, FieldType.HIDDEN, FieldType.BARCODE})
_AMOUNT = re.compile(r"(-?\d+)\s+([A-Z]{3})")
_POINT = ("latitude", "longitude", "altitude", "accuracy")


def read_default(text: str, kind: FieldType) -> Any:
    """The default that the cell `text` gives a field of type `kind`. Raises ValueError where it gives none."""
    if text.startswith("="):
        return text
    if kind in _NUMBERS:
        try:
            return number(text)
        except ValueError:
            return _expression(text)
    if _dynamic(text):
        return f"={text}"
    if "${" in text and kind not in _FREE:
        raise ValueError(text)
    return _value(text, kind)


def write_default(value: Any, kind: FieldType) -> str:
    """The cell that `read_default` gives back as `value`; '' where there is none."""
    for text in _candidates(value, kind):
        try:
            read = read_default(text, kind)
        except ValueError:
            continue
        if msgspec.json.encode(read, order="sorted") == msgspec.json.encode(value, order="sorted"):
            return text
    return ""


def _candidates(value: Any, kind: FieldType) -> list[str]:
    if isinstance(value, str):
        return [value.removeprefix("="), value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list | tuple):
        return [" ".join(str(one) for one in value)]
    if isinstance(value, dict):
        json = msgspec.json.encode(value, order="sorted").decode()
        if kind is FieldType.MONEY:
            return [f"{value.get('amount')} {value.get('currency')}"]
        if kind is FieldType.LOCATION:
            return [" ".join(str(value[part]) for part in _POINT if part in value)]
        return [json]
    return [str(value)]


def _expression(text: str) -> str:
    try:
        nodes = list(_nodes(text))
    except ExpressionInvalid as error:
        raise ValueError(text) from error
    if any(isinstance(node, Column) for node in nodes):
        # A bare word names a column of choices, of which there are none here.
        raise ValueError(text)
    return f"={text}"


def _dynamic(text: str) -> bool:
    """Whether `text` is an expression that asks for something: an answer, or a function that exists."""
    try:
        return any(
            isinstance(node, Reference) or (isinstance(node, Call) and node.name in FUNCTIONS) for node in _nodes(text)
        )
    except ExpressionInvalid:
        return False


def _nodes(text: str) -> Iterator[Expression]:
    waiting = [parse(text)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def _value(text: str, kind: FieldType) -> Any:
    if kind in _LISTS:
        return text.split()
    if kind in _FLAGS:
        return _flag(text)
    if kind in _OBJECTS:
        return _object(text)
    if kind is FieldType.MONEY:
        amount = _AMOUNT.fullmatch(text)
        if amount is None:
            raise ValueError(text)
        return {"amount": int(amount[1]), "currency": amount[2]}
    if kind is FieldType.LOCATION:
        numbers = [number(part) for part in text.split()]
        if not 2 <= len(numbers) <= len(_POINT):
            raise ValueError(text)
        return dict(zip(_POINT, numbers, strict=False))
    return text


def _flag(text: str) -> bool:
    lower = text.lower()
    if lower not in TRUE | FALSE | {"ok"}:
        raise ValueError(text)
    return lower in TRUE or lower == "ok"


def _object(text: str) -> Any:
    value = json_of(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    return value
