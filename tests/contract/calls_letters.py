"""Mails, tickets, calendar entries, and changes after the confirmation."""

from collections.abc import Callable
from dataclasses import replace

from tests.contract.call import Call
from tests.contract.ground import Ground

WORDS = {"subject": "Hello {{ name }}", "body": "<p>{{ event }}</p>"}
_AT = {"kind": "confirmation", "locale": "en"}


def _of_organization(ground: Ground, **more: object) -> Call:
    return Call({"organization": ground.organization, **_AT}, **more)  # type: ignore[arg-type]


def _of_event(ground: Ground, **more: object) -> Call:
    return Call({"event": str(ground.world.event), **_AT}, **more)  # type: ignore[arg-type]


def _held(ground: Ground, **more: object) -> Call:
    call = Call({"registration": ground.confirmed.uid}, holder=ground.confirmed.headers)
    return replace(call, **more)  # type: ignore[arg-type]


CALLS: dict[str, Callable[[Ground], Call]] = {
    "listMailTemplates": lambda ground: Call({"organization": ground.organization}),
    "getMailTemplate": _of_organization,
    "saveMailTemplate": lambda ground: _of_organization(ground, json=WORDS),
    "resetMailTemplate": _of_organization,
    "listMailTemplateVersions": _of_organization,
    "previewMailTemplate": lambda ground: _of_organization(ground, json=WORDS),
    "tryMailTemplate": lambda ground: _of_organization(ground, json=WORDS),
    "listEventMailTemplates": lambda ground: Call({"event": str(ground.world.event)}),
    "getEventMailTemplate": _of_event,
    "saveEventMailTemplate": lambda ground: _of_event(ground, json=WORDS),
    "resetEventMailTemplate": _of_event,
    "previewEventMailTemplate": lambda ground: _of_event(ground, json=WORDS),
    "tryEventMailTemplate": lambda ground: _of_event(ground, json=WORDS),
    "getTicketPdf": _held,
    "getCalendarEntry": _held,
    "resendConfirmation": _held,
    "resendToAddress": lambda ground: Call(json={"event": ground.world.slug, "email": "asha@example.org"}),
    "listMailings": lambda ground: Call({"organization": ground.organization}),
    "startMailing": lambda ground: Call({"organization": ground.organization}, json={}),
    "stopMailing": lambda ground: Call({"organization": ground.organization, "mailing": ground.mailing}),
    "getAllowedChanges": _held,
    "changeRegistration": lambda ground: _held(
        ground,
        json={"steps": {"about": {"answers": {"age": 31}}}},
        headers={"If-Match": f'"{ground.changeable.revision}"'},
        path={"registration": ground.changeable.uid},
        holder=ground.changeable.headers,
    ),
    "getParticipantRules": lambda ground: Call({"event": str(ground.world.event)}),
    "saveParticipantRules": lambda ground: Call({"event": str(ground.world.event)}, json={"editable": ["about.age"]}),
}
