"""Requests for help to Freshdesk (API v2, https://developers.freshdesk.com/api/).

Freshdesk has no idempotency key. A request is marked as tried before it is sent, in a transaction of its own; whoever
finds the mark lets the earlier try settle, then looks for its ticket among the requester's, by a tag, before sending
again. The list is used because the search's index lags by minutes.
"""

import asyncio
import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from api.domain.forms.engine.fields.identity import verhoeff_valid
from api.domain.support import service as support
from api.domain.support.contracts import SupportRequest
from api.domain.sync.contracts import Bound, Claimed, Outcome
from api.lib import clock
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER

_TIMEOUT = 10.0
# A request that is still on its way when its sender dies can arrive this much later.
SETTLE = timedelta(seconds=30)
_PAGE = 100
_PAGES = 20
_LONGEST_REST = 3600.0
_CODE = re.compile(r"[\w.\[\]-]{1,60}")
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{4}[ .-]?\d{4}[ .-]?\d{4}(?!\d)")


class Refused(Exception):
    """Freshdesk will never take this request; the text says why and repeats nothing of it."""


class Later(Exception):
    """Freshdesk cannot take it now. ``certain``: it certainly did not take it."""

    def __init__(self, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


class SupportDelivery:
    """Opens one ticket for each claimed row."""

    def __init__(self, settings: Settings, *, settle: timedelta = SETTLE, timeout: float = _TIMEOUT) -> None:
        self._url = settings.freshdesk_url.rstrip("/")
        self._key = settings.freshdesk_key
        self._settle = settle
        self._timeout = timeout
        self._rest_until = 0.0

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        outcome = Outcome()
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            found = await support.outgoing(uow, [row.aggregate_uid for row in rows])
        away = self._resting()
        # The key as the user name, and any password: see "Authentication".
        async with httpx.AsyncClient(
            base_url=self._url, auth=(self._key, "X"), timeout=self._timeout, follow_redirects=False, trust_env=False
        ) as client:
            for row in rows:
                request = found.get(row.aggregate_uid)
                if request is None:
                    outcome.done.append(row.id)
                elif away is not None:
                    outcome.retry[row.id] = away
                else:
                    away = await self._attempt(kernel, client, row, request, outcome)
        return outcome

    async def _attempt(
        self, kernel: Kernel, client: httpx.AsyncClient, row: Claimed, request: SupportRequest, outcome: Outcome
    ) -> str | None:
        """Deliver one row; returns why the others need not try now."""
        try:
            ticket = request.ticket or await self._deliver(kernel, client, request)
        except Refused as refused:
            outcome.dead[row.id] = str(refused)
        except Later as later:
            outcome.retry[row.id] = str(later)
            return str(later) if later.certain else None
        else:
            outcome.done.append(row.id)
            outcome.bound.append(Bound(row.aggregate, row.aggregate_uid, row.organization_id, ticket, row.revision))
        return None

    async def _deliver(self, kernel: Kernel, client: httpx.AsyncClient, request: SupportRequest) -> int:
        ticket = await self._earlier(client, request) if request.tried_at else None
        if ticket is None:
            await _note_try(kernel, request, clock.now())
            try:
                ticket = _number(await self._call(client, "POST", "/api/v2/tickets", json=ticket_of(request)))
            except (Refused, Later) as error:
                if isinstance(error, Refused) or error.certain:
                    await _note_try(kernel, request, None)
                raise
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            await support.sent(uow, request.uid, ticket)
        return ticket

    async def _earlier(self, client: httpx.AsyncClient, request: SupportRequest) -> int | None:
        """Return the ticket that an earlier try opened, if it did."""
        if request.tried_at and clock.now() - request.tried_at < self._settle:
            raise Later("an earlier try may still arrive; waiting before looking for it", certain=False)
        for page in range(1, _PAGES + 1):
            query: dict[str, str | int] = {
                "email": request.email,
                "updated_since": (request.created_at - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "order_by": "created_at",
                "order_type": "asc",
                "per_page": _PAGE,
                "page": page,
            }
            try:
                found = await self._call(client, "GET", "/api/v2/tickets", params=query)
            except Refused:
                # It knows nobody of this address, so there is no ticket of theirs.
                return None
            for item in found:
                if tag_of(request) in (item.get("tags") or ()) or request.reference in item.get("subject", ""):
                    return _number(item)
            if len(found) < _PAGE:
                return None
        raise Later("too many tickets of this address to look through", certain=False)

    async def _call(self, client: httpx.AsyncClient, method: str, path: str, **more: Any) -> Any:
        try:
            answer = await client.request(method, path, **more)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise Later(f"Freshdesk cannot be reached: {type(error).__name__}", certain=True) from error
        except httpx.HTTPError as error:
            raise Later(f"Freshdesk did not answer: {type(error).__name__}", certain=False) from error
        if answer.status_code in (200, 201):
            try:
                return answer.json()
            except ValueError as error:
                raise Later("Freshdesk's answer is not JSON", certain=False) from error
        raise self._failure(answer)

    def _failure(self, answer: httpx.Response) -> Refused | Later:
        status = answer.status_code
        if status == 429:
            self._rest(answer.headers.get("Retry-After", ""))
            return Later("Freshdesk asks to come back later (429)", certain=True)
        if status in (401, 403):
            return Later(f"Freshdesk does not accept the key ({status}); see PRS_FRESHDESK_KEY", certain=True)
        if status in (301, 302, 307, 308, 404, 405):
            return Later(f"nobody opens tickets there ({status}); see PRS_FRESHDESK_URL", certain=True)
        if status >= 500:
            return Later(f"Freshdesk answered {status}", certain=False)
        return Refused(f"Freshdesk refused it ({status}): {_fields(answer)}")

    def _rest(self, seconds: str) -> None:
        wait = float(seconds) if seconds.isdecimal() else 60.0
        self._rest_until = asyncio.get_running_loop().time() + min(wait, _LONGEST_REST)

    def _resting(self) -> str | None:
        resting = asyncio.get_running_loop().time() < self._rest_until
        return "Freshdesk asks to come back later (429)" if resting else None


async def _note_try(kernel: Kernel, request: SupportRequest, at: datetime | None) -> None:
    async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
        await support.tried(uow, request.uid, at)


def _number(item: Any) -> int:
    if not isinstance(item, dict) or not isinstance(item.get("id"), int):
        raise Later("Freshdesk's answer has no ticket number", certain=False)
    number: int = item["id"]
    return number


def _fields(answer: httpx.Response) -> str:
    """Return which fields Freshdesk names and by which code; its messages may quote what was sent."""
    try:
        errors = answer.json().get("errors") or []
        named = [f"{one.get('field')}: {one.get('code')}" for one in errors]
    except (ValueError, AttributeError):
        return "without a reason"
    return ", ".join(name for name in named if all(map(_CODE.fullmatch, name.split(": ")))) or "without a reason"


def tag_of(request: SupportRequest) -> str:
    """Return the tag that tells a request's ticket from all others; Freshdesk allows 32 characters."""
    return request.uid.hex


def ticket_of(request: SupportRequest) -> dict[str, Any]:
    """Return the ticket's fields: what the person wrote and where the answer goes, nothing of their answers."""
    lines = [f"Reference: {request.reference}"]
    if request.confirmation_number:
        lines.append(f"Registration: {request.confirmation_number}")
    elif request.registration_uid:
        lines.append(f"Registration: {request.registration_uid}")
    body = "\n".join((_masked(request.message), "", *lines))
    fields: dict[str, Any] = {
        "email": request.email,
        "subject": f"{_masked(request.subject)} [{request.reference}]",
        # Freshdesk takes HTML here.
        "description": html.escape(body).replace("\n", "<br>"),
        "status": 2,
        "priority": 1,
        "source": 2,
        "tags": ["global-prs", tag_of(request)],
    }
    if request.name:
        fields["name"] = request.name
    return fields


def _masked(text: str) -> str:
    """Hide what reads as an Aadhaar number: people write it although nobody asked."""

    def hide(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        return f"•••• •••• {digits[-4:]}" if verhoeff_valid(digits) else match[0]

    return _TWELVE_DIGITS.sub(hide, text)
