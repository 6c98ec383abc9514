"""Delivery to Odoo: the current state of each aggregate, upserted by uid and revision: sending twice is harmless."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from api.domain.catalog import service as catalog
from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import Event, Ticket
from api.domain.registrations import outgoing
from api.domain.registrations.contracts import Outgoing
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Bound, Claimed, Destination, Outcome
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from backend_sync.mappings import event as events
from backend_sync.mappings import registration as registrations
from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import OdooError, OdooRejected

T = TypeVar("T")


class Loaded(msgspec.Struct, frozen=True):
    """What a batch is about, read in one transaction. ``stale_events`` must be sent before what hangs on them."""

    registrations: dict[UUID, Outgoing]
    events: dict[UUID, Event]
    tickets: dict[UUID, list[Ticket]]
    stale_events: list[UUID]


class OdooDelivery:
    """Delivers to one Odoo."""

    def __init__(self, client: OdooClient) -> None:
        self._client = client

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        """Deliver a batch; an Odoo that is away leaves all of it to be retried."""
        outcome = Outcome()
        loaded = await _load(kernel, rows)
        try:
            await self._events(loaded, rows, outcome)
            await self._registrations(loaded, rows, outcome)
        except OdooError as error:
            settled = {*outcome.done, *outcome.dead}
            outcome.retry.update(
                {row.id: f"{type(error).__name__}: {error.reason}" for row in rows if row.id not in settled}
            )
        return outcome

    async def _events(self, loaded: Loaded, rows: Sequence[Claimed], outcome: Outcome) -> None:
        waiting = _by_uid(rows, Aggregate.EVENT)
        outcome.done.extend(row.id for uid, some in waiting.items() if uid not in loaded.events for row in some)
        found = [loaded.events[uid] for uid in loaded.stale_events]

        async def send(some: Sequence[Event]) -> dict[UUID, int]:
            results = await self._client.ext_upsert(events.EVENT, [events.event_row(one) for one in some])
            await self._client.ext_upsert(
                events.TICKET, [events.ticket_row(one, ticket) for one in some for ticket in loaded.tickets[one.uid]]
            )
            return {UUID(result.ext_uuid): result.id for result in results}

        sent, refused = await _bisect(found, send)
        for uid, external_id in sent.items():
            event = loaded.events[uid]
            outcome.bound.append(Bound(Aggregate.EVENT, uid, event.organization_id, external_id, event.revision))
            outcome.done.extend(row.id for row in waiting.get(uid, []))
        for event, error in refused:
            outcome.dead.update({row.id: error.reason for row in waiting.get(event.uid, [])})
        outcome.done.extend(
            row.id
            for uid, some in waiting.items()
            if uid in loaded.events and uid not in loaded.stale_events
            for row in some
        )

    async def _registrations(self, loaded: Loaded, rows: Sequence[Claimed], outcome: Outcome) -> None:
        waiting = _by_uid(rows, Aggregate.REGISTRATION)
        # Purged meanwhile: nothing is left to tell.
        outcome.done.extend(row.id for uid, some in waiting.items() if uid not in loaded.registrations for row in some)
        found = [loaded.registrations[uid] for uid in waiting if uid in loaded.registrations]

        async def send(some: Sequence[Outgoing]) -> dict[UUID, int]:
            vals = [vals for one in some for vals in registrations.attendee_rows(one)]
            await self._client.ext_upsert(registrations.REGISTRATION, vals)
            return {one.uid: 0 for one in some}

        sent, refused = await _bisect(found, send)
        for uid in sent:
            one = loaded.registrations[uid]
            outcome.bound.append(Bound(Aggregate.REGISTRATION, uid, one.organization_id, None, one.revision))
            outcome.done.extend(row.id for row in waiting[uid])
        for one, error in refused:
            outcome.dead.update({row.id: error.reason for row in waiting[one.uid]})


def _by_uid(rows: Iterable[Claimed], aggregate: Aggregate) -> dict[UUID, list[Claimed]]:
    found: dict[UUID, list[Claimed]] = {}
    for row in rows:
        if row.aggregate == aggregate:
            found.setdefault(row.aggregate_uid, []).append(row)
    return found


async def _load(kernel: Kernel, rows: Sequence[Claimed]) -> Loaded:
    async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
        known = await outgoing.registrations(uow, list(_by_uid(rows, Aggregate.REGISTRATION)))
        wanted = {one.event_uid for one in known.values()} | _by_uid(rows, Aggregate.EVENT).keys()
        found = await catalog.by_uids(uow, wanted)
        held = await sync.bound_revisions(uow, Destination.ODOO, Aggregate.EVENT, list(found))
        stale = [uid for uid, event in found.items() if held.get(uid, 0) < event.revision]
        tickets = await ticket_service.of_events(uow, [found[uid] for uid in stale])
    return Loaded(known, found, tickets, stale)


async def _bisect(
    items: Sequence[T], send: Callable[[Sequence[T]], Awaitable[dict[UUID, int]]]
) -> tuple[dict[UUID, int], list[tuple[T, OdooRejected]]]:
    """Send items in one call; where Odoo refuses it, halve until the bad ones are alone.

    One call is one transaction there, and a refusal does not always name its row.
    """
    if not items:
        return {}, []
    try:
        return await send(items), []
    except OdooRejected as error:
        if len(items) == 1:
            return {}, [(items[0], error)]
    middle = len(items) // 2
    sent, refused = await _bisect(items[:middle], send)
    more, others = await _bisect(items[middle:], send)
    return sent | more, refused + others
