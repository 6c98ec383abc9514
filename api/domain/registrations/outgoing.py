"""Registrations as other systems receive them. The drain reads the current state, so revisions coalesce."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.privacy import consents
from api.domain.registrations import access, answers, repository
from api.domain.registrations.contracts import Outgoing, OutgoingAttendee, RegistrationState
from api.domain.registrations.models import Attendee, Registration
from api.domain.registrations.repository import RegistrationRepository
from api.lib.uow import UnitOfWork


async def registrations(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Return the current state of some registrations, in a fixed number of statements. Needs the system scope."""
    rows = await RegistrationRepository(session=uow.session).by_uids(uids)
    ids = [row.id for row in rows]
    events = await catalog.by_ids(uow, [row.event_id for row in rows])
    people: dict[int, list[Attendee]] = defaultdict(list)
    for person in await repository.attendees_of(uow.session, ids, withdrawn=True):
        people[person.registration_id].append(person)
    steps: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for step in await repository.steps_of(uow.session, ids):
        steps[step.registration_id][step.step] = step.answers
    tickets = await ticket_service.uids(uow, [one.ticket_id for some in people.values() for one in some])
    return {
        row.uid: Outgoing(
            uid=row.uid,
            organization_id=row.organization_id,
            event_uid=events[row.event_id].uid,
            revision=row.revision,
            state=RegistrationState(row.state),
            deleted=row.deleted_at is not None,
            confirmation_number=row.confirmation_number,
            locale=row.locale,
            name=row.contact_name,
            email=row.contact_email,
            phone=row.contact_phone,
            submitted_at=row.submitted_at,
            attendees=[
                OutgoingAttendee(
                    one.uid,
                    tickets[one.ticket_id],
                    one.name,
                    one.email,
                    one.state in ("cancelled", "withdrawn") or row.state == "cancelled",
                )
                for one in people[row.id]
            ],
            answers=await _shared(uow, row, steps[row.id]),
        )
        for row in rows
        if row.event_id in events
    }


async def _shared(uow: UnitOfWork, row: Registration, saved: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the answers declared as shared with the back office. Flows and forms come from the process's memory."""
    flow = await access.flow_of(uow, row)
    forms = await flow_service.forms_of(uow, flow)
    found = {
        step.name: answers.shared(forms[step.form_version].compiled, saved[step.name])
        for step in flow.document.steps
        if step.form_version and step.name in saved
    }
    return {name: given for name, given in found.items() if given}


async def consenting(uow: UnitOfWork, purpose: str, uids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of some registrations whose people agree to a purpose now. Needs the system scope."""
    rows = await RegistrationRepository(session=uow.session).by_uids(uids)
    agreed = await consents.consenting(uow, purpose, [row.id for row in rows])
    return frozenset(row.uid for row in rows if row.id in agreed)
