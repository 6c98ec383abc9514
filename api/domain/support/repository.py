"""Requests for help in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.support.models import SupportRequest


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    await session.execute(insert(SupportRequest).values(**values))


async def by_uids(session: AsyncSession, uids: Sequence[UUID]) -> list[SupportRequest]:
    found = await session.scalars(
        select(SupportRequest).where(SupportRequest.uid.in_(uids), SupportRequest.deleted_at.is_(None))
    )
    return list(found)


async def page(
    session: AsyncSession, organization_ids: Sequence[int], before: tuple[datetime, UUID] | None, limit: int
) -> list[SupportRequest]:
    """Return requests of some organizations, the newest first."""
    statement = select(SupportRequest).where(
        SupportRequest.organization_id.in_(organization_ids), SupportRequest.deleted_at.is_(None)
    )
    if before is not None:
        statement = statement.where(tuple_(SupportRequest.created_at, SupportRequest.uid) < before)
    order = (SupportRequest.created_at.desc(), SupportRequest.uid.desc())
    return list(await session.scalars(statement.order_by(*order).limit(limit)))


async def note(session: AsyncSession, uid: UUID, **values: Any) -> None:
    """Write down how far a request has come on its way to the help desk."""
    await session.execute(update(SupportRequest).where(SupportRequest.uid == uid).values(**values))
