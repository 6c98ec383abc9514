"""Conversions between the values of an expression (XPath 1.0 section 4, with ODK's dates).

A value is a string, a double or a boolean; empty is the empty string. Dates are strings that count as
day numbers where a number is wanted.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from api.domain.forms.engine import clock as clocks

Scalar = str | float | bool
Value = str | float | bool | list[Scalar]

MAX_STRING = 10_000
NAN = math.nan
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
XPATH_SPACE = " \t\r\n"


def to_number(value: Scalar, zone: str) -> float:
    """`number()`; a date counts as days since 1970, a time as a fraction of a day, '' is NaN."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    text = value.strip(XPATH_SPACE)
    if _NUMBER.fullmatch(text):
        return float(text)
    return temporal_number(text, zone)


def temporal_number(text: str, zone: str) -> float:
    """Days on the wall clock of `zone` that a date, date-time or time of day stands for, else NaN."""
    if len(text) < 5:
        return NAN
    if text[2] == ":":
        time = clocks.parse_time(text)
        return NAN if time is None else time / clocks.DAY
    if len(text) == 10:
        day = clocks.parse_date(text)
        return NAN if day is None else float(day)
    moment = clocks.parse_datetime(text)
    return NAN if moment is None else clocks.to_wall(moment, zone) / clocks.DAY


def to_string(value: Scalar) -> str:
    """`string()`: no exponent, no trailing zeros, enough digits to tell two doubles apart."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return value


def number_text(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = format(Decimal(repr(value)), "f")
    return text[:-2] if text.endswith(".0") else text


def to_boolean(value: Scalar) -> bool:
    """`boolean()`: a number that is neither zero nor NaN, a string that is not empty."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and value == value
    return value != ""


def equal(left: Scalar, right: Scalar, zone: str) -> bool:
    """XPath 1.0 section 3.4 for `=`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, float) or isinstance(right, float):
        return to_number(left, zone) == to_number(right, zone)
    return left == right


def not_equal(left: Scalar, right: Scalar, zone: str) -> bool:
    """XPath 1.0 section 3.4 for `!=`; as NaN equals nothing, it differs from everything."""
    return not equal(left, right, zone)


def same_moment(left: Scalar, right: Scalar, zone: str) -> bool:
    """`=` where a date or time is on one side: as moments, or as strings where one side is empty."""
    if left == "" or right == "":
        return left == right
    return to_number(left, zone) == to_number(right, zone)


def bounded(text: str) -> str:
    """`text` cut to MAX_STRING characters, so that calculations cannot grow without end."""
    return text if len(text) <= MAX_STRING else text[:MAX_STRING]
