"""Registrations as their people hold them: what tickets, calendars and mails say. The current state, set-based."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, FlowVersion
from api.domain.forms.engine import FormDocument
from api.domain.organizations import service as organizations
from api.domain.registrations import access, plain_answers, repository, rules, service
from api.domain.registrations.models import Registration
from api.domain.registrations.repository import RegistrationRepository
from api.domain.registrations.rules import Rules
from api.lib import clock
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

# How long after an event whoever has its mail can open the registration.
_MANAGE_WINDOW = timedelta(days=30)


class Held(msgspec.Struct, frozen=True):
    """A registration with its event. ``people`` are (name, ticket) of those who come; ``answers`` those that the
    organiser lets onto the ticket, never a sensitive one."""

    uid: UUID
    id: int
    organization_id: int
    organization: str
    event: Event
    state: str
    deleted: bool
    revision: int
    locale: str
    name: str
    email: str
    number: str | None
    updated_at: datetime
    people: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


async def of_caller(uow: UnitOfWork, uid: UUID, staff: Permission | None = Permission.REGISTRATION_READ) -> Held:
    """Return a registration that the caller holds, or may see as staff.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await access.enter(uow, uid, staff)
    return (await _held(uow, [row]))[uid]


async def of_uids(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, Held]:
    """Return registrations by uid, deleted ones too, in a fixed number of statements. Needs the system scope."""
    return await _held(uow, await RegistrationRepository(session=uow.session).by_uids(uids)) if uids else {}


async def manage_links(uow: UnitOfWork, held: Sequence[Held]) -> dict[UUID, str]:
    """Return a link for each registration that opens it until thirty days after the event, as often as needed."""
    tokens = await access.grant_tokens(
        uow,
        [(one.id, one.organization_id, _until(one.event)) for one in held],
        "manage",
    )
    return {one.uid: service.link(uow, token) for one, token in zip(held, tokens, strict=True)}


def _until(event: Event) -> datetime:
    return max(event.ends_at, clock.now()) + _MANAGE_WINDOW


async def _held(uow: UnitOfWork, rows: Sequence[Registration]) -> dict[UUID, Held]:
    ids = [row.id for row in rows]
    event_ids = [row.event_id for row in rows]
    events = await catalog.by_ids(uow, event_ids)
    homes = await organizations.by_ids(uow, [row.organization_id for row in rows])
    tickets = await _tickets(uow, list(events.values()))
    said = await rules.of(uow, event_ids)
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    by_id = {row.id: row for row in rows}
    for one in await repository.attendees_of(uow.session, ids):
        name = plain_answers.said(tickets.get(one.ticket_id), by_id[one.registration_id].locale, "en")
        people[one.registration_id].append((one.name, name))
    answers = await _answers(uow, rows, said)
    return {
        row.uid: Held(
            uid=row.uid,
            id=row.id,
            organization_id=row.organization_id,
            organization=homes[row.organization_id].name if row.organization_id in homes else "",
            event=events[row.event_id],
            state=row.state,
            deleted=row.deleted_at is not None,
            revision=row.revision,
            locale=row.locale,
            name=row.contact_name,
            email=row.contact_email,
            number=row.confirmation_number,
            updated_at=row.updated_at,
            people=tuple(people[row.id]),
            answers=tuple(answers.get(row.id, ())),
        )
        for row in rows
        if row.event_id in events
    }


async def _tickets(uow: UnitOfWork, events: Sequence[Event]) -> dict[int, dict[str, str]]:
    by_event = await ticket_service.of_events(uow, events)
    return {ticket.id: ticket.name for some in by_event.values() for ticket in some}


async def _answers(
    uow: UnitOfWork, rows: Sequence[Registration], said: Mapping[int, Rules]
) -> dict[int, list[tuple[str, str]]]:
    wanted = [row for row in rows if said[row.event_id].on_ticket]
    if not wanted:
        return {}
    saved: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    # What is stored here holds no sensitive answer: those lie apart.
    for step in await repository.steps_of(uow.session, [row.id for row in wanted]):
        saved[step.registration_id][step.step] = step.answers
    found: dict[int, list[tuple[str, str]]] = {}
    for row in wanted:
        flow = await access.flow_of(uow, row)
        documents = await documents_of(uow, flow)
        found[row.id] = [
            plain_answers.line(documents[step], field, saved[row.id][step][name], row.locale, row.clock_timezone)
            for step, name in rules.names(said[row.event_id].on_ticket)
            if step in documents and name in saved[row.id].get(step, {})
            for field in (plain_answers.fields_of(documents[step]).get(name),)
            if field is not None
        ]
    return found


async def documents_of(uow: UnitOfWork, flow: FlowVersion) -> dict[str, FormDocument]:
    """Return the documents of a flow's forms by step; the process keeps what it has read."""
    key = f"flow-documents:{flow.id}"
    kept: dict[str, FormDocument] | None = uow.kernel.memo.get(key)
    if kept is None:
        forms = await flow_service.forms_of(uow, flow)
        kept = {
            step.name: plain_answers.document_of(forms[step.form_version].source)
            for step in flow.document.steps
            if step.form_version is not None
        }
        uow.kernel.memo.put(key, kept)
    return kept
