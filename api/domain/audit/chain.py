"""The arithmetic of the chain: bytes of an event, of a batch, and what is signed. Pure.

``hash(event) = SHA-256(canonical JSON of what was recorded)``
``digest(n) = SHA-256(digest(n-1) ‖ canonical JSON of batch n: numbers, order, time ‖ hashes of its events in order)``
The first batch follows 32 zero bytes. Signed is ``prs-audit-seal/1 LF batch LF kid LF digest``.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.lib import clock

GENESIS = bytes(32)
HASH = 32


class Event(msgspec.Struct, frozen=True, array_like=True):
    """An event as it is stored: its place (``id`` and ``xact``) and what was recorded."""

    id: int
    xact: int
    uid: UUID
    occurred_at: datetime
    action: str
    actor_kind: str
    actor_uid: str | None
    organization_id: int | None
    subject_type: str
    subject_uid: UUID | None
    request_id: str
    details: dict[str, Any]

    @property
    def place(self) -> tuple[int, int]:
        """Its order in the chain: by transaction, then by key."""
        return self.xact, self.id


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it is stored. Sequences are inclusive; ``event_hashes`` are 32 bytes each, one after the other."""

    batch: int
    first_sequence: int
    last_sequence: int
    last_xact: int
    last_id: int
    event_ids: list[int]
    event_xacts: list[int]
    event_hashes: bytes
    previous: bytes
    digest: bytes
    signature: bytes
    kid: str
    sealed_at: datetime

    @property
    def end(self) -> tuple[int, int]:
        """The place of its last event."""
        return self.last_xact, self.last_id

    @property
    def hashes(self) -> list[bytes]:
        return [self.event_hashes[at : at + HASH] for at in range(0, len(self.event_hashes), HASH)]

    @property
    def places(self) -> list[tuple[int, int]]:
        return list(zip(self.event_xacts, self.event_ids, strict=False))


_encoder = msgspec.json.Encoder(order="deterministic")


def hash_of(event: Event) -> bytes:
    """Return the hash of what was recorded; the event's place is sealed beside it."""
    told = [
        str(event.uid), clock.isoformat(event.occurred_at), event.action, event.actor_kind, event.actor_uid,
        event.organization_id, event.subject_type, str(event.subject_uid) if event.subject_uid else None,
        event.request_id, event.details,
    ]  # fmt: skip
    return hashlib.sha256(_encoder.encode(told)).digest()


def digest_of(seal: Seal) -> bytes:
    """Return what the digest of a batch must be, from all that is stored with it."""
    head = [
        seal.batch, seal.first_sequence, seal.last_sequence, seal.last_xact, seal.last_id,
        clock.isoformat(seal.sealed_at), seal.event_ids, seal.event_xacts,
    ]  # fmt: skip
    return hashlib.sha256(seal.previous + _encoder.encode(head) + seal.event_hashes).digest()


def signed_of(batch: int, kid: str, digest: bytes) -> bytes:
    """Return the message that a seal's signature is over."""
    return f"prs-audit-seal/1\n{batch}\n{kid}\n".encode() + digest


def unsigned(last: Seal | None, events: Sequence[Event], moment: datetime) -> Seal:
    """Return the batch of ``events`` (in order, at least one) after ``last``, without a signature."""
    batch, first, previous = (last.batch + 1, last.last_sequence + 1, last.digest) if last else (1, 1, GENESIS)
    seal = Seal(
        batch=batch,
        first_sequence=first,
        last_sequence=first + len(events) - 1,
        last_xact=events[-1].xact,
        last_id=events[-1].id,
        event_ids=[event.id for event in events],
        event_xacts=[event.xact for event in events],
        event_hashes=b"".join(map(hash_of, events)),
        previous=previous,
        digest=b"",
        signature=b"",
        kid="",
        sealed_at=moment,
    )
    return msgspec.structs.replace(seal, digest=digest_of(seal))
