"""Consents, erasures and retention in SQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.privacy.models import ConsentRow, ErasureRow, RetentionRow

# --- consents


async def add_consents(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert consents."""
    if rows:
        await session.execute(insert(ConsentRow).values(list(rows)))


async def consents_of(session: AsyncSession, registration_ids: Sequence[int]) -> list[ConsentRow]:
    """Return the consents of some registrations, the newest first."""
    found = await session.scalars(
        select(ConsentRow)
        .where(ConsentRow.registration_id.in_(registration_ids))
        .order_by(ConsentRow.given_at.desc(), ConsentRow.id.desc())
    )
    return list(found)


async def consent(session: AsyncSession, uid: UUID, registration_ids: Sequence[int]) -> ConsentRow | None:
    """Return a consent of one of these registrations, locked."""
    return await session.scalar(
        select(ConsentRow)
        .where(ConsentRow.uid == uid, ConsentRow.registration_id.in_(registration_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def consenting(session: AsyncSession, purpose: str, registration_ids: Sequence[int]) -> frozenset[int]:
    """Return those of some registrations whose newest consent to a purpose has not been withdrawn."""
    found = await session.execute(
        select(ConsentRow.registration_id, ConsentRow.withdrawn_at)
        .where(ConsentRow.purpose == purpose, ConsentRow.registration_id.in_(registration_ids))
        .order_by(ConsentRow.given_at, ConsentRow.id)
    )
    newest = {key: withdrawn_at for key, withdrawn_at in found}  # noqa: C416 (dict() does not take rows)
    return frozenset(key for key, withdrawn_at in newest.items() if key is not None and withdrawn_at is None)


async def unlink_consents(session: AsyncSession, registration_ids: Sequence[int]) -> int:
    """Cut consents from the registrations they were given with; returns how many."""
    found = await session.execute(
        update(ConsentRow)
        .where(ConsentRow.registration_id.in_(registration_ids))
        .values(registration_id=None)
        .returning(ConsentRow.id)
    )
    return len(found.all())


# --- erasures


async def add_erasure(session: AsyncSession, row: dict[str, Any]) -> None:
    """Insert a request. Without RETURNING: the API may add an account's and not read it."""
    await session.execute(insert(ErasureRow).inline().values(row))


async def open_erasure(session: AsyncSession, digest: bytes) -> ErasureRow | None:
    """Return a request about the same subject that is not done yet."""
    return await session.scalar(
        select(ErasureRow)
        .where(ErasureRow.subject_digest == digest, ErasureRow.state != "done")
        .order_by(ErasureRow.id)
        .limit(1)
    )


async def erasures_of(session: AsyncSession, organization_ids: Sequence[int], limit: int) -> list[ErasureRow]:
    """Return the requests of some organizations, the newest first."""
    found = await session.scalars(
        select(ErasureRow)
        .where(ErasureRow.organization_id.in_(organization_ids))
        .order_by(ErasureRow.requested_at.desc(), ErasureRow.id.desc())
        .limit(limit)
    )
    return list(found)


async def due_erasures(session: AsyncSession, limit: int) -> list[UUID]:
    """Return requests whose time has come, the oldest first."""
    found = await session.scalars(
        select(ErasureRow.uid)
        .where(ErasureRow.state != "done", ErasureRow.next_at <= func.clock_timestamp())
        .order_by(ErasureRow.next_at)
        .limit(limit)
    )
    return list(found)


async def lock_erasure(session: AsyncSession, uid: UUID) -> ErasureRow | None:
    """Return a request that is not done, locked; None where another process works on it."""
    return await session.scalar(
        select(ErasureRow)
        .where(ErasureRow.uid == uid, ErasureRow.state != "done")
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


# --- retention


async def retention_of(session: AsyncSession, organization_ids: Sequence[int] | None) -> list[RetentionRow]:
    """Return what some organizations, or all in scope, have set."""
    statement = select(RetentionRow).order_by(RetentionRow.organization_id, RetentionRow.rule)
    if organization_ids is not None:
        statement = statement.where(RetentionRow.organization_id.in_(organization_ids))
    return list(await session.scalars(statement))


async def put_retention(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace what an organization has set."""
    if not rows:
        return
    new = upsert(RetentionRow).values(list(rows))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["organization_id", "rule"],
            set_={key: new.excluded[key] for key in ("days", "updated_at")},
        )
    )
