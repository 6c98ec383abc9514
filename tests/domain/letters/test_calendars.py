"""Calendar entries: the event's own clock, one entry for ever, and a later word wins."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from icalendar import Calendar

from api.domain.letters.calendar_file import CalendarFacts, render

FACTS = CalendarFacts(
    uid="3f0c@prs.example",
    sequence=3,
    title="Retreat; with, commas",
    description="N-1\nhttps://prs.example/events/retreat",
    place="Pune",
    url="https://prs.example/events/retreat",
    zone="Europe/Berlin",
    # Summer time ends on 25 October 2026, between the beginning and the end.
    starts_at=datetime(2026, 10, 24, 8, tzinfo=UTC),
    ends_at=datetime(2026, 10, 26, 8, tzinfo=UTC),
    changed_at=datetime(2026, 9, 1, 12, tzinfo=UTC),
    cancelled=False,
)


def read(facts: CalendarFacts) -> tuple[Any, Any]:
    calendar: Any = Calendar.from_ical(render(facts))
    [entry] = calendar.walk("VEVENT")
    return calendar, entry


def test_times_are_of_the_events_zone_across_a_change_of_the_clock() -> None:
    calendar, entry = read(FACTS)
    begins, ends = entry["dtstart"], entry["dtend"]
    assert (begins.params["TZID"], begins.dt.hour, ends.dt.hour) == ("Europe/Berlin", 10, 9)
    assert begins.dt.astimezone(UTC) == FACTS.starts_at
    assert ends.dt.astimezone(UTC) == FACTS.ends_at
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Europe/Berlin"
    offsets = {part["tzoffsetto"].td for part in zone.subcomponents}
    assert offsets >= {timedelta(hours=1), timedelta(hours=2)}


@pytest.mark.parametrize(
    "zone", ["Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
)
def test_every_zone_says_the_same_moment(zone: str) -> None:
    _, entry = read(msgspec.structs.replace(FACTS, zone=zone))
    assert entry["dtstart"].dt.astimezone(UTC) == FACTS.starts_at
    assert entry["dtstart"].dt.hour == FACTS.starts_at.astimezone(ZoneInfo(zone)).hour


def test_an_entry_is_published_and_a_cancelled_one_withdrawn() -> None:
    calendar, entry = read(FACTS)
    assert (calendar["method"], entry["status"], entry["uid"], entry["sequence"]) == (
        "PUBLISH", "CONFIRMED", "3f0c@prs.example", 3,
    )  # fmt: skip
    assert entry["summary"] == "Retreat; with, commas"
    calendar, entry = read(msgspec.structs.replace(FACTS, cancelled=True, sequence=4))
    assert (calendar["method"], entry["status"], entry["uid"], entry["sequence"]) == (
        "CANCEL", "CANCELLED", "3f0c@prs.example", 4,
    )  # fmt: skip


def test_a_title_adds_no_line_to_the_file() -> None:
    _, entry = read(msgspec.structs.replace(FACTS, title="x\r\nATTENDEE:mailto:everyone@example.org"))
    assert "attendee" not in entry
