"""Telling other systems, and knowing what they have been told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from api.domain.sync import repository
from api.domain.sync.contracts import (
    DRAIN,
    Aggregate,
    Bound,
    Claimed,
    DeadLetter,
    Depth,
    Destination,
    Outcome,
    SyncStatus,
)
from api.lib import clock
from api.lib.uow import UnitOfWork


async def enqueue(
    uow: UnitOfWork,
    destinations: Sequence[Destination],
    aggregate: Aggregate,
    uid: UUID,
    *,
    revision: int,
    organization_id: int,
) -> None:
    """Add outbox rows to the transaction and nudge the drains after its commit."""
    now = clock.now()
    await repository.add(
        uow.session,
        [_pending(destination, aggregate, uid, revision, organization_id, now) for destination in destinations],
    )
    for destination in destinations:
        uow.nudge(DRAIN[destination])


def _pending(
    destination: Destination, aggregate: Aggregate, uid: UUID, revision: int, organization_id: int, now: datetime
) -> dict[str, Any]:
    return {
        "destination": destination.value,
        "aggregate": aggregate.value,
        "aggregate_uid": uid,
        "revision": revision,
        "organization_id": organization_id,
        "state": "pending",
        "attempts": 0,
        "available_at": now,
        "created_at": now,
    }


async def enqueue_all(
    uow: UnitOfWork, destination: Destination, aggregate: Aggregate, rows: Sequence[tuple[UUID, int, int]]
) -> None:
    """Add outbox rows for many aggregates, given as (uid, revision, organization), in one statement."""
    if not rows:
        return
    now = clock.now()
    await repository.add(
        uow.session,
        [
            _pending(destination, aggregate, uid, revision, organization_id, now)
            for uid, revision, organization_id in rows
        ],
    )
    uow.nudge(DRAIN[destination])


async def enqueue_many(
    uow: UnitOfWork, destination: Destination, aggregate: Aggregate, wanted: Sequence[tuple[UUID, int]], revision: int
) -> None:
    """Add outbox rows of one revision for any number of aggregates, given as (uid, organization)."""
    if wanted:
        await repository.add_many(uow.session, destination.value, aggregate.value, revision, wanted, clock.now())
        uow.nudge(DRAIN[destination])


async def statuses(
    uow: UnitOfWork, aggregate: Aggregate, uids: Sequence[UUID], destination: Destination = Destination.ODOO
) -> dict[UUID, SyncStatus]:
    """Return where each aggregate stands with a destination, the back office unless told otherwise; aggregates never
    sent are absent."""
    return await repository.statuses(uow.session, destination, aggregate, uids)


async def depths(uow: UnitOfWork) -> list[Depth]:
    """Return what waits, by destination. Needs the system scope."""
    return await repository.depths(uow.session)


async def dead_letters(uow: UnitOfWork, limit: int = 100) -> list[DeadLetter]:
    """Return the newest dead letters. Needs the system scope."""
    return await repository.dead(uow.session, limit)


async def replay(uow: UnitOfWork, destination: Destination | None, uids: Sequence[UUID]) -> int:
    """Try dead letters again, all or those of some aggregates; returns how many. Needs the system scope."""
    count = await repository.replay(uow.session, destination, uids, clock.now())
    for name in Destination if destination is None else (destination,):
        uow.nudge(DRAIN[name])
    return count


async def claim(uow: UnitOfWork, destination: Destination, *, size: int, lease: float) -> tuple[UUID, list[Claimed]]:
    """Take up to ``size`` due rows for ``lease`` seconds. Needs the system scope."""
    return await repository.claim(uow.session, destination, size=size, lease=lease)


async def renew(uow: UnitOfWork, token: UUID, rows: Sequence[Claimed], *, lease: float) -> int:
    """Hold a claimed batch for ``lease`` more seconds; returns how many rows are still held. Needs the system scope."""
    return await repository.renew(uow.session, token, [row.id for row in rows], lease)


def _revision(bound: Bound) -> int:
    return bound.revision


async def settle(
    uow: UnitOfWork, destination: Destination, token: UUID, rows: Sequence[Claimed], outcome: Outcome
) -> None:
    """Write down what became of a claimed batch; rows whose lease was lost in between stay as they are.

    Rows are retried after 1 s, 2 s, 4 s … up to five minutes. Needs the system scope.
    """
    now = clock.now()
    session = uow.session
    # Several revisions of one aggregate may be in a batch, and one statement changes a row once.
    newest = {(bound.aggregate, bound.aggregate_uid): bound for bound in sorted(outcome.bound, key=_revision)}
    await repository.bind(
        session,
        [
            {
                "destination": destination.value,
                "aggregate": bound.aggregate,
                "aggregate_uid": bound.aggregate_uid,
                "organization_id": bound.organization_id,
                "external_id": bound.external_id,
                "revision": bound.revision,
                "synced_at": now,
            }
            for bound in newest.values()
        ],
    )
    if outcome.done:
        await repository.finish(session, token, outcome.done, now)
    attempts = {row.id: row.attempts for row in rows}
    later: dict[tuple[int, str], list[int]] = {}
    for key, error in outcome.retry.items():
        later.setdefault((attempts[key], error), []).append(key)
    for (tried, error), ids in later.items():
        await repository.postpone(session, token, ids, repository.retry_at(now, tried), error[:500])
    buried: dict[str, list[int]] = {}
    for key, error in outcome.dead.items():
        buried.setdefault(error, []).append(key)
    for error, ids in buried.items():
        await repository.bury(session, token, ids, error[:500])


async def bound_revisions(
    uow: UnitOfWork, destination: Destination, aggregate: Aggregate, uids: Sequence[UUID]
) -> dict[UUID, int]:
    """Return the revisions a destination holds, by uid; what it has never seen is absent."""
    return await repository.bound(uow.session, destination, aggregate, uids)


async def purge_delivered(uow: UnitOfWork, before: datetime, limit: int) -> int:
    """Delete delivered rows older than a time, in a batch; returns how many. Needs the system scope."""
    return await repository.purge_done(uow.session, before, limit)


async def outstanding(
    uow: UnitOfWork, destination: Destination, aggregate: Aggregate, uids: Sequence[UUID]
) -> tuple[int, int]:
    """Return how many rows of these aggregates wait, and how many were given up."""
    return await repository.outstanding(uow.session, destination, aggregate, uids) if uids else (0, 0)


async def forget(uow: UnitOfWork, destinations: Sequence[Destination], uids: Sequence[UUID]) -> int:
    """Drop what some destinations were to learn of aggregates, and what any has answered; returns how many rows."""
    return await repository.forget(uow.session, [name.value for name in destinations], uids) if uids else 0


async def told(uow: UnitOfWork, uids: Sequence[UUID]) -> list[tuple[str, str, UUID, datetime]]:
    """Return (destination, aggregate, uid, time) of what was delivered about some aggregates, the oldest first."""
    return await repository.told(uow.session, uids) if uids else []


async def progress(
    uow: UnitOfWork, destination: Destination, aggregate: Aggregate, revisions: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return (waiting, given up) of the rows of each revision, for work that has one revision for many aggregates."""
    return await repository.progress(uow.session, destination, aggregate, revisions) if revisions else {}


async def withdraw(uow: UnitOfWork, destination: Destination, aggregate: Aggregate, revision: int) -> int:
    """Drop the rows of a revision that wait; returns how many. What a worker holds at this moment is still sent."""
    return await repository.withdraw(uow.session, destination, aggregate, revision)
