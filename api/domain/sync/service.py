"""Telling other systems, and knowing what they have been told."""

from collections.abc import Sequence
from uuid import UUID

from api.domain.sync import repository
from api.domain.sync.contracts import DRAIN, Aggregate, DeadLetter, Depth, Destination, SyncStatus
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
        [
            {
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
            for destination in destinations
        ],
    )
    for destination in destinations:
        uow.nudge(DRAIN[destination])


async def statuses(uow: UnitOfWork, aggregate: Aggregate, uids: Sequence[UUID]) -> dict[UUID, SyncStatus]:
    """Return where each aggregate stands with the back office; aggregates never sent are absent."""
    return await repository.statuses(uow.session, Destination.ODOO, aggregate, uids)


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
