"""The outbox's SQL. Claims and results are set-based: one statement for a batch."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.sync.contracts import Claimed, DeadLetter, Depth, SyncStatus
from api.domain.sync.models import Binding, OutboxRow

# A lease is compared with the wall clock: now() would stand still for the length of the transaction.
_CLAIM = text(
    """
    UPDATE outbox SET lease_token = :token, attempts = attempts + 1,
           available_at = clock_timestamp() + make_interval(secs => :lease)
    WHERE id IN (
      SELECT id FROM outbox
      WHERE destination = :destination AND state = 'pending' AND available_at <= clock_timestamp()
      ORDER BY available_at, id LIMIT :size FOR UPDATE SKIP LOCKED
    )
    RETURNING id, aggregate, aggregate_uid, organization_id, revision, attempts, created_at
    """
)


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert outbox rows; a row for the same revision is there already and stays."""
    await session.execute(insert(OutboxRow).values(list(rows)).on_conflict_do_nothing())


_ADD_MANY = text(
    """
    INSERT INTO outbox (destination, aggregate, aggregate_uid, revision, organization_id, state, attempts,
                        available_at, created_at)
    SELECT :destination, :aggregate, wanted.uid, :revision, wanted.home, 'pending', 0, :now, :now
    FROM unnest(CAST(:uids AS uuid[]), CAST(:homes AS bigint[])) AS wanted (uid, home)
    ON CONFLICT DO NOTHING
    """
)


async def add_many(
    session: AsyncSession,
    destination: str,
    aggregate: str,
    revision: int,
    wanted: Sequence[tuple[UUID, int]],
    now: datetime,
) -> None:
    """Insert a row of one revision for each (uid, organization): two parameters, however many there are."""
    values = {"destination": destination, "aggregate": aggregate, "revision": revision, "now": now}
    arrays = {"uids": [uid for uid, _ in wanted], "homes": [home for _, home in wanted]}
    await session.execute(_ADD_MANY, values | arrays)


async def claim(session: AsyncSession, destination: str, *, size: int, lease: float) -> tuple[UUID, list[Claimed]]:
    """Take up to ``size`` due rows for ``lease`` seconds; nobody else gets them meanwhile."""
    token = uuid4()
    found = await session.execute(_CLAIM, {"token": token, "destination": destination, "size": size, "lease": lease})
    rows = [Claimed(*row) for row in found]
    return token, sorted(rows, key=lambda row: row.id)


async def renew(session: AsyncSession, token: UUID, ids: Sequence[int], lease: float) -> int:
    """Hold rows of this lease for ``lease`` more seconds; returns how many are still held."""
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, lease)
    found = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.lease_token == token, OutboxRow.state == "pending")
        .values(available_at=until)
        .returning(OutboxRow.id)
    )
    return len(found.all())


async def finish(session: AsyncSession, token: UUID, ids: Sequence[int], done_at: datetime) -> None:
    """Mark rows of this lease as done. A lease that was lost changes nothing."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.lease_token == token)
        .values(state="done", done_at=done_at, error=None, lease_token=None)
    )


async def postpone(session: AsyncSession, token: UUID, ids: Sequence[int], until: datetime, error: str) -> None:
    """Give rows back to be tried again at ``until``."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.lease_token == token)
        .values(available_at=until, error=error, lease_token=None)
    )


async def bury(session: AsyncSession, token: UUID, ids: Sequence[int], error: str) -> None:
    """Put rows on the dead-letter list."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.lease_token == token)
        .values(state="dead", error=error, lease_token=None)
    )


async def bind(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Remember external ids and revisions; an older revision never replaces a newer one."""
    if not rows:
        return
    new = insert(Binding).values(list(rows))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["destination", "aggregate", "aggregate_uid"],
            set_={key: new.excluded[key] for key in ("external_id", "revision", "synced_at")},
            where=Binding.revision <= new.excluded.revision,
        )
    )


async def bound(session: AsyncSession, destination: str, aggregate: str, uids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the revisions the destination has, by uid; unknown aggregates are absent."""
    found = await session.execute(
        select(Binding.aggregate_uid, Binding.revision).where(
            Binding.destination == destination, Binding.aggregate == aggregate, Binding.aggregate_uid.in_(uids)
        )
    )
    return {key: value for key, value in found}  # noqa: C416 (dict() does not take rows)


async def statuses(
    session: AsyncSession, destination: str, aggregate: str, uids: Sequence[UUID]
) -> dict[UUID, SyncStatus]:
    """Return the newest outbox row's state and the binding of each aggregate, in two statements."""
    if not uids:
        return {}
    newest = await session.execute(
        select(OutboxRow.aggregate_uid, OutboxRow.state, OutboxRow.error)
        .ext(distinct_on(OutboxRow.aggregate_uid))
        .where(
            OutboxRow.destination == destination,
            OutboxRow.aggregate == aggregate,
            OutboxRow.aggregate_uid.in_(uids),
        )
        .order_by(OutboxRow.aggregate_uid, OutboxRow.revision.desc())
    )
    bindings = {
        uid: (revision, synced_at)
        for uid, revision, synced_at in await session.execute(
            select(Binding.aggregate_uid, Binding.revision, Binding.synced_at).where(
                Binding.destination == destination, Binding.aggregate == aggregate, Binding.aggregate_uid.in_(uids)
            )
        )
    }
    names = {"done": "synced", "pending": "pending", "dead": "dead"}
    return {
        uid: _status(names[state], bindings.get(uid), None if state == "done" else error)
        for uid, state, error in newest
    }


def _status(state: str, held: tuple[int, datetime] | None, error: str | None) -> SyncStatus:
    return SyncStatus(state, held[0] if held else None, held[1] if held else None, error)


async def depths(session: AsyncSession) -> list[Depth]:
    """Return the outbox's depth by destination."""
    waiting_since = func.min(case((OutboxRow.state == "pending", OutboxRow.created_at)))
    age = func.extract("epoch", func.clock_timestamp() - waiting_since)
    found = await session.execute(
        select(
            OutboxRow.destination,
            func.count().filter(OutboxRow.state == "pending"),
            func.count().filter(OutboxRow.state == "dead"),
            func.count().filter(OutboxRow.state == "done"),
            func.coalesce(age, 0),
        )
        .group_by(OutboxRow.destination)
        .order_by(OutboxRow.destination)
    )
    return [Depth(name, pending, dead, done, float(oldest)) for name, pending, dead, done, oldest in found]


async def dead(session: AsyncSession, limit: int) -> list[DeadLetter]:
    """Return dead letters, the newest first."""
    found = await session.execute(
        select(
            OutboxRow.destination, OutboxRow.aggregate, OutboxRow.aggregate_uid, OutboxRow.revision,
            OutboxRow.attempts, OutboxRow.error, OutboxRow.created_at,
        )
        .where(OutboxRow.state == "dead")
        .order_by(OutboxRow.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [DeadLetter(*row[:5], row[5] or "", row[6]) for row in found]


async def replay(session: AsyncSession, destination: str | None, uids: Sequence[UUID], now: datetime) -> int:
    """Put dead letters back into the queue; returns how many."""
    statement = update(OutboxRow).where(OutboxRow.state == "dead")
    if destination:
        statement = statement.where(OutboxRow.destination == destination)
    if uids:
        statement = statement.where(OutboxRow.aggregate_uid.in_(uids))
    result = await session.execute(
        statement.values(state="pending", attempts=0, available_at=now, error=None).returning(OutboxRow.id)
    )
    return len(result.all())


async def purge_done(session: AsyncSession, before: datetime, limit: int) -> int:
    """Delete delivered rows older than ``before``; the bindings keep what is known."""
    doomed = (
        select(OutboxRow.id).where(OutboxRow.state == "done", OutboxRow.done_at < before).limit(limit).scalar_subquery()
    )
    result = await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(doomed)).returning(OutboxRow.id))
    return len(result.all())


async def outstanding(session: AsyncSession, destination: str, aggregate: str, uids: Sequence[UUID]) -> tuple[int, int]:
    """Return how many rows of these aggregates wait, and how many were given up."""
    found = await session.execute(
        select(
            func.count().filter(OutboxRow.state == "pending"),
            func.count().filter(OutboxRow.state == "dead"),
        ).where(
            OutboxRow.destination == destination, OutboxRow.aggregate == aggregate, OutboxRow.aggregate_uid.in_(uids)
        )
    )
    pending, dead = found.one()
    return pending, dead


async def forget(session: AsyncSession, destinations: Sequence[str], uids: Sequence[UUID]) -> int:
    """Delete the rows of some aggregates for some destinations, and what any destination said about them."""
    gone = await session.execute(
        delete(OutboxRow)
        .where(OutboxRow.destination.in_(destinations), OutboxRow.aggregate_uid.in_(uids))
        .returning(OutboxRow.id)
    )
    await session.execute(update(OutboxRow).where(OutboxRow.aggregate_uid.in_(uids)).values(error=None))
    await session.execute(delete(Binding).where(Binding.destination.in_(destinations), Binding.aggregate_uid.in_(uids)))
    return len(gone.all())


async def told(session: AsyncSession, uids: Sequence[UUID]) -> list[tuple[str, str, UUID, datetime]]:
    """Return (destination, aggregate, uid, time) of what was delivered about some aggregates."""
    found = await session.execute(
        select(Binding.destination, Binding.aggregate, Binding.aggregate_uid, Binding.synced_at)
        .where(Binding.aggregate_uid.in_(uids))
        .order_by(Binding.synced_at)
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


def retry_at(now: datetime, attempts: int) -> datetime:
    """Return when to try again: 1 s, 2 s, 4 s … up to five minutes."""
    return now + timedelta(seconds=min(2.0 ** max(attempts - 1, 0), 300.0))


async def progress(
    session: AsyncSession, destination: str, aggregate: str, revisions: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return (pending, dead) by revision."""
    found = await session.execute(
        select(
            OutboxRow.revision,
            func.count().filter(OutboxRow.state == "pending"),
            func.count().filter(OutboxRow.state == "dead"),
        )
        .where(
            OutboxRow.destination == destination,
            OutboxRow.aggregate == aggregate,
            OutboxRow.revision.in_(revisions),
        )
        .group_by(OutboxRow.revision)
    )
    return {revision: (pending, dead) for revision, pending, dead in found}


async def withdraw(session: AsyncSession, destination: str, aggregate: str, revision: int) -> int:
    """Delete the rows of a revision that nobody has taken."""
    gone = await session.execute(
        delete(OutboxRow)
        .where(
            OutboxRow.destination == destination,
            OutboxRow.aggregate == aggregate,
            OutboxRow.revision == revision,
            OutboxRow.state == "pending",
            # One that is being sent has its lease's end here.
            OutboxRow.lease_token.is_(None) | (OutboxRow.available_at <= func.clock_timestamp()),
        )
        .returning(OutboxRow.id)
    )
    return len(gone.all())
