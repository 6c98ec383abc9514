"""The one moment an evaluation knows, and dates as day numbers.

ODK counts a date as days since 1970-01-01 and a time of day as a fraction of a day, both on the wall
clock; the wall clock here is the event's, so that a night's change of the server's zone changes nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

DAY = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_INSTANT_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")
_OFFSET = re.compile(r"Z|[+-]([0-9]{2}):([0-9]{2})")


class Clock(msgspec.Struct, frozen=True):
    """`now` is aware and in UTC; `timezone` is an IANA name. Stored with a draft."""

    now: datetime
    timezone: str


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone called `name`, or UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def instant(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC."""
    return (moment - _INSTANT_ZERO) // timedelta(milliseconds=1)


def parse_date(text: str) -> int | None:
    """Days since 1970 of `YYYY-MM-DD`, None where it is no date of the calendar."""
    # fromisoformat() takes other forms too (`20260131`, `2026-W05-6`), which have their hyphens elsewhere.
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        return None


def parse_time(text: str) -> int | None:
    """Milliseconds since midnight of `HH:MM[:SS[.fff]]`."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int(((match[4] or "") + "000")[:3])
    return ((hour * 60 + minute) * 60 + second) * 1000 + fraction


def parse_datetime(text: str) -> int | None:
    """Milliseconds since 1970 in UTC of an RFC 3339 date-time (section 5.6) with its offset."""
    if len(text) < 17 or text[10] != "T":
        return None
    day = parse_date(text[:10])
    offset_at = next((at for at in range(11, len(text)) if text[at] in "Z+-"), None)
    if day is None or offset_at is None:
        return None
    time = parse_time(text[11:offset_at])
    offset = _parse_offset(text[offset_at:])
    if time is None or offset is None:
        return None
    moment = day * DAY + time - offset * 60_000
    return moment if _MIN_INSTANT <= moment <= _MAX_INSTANT else None


def _parse_offset(text: str) -> int | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    if text == "Z":
        return 0
    hours, minutes = int(match[1]), int(match[2])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


MIN_DAY = 1 - _EPOCH
MAX_DAY = date(9999, 12, 31).toordinal() - _EPOCH
# A day from each end, so that every zone can show every instant.
_MIN_INSTANT = (MIN_DAY + 1) * DAY
_MAX_INSTANT = MAX_DAY * DAY - 1
_FIRST_KNOWN = (date(1972, 1, 1).toordinal() - _EPOCH) * DAY
_LAST_KNOWN = (date(2038, 1, 1).toordinal() - _EPOCH) * DAY - 1


def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of month of a day number between MIN_DAY and MAX_DAY."""
    found = date.fromordinal(day + _EPOCH)
    return found.year, found.month, found.day


def date_text(day: int) -> str:
    year, month, day_of_month = civil(day)
    return f"{year:04d}-{month:02d}-{day_of_month:02d}"


def offset_at(moment: int, name: str) -> int:
    """Milliseconds by which the wall clock of zone `name` is ahead of UTC at `moment`."""
    if name == "UTC":
        return 0
    # Before 1972 and after 2037 copies of the zone database differ: the offsets at these ends are taken.
    known = min(max(moment, _FIRST_KNOWN), _LAST_KNOWN)
    ahead = (_INSTANT_ZERO + timedelta(milliseconds=known)).astimezone(zone(name)).utcoffset()
    return 0 if ahead is None else ahead // timedelta(milliseconds=1)


def to_wall(moment: int, name: str) -> int:
    """Wall-clock milliseconds since 1970-01-01T00:00 in zone `name`."""
    return moment + offset_at(moment, name)


def from_wall(wall: int, name: str) -> int:
    """The instant of a wall-clock time: the earlier of two, and past a gap by the gap's length."""
    earlier = wall - offset_at(wall - DAY, name)
    if to_wall(earlier, name) == wall:
        return earlier
    later = wall - offset_at(wall + DAY, name)
    return later if to_wall(later, name) == wall else earlier


def in_range(moment: int) -> bool:
    return _MIN_INSTANT <= moment <= _MAX_INSTANT


def time_text(milliseconds: int) -> str:
    """`HH:MM`, with seconds and milliseconds where they are not zero."""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{hour:02d}:{minute:02d}"
    if fraction:
        return f"{text}:{second:02d}.{fraction:03d}"
    return f"{text}:{second:02d}" if second else text


def _full_time(milliseconds: int) -> str:
    text = time_text(milliseconds)
    return text if len(text) > 5 else f"{text}:00"


def utc_text(moment: int) -> str:
    """RFC 3339 in UTC with `Z`, milliseconds only where they are not zero."""
    day, milliseconds = divmod(moment, DAY)
    return f"{date_text(day)}T{_full_time(milliseconds)}Z"


def zoned_text(moment: int, name: str) -> str:
    """RFC 3339 with the offset that zone `name` has at `moment`."""
    offset = offset_at(moment, name)
    day, milliseconds = divmod(moment + offset, DAY)
    sign, minutes = ("-", -offset // 60_000) if offset < 0 else ("+", offset // 60_000)
    return f"{date_text(day)}T{_full_time(milliseconds)}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
