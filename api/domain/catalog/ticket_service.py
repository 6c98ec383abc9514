"""Tickets, and the seats that registrations hold and take."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from api.domain.audit import service as audit
from api.domain.catalog import contracts, repository, service
from api.domain.catalog.contracts import EventState
from api.domain.catalog.errors import CapacityBelowTaken, EventNotReady, TicketNotOnSale, TicketSoldOut
from api.domain.catalog.models import EventTicket, TicketCounter
from api.domain.catalog.repository import FlowVersionRepository, TicketRepository
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound
from api.lib.security import Permission
from api.lib.uow import UnitOfWork


def _contract(row: Row[EventTicket, TicketCounter]) -> contracts.Ticket:
    ticket, counter = row
    available = None if counter.capacity is None else max(0, counter.capacity - counter.taken - counter.held)
    return contracts.Ticket(
        id=ticket.id,
        uid=ticket.uid,
        event_id=ticket.event_id,
        name=ticket.name,
        description=ticket.description,
        capacity=counter.capacity,
        available=available,
        sales_start=ticket.sales_start,
        sales_end=ticket.sales_end,
        max_per_order=ticket.max_per_order,
        price_minor=ticket.price_minor,
        currency=ticket.currency,
        position=ticket.position,
        revision=ticket.revision,
    )


async def of(uow: UnitOfWork, event: contracts.Event) -> list[contracts.Ticket]:
    """Return an event's tickets with what is left of them."""
    return [_contract(row) for row in await TicketRepository(session=uow.session).of_event(event.id)]


async def create(uow: UnitOfWork, event: UUID, *, capacity: int | None, values: Mapping[str, Any]) -> contracts.Ticket:
    """Add a ticket.

    Raises:
        NotFound: no such event for this caller.
        EventNotReady: the published flow cannot carry it.
    """
    row = await service.manage(uow, event)
    await _fits_flow(uow, row, values)
    ticket = await TicketRepository(session=uow.session).add(
        EventTicket(organization_id=row.organization_id, event_id=row.id, **values)
    )
    counter = TicketCounter(ticket_id=ticket.id, organization_id=row.organization_id, capacity=capacity)
    uow.session.add(counter)
    await uow.session.flush()
    await audit.record(
        uow, "ticket.created", subject_type="ticket", subject_uid=ticket.uid, organization_id=row.organization_id
    )
    await service.changed(uow, row)
    return await _by_uid(uow, row.id, ticket.uid)


async def _by_uid(uow: UnitOfWork, event_id: int, uid: UUID) -> contracts.Ticket:
    rows = await TicketRepository(session=uow.session).of_event(event_id)
    return next(_contract(row) for row in rows if row[0].uid == uid)


async def _fits_flow(uow: UnitOfWork, event: Any, values: Mapping[str, Any]) -> None:
    if event.state == EventState.PUBLISHED and values.get("price_minor", 0) > 0:
        raise EventNotReady(
            "A ticket with a price needs a way to pay first.",
            errors=(FieldProblem("/price_minor", "unsupported", "Set it to 0."),),
        )
    if event.flow_version_id is None or values.get("max_per_order", 1) == 1:
        return
    version = await FlowVersionRepository(session=uow.session).get_one_or_none(id=event.flow_version_id)
    if version is not None and b'"kind":"attendees"' not in version.document:
        raise EventNotReady(
            "Add an attendees step to the flow and publish it first.",
            errors=(FieldProblem("/max_per_order", "maximum", "The published flow has no attendees step."),),
        )


async def update(uow: UnitOfWork, uid: UUID, revision: int | None, changes: dict[str, Any]) -> contracts.Ticket:
    """Change a ticket; ``capacity`` never falls below the seats that are gone.

    Raises:
        NotFound, PreconditionFailed, CapacityBelowTaken: as their names say.
    """
    await service.enter_of(uow, "ticket", uid, Permission.EVENT_MANAGE)
    found = await TicketRepository(session=uow.session).lock(uid)
    if found is None:
        raise NotFound
    ticket, counter = found
    ticket.expect(revision)
    if "capacity" in changes:
        capacity = changes.pop("capacity")
        if capacity is not None and capacity < counter.held + counter.taken:
            raise CapacityBelowTaken(extra={"held": counter.held, "taken": counter.taken})
        counter.capacity = capacity
    events = await service.by_ids(uow, [ticket.event_id])
    await _fits_flow(uow, events[ticket.event_id], changes)
    for name, value in changes.items():
        setattr(ticket, name, value)
    ticket.touch()
    row = await service.manage(uow, events[ticket.event_id].uid)
    await service.changed(uow, row)
    return await _by_uid(uow, ticket.event_id, uid)


async def chosen(
    uow: UnitOfWork,
    event: contracts.Event,
    wanted: Sequence[tuple[UUID, int]],
    pointer: str,
    *,
    late: bool = False,
) -> list[tuple[contracts.Ticket, int]]:
    """Return the tickets of a choice, after checking that each can be taken so; ``late`` lets their time pass.

    Raises:
        TicketNotOnSale: one is not the event's, not on sale now, or wanted in a number it does not allow.
    """
    return choose(await of(uow, event), wanted, pointer, late=late)


def choose(
    offered: Sequence[contracts.Ticket], wanted: Sequence[tuple[UUID, int]], pointer: str, *, late: bool = False
) -> list[tuple[contracts.Ticket, int]]:
    """Return the tickets of a choice among those that the event has, as ``chosen``.

    Raises:
        TicketNotOnSale: as ``chosen``.
    """
    tickets = {ticket.uid: ticket for ticket in offered}
    now = clock.now()
    found: list[tuple[contracts.Ticket, int]] = []
    problems: list[FieldProblem] = []
    for index, (uid, quantity) in enumerate(wanted):
        ticket = tickets.get(uid)
        where = f"{pointer}/{index}"
        if ticket is None or not (late or ticket.on_sale(now)) or ticket.price_minor > 0:
            problems.append(FieldProblem(f"{where}/ticket", "choice", "This ticket is not on sale."))
        elif quantity > ticket.max_per_order:
            most = ticket.max_per_order
            problems.append(FieldProblem(f"{where}/quantity", "maximum", f"At most {most} per registration."))
        else:
            found.append((ticket, quantity))
    if problems:
        raise TicketNotOnSale(errors=tuple(problems))
    return found


async def make_room(uow: UnitOfWork, ticket: contracts.Ticket, quantity: int) -> int:
    """Raise a ticket's capacity by the seats that are missing for ``quantity`` more; returns by how many."""
    return await repository.make_room(uow.session, ticket.id, quantity)


def sold_out(ticket: contracts.Ticket) -> TicketSoldOut:
    """Return the error that names the ticket."""
    return TicketSoldOut(
        errors=(FieldProblem("/tickets", "sold_out", "No seat is left on this ticket."),),
        extra={"ticket": str(ticket.uid)},
    )


async def hold(uow: UnitOfWork, ticket: contracts.Ticket, quantity: int) -> None:
    """Hold seats for an open draft.

    Raises:
        TicketSoldOut: there are not enough.
    """
    if not await repository.hold_seats(uow.session, ticket.id, quantity):
        raise sold_out(ticket)


async def take(uow: UnitOfWork, ticket: contracts.Ticket, quantity: int, *, held: int) -> None:
    """Take seats for a registration that is being confirmed, of which ``held`` were held.

    Raises:
        TicketSoldOut: there are not enough.
    """
    if not await repository.take_seats(uow.session, ticket.id, quantity, held=held):
        raise sold_out(ticket)


async def give_back(uow: UnitOfWork, seats: Sequence[dict[str, Any]]) -> None:
    """Return seats: ``{"ticket_id", "held", "taken"}`` each."""
    await repository.give_back(uow.session, seats)


async def uids(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, UUID]:
    """Return tickets' uids by their private ids, whether on sale or deleted."""
    return await repository.ticket_uids(uow.session, sorted(set(ids))) if ids else {}


async def names(uow: UnitOfWork, event_ids: Sequence[int]) -> dict[int, str]:
    """Return the tickets' names of some events by their private ids, for lists and exports."""
    return await repository.ticket_names(uow.session, sorted(set(event_ids)))


async def of_events(uow: UnitOfWork, events: Sequence[contracts.Event]) -> dict[UUID, list[contracts.Ticket]]:
    """Return the tickets of some events by event uid, in one statement."""
    by_id = {event.id: event.uid for event in events}
    found: dict[UUID, list[contracts.Ticket]] = {event.uid: [] for event in events}
    for row in await TicketRepository(session=uow.session).of_events(sorted(by_id)):
        found[by_id[row[0].event_id]].append(_contract(row))
    return found
