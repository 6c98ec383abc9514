"""The event as an entry for calendars: iCalendar (RFC 5545), exchanged as iTIP says (RFC 5546)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Calendar, Event

_PRODUCT = "-//Global PRS//registration//EN"

# RFC 5545, section 3.3.8: integers have 32 bits.
_MOST = 2**31 - 1


class CalendarFacts(msgspec.Struct, frozen=True):
    """What an entry says. ``uid`` never changes for a registration; ``sequence`` rises with every change."""

    uid: str
    sequence: int
    title: str
    description: str
    place: str
    url: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    cancelled: bool


def render(facts: CalendarFacts) -> bytes:
    """Return the entry with its zone's rules: METHOD is PUBLISH, or CANCEL where the registration is cancelled.

    Times are of the event's zone, so that a calendar shows the same clock whatever becomes of the zone's rules.
    """
    zone = ZoneInfo(facts.zone)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method(facts))
    entry = Event()
    entry.add("uid", facts.uid)
    entry.add("sequence", min(facts.sequence, _MOST))
    entry.add("dtstamp", facts.changed_at)
    entry.add("last-modified", facts.changed_at)
    entry.add("dtstart", facts.starts_at.astimezone(zone))
    entry.add("dtend", facts.ends_at.astimezone(zone))
    entry.add("summary", facts.title)
    entry.add("description", facts.description)
    if facts.place:
        entry.add("location", facts.place)
    entry.add("url", facts.url)
    entry.add("status", "CANCELLED" if facts.cancelled else "CONFIRMED")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def method(facts: CalendarFacts) -> str:
    """Return the method, which the media type of a mail's part names too."""
    return "CANCEL" if facts.cancelled else "PUBLISH"
