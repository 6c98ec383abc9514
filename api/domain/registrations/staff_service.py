"""Registrations for staff: lists, search, export."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from api.domain.audit import service as audit
from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.forms import engine
from api.domain.organizations import service as organizations
from api.domain.registrations import answers, repository
from api.domain.registrations.contracts import RegistrationRow, RegistrationState
from api.domain.registrations.models import Registration
from api.domain.registrations.repository import RegistrationRepository
from api.lib import clock, csv_text
from api.lib.errors import NotFound
from api.lib.security import Permission, Principal, Scope
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

CHUNK = 500


async def enter(uow: UnitOfWork, organization: UUID, permission: Permission) -> list[int]:
    """Enter an organization with everything below it; returns their private ids, its own first.

    Raises:
        NotFound: it is none of the caller's business.
    """
    entered = await organizations.enter(uow, organization, permission)
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    return [entered.id, *sorted(below - {entered.id})]


async def event_id(uow: UnitOfWork, ids: Sequence[int], event: UUID | None) -> int | None:
    """Return the private key of an event to filter by.

    Raises:
        NotFound: it is not of these organizations.
    """
    if event is None:
        return None
    found = (await catalog.by_uids(uow, [event])).get(event)
    if found is None or found.organization_id not in ids:
        raise NotFound
    return found.id


async def listed(
    uow: UnitOfWork,
    ids: Sequence[int],
    *,
    words: str | None,
    event: int | None,
    state: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[RegistrationRow]:
    """Return up to ``limit`` registrations, the last changed first."""
    rows = await RegistrationRepository(session=uow.session).listed(
        ids, words=words, event_id=event, state=state, before=before, limit=limit
    )
    return listing(rows)


def listing(rows: Sequence[Row[Registration, int]]) -> list[RegistrationRow]:
    """Return registrations with the number of their attendees as the staff's lists show them."""
    return [
        RegistrationRow(
            row.uid,
            row.event_id,
            row.confirmation_number,
            row.contact_name,
            row.contact_email,
            RegistrationState(row.state),
            people,
            row.submitted_at,
            row.updated_at,
        )
        for row, people in rows
    ]


class Columns(msgspec.Struct, frozen=True):
    """The answer columns of an export: (step, path of names) by heading."""

    places: dict[str, tuple[str, tuple[str, ...]]]


async def columns(uow: UnitOfWork, event: Event | None) -> Columns:
    """Return the columns of an event's current flow, each naming its form version; none over several events."""
    if event is None or event.flow_version_id is None:
        return Columns({})
    flow = await flow_service.version(uow, event.flow_version_id)
    forms = await flow_service.forms_of(uow, flow)
    places: dict[str, tuple[str, tuple[str, ...]]] = {}
    for step in flow.document.steps:
        if step.form_version is None:
            continue
        form = forms[step.form_version]
        for path, _ in engine.leaf_fields(form.compiled):
            places[f"{step.name}.{'.'.join(path)} (v{form.number})"] = (step.name, path)
    return Columns(places)


async def export(
    kernel: Kernel, principal: Principal, request_id: str, scope: Scope, entered: int, event: Event | None
) -> AsyncIterator[bytes]:
    """Yield an event's or an organization's submitted registrations as CSV, chunk by chunk, in flat memory.

    It runs after the request's own transaction, so it opens its own. Sensitive answers are masked.
    """
    ids = sorted(scope.organization_ids)
    async with unit_of_work(kernel, principal, scope, request_id) as uow:
        chosen = await columns(uow, event)
        await audit.record(
            uow, "registrations.exported", subject_type="event", subject_uid=event.uid if event else None,
            organization_id=entered, details={"columns": len(chosen.places)},
        )  # fmt: skip
        yield csv_text.MARK + csv_text.line([*_HEAD, *chosen.places])
    after = 0
    while True:
        async with unit_of_work(kernel, principal, scope, request_id) as uow:
            rows = await RegistrationRepository(session=uow.session).chunk(
                ids, event.id if event else None, after, CHUNK
            )
            if not rows:
                return
            lines = [line async for line in _lines(uow, rows, chosen)]
        yield b"".join(lines)
        after = rows[-1].id


_HEAD = ("number", "state", "event", "name", "email", "phone", "seats", "tickets", "submitted_at", "cancelled_at")


async def _lines(uow: UnitOfWork, rows: Sequence[Registration], chosen: Columns) -> AsyncIterator[bytes]:
    ids = [row.id for row in rows]
    events = await catalog.by_ids(uow, [row.event_id for row in rows])
    names = await ticket_service.names(uow, [row.event_id for row in rows])
    seats: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for person in await repository.attendees_of(uow.session, ids):
        seats[person.registration_id].append((names.get(person.ticket_id, ""), 1))
    given: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for step in await repository.steps_of(uow.session, ids):
        given[step.registration_id][step.step] = step.answers
    masks: dict[tuple[int, str], dict[str, Any]] = defaultdict(dict)
    for secret in await repository.sealed_of(uow.session, ids):
        masks[secret.registration_id, secret.step][secret.pointer] = secret.mask
    for row in rows:
        shown = {step: answers.put_in(found, masks[row.id, step]) for step, found in given[row.id].items()}
        yield csv_text.line([*_core(row, events[row.event_id], seats[row.id]), *_cells(shown, chosen)])


def _core(row: Registration, event: Event, seats: Sequence[tuple[str, int]]) -> list[str]:
    return [
        row.confirmation_number or "",
        row.state,
        event.slug,
        row.contact_name,
        row.contact_email,
        row.contact_phone,
        str(len(seats)),
        "; ".join(sorted({name for name, _ in seats})),
        clock.isoformat(row.submitted_at) if row.submitted_at else "",
        clock.isoformat(row.cancelled_at) if row.cancelled_at else "",
    ]


def _cells(shown: Mapping[str, Mapping[str, Any]], chosen: Columns) -> Iterator[str]:
    for step, path in chosen.places.values():
        yield "; ".join(_text(value) for value in _values(shown.get(step, {}), path))


def _values(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif isinstance(node, Mapping) and path[0] in node:
        if len(path) == 1:
            yield node[path[0]]
        else:
            yield from _values(node[path[0]], path[1:])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return str(value)
