"""Events and tickets as the back office's records."""

from typing import Any

from api.domain.catalog.contracts import Event, EventState, Ticket

EVENT = "event.event"
TICKET = "event.event.ticket"


def words(text: dict[str, str]) -> str:
    """Return a text for the back office: English where there is one."""
    return text.get("en") or next(iter(text.values()), "")


def event_row(event: Event) -> dict[str, Any]:
    """Return an event. Seats are never limited there: the back office's own limit is racy, capacity is ours."""
    return {
        "ext_uuid": str(event.uid),
        "ext_rev": event.revision,
        "name": words(event.title) or event.slug,
        "date_begin": event.starts_at,
        "date_end": event.ends_at,
        "date_tz": event.timezone,
        "seats_limited": False,
        "active": event.state is not EventState.ARCHIVED,
    }


def ticket_row(event: Event, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket; every change of a ticket is a revision of its event."""
    return {
        "ext_uuid": str(ticket.uid),
        "ext_rev": event.revision,
        "name": words(ticket.name),
        "event_id": str(event.uid),
        "sequence": ticket.position,
    }
