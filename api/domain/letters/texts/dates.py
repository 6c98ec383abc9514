"""Moments as people read them, in an event's zone and in the reader's language (CLDR, by Babel)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date


def shown(moment: datetime, zone: str, locale: str) -> str:
    """Return a moment on the clock of ``zone``, e.g. ``20 December 2026, 10:00``; in English where the language is not
    known."""
    there = moment.astimezone(ZoneInfo(zone))
    try:
        language = Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        language = Locale("en")
    return f"{format_date(there, 'd MMMM y', locale=language)}, {there:%H:%M}"
