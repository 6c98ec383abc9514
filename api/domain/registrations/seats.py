"""Seats of a registration: chosen and held while it is a draft, taken when it is confirmed, given back afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta

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
    wanted = await ticket_service.chosen(uow, event, [(seat.ticket, seat.quantity) for seat in choice], pointer)
    await release(uow, registration)
    until = clock.now() + timedelta(seconds=uow.kernel.settings.hold_seconds)
    for ticket, quantity in sorted(wanted, key=lambda pair: pair[0].id):
        await _hold(uow, ticket, quantity)
    await repository.put_seats(
        uow.session, registration.id, [_row(registration, ticket, quantity, until) for ticket, quantity in wanted]
    )


def _row(registration: Registration, ticket: Ticket, quantity: int, until: datetime) -> dict[str, object]:
    return {
        "registration_id": registration.id,
        "organization_id": registration.organization_id,
        "ticket_id": ticket.id,
        "quantity": quantity,
        "state": "held",
        "held_until": until,
    }


async def _hold(uow: UnitOfWork, ticket: Ticket, quantity: int) -> None:
    try:
        await ticket_service.hold(uow, ticket, quantity)
    except TicketSoldOut:
        if not await free_expired(uow, ticket.id):
            raise
        await ticket_service.hold(uow, ticket, quantity)


async def free_expired(uow: UnitOfWork, ticket_id: int | None = None) -> int:
    """Give back seats whose hold has run out; returns how many."""
    freed = await repository.expire_holds(uow.session, ticket_id)
    await ticket_service.give_back(uow, [{"ticket_id": key, "held": seats, "taken": 0} for key, seats in freed])
    return sum(seats for _, seats in freed)


async def release(uow: UnitOfWork, registration: Registration) -> None:
    """Give back everything a registration holds or has taken, and forget its seats."""
    rows = await repository.seats_of(uow.session, [registration.id], lock=True)
    await ticket_service.give_back(uow, [_returned(row) for row in rows if row.state != "wanted"])
    await repository.put_seats(uow.session, registration.id, [])


def _returned(row: SeatHold) -> dict[str, int]:
    held, taken = (row.quantity, 0) if row.state == "held" else (0, row.quantity)
    return {"ticket_id": row.ticket_id, "held": held, "taken": taken}


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
