"""Which functions exist, what they take and give; and which are refused, and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from api.domain.forms.engine.types import ValueType

MANY = 100
"""Arguments that a function without a limit of its own may have."""


class Takes(Enum):
    ANY = "any"
    TEXT = "text"
    NUMBER = "number"
    TEMPORAL = "temporal"
    SELECTION = "selection"
    SET = "set"
    """A nodeset, or single values standing for one."""


class Signature(NamedTuple):
    takes: tuple[Takes, ...]
    gives: ValueType | None
    """None: the type of its arguments, which the compiler works out."""
    least: int
    most: int
    discloses: bool = True
    """Whether the result can tell a sensitive argument's value."""


def _fixed(gives: ValueType | None, *takes: Takes, optional: int = 0, discloses: bool = True) -> Signature:
    return Signature(takes, gives, len(takes) - optional, len(takes), discloses)


def _open(gives: ValueType | None, *takes: Takes, least: int = 1, discloses: bool = True) -> Signature:
    return Signature(takes, gives, least, MANY, discloses)


_TEXT, _NUMBER, _BOOLEAN = ValueType.STRING, ValueType.NUMBER, ValueType.BOOLEAN

FUNCTIONS: Mapping[str, Signature] = MappingProxyType(
    {
        "true": _fixed(_BOOLEAN),
        "false": _fixed(_BOOLEAN),
        "not": _fixed(_BOOLEAN, Takes.ANY, discloses=False),
        "boolean": _fixed(_BOOLEAN, Takes.ANY, discloses=False),
        "boolean-from-string": _fixed(_BOOLEAN, Takes.ANY, discloses=False),
        "if": _fixed(None, Takes.ANY, Takes.ANY, Takes.ANY),
        "coalesce": _open(None, Takes.ANY, least=2),
        "once": _fixed(None, Takes.ANY),
        "checklist": Signature((Takes.NUMBER, Takes.NUMBER, Takes.ANY), _BOOLEAN, 3, MANY, discloses=False),
        "weighted-checklist": Signature((Takes.NUMBER, Takes.NUMBER, Takes.ANY), _BOOLEAN, 4, MANY, discloses=False),
        "selected": _fixed(_BOOLEAN, Takes.SELECTION, Takes.TEXT, discloses=False),
        "selected-at": _fixed(_TEXT, Takes.SELECTION, Takes.NUMBER),
        "count-selected": _fixed(_NUMBER, Takes.SELECTION, discloses=False),
        "jr:choice-name": _fixed(_TEXT, Takes.ANY, Takes.TEXT),
        "string": _fixed(_TEXT, Takes.ANY),
        "string-length": _fixed(_NUMBER, Takes.TEXT, discloses=False),
        "concat": _open(_TEXT, Takes.SET, least=1),
        "join": _open(_TEXT, Takes.TEXT, Takes.SET, least=2),
        "substr": _fixed(_TEXT, Takes.TEXT, Takes.NUMBER, Takes.NUMBER, optional=1),
        "substring": _fixed(_TEXT, Takes.TEXT, Takes.NUMBER, Takes.NUMBER, optional=1),
        "substring-before": _fixed(_TEXT, Takes.TEXT, Takes.TEXT),
        "substring-after": _fixed(_TEXT, Takes.TEXT, Takes.TEXT),
        "translate": _fixed(_TEXT, Takes.TEXT, Takes.TEXT, Takes.TEXT),
        "normalize-space": _fixed(_TEXT, Takes.TEXT),
        "contains": _fixed(_BOOLEAN, Takes.TEXT, Takes.TEXT, discloses=False),
        "starts-with": _fixed(_BOOLEAN, Takes.TEXT, Takes.TEXT, discloses=False),
        "ends-with": _fixed(_BOOLEAN, Takes.TEXT, Takes.TEXT, discloses=False),
        "regex": _fixed(_BOOLEAN, Takes.TEXT, Takes.TEXT, discloses=False),
        "number": _fixed(_NUMBER, Takes.ANY),
        "round": _fixed(_NUMBER, Takes.NUMBER, Takes.NUMBER, optional=1),
        "int": _fixed(_NUMBER, Takes.NUMBER),
        "floor": _fixed(_NUMBER, Takes.NUMBER),
        "ceiling": _fixed(_NUMBER, Takes.NUMBER),
        "abs": _fixed(_NUMBER, Takes.NUMBER),
        "sqrt": _fixed(_NUMBER, Takes.NUMBER),
        "pow": _fixed(_NUMBER, Takes.NUMBER, Takes.NUMBER),
        "pi": _fixed(_NUMBER),
        "sum": _open(_NUMBER, Takes.SET),
        "min": _open(_NUMBER, Takes.SET),
        "max": _open(_NUMBER, Takes.SET),
        "count": _fixed(_NUMBER, Takes.SET, discloses=False),
        "count-non-empty": _fixed(_NUMBER, Takes.SET, discloses=False),
        "position": _fixed(_NUMBER, Takes.SET),
        "indexed-repeat": Signature((Takes.SET, Takes.SET, Takes.NUMBER), None, 3, 13),
        "today": _fixed(ValueType.DATE),
        "now": _fixed(ValueType.DATETIME),
        "date": _fixed(ValueType.DATE, Takes.TEMPORAL),
        "date-time": _fixed(ValueType.DATETIME, Takes.TEMPORAL),
        "decimal-date-time": _fixed(_NUMBER, Takes.TEMPORAL),
        "decimal-time": _fixed(_NUMBER, Takes.TEMPORAL),
        "format-date": _fixed(_TEXT, Takes.TEMPORAL, Takes.TEXT),
        "format-date-time": _fixed(_TEXT, Takes.TEMPORAL, Takes.TEXT),
    }
)

_NOT_REPEATABLE = "it gives another value each time, so server and screen would disagree"
_NOT_EXACT = "its last digits differ between machines, so server and screen would disagree"
_NO_FILES = "forms carry no data files; use a choice list with columns and a choice filter"
_NO_TRANSLATIONS = "write the text itself, or ask for a choice's label with jr:choice-name()"
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "pulldata": _NO_FILES,
        "instance": _NO_FILES,
        "random": _NOT_REPEATABLE,
        "randomize": _NOT_REPEATABLE,
        "uuid": _NOT_REPEATABLE,
        **dict.fromkeys(
            ("exp", "exp10", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "atan2"), _NOT_EXACT
        ),
        **dict.fromkeys(("area", "distance", "geofence"), _NOT_EXACT),
        "current": "in a choice filter a bare name is a column of the list and ${name} an answer; write those",
        "jr:itext": _NO_TRANSLATIONS,
        "jr:choice-label": _NO_TRANSLATIONS,
        "digest": "a form cannot hash answers; mark the field as sensitive instead",
        "version": "an answer already names the form version it was given to",
        "property": "a browser tells nothing about the device",
        "last": "write count(${repeat}) for the number of items",
        "index": "write position(..) for the number of the item",
    }
)
