"""Which types an operator or a function accepts. Every refusal says what to write instead."""

from __future__ import annotations

import math
from collections.abc import Sequence

from api.domain.forms.engine.emitter import Typed
from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.types import TEMPORAL, ValueType
from api.domain.forms.engine.values import to_number

_WORDS = {
    ValueType.STRING: "text",
    ValueType.NUMBER: "a number",
    ValueType.BOOLEAN: "true or false",
    ValueType.DATE: "a date",
    ValueType.TIME: "a time",
    ValueType.DATETIME: "a date with time",
    ValueType.CHOICE: "a choice",
    ValueType.CHOICES: "several choices",
}
_COUNTED = TEMPORAL | {ValueType.NUMBER}


def _clash(message: str, at: int) -> ExpressionInvalid:
    return ExpressionInvalid("type_clash", message, at)


def _counts_as_number(value: Typed) -> bool:
    if isinstance(value.literal, str):
        return value.literal == "" or not math.isnan(to_number(value.literal, "UTC"))
    return value.type is not ValueType.CHOICES


def require_number(value: Typed, what: str, at: int) -> None:
    if not _counts_as_number(value):
        shown = repr(value.literal) if isinstance(value.literal, str) else "several choices"
        raise _clash(f"{what} needs a number, not {shown}", at)


def require_selection(value: Typed, what: str, at: int) -> None:
    if value.type in (ValueType.NUMBER, ValueType.BOOLEAN) or value.type in TEMPORAL:
        raise _clash(f"{what} needs a choice, not {_WORDS[value.type]}", at)


def require_temporal(value: Typed, what: str, at: int) -> None:
    if value.type in (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.CHOICES):
        raise _clash(f"{what} needs a date, not {_WORDS[value.type]}", at)
    require_number(value, what, at)


def require_comparable(left: Typed, right: Typed, at: int) -> None:
    """For `=` and `!=`."""
    if "" in (left.literal, right.literal):
        return
    for one, other in ((left, right), (right, left)):
        _comparable(one, other, at)


def _comparable(one: Typed, other: Typed, at: int) -> None:
    boolean = one.type is ValueType.BOOLEAN and other.type not in (ValueType.BOOLEAN, None)
    if boolean and other.literal not in ("true", "false"):
        raise _clash(f"true or false cannot be compared with {_shown(other)}", at)
    if isinstance(other.literal, str):
        _comparable_text(one, other.literal, at)
    if one.type is ValueType.TIME and other.type in (ValueType.DATE, ValueType.DATETIME):
        raise _clash("a time of day cannot be compared with a date", at)


def _comparable_text(one: Typed, text: str, at: int) -> None:
    if one.choices is not None and one.type is ValueType.CHOICE and text not in one.choices:
        raise ExpressionInvalid("unknown_choice", f"{text!r} is not among the choices of this field", at)
    if one.type not in _COUNTED:
        return
    if math.isnan(to_number(text, "UTC")):
        raise _clash(f"{_WORDS[one.type]} cannot be compared with {text!r}", at)


def require_ordered(left: Typed, right: Typed, at: int) -> None:
    """For `<`, `<=`, `>`, `>=`, which compare numbers and moments."""
    for one in (left, right):
        if one.type is ValueType.BOOLEAN:
            raise _clash("true or false is neither more nor less than anything", at)
        require_number(one, "the comparison", at)
    types = {left.type, right.type}
    if ValueType.TIME in types and types & {ValueType.DATE, ValueType.DATETIME}:
        raise _clash("a time of day cannot be compared with a date", at)


def require_choice(value: Typed, wanted: Typed, at: int) -> None:
    """For selected(): the text looked for has to be one of the field's choices."""
    if value.choices is not None and isinstance(wanted.literal, str) and wanted.literal not in value.choices:
        raise ExpressionInvalid("unknown_choice", f"{wanted.literal!r} is not among the choices of this field", at)


def common_type(values: Sequence[Typed]) -> ValueType | None:
    """The type of whichever of `values` is taken; None where they differ."""
    types = {value.type for value in values if value.literal != ""}
    if types == {ValueType.CHOICE, ValueType.STRING}:
        return ValueType.STRING
    return types.pop() if len(types) == 1 else (ValueType.STRING if not types else None)


def _shown(value: Typed) -> str:
    if value.literal is not None:
        return repr(value.literal)
    return _WORDS[value.type] if value.type else "this"
