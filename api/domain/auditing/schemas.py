"""The trail over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.lib.schema import Output


class ActorOut(Output, frozen=True, kw_only=True):
    """Who did it. ``name`` is null for services and for who has been erased."""

    kind: str
    uid: str | None
    name: str | None


class SubjectOut(Output, frozen=True, kw_only=True):
    """What it was done to."""

    type: str
    uid: UUID | None


class AuditEventOut(Output, frozen=True, kw_only=True):
    """One event. ``sequence`` is its place in the sealed chain, null while no seal covers it."""

    uid: UUID
    sequence: int | None
    occurred_at: datetime
    action: str
    actor: ActorOut
    subject: SubjectOut
    request_id: str
    details: dict[str, Any]
    sealed: bool


class AuditEventPage(Output, frozen=True, kw_only=True):
    """Events, the newest first; ``next_cursor`` is null on the last page."""

    items: list[AuditEventOut]
    next_cursor: str | None


class AuditSealOut(Output, frozen=True, kw_only=True):
    """One batch of the chain, of all organizations. ``digest`` is hexadecimal, ``signature`` base64 (ES256)."""

    batch: int
    first: int
    last: int
    count: int
    sealed_at: datetime
    digest: str
    signature: str
    kid: str
