"""Registrations for the analysts, through Mixpanel: that it happened and for what, never who.

The library is synchronous and raises when it is offline, so it works in a thread, behind the outbox.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
from mixpanel import Consumer, Mixpanel, MixpanelException

from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.privacy.contracts import ANALYTICS
from api.domain.registrations import outgoing
from api.domain.registrations.contracts import Outgoing
from api.domain.sync.contracts import Aggregate, Bound, Claimed, Outcome
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER

# What Mixpanel takes in one deletion (docs.mixpanel.com/reference/gdpr-api).
_MOST_ERASED = 2000


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
        # The library would follow them.
        consumer._session.max_redirects = 0  # noqa: SLF001
        self._client = Mixpanel(settings.mixpanel_token, consumer=consumer)
        self._settings = settings

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        erasures = [row for row in rows if row.aggregate == Aggregate.ANALYTICS_ERASURE]
        outcome = await self._tell(kernel, [row for row in rows if row.aggregate != Aggregate.ANALYTICS_ERASURE])
        for start in range(0, len(erasures), _MOST_ERASED):
            await self._erase(erasures[start : start + _MOST_ERASED], outcome)
        return outcome

    async def _tell(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        outcome = Outcome()
        uids = [row.aggregate_uid for row in rows]
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            found = await outgoing.registrations(uow, uids)
            # Asked now, not when the row was written: a consent may have been withdrawn since.
            agreed = await outgoing.consenting(uow, ANALYTICS, uids)
            events = await catalog.by_uids(uow, {one.event_uid for one in found.values()})
        for row in rows:
            one = found.get(row.aggregate_uid)
            if one is None or one.uid not in agreed:
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

    async def _erase(self, rows: Sequence[Claimed], outcome: Outcome) -> None:
        """Ask for registrations to be deleted: Mixpanel's GDPR API 3.0, which answers at once and deletes later."""
        address = f"{self._settings.mixpanel_deletion_url}/api/app/data-deletions/v3.0/"
        body = {"distinct_ids": [str(row.aggregate_uid) for row in rows], "compliance_type": "GDPR"}
        headers = {"Authorization": f"Bearer {self._settings.mixpanel_deletion_token}"}
        try:
            async with httpx.AsyncClient(timeout=10, follow_redirects=False, trust_env=False) as client:
                answer = await client.post(
                    address, params={"token": self._settings.mixpanel_token}, json=body, headers=headers
                )
        except httpx.HTTPError as error:
            outcome.retry.update({row.id: f"analytics: {type(error).__name__}" for row in rows})
            return
        if answer.status_code == httpx.codes.OK:
            outcome.done.extend(row.id for row in rows)
        else:
            # Also 401 and 403: somebody mends the token, and the erasures go on.
            outcome.retry.update({row.id: f"analytics: deletion answered {answer.status_code}" for row in rows})

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
