"""Functions over text and choices (ODK: "string functions", "select questions")."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from api.domain.forms.engine import regex
from api.domain.forms.engine.operations.arguments import Operation, flat, number, position, scalar, text, trimmed, words
from api.domain.forms.engine.operations.numbers import round_half_up
from api.domain.forms.engine.values import Scalar, Value, bounded, to_string


def _selected(values: list[Value], _zone: str) -> bool:
    return trimmed(values[1]) in words(values[0])


def _selected_at(values: list[Value], zone: str) -> str:
    chosen, at = words(values[0]), position(values[1], zone)
    return chosen[at] if at is not None and 0 <= at < len(chosen) else ""


def _count_selected(values: list[Value], _zone: str) -> float:
    return float(len(words(values[0])))


def _substr(values: list[Value], zone: str) -> str:
    source = text(values[0])
    start = position(values[1], zone)
    end = position(values[2], zone) if len(values) > 2 else len(source)
    if start is None or end is None:
        return ""
    size = len(source)
    start = max(start + size, 0) if start < 0 else start
    end = max(end + size, 0) if end < 0 else end
    return source[start:end]


def _substring(values: list[Value], zone: str) -> str:
    """XPath 1.0 section 4.2: positions count from 1 and are rounded."""
    source = text(values[0])
    first = round_half_up(number(values[1], zone))
    last = math.inf if len(values) < 3 else first + round_half_up(number(values[2], zone))
    if first != first or last != last:
        return ""
    begin = 0 if first < 1 else min(first - 1, len(source))
    end = min(last - 1, len(source))
    return source[int(begin) : int(end)] if end > begin else ""


def _substring_before(values: list[Value], _zone: str) -> str:
    before, found, _ = text(values[0]).partition(text(values[1]) or "\0")
    return before if found else ""


def _substring_after(values: list[Value], _zone: str) -> str:
    wanted = text(values[1])
    if not wanted:
        return text(values[0])
    return text(values[0]).partition(wanted)[2]


def _translate(values: list[Value], _zone: str) -> str:
    source, target = text(values[1]), text(values[2])
    table: dict[str, str] = {}
    for at, character in enumerate(source):
        table.setdefault(character, target[at] if at < len(target) else "")
    return "".join(table.get(character, character) for character in text(values[0]))


def _concat(values: list[Value], _zone: str) -> str:
    return bounded("".join(to_string(value) for value in flat(values)))


def _join(values: list[Value], _zone: str) -> str:
    return bounded(text(values[0]).join(to_string(value) for value in flat(values[1:])))


def _normalize_space(values: list[Value], _zone: str) -> str:
    return " ".join(words(values[0]))


def _coalesce(values: list[Value], _zone: str) -> Scalar:
    for value in values:
        found = scalar(value)
        if found != "":
            return found
    return ""


TEXT_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "selected": _selected,
        "selected-at": _selected_at,
        "count-selected": _count_selected,
        "substr": _substr,
        "substring": _substring,
        "substring-before": _substring_before,
        "substring-after": _substring_after,
        "translate": _translate,
        "concat": _concat,
        "join": _join,
        "normalize-space": _normalize_space,
        "coalesce": _coalesce,
        "string": lambda values, _zone: text(values[0]),
        "string-length": lambda values, _zone: float(len(text(values[0]))),
        "contains": lambda values, _zone: text(values[1]) in text(values[0]),
        "starts-with": lambda values, _zone: text(values[0]).startswith(text(values[1])),
        "ends-with": lambda values, _zone: text(values[0]).endswith(text(values[1])),
        "regex": lambda values, _zone: regex.matches(text(values[1]), text(values[0])),
        "boolean-from-string": lambda values, _zone: trimmed(values[0]) in ("true", "1"),
    }
)
