"""Events, tickets and flows in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Row, Select, func, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.catalog.models import (
    Event,
    EventCategory,
    EventFlow,
    EventFlowVersion,
    EventTicket,
    TicketCounter,
)

EventRow = Row[Event, EventCategory | None]

# How many events of a search are sorted rather than met in their order.
_FEW = 500


class EventRepository(SQLAlchemyAsyncRepository[Event]):
    """Events that are not deleted."""

    model_type = Event

    def alive(self) -> Select[Event, EventCategory]:
        """The one place that hides deleted rows."""
        return (
            select(Event, EventCategory)
            .outerjoin(EventCategory, EventCategory.id == Event.category_id)
            .where(Event.deleted_at.is_(None))
        )

    async def find(self, reference: UUID | str) -> EventRow | None:
        """Return an event by uid or slug."""
        which = Event.uid == reference if isinstance(reference, UUID) else Event.slug == reference
        return (await self.session.execute(self.alive().where(which))).first()

    async def ended(self, before: datetime, organization_ids: Sequence[int]) -> dict[int, datetime]:
        """Return the ends of events that were over before a time, deleted ones too, by private id."""
        found = await self.session.execute(
            select(Event.id, Event.ends_at).where(Event.ends_at < before, Event.organization_id.in_(organization_ids))
        )
        return {key: ends_at for key, ends_at in found}  # noqa: C416 (dict() does not take rows)

    async def by_ids(self, ids: Sequence[int]) -> Sequence[EventRow]:
        return (await self.session.execute(self.alive().where(Event.id.in_(ids)))).all()

    async def by_uids(self, uids: Sequence[UUID]) -> Sequence[EventRow]:
        return (await self.session.execute(self.alive().where(Event.uid.in_(uids)))).all()

    async def lock(self, uid: UUID, *, deleted: bool = False) -> Event | None:
        statement = select(Event).where(Event.uid == uid).with_for_update()
        return await self.session.scalar(statement if deleted else statement.where(Event.deleted_at.is_(None)))

    async def catalogue(
        self,
        *,
        words: str | None,
        category: str | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
        now: datetime,
    ) -> Sequence[EventRow]:
        """Return what is open to everyone and not yet over, by beginning."""
        statement = self.alive().where(Event.state.in_(("published", "closed")), Event.ends_at > now)
        if words:
            statement = statement.where(await self._matching(words))
        if category:
            statement = statement.where(EventCategory.slug == category)
        return await self._page(statement, after, limit)

    async def of(
        self, organization_ids: Sequence[int], after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[EventRow]:
        """Return all events of some organizations, whatever their state."""
        return await self._page(self.alive().where(Event.organization_id.in_(organization_ids)), after, limit)

    async def _matching(self, words: str) -> ColumnElement[bool]:
        """Every word must begin some word of the event, whatever their accents.

        Few events are looked up by the index of words; many are soon met on the way through the calendar.
        """
        query = func.prs_query(words)
        found: list[int] = await self.session.scalar(select(func.prs_events_found(query, _FEW + 1))) or []
        return Event.id.in_(found) if len(found) <= _FEW else Event.search.op("@@")(query)

    async def _page(
        self, statement: Select[Event, EventCategory], after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[EventRow]:
        if after is not None:
            statement = statement.where(tuple_(Event.starts_at, Event.uid) > after)
        return (await self.session.execute(statement.order_by(Event.starts_at, Event.uid).limit(limit))).all()


async def image_uids(session: AsyncSession, uids: Sequence[UUID]) -> set[UUID]:
    """Return which of these are an event's picture, deleted events included: they can be restored."""
    found = await session.scalars(select(Event.image_uid).where(Event.image_uid.in_(uids)))
    return {uid for uid in found if uid is not None}


class CategoryRepository(SQLAlchemyAsyncRepository[EventCategory]):
    """Shelves of the catalogue."""

    model_type = EventCategory

    async def all(self) -> list[EventCategory]:
        found = await self.session.scalars(
            select(EventCategory)
            .where(EventCategory.deleted_at.is_(None))
            .order_by(EventCategory.position, EventCategory.slug)
            .limit(500)
        )
        return list(found)

    async def by_slug(self, slug: str) -> EventCategory | None:
        return await self.session.scalar(
            select(EventCategory).where(EventCategory.slug == slug, EventCategory.deleted_at.is_(None))
        )


class TicketRepository(SQLAlchemyAsyncRepository[EventTicket]):
    """Tickets with their counters."""

    model_type = EventTicket

    async def of_event(self, event_id: int) -> Sequence[Row[EventTicket, TicketCounter]]:
        return await self.of_events([event_id])

    async def of_events(self, event_ids: Sequence[int]) -> Sequence[Row[EventTicket, TicketCounter]]:
        statement = (
            select(EventTicket, TicketCounter)
            .join(TicketCounter, TicketCounter.ticket_id == EventTicket.id)
            .where(EventTicket.event_id.in_(event_ids), EventTicket.deleted_at.is_(None))
            .order_by(EventTicket.position, EventTicket.id)
            # The counters change under other transactions: never answer from the session's memory.
            .execution_options(populate_existing=True)
        )
        return (await self.session.execute(statement)).all()

    async def lock(self, uid: UUID) -> Row[EventTicket, TicketCounter] | None:
        statement = (
            select(EventTicket, TicketCounter)
            .join(TicketCounter, TicketCounter.ticket_id == EventTicket.id)
            .where(EventTicket.uid == uid, EventTicket.deleted_at.is_(None))
            .with_for_update()
        )
        return (await self.session.execute(statement)).first()


class FlowRepository(SQLAlchemyAsyncRepository[EventFlow]):
    """Flows as they are edited."""

    model_type = EventFlow

    async def of_event(self, event_id: int, *, lock: bool = False) -> EventFlow | None:
        statement = select(EventFlow).where(EventFlow.event_id == event_id)
        return await self.session.scalar(statement.with_for_update() if lock else statement)


class FlowVersionRepository(SQLAlchemyAsyncRepository[EventFlowVersion]):
    """Published flows."""

    model_type = EventFlowVersion

    async def latest(self, flow_id: int) -> EventFlowVersion | None:
        return await self.session.scalar(
            select(EventFlowVersion)
            .where(EventFlowVersion.flow_id == flow_id)
            .order_by(EventFlowVersion.number.desc())
            .limit(1)
        )


async def flow_version_ids(session: AsyncSession, event_id: int) -> list[int]:
    """Return the private keys of an event's published flows, the newest first."""
    found = await session.scalars(
        select(EventFlowVersion.id)
        .where(EventFlowVersion.event_id == event_id)
        .order_by(EventFlowVersion.number.desc())
        .limit(50)
    )
    return list(found)


async def organization_of(session: AsyncSession, kind: str, uid: UUID) -> int | None:
    """Return the organization of an ``event`` or ``ticket`` before any tenant is known."""
    found: int | None = await session.scalar(
        text("SELECT prs_aggregate_organization(:kind, :uid)"), {"kind": kind, "uid": uid}
    )
    return found


async def row_versions_of(session: AsyncSession, event_id: int) -> tuple[str, dict[int, str]]:
    """Return which transactions wrote the rows of an event and of its tickets."""
    found = await session.execute(
        text(
            "SELECT NULL::bigint AS ticket, xmin::text AS version FROM event WHERE id = :event"
            " UNION ALL SELECT id, xmin::text FROM event_ticket WHERE event_id = :event AND deleted_at IS NULL"
        ),
        {"event": event_id},
    )
    rows = {ticket: version for ticket, version in found}  # noqa: C416 (dict() does not take rows)
    return rows.pop(None, ""), rows


async def ticket_uids(session: AsyncSession, ids: Sequence[int]) -> dict[int, UUID]:
    """Return tickets' uids by their private ids."""
    found = await session.execute(select(EventTicket.id, EventTicket.uid).where(EventTicket.id.in_(ids)))
    return {key: value for key, value in found}  # noqa: C416 (dict() does not take rows)


async def ticket_names(session: AsyncSession, event_ids: Sequence[int]) -> dict[int, str]:
    """Return tickets' names (English, or the first there is) by their private ids."""
    found = await session.execute(select(EventTicket.id, EventTicket.name).where(EventTicket.event_id.in_(event_ids)))
    return {key: name.get("en") or next(iter(name.values()), "") for key, name in found}


# --- seats: one statement for each counter, and only where the seats are there


async def hold_seats(session: AsyncSession, ticket_id: int, quantity: int) -> bool:
    """Hold seats for a draft; returns whether there were enough."""
    return await _count(session, ticket_id, held=quantity, taken=0)


async def take_seats(session: AsyncSession, ticket_id: int, quantity: int, *, held: int) -> bool:
    """Take seats for a confirmed registration, of which ``held`` were held before."""
    return await _count(session, ticket_id, held=-held, taken=quantity)


async def _count(session: AsyncSession, ticket_id: int, *, held: int, taken: int) -> bool:
    statement = (
        update(TicketCounter)
        .where(TicketCounter.ticket_id == ticket_id, within_capacity(held + taken))
        .values(held=TicketCounter.held + held, taken=TicketCounter.taken + taken)
        .returning(TicketCounter.ticket_id)
    )
    return (await session.execute(statement)).first() is not None


def within_capacity(more: int) -> ColumnElement[bool]:
    """The guard against overselling: ``more`` seats must still fit. Evaluated on the locked, newest row."""
    return TicketCounter.capacity.is_(None) | (
        TicketCounter.taken + TicketCounter.held + more <= TicketCounter.capacity
    )


async def make_room(session: AsyncSession, ticket_id: int, quantity: int) -> int:
    """Raise a capacity until ``quantity`` more seats fit; returns by how many."""
    counter = await session.get(TicketCounter, ticket_id, with_for_update=True, populate_existing=True)
    if counter is None or counter.capacity is None:
        return 0
    missing = max(0, counter.taken + counter.held + quantity - counter.capacity)
    counter.capacity += missing
    await session.flush()
    return missing


async def give_back(session: AsyncSession, seats: Sequence[dict[str, Any]]) -> None:
    """Return seats, in the tickets' order so that two transactions never wait for each other in a circle."""
    for seat in sorted(seats, key=lambda seat: int(seat["ticket_id"])):
        await session.execute(
            update(TicketCounter)
            .where(TicketCounter.ticket_id == seat["ticket_id"])
            .values(held=TicketCounter.held - seat["held"], taken=TicketCounter.taken - seat["taken"])
        )
