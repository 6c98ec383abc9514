"""What the trail tells."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. ``sequence`` is its place in the sealed chain, ``None`` while no seal covers it."""

    uid: UUID
    sequence: int | None
    occurred_at: datetime
    action: str
    actor_kind: str
    actor_uid: str | None
    subject_type: str
    subject_uid: UUID | None
    request_id: str
    details: dict[str, Any]


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted; ``None`` asks for all. ``since`` is included, ``until`` is not.

    ``action`` is one action or the part before its point: ``registration`` finds ``registration.confirmed`` too.
    """

    action: str | None = None
    actor: str | None = None
    subject: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class SealBrief(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a seal. Sequences are inclusive."""

    batch: int
    first: int
    last: int
    sealed_at: datetime
    digest: bytes
    signature: bytes
    kid: str

    @property
    def count(self) -> int:
        return self.last - self.first + 1
