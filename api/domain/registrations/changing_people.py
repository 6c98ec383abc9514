"""Who comes, after a change. Whoever stays keeps their uid: the back office changes a row rather than adding one."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec
from sqlalchemy import insert, update

from api.domain.catalog.contracts import FlowVersion, StepKind, Ticket
from api.domain.registrations import repository, service
from api.domain.registrations.contracts import AttendeeInput, StepInput
from api.domain.registrations.models import Attendee, Registration
from api.lib import clock
from api.lib.uow import UnitOfWork


class Seats(Protocol):
    """Seats after a change, by ticket."""

    @property
    def after(self) -> dict[int, int]: ...


class Plan(msgspec.Struct, frozen=True):
    """The people who come, and which rows become theirs; ``gone`` come no more."""

    wanted: tuple[AttendeeInput, ...]
    kept: tuple[tuple[Attendee, int, AttendeeInput], ...]
    added: tuple[tuple[int, AttendeeInput, int], ...]
    gone: tuple[Attendee, ...]

    @property
    def differs(self) -> bool:
        moved = any((row.name, row.email) != (_name(one), one.email) for row, _, one in self.kept)
        return moved or bool(self.added or self.gone)


def _name(person: AttendeeInput) -> str:
    return person.name.strip()


async def planned(
    uow: UnitOfWork,
    row: Registration,
    flow: FlowVersion,
    given: Mapping[str, StepInput],
    contact: Mapping[str, str],
    seats: Seats,
    tickets: Sequence[Ticket],
) -> Plan:
    """Return who comes: as given; without an attendees step, the registrant on every seat; else as before."""
    present = [one for one in await repository.attendees_of(uow.session, [row.id]) if one.state == "registered"]
    uids = {ticket.id: ticket.uid for ticket in tickets}
    step = flow.of_kind(StepKind.ATTENDEES)
    if step is None:
        name, email = contact.get("name", ""), contact.get("email", "")
        wanted = tuple(
            AttendeeInput(uids[key], name, email)
            for key, quantity in sorted(seats.after.items())
            for _ in range(quantity)
        )
    elif step.name in given and given[step.name].attendees is not None:
        wanted = given[step.name].attendees or ()
    else:
        wanted = tuple(AttendeeInput(uids[one.ticket_id], one.name, one.email) for one in present)
    return _matched(present, wanted, {uid: key for key, uid in uids.items()})


def _matched(present: Sequence[Attendee], wanted: tuple[AttendeeInput, ...], ids: Mapping[UUID, int]) -> Plan:
    """Give each person the row they had; then, on the same ticket, the row of whoever comes no more."""
    free = list(present)
    rows: dict[int, Attendee] = {}

    def claim(position: int, *, same: bool) -> None:
        person = wanted[position]
        for one in free:
            alike = (one.name, one.email) == (_name(person), person.email)
            if one.ticket_id == ids.get(person.ticket) and (alike or not same):
                rows[position] = one
                free.remove(one)
                return

    for same in (True, False):
        for position in range(len(wanted)):
            if position not in rows:
                claim(position, same=same)
    added = tuple(
        (position, person, ids[person.ticket])
        for position, person in enumerate(wanted)
        if position not in rows and person.ticket in ids
    )
    kept = tuple((rows[position], position, wanted[position]) for position in sorted(rows))
    return Plan(wanted, kept, added, tuple(free))


async def put(uow: UnitOfWork, row: Registration, plan: Plan) -> None:
    """Write who comes. Whoever comes no more stays as withdrawn, so that the back office learns of it."""
    now = clock.now()
    for one, position, person in plan.kept:
        if (one.name, one.email, one.position) != (_name(person), person.email, position):
            one.name, one.email, one.position = _name(person), person.email, position
            one.touch()
    await uow.session.flush()
    if plan.added:
        added = [
            service.attendee_row(row, position, ticket_id, person) | {"state": "registered"}
            for position, person, ticket_id in plan.added
        ]
        await uow.session.execute(insert(Attendee).values(added))
    if plan.gone:
        await uow.session.execute(
            update(Attendee)
            .where(Attendee.id.in_([one.id for one in plan.gone]))
            .values(state="withdrawn", revision=Attendee.revision + 1, updated_at=now)
        )
