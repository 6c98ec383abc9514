"""Moments as people read them, in an event's zone. The names of months are CLDR's."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "hi": (
        "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
    ),
    "ar": (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
}  # fmt: skip


def shown(moment: datetime, zone: str, locale: str) -> str:
    """Return a moment on the clock of ``zone``, e.g. ``20 December 2026, 10:00``; in ISO's order where the language's
    names are not known."""
    there = moment.astimezone(ZoneInfo(zone))
    months = _MONTHS.get(locale.split("-")[0])
    if months is None:
        return there.strftime("%Y-%m-%d %H:%M")
    return f"{there.day} {months[there.month - 1]} {there.year}, {there:%H:%M}"
