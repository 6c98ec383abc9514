"""Checking the chain: everything is computed anew, page by page, and the first batch that is wrong is named."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.audit import chain, exporting, repository
from api.domain.audit.chain import Event, Seal
from api.lib.signing import thumbprint, verifies

_PAGE = 10


class Fault(StrEnum):
    """What can be wrong."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    SEAL_MISSING = "seal-missing"
    SEAL_ALTERED = "seal-altered"
    SEAL_REPLACED = "seal-replaced"
    CHAIN_BROKEN = "chain-broken"
    KEY_UNKNOWN = "key-unknown"
    SIGNATURE_WRONG = "signature-wrong"
    CUT = "cut"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. ``sequence`` is the event's place in the chain where one event is meant."""

    fault: Fault
    batch: int | None
    text: str
    sequence: int | None = None


class Progress(msgspec.Struct, frozen=True):
    """A batch was checked and is as it was sealed."""

    batch: int
    events: int


class Tail(msgspec.Struct, frozen=True):
    """Events that no seal covers yet, and when the oldest of them was written."""

    events: int
    since: datetime | None


class Chain:
    """One pass over the chain."""

    def __init__(self, session: AsyncSession, outside: Mapping[int, exporting.ExportedSeal] | None = None) -> None:
        self._session = session
        self._outside = outside or {}
        self.last: Seal | None = None
        self.events = 0

    async def verify(self) -> AsyncIterator[Progress | Finding]:
        """Yield a progress for each good batch, or the findings of the first bad one, and stop there."""
        keys = await repository.public_keys(self._session)
        while seals := await repository.seals_after(self._session, self.last.batch if self.last else 0, _PAGE):
            for seal in seals:
                found = [*_seal_faults(self.last, seal, keys), *self._outside_faults(seal)]
                if not found:
                    found = await self._row_faults(seal)
                if found:
                    for finding in found:
                        yield finding
                    return
                self.last, self.events = seal, self.events + len(seal.event_ids)
                yield Progress(seal.batch, len(seal.event_ids))
        for finding in [*self._cut(), *await self._future()]:
            yield finding

    async def tail(self) -> Tail:
        """Return what lies behind the last good seal."""
        return Tail(*await repository.tail(self._session, self._after()))

    def _after(self) -> tuple[int, int]:
        return self.last.end if self.last else repository.BEGINNING

    def _outside_faults(self, seal: Seal) -> list[Finding]:
        known = self._outside.get(seal.batch)
        if known is None or (known.digest, known.kid) == (seal.digest.hex(), seal.kid):
            return []
        text = "its seal is not the one that was handed out: the chain was written anew from here or before"
        return [Finding(fault=Fault.SEAL_REPLACED, batch=seal.batch, text=text)]

    def _cut(self) -> list[Finding]:
        end, known = self.last.batch if self.last else 0, max(self._outside, default=0)
        if known <= end:
            return []
        text = f"the chain ends with batch {end}, and batch {known} was handed out: the end was cut off"
        return [Finding(fault=Fault.CUT, batch=end + 1, text=text)]

    async def _future(self) -> list[Finding]:
        found = await repository.from_the_future(self._session)
        text = "event {} bears a transaction that has not happened yet: it was not written by the platform"
        return [Finding(fault=Fault.INSERTED, batch=None, text=text.format(uid)) for uid in found]

    async def _row_faults(self, seal: Seal) -> list[Finding]:
        events = await repository.between(self._session, self._after(), seal.end)
        found = [*await self._gone(seal, events), *_extra(seal, events), *_changed(seal, events)]
        return sorted(found, key=lambda finding: (finding.sequence is None, finding.sequence or 0))

    async def _gone(self, seal: Seal, events: Iterable[Event]) -> list[Finding]:
        here = {event.id for event in events}
        missing = [event_id for event_id in seal.event_ids if event_id not in here]
        if not missing:
            return []
        elsewhere = await repository.existing(self._session, missing)
        found = []
        for event_id in missing:
            moved = event_id in elsewhere
            text = f"the event with key {event_id} " + ("was moved out of its place" if moved else "was deleted")
            found.append(
                Finding(
                    fault=Fault.REORDERED if moved else Fault.DELETED,
                    batch=seal.batch,
                    sequence=_sequence(seal, event_id),
                    text=text,
                )
            )
        return found


def _sequence(seal: Seal, event_id: int) -> int:
    return seal.first_sequence + seal.event_ids.index(event_id)


def _extra(seal: Seal, events: Iterable[Event]) -> list[Finding]:
    sealed = set(seal.event_ids)
    text = "event {} (key {}) lies in a sealed range and was never sealed there"
    return [
        Finding(fault=Fault.INSERTED, batch=seal.batch, text=text.format(event.uid, event.id))
        for event in events
        if event.id not in sealed
    ]


def _changed(seal: Seal, events: Iterable[Event]) -> list[Finding]:
    hashes = seal.hashes
    places = {event_id: at for at, event_id in enumerate(seal.event_ids)}
    known = set(hashes)
    found = []
    for event in events:
        at = places.get(event.id)
        if at is None:
            continue
        now = chain.hash_of(event)
        if now == hashes[at] and event.xact == seal.event_xacts[at]:
            continue
        moved = now in known
        text = f"event {event.uid} (key {event.id}) " + (
            "stands in another's place" if moved else "is not what was recorded"
        )
        fault = Fault.REORDERED if moved else Fault.EDITED
        found.append(Finding(fault=fault, batch=seal.batch, sequence=seal.first_sequence + at, text=text))
    return found


def _seal_faults(last: Seal | None, seal: Seal, keys: Mapping[str, bytes]) -> list[Finding]:
    """Return what is wrong with a seal itself; the first thing is enough, the rest follows from it."""
    fault, text = _first_fault(last, seal, keys)
    return [Finding(fault=fault, batch=seal.batch, text=text)] if fault else []


def _first_fault(last: Seal | None, seal: Seal, keys: Mapping[str, bytes]) -> tuple[Fault | None, str]:
    expected = last.batch + 1 if last else 1
    if seal.batch != expected:
        return Fault.SEAL_MISSING, f"the seal of batch {expected} is missing"
    if chain.digest_of(seal) != seal.digest or not _fits(last, seal):
        return Fault.SEAL_ALTERED, "its seal does not agree with itself: it was altered, or is another batch's"
    if seal.previous != (last.digest if last else chain.GENESIS):
        return Fault.CHAIN_BROKEN, "its seal does not follow the one before: one of the two was replaced"
    public = keys.get(seal.kid)
    if public is None or thumbprint(public) != seal.kid:
        return Fault.KEY_UNKNOWN, f"the key {seal.kid} that signed it is missing or was replaced"
    if not verifies(public, chain.signed_of(seal.batch, seal.kid, seal.digest), seal.signature):
        return Fault.SIGNATURE_WRONG, "its signature is not the key's"
    return None, ""


def _fits(last: Seal | None, seal: Seal) -> bool:
    size = len(seal.event_ids)
    return (
        seal.first_sequence == (last.last_sequence if last else 0) + 1
        and seal.last_sequence - seal.first_sequence + 1 == size == len(seal.event_xacts)
        and len(seal.event_hashes) == size * chain.HASH
        and bool(seal.places)
        and seal.end == seal.places[-1] == max(seal.places)
    )


def outside(path: Path) -> dict[int, exporting.ExportedSeal]:
    """Return the seals of a file by batch; where a batch is there twice, the first counts."""
    found: dict[int, exporting.ExportedSeal] = {}
    for seal in exporting.read(path):
        found.setdefault(seal.batch, seal)
    return found
