"""Reading the trail in SQL: through the window that the API has, and past it under the auditor's role."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.domain.audit.chain import Event, Seal
from api.domain.audit.contracts import AuditEvent, EventFilter, SealBrief

_WINDOW = text(
    """
    SELECT * FROM prs_audit_events(
      CAST(:action AS text), CAST(:actor AS text), CAST(:subject AS uuid), CAST(:since AS timestamptz),
      CAST(:until AS timestamptz), CAST(:before_at AS timestamptz), CAST(:before_uid AS uuid), :at_most
    )
    """
)

_SEALS = text(
    """
    SELECT batch, first_sequence AS first, last_sequence AS last, sealed_at, digest, signature, kid
    FROM audit_seal ORDER BY batch DESC LIMIT :at_most
    """
)


async def window(
    session: AsyncSession, wanted: EventFilter, before: tuple[datetime, UUID] | None, at_most: int
) -> list[AuditEvent]:
    """Return events of the organizations in scope, the newest first."""
    at, uid = before or (None, None)
    found = await session.execute(
        _WINDOW,
        {
            "action": wanted.action,
            "actor": wanted.actor,
            "subject": wanted.subject,
            "since": wanted.since,
            "until": wanted.until,
            "before_at": at,
            "before_uid": uid,
            "at_most": at_most,
        },
    )
    return [AuditEvent(**row) for row in found.mappings()]


async def latest_seals(session: AsyncSession, at_most: int) -> Sequence[SealBrief]:
    """Return the last seals, the newest first."""
    found = await session.execute(_SEALS, {"at_most": at_most})
    return [SealBrief(**row) for row in found.mappings()]


# The sealer and the auditor read the tables themselves.
# In the order of Event's fields.
_COLUMNS = (
    "id, xact, uid, occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid, request_id,"
    " details"
)
# Transactions below the horizon are over: what they wrote is visible, and nothing can come between any more.
_SETTLED = text(
    f"""
    SELECT {_COLUMNS} FROM audit_event
    WHERE (xact, id) > (:xact, :id)
      AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + prs_audit_offset()
    ORDER BY xact, id LIMIT :at_most
    """  # noqa: S608 (names of columns)
)
_BETWEEN = text(
    f"SELECT {_COLUMNS} FROM audit_event WHERE (xact, id) > (:xact, :id) AND (xact, id) <= (:last_xact, :last_id)"  # noqa: S608
    " ORDER BY xact, id"
)
_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + prs_audit_offset()")
_FUTURE = text(
    """
    SELECT uid FROM audit_event WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + prs_audit_offset()
    ORDER BY xact, id LIMIT 10
    """
)
_BY_IDS = text("SELECT id FROM audit_event WHERE id = ANY (:ids)")
_LAST = text("SELECT * FROM audit_seal ORDER BY batch DESC LIMIT 1")
_AFTER = text("SELECT * FROM audit_seal WHERE batch > :batch ORDER BY batch LIMIT :at_most")
_ADD = text(
    """
    INSERT INTO audit_seal (batch, first_sequence, last_sequence, last_xact, last_id, event_ids, event_xacts,
      event_hashes, previous, digest, signature, kid, sealed_at)
    VALUES (:batch, :first_sequence, :last_sequence, :last_xact, :last_id, :event_ids, :event_xacts, :event_hashes,
      :previous, :digest, :signature, :kid, :sealed_at)
    """
)
BEGINNING = (-1, -1)


async def lock_sealing(session: AsyncSession) -> bool:
    """Become the only sealer until the transaction ends; returns whether it was free."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('prs:audit-sealer'))")))


async def settled(session: AsyncSession, after: tuple[int, int], at_most: int) -> list[Event]:
    """Return the next events of finished transactions after a place, in order."""
    found = await session.execute(_SETTLED, {"xact": after[0], "id": after[1], "at_most": at_most})
    return [Event(*row) for row in found]


async def between(session: AsyncSession, after: tuple[int, int], end: tuple[int, int]) -> list[Event]:
    """Return the events after a place up to another, in order."""
    found = await session.execute(_BETWEEN, {"xact": after[0], "id": after[1], "last_xact": end[0], "last_id": end[1]})
    return [Event(*row) for row in found]


async def existing(session: AsyncSession, ids: Sequence[int]) -> frozenset[int]:
    """Return which of these events are there, wherever in the order."""
    return frozenset(await session.scalars(_BY_IDS, {"ids": list(ids)}))


async def horizon(session: AsyncSession) -> int:
    """Return the oldest transaction that may still be running."""
    found: int = await session.scalar(_HORIZON) or 0
    return found


async def from_the_future(session: AsyncSession) -> list[UUID]:
    """Return events that say they were written by a transaction that has not begun."""
    return list(await session.scalars(_FUTURE))


async def last_seal(session: AsyncSession) -> Seal | None:
    found = (await session.execute(_LAST)).mappings().first()
    return Seal(**found) if found else None


async def seals_after(session: AsyncSession, batch: int, at_most: int) -> list[Seal]:
    """Return the next seals after a batch, in order."""
    found = await session.execute(_AFTER, {"batch": batch, "at_most": at_most})
    return [Seal(**row) for row in found.mappings()]


async def count_seals(session: AsyncSession) -> int:
    return await session.scalar(text("SELECT count(*) FROM audit_seal")) or 0


async def add_seal(session: AsyncSession, seal: Seal) -> None:
    await session.execute(_ADD, msgspec.structs.asdict(seal))


async def tail(session: AsyncSession, after: tuple[int, int]) -> tuple[int, datetime | None]:
    """Return how many events lie after a place, and since when the oldest of them waits."""
    row = (
        await session.execute(
            text("SELECT count(*), min(occurred_at) FROM audit_event WHERE (xact, id) > (:xact, :id)"),
            {"xact": after[0], "id": after[1]},
        )
    ).one()
    return row[0], row[1]


async def public_keys(session: AsyncSession) -> dict[str, bytes]:
    """Return the public halves by name."""
    return {row.kid: row.public_key for row in await session.execute(text("SELECT kid, public_key FROM audit_key"))}


async def sealed_key(session: AsyncSession) -> tuple[str, bytes] | None:
    """Return the key in use, its private half sealed."""
    row = (
        await session.execute(
            text("SELECT kid, sealed_private FROM audit_key WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 1")
        )
    ).first()
    return (row.kid, row.sealed_private) if row else None


async def add_key(session: AsyncSession, kid: str, public: bytes, sealed: bytes, moment: datetime) -> None:
    await session.execute(
        text(
            "INSERT INTO audit_key (kid, public_key, sealed_private, created_at)"
            " VALUES (:kid, :public, :sealed, :moment)"
        ),
        {"kid": kid, "public": public, "sealed": sealed, "moment": moment},
    )


_SEARCH = text(
    """
    SELECT e.uid, s.first_sequence + array_position(s.event_ids, e.id) - 1 AS sequence, e.occurred_at, e.action,
           e.actor_kind, e.actor_uid, e.subject_type, e.subject_uid, e.request_id, e.details
    FROM (
      SELECT * FROM audit_event
      WHERE (CAST(:action AS text) IS NULL OR action = :action OR starts_with(action, :action || '.'))
        AND (CAST(:actor AS text) IS NULL OR actor_uid = :actor)
        AND (CAST(:subject AS uuid) IS NULL OR subject_uid = :subject)
        AND (CAST(:since AS timestamptz) IS NULL OR occurred_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR occurred_at < :until)
      ORDER BY id DESC LIMIT :at_most
    ) e
    LEFT JOIN LATERAL (
      SELECT first_sequence, event_ids FROM audit_seal
      WHERE (last_xact, last_id) >= (e.xact, e.id) ORDER BY last_xact, last_id LIMIT 1
    ) s ON true
    ORDER BY e.id DESC
    """
)


async def search(session: AsyncSession, wanted: EventFilter, at_most: int) -> list[AuditEvent]:
    """Return events whatever their organization, the newest first."""
    found = await session.execute(_SEARCH, msgspec.structs.asdict(wanted) | {"at_most": at_most})
    return [AuditEvent(**row) for row in found.mappings()]


async def rebase(connection: AsyncConnection) -> int:
    """Lift the numbers of transactions above all that the trail knows; returns the new offset."""
    highest = await connection.scalar(
        text("SELECT greatest((SELECT max(xact) FROM audit_event), (SELECT max(last_xact) FROM audit_seal), 0)")
    )
    offset = int(highest or 0) + 1
    await connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION prs_audit_offset() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
            f" RETURN {offset}::bigint"
        )
    )
    return offset
