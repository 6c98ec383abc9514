"""Registrations as the back office's records: one for each attendee."""

from typing import Any

import msgspec

from api.domain.registrations.contracts import Outgoing, RegistrationState

REGISTRATION = "event.registration"


def attendee_rows(registration: Outgoing) -> list[dict[str, Any]]:
    """Return the attendees of a registration. Of the answers only those declared as shared, none that is sensitive."""
    shared = msgspec.json.encode(registration.answers, order="sorted").decode() if registration.answers else False
    return [
        {
            "ext_uuid": str(person.uid),
            "ext_rev": registration.revision,
            "event_id": str(registration.event_uid),
            "event_ticket_id": str(person.ticket_uid),
            "name": person.name,
            "email": person.email or registration.email or False,
            "phone": registration.phone if position == 0 and registration.phone else False,
            "state": "cancel" if person.cancelled or registration.state is RegistrationState.CANCELLED else "open",
            "prs_number": registration.confirmation_number or False,
            "prs_answers": shared if position == 0 else False,
            "active": not registration.deleted,
        }
        for position, person in enumerate(registration.attendees)
    ]
