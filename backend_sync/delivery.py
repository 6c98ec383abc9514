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
from backend_sync.odoo.errors import OdooError, OdooRejected, OdooUnknownReference

T = TypeVar("T")


class Loaded(msgspec.Struct, frozen=True):
    """What a batch is about, read in one transaction. ``stale`` events must be sent before what hangs on them."""

    registrations: dict[UUID, Outgoing]
    events: dict[UUID, Event]
    tickets: dict[UUID, list[Ticket]]
    stale: list[UUID]


class OdooDelivery:
    """Delivers to one Odoo."""

    def __init__(self, client: OdooClient) -> None:
        self._client = client

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        """Deliver a batch; an Odoo that is away leaves all of it to be retried."""
        outcome = Outcome()
        batch = _Batch(self._client, await _load(kernel, rows), rows, outcome)
        try:
            await batch.send_events(batch.loaded.stale)
            batch.settle_events()
            await batch.send_registrations()
            # Last: what was read before an erasure must not arrive after it; where it does, the addon blanks it.
            await batch.send_erasures()
        except OdooError as error:
            settled = {*outcome.done, *outcome.dead, *outcome.retry}
            outcome.retry.update(
                {row.id: f"{type(error).__name__}: {error.reason}" for row in rows if row.id not in settled}
            )
        return outcome


class _Batch:
    """One batch on its way."""

    def __init__(self, client: OdooClient, loaded: Loaded, rows: Sequence[Claimed], outcome: Outcome) -> None:
        self.loaded = loaded
        self._client = client
        self._outcome = outcome
        self._events = _by_uid(rows, Aggregate.EVENT)
        self._registrations = _by_uid(rows, Aggregate.REGISTRATION)
        self._erasures = _by_uid(rows, Aggregate.ATTENDEE_ERASURE)
        self._refused_events: dict[UUID, OdooRejected] = {}
        self._sent_again = False

    async def send_events(self, uids: Iterable[UUID]) -> None:
        """Upsert events with their tickets, and bind what arrived."""
        sent, refused = await _bisect([self.loaded.events[uid] for uid in uids], self._send_events)
        for uid, external_id in sent.items():
            event = self.loaded.events[uid]
            self._outcome.bound.append(Bound(Aggregate.EVENT, uid, event.organization_id, external_id, event.revision))
        self._refused_events |= {event.uid: error for event, error in refused}

    async def _send_events(self, some: Sequence[Event]) -> dict[UUID, int]:
        results = await self._client.ext_upsert(events.EVENT, [events.event_row(one) for one in some])
        await self._client.ext_upsert(
            events.TICKET, [events.ticket_row(one, ticket) for one in some for ticket in self.loaded.tickets[one.uid]]
        )
        return {UUID(result.ext_uuid): result.id for result in results}

    def settle_events(self) -> None:
        """Close the events' rows: sent just now, there already, gone, or refused."""
        for uid, some in self._events.items():
            refused = self._refused_events.get(uid)
            if refused is None:
                self._outcome.done.extend(row.id for row in some)
            else:
                self._outcome.dead.update({row.id: refused.reason for row in some})

    async def send_registrations(self) -> None:
        """Upsert registrations, and close their rows."""
        known = self.loaded.registrations
        # Purged meanwhile: nothing is left to tell.
        self._outcome.done.extend(
            row.id for uid, some in self._registrations.items() if uid not in known for row in some
        )
        found = [known[uid] for uid in self._registrations if uid in known]
        sent, refused = await _bisect(found, self._send_registrations)
        for uid in sent:
            one = known[uid]
            self._outcome.bound.append(Bound(Aggregate.REGISTRATION, uid, one.organization_id, None, one.revision))
            self._outcome.done.extend(row.id for row in self._registrations[uid])
        for one, error in refused:
            self._settle_refused(one, error)

    async def send_erasures(self) -> None:
        """Have attendees forgotten there, and close the rows."""
        uids = [str(uid) for uid in self._erasures]
        try:
            await self._client.ext_erase(registrations.REGISTRATION, uids)
        except OdooRejected as error:
            self._outcome.dead.update({row.id: error.reason for some in self._erasures.values() for row in some})
            return
        self._outcome.done.extend(row.id for some in self._erasures.values() for row in some)

    def _settle_refused(self, one: Outgoing, error: OdooRejected) -> None:
        ids = [row.id for row in self._registrations[one.uid]]
        about_event = self._refused_events.get(one.event_uid)
        if isinstance(error, OdooUnknownReference) and about_event is not None:
            # Nothing is wrong with the registration: it goes as soon as its event is mended.
            self._outcome.retry.update(dict.fromkeys(ids, f"its event was refused: {about_event.reason}"))
        else:
            self._outcome.dead.update(dict.fromkeys(ids, error.reason))

    async def _send_registrations(self, some: Sequence[Outgoing]) -> dict[UUID, int]:
        vals = [vals for one in some for vals in registrations.attendee_rows(one)]
        try:
            await self._client.ext_upsert(registrations.REGISTRATION, vals)
        except OdooUnknownReference:
            # We believe that it holds the events, and it does not: restored from a backup, or another database.
            if self._sent_again:
                raise
            self._sent_again = True
            await self.send_events({one.event_uid for one in self.loaded.registrations.values()})
            await self._client.ext_upsert(registrations.REGISTRATION, vals)
        return {one.uid: 0 for one in some}


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
        tickets = await ticket_service.of_events(uow, list(found.values()))
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
