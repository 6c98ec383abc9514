"""What a process knows of the events that people register for: read once, used for a while, held against the event's
row by every registration.

The database function refuses a registration that was checked against another row of its event or its tickets than the
one there is. So an offer may be old without harm; it is read again then.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from uuid import UUID

import msgspec

from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, FlowVersion, Ticket
from api.domain.forms.contracts import PublishedForm
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib.uow import Kernel, unit_of_work

# Where the organization lives is not held against its row: a move may go unnoticed for this long.
_SECONDS = 2.0
_ENTRIES = 256


class Offer(msgspec.Struct, frozen=True):
    """An event as registrations need it. What is left of its tickets is not in here: only the database knows that."""

    event: Event
    home: Organization
    # None where the event has no flow, and with it no registrations.
    flow: FlowVersion | None
    forms: Mapping[UUID, PublishedForm]
    tickets: list[Ticket]
    version: str
    ticket_versions: dict[int, str]


class Offers:
    """The offers of a process, by what they are called in addresses."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._held: OrderedDict[str, tuple[float, Offer]] = OrderedDict()
        self._reading: dict[str, asyncio.Task[Offer]] = {}

    async def get(self, which: str) -> Offer:
        """Return the offer of an event that everybody may see.

        Raises:
            NotFound: there is none such.
        """
        held = self._held.get(which)
        if held is not None and time.monotonic() < held[0]:
            return held[1]
        reading = self._reading.get(which)
        if reading is None:
            # A task of its own: whoever asked first may leave while others still wait.
            reading = asyncio.create_task(self._read(which))
            self._reading[which] = reading
            reading.add_done_callback(lambda done: self._keep(which, done))
        return await asyncio.shield(reading)

    def forget(self, which: str) -> None:
        """Read an event anew at its next registration; who reads it now may have begun before it changed."""
        self._held.pop(which, None)
        self._reading.pop(which, None)

    def _keep(self, which: str, done: "asyncio.Task[Offer]") -> None:
        failed = done.cancelled() or done.exception() is not None
        if self._reading.get(which) is not done:
            return
        del self._reading[which]
        if not failed:
            self._held[which] = (time.monotonic() + _SECONDS, done.result())
            self._held.move_to_end(which)
            while len(self._held) > _ENTRIES:
                self._held.popitem(last=False)

    async def _read(self, which: str) -> Offer:
        async with unit_of_work(self._kernel) as uow:
            event = await catalog.published(uow, which)
            # First: what is read after them may be newer than they say, never older.
            version, tickets = await catalog.row_versions(uow, event)
            event = await catalog.published(uow, which)
            home = (await organizations.by_ids(uow, [event.organization_id]))[event.organization_id]
            if event.flow_version_id is None:
                return Offer(event, home, None, {}, [], version, tickets)
            flow = await flow_service.version(uow, event.flow_version_id)
            forms = await flow_service.forms_of(uow, flow)
            found = await ticket_service.of(uow, event)
            return Offer(event, home, flow, forms, found, version, tickets)
