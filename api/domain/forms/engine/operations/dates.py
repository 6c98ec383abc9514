"""Functions over dates and times (ODK: "date and time functions"), on the wall clock of the event."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from api.domain.forms.engine import clock as clocks
from api.domain.forms.engine.operations.arguments import Operation, number, scalar, text, trimmed
from api.domain.forms.engine.values import NAN, Value, bounded, temporal_number

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")
"""From the first day of 1970, a Thursday."""
_SPECIFIER = re.compile(r"%(.)", re.DOTALL)


def _date(values: list[Value], zone: str) -> str:
    moment = _moment(values[0], zone)
    if moment is None:
        return ""
    day = math.floor(moment)
    return clocks.date_text(day) if clocks.MIN_DAY <= day <= clocks.MAX_DAY else ""


def _date_time(values: list[Value], zone: str) -> str:
    value = scalar(values[0])
    days = _moment(value, zone)
    if days is None:
        return ""
    exact = clocks.parse_datetime(value) if isinstance(value, str) else None
    wall = math.floor(days * clocks.DAY + 0.5)
    if exact is None and not clocks.in_range(wall):
        return ""
    moment = clocks.from_wall(wall, zone) if exact is None else exact
    return clocks.zoned_text(moment, zone) if clocks.in_range(moment) else ""


def _moment(value: Value, zone: str) -> float | None:
    days = number(value, zone)
    return days if math.isfinite(days) and abs(days) < 10_000_000 else None


def _decimal_time(values: list[Value], zone: str) -> float:
    days = temporal_number(trimmed(values[0]), zone)
    return days - math.floor(days) if math.isfinite(days) else NAN


def _format_date(values: list[Value], zone: str) -> str:
    moment = _moment(values[0], zone)
    if moment is None:
        return ""
    wall = math.floor(moment * clocks.DAY + 0.5)
    day, milliseconds = divmod(wall, clocks.DAY)
    if not clocks.MIN_DAY <= day <= clocks.MAX_DAY:
        return ""
    return bounded(_formatted(day, milliseconds, text(values[1])))


def _formatted(day: int, milliseconds: int, pattern: str) -> str:
    year, month, day_of_month = clocks.civil(day)
    seconds, fraction = divmod(milliseconds, 1000)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = {
        "Y": f"{year:04d}",
        "y": f"{year % 100:02d}",
        "m": f"{month:02d}",
        "n": str(month),
        "b": _MONTHS[month - 1],
        "d": f"{day_of_month:02d}",
        "e": str(day_of_month),
        "H": f"{hour:02d}",
        "h": str(hour),
        "M": f"{minute:02d}",
        "S": f"{second:02d}",
        "3": f"{fraction:03d}",
        "a": _WEEKDAYS[day % 7],
        "%": "%",
    }
    return _SPECIFIER.sub(lambda found: parts.get(found[1], found[0]), pattern)


DATE_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "date": _date,
        "date-time": _date_time,
        "decimal-date-time": lambda values, zone: number(values[0], zone),
        "decimal-time": _decimal_time,
        "format-date": _format_date,
        "format-date-time": _format_date,
    }
)
