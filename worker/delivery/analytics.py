"""Registrations for the analysts, through Mixpanel: that it happened and for what, never who.

The library is synchronous and raises when it is offline, so it works in a thread, behind the outbox.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from mixpanel import Consumer, Mixpanel, MixpanelException

from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.registrations import outgoing
from api.domain.registrations.contracts import Outgoing
from api.domain.sync.contracts import Bound, Claimed, Outcome
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER


class AnalyticsDelivery:
    """Sends one event for each claimed row; Mixpanel drops copies by their ``$insert_id``."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.mixpanel_url)
        consumer = Consumer(api_host=parts.netloc, request_timeout=10, retry_limit=0)
        if parts.scheme == "http":
            # A local listener has no certificate; the library knows https only.
            consumer._endpoints = {  # noqa: SLF001
                name: url.replace("https://", "http://")
                for name, url in consumer._endpoints.items()  # noqa: SLF001
            }
        self._client = Mixpanel(settings.mixpanel_token, consumer=consumer)

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        outcome = Outcome()
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            found = await outgoing.registrations(uow, [row.aggregate_uid for row in rows])
            events = await catalog.by_uids(uow, {one.event_uid for one in found.values()})
        for row in rows:
            one = found.get(row.aggregate_uid)
            if one is None:
                outcome.done.append(row.id)
                continue
            try:
                await asyncio.to_thread(self._track, row, one, events[one.event_uid])
            except (MixpanelException, OSError) as error:
                outcome.retry[row.id] = f"analytics: {type(error).__name__}"
                continue
            outcome.done.append(row.id)
            outcome.bound.append(Bound(row.aggregate, row.aggregate_uid, row.organization_id, None, row.revision))
        return outcome

    def _track(self, row: Claimed, one: Outgoing, event: Event) -> None:
        self._client.track(
            # The registration, not the person, is who is counted.
            str(one.uid),
            "Registration submitted",
            {
                "event": event.slug,
                "locale": one.locale,
                "attendees": len(one.attendees),
                "time": int(row.created_at.timestamp()),
                "$insert_id": f"{row.aggregate_uid}-{row.revision}",
                "ip": 0,
            },
        )
