"""Seats of a registration: chosen and held while it is a draft, taken when it is confirmed, given back afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.domain.audit import service as audit
from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import Event, Ticket
from api.domain.catalog.errors import TicketSoldOut
from api.domain.registrations import repository
from api.domain.registrations.contracts import SeatChoice
from api.domain.registrations.models import Registration, SeatHold
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.uow import UnitOfWork


def checked(choice: Sequence[SeatChoice], pointer: str) -> list[tuple[object, int]]:
    """Refuse a choice that names a ticket twice.

    Raises:
        Unprocessable: it does.
    """
    seen = set()
    for index, seat in enumerate(choice):
        if seat.ticket in seen:
            raise Unprocessable(
                errors=(FieldProblem(f"{pointer}/{index}/ticket", "duplicate", "Name each ticket once."),)
            )
        seen.add(seat.ticket)
    return [(seat.ticket, seat.quantity) for seat in choice]


async def choose(
    uow: UnitOfWork, registration: Registration, event: Event, choice: Sequence[SeatChoice], pointer: str
) -> None:
    """Replace the seats a draft holds.

    Raises:
        TicketNotOnSale, TicketSoldOut, Unprocessable: the former seats then stay held.
    """
    checked(choice, pointer)
    late = allows(registration, "late")
    wanted = await ticket_service.chosen(
        uow, event, [(seat.ticket, seat.quantity) for seat in choice], pointer, late=late
    )
    if registration.is_test:
        await repository.put_seats(uow.session, registration.id, trial_rows(registration, wanted))
        return
    before = await repository.seats_of(uow.session, [registration.id], lock=True)
    held = {row.ticket_id: row.quantity for row in before if row.state == "held"}
    tickets = {ticket.id: (ticket, quantity) for ticket, quantity in wanted}
    # One pass in the tickets' order, each counter changed once: two drafts that swap tickets never wait in a circle.
    for ticket_id in sorted(held.keys() | tickets.keys()):
        ticket, quantity = tickets.get(ticket_id, (None, 0))
        more = quantity - held.get(ticket_id, 0)
        if more > 0 and ticket is not None:
            await make_room(uow, registration, ticket, more)
            await _hold(uow, registration, ticket, more)
        elif more < 0:
            await ticket_service.give_back(uow, [{"ticket_id": ticket_id, "held": -more, "taken": 0}])
    until = clock.now() + timedelta(seconds=uow.kernel.settings.hold_seconds)
    await repository.put_seats(
        uow.session, registration.id, [_row(registration, ticket, quantity, until) for ticket, quantity in wanted]
    )


def allows(registration: Registration, what: str) -> bool:
    """Tell whether staff have let a registration do something: ``late``, ``over`` or ``silent``."""
    return bool((registration.allowance or {}).get(what))


def trial_rows(registration: Registration, wanted: Sequence[tuple[Ticket, int]]) -> list[dict[str, object]]:
    """Return seats that are chosen and never counted: those of a trial."""
    return [
        _row(registration, ticket, quantity, None) | {"state": "wanted", "held_until": None}
        for ticket, quantity in wanted
    ]


async def make_room(uow: UnitOfWork, registration: Registration, ticket: Ticket, quantity: int) -> None:
    """Add the seats that a registration lacks which staff let go over the capacity; the trail is told how many."""
    if not allows(registration, "over"):
        return
    added = await ticket_service.make_room(uow, ticket, quantity)
    if added:
        await audit.record(
            uow, "registration.seats-added", subject_type="registration", subject_uid=registration.uid,
            organization_id=registration.organization_id, details={"seats": added},
        )  # fmt: skip


def _row(registration: Registration, ticket: Ticket, quantity: int, until: datetime | None) -> dict[str, object]:
    return {
        "registration_id": registration.id,
        "organization_id": registration.organization_id,
        "ticket_id": ticket.id,
        "quantity": quantity,
        "state": "held",
        "held_until": until,
    }


async def _hold(uow: UnitOfWork, registration: Registration, ticket: Ticket, quantity: int) -> None:
    try:
        await ticket_service.hold(uow, ticket, quantity)
    except TicketSoldOut:
        # Not its own: those are counted already, and are about to be held anew.
        if not await free_expired(uow, ticket.id, but=registration.id):
            raise
        await ticket_service.hold(uow, ticket, quantity)


async def free_expired(uow: UnitOfWork, ticket_id: int | None = None, *, but: int | None = None) -> int:
    """Give back seats whose hold has run out, except those of the registration ``but``; returns how many."""
    freed = await repository.expire_holds(uow.session, clock.now(), ticket_id, but=but)
    await ticket_service.give_back(uow, [{"ticket_id": key, "held": seats, "taken": 0} for key, seats in freed])
    return sum(seats for _, seats in freed)


async def refuse_sold_out(uow: UnitOfWork, wanted: Sequence[tuple[Ticket, int]]) -> None:
    """Spare the work of a registration that finds no seat. Only a glance: whether there is one is decided by ``take``.

    Raises:
        TicketSoldOut: no seat was left a moment ago.
    """
    for ticket, quantity in wanted:
        if ticket.available is not None and ticket.available < quantity and not await free_expired(uow, ticket.id):
            raise ticket_service.sold_out(ticket)


async def release(uow: UnitOfWork, registrations: Sequence[Registration]) -> None:
    """Give back everything some registrations hold or have taken, and forget their seats."""
    ids = [registration.id for registration in registrations]
    back: dict[int, dict[str, int]] = {}
    for row in await repository.seats_of(uow.session, ids, lock=True):
        if row.state != "wanted":
            total = back.setdefault(row.ticket_id, {"ticket_id": row.ticket_id, "held": 0, "taken": 0})
            total[row.state] += row.quantity
    await ticket_service.give_back(uow, list(back.values()))
    await repository.drop_seats(uow.session, ids)


async def take(uow: UnitOfWork, tickets: Sequence[Ticket], rows: Sequence[SeatHold]) -> None:
    """Turn the seats of a draft into taken ones, in the tickets' order. The contended rows come last.

    Raises:
        TicketSoldOut: a hold had run out and the seats are gone.
    """
    by_id = {ticket.id: ticket for ticket in tickets}
    for row in sorted(rows, key=lambda seat: seat.ticket_id):
        held = row.quantity if row.state == "held" else 0
        row.state, row.held_until = "taken", None
        await uow.session.flush()
        try:
            await ticket_service.take(uow, by_id[row.ticket_id], row.quantity, held=held)
        except TicketSoldOut:
            if not await free_expired(uow, row.ticket_id):
                raise
            await ticket_service.take(uow, by_id[row.ticket_id], row.quantity, held=held)


async def take_more(uow: UnitOfWork, ticket: Ticket, quantity: int) -> None:
    """Take seats for a registration that is confirmed already.

    Raises:
        TicketSoldOut: there are not enough.
    """
    try:
        await ticket_service.take(uow, ticket, quantity, held=0)
    except TicketSoldOut:
        if not await free_expired(uow, ticket.id):
            raise
        await ticket_service.take(uow, ticket, quantity, held=0)
