"""Arguments of a function: scalars as they are, lists where a nodeset was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from api.domain.forms.engine.values import XPATH_SPACE, Scalar, Value, to_number, to_string

Operation = Callable[[list[Value], str], Scalar]
"""Arguments and the name of the time zone."""

_SPACES = str.maketrans("\t\r\n", "   ")


def scalar(value: Value) -> Scalar:
    """A nodeset as one value is its first node (XPath 1.0 section 4.2)."""
    if isinstance(value, list):
        return value[0] if value else ""
    return value


def flat(values: Iterable[Value]) -> list[Scalar]:
    found: list[Scalar] = []
    for value in values:
        if isinstance(value, list):
            found.extend(value)
        else:
            found.append(value)
    return found


def text(value: Value) -> str:
    return to_string(scalar(value))


def trimmed(value: Value) -> str:
    return text(value).strip(XPATH_SPACE)


def number(value: Value, zone: str) -> float:
    return to_number(scalar(value), zone)


def numbers(values: Iterable[Value], zone: str) -> list[float]:
    """The answered ones as numbers."""
    return [to_number(value, zone) for value in flat(values) if value != ""]


def words(value: Value) -> list[str]:
    return [word for word in text(value).translate(_SPACES).split(" ") if word]


def position(value: Value, zone: str) -> int | None:
    found = number(value, zone)
    return int(found) if found == found and abs(found) < 2**31 else None
