"""Templates, trials and mailings in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.letters.models import Mailing, MailTemplate, MailTrial


async def newest(
    session: AsyncSession, organization_ids: Iterable[int], event_ids: Iterable[int]
) -> list[MailTemplate]:
    """Return the newest version of each text of some organizations, those of these events among them."""
    statement = (
        select(MailTemplate)
        .where(
            MailTemplate.organization_id.in_(sorted(set(organization_ids))),
            or_(MailTemplate.event_id.is_(None), MailTemplate.event_id.in_(sorted(set(event_ids)))),
        )
        .ext(distinct_on(MailTemplate.organization_id, MailTemplate.event_id, MailTemplate.kind, MailTemplate.locale))
        .order_by(
            MailTemplate.organization_id,
            MailTemplate.event_id,
            MailTemplate.kind,
            MailTemplate.locale,
            MailTemplate.version.desc(),
        )
    )
    return list(await session.scalars(statement))


async def copy_of_event(session: AsyncSession, source: int, target: int, now: datetime) -> None:
    """Give an event the newest texts of another, as their first version."""
    newest_ones = (
        select(
            MailTemplate.organization_id,
            literal(target),
            MailTemplate.kind,
            MailTemplate.locale,
            literal(1),
            MailTemplate.subject,
            MailTemplate.body,
            literal(now),
        )
        .where(MailTemplate.event_id == source)
        .ext(distinct_on(MailTemplate.kind, MailTemplate.locale))
        .order_by(MailTemplate.kind, MailTemplate.locale, MailTemplate.version.desc())
    )
    columns = ("organization_id", "event_id", "kind", "locale", "version", "subject", "body", "saved_at")
    await session.execute(insert(MailTemplate).from_select(columns, newest_ones))


def _of(organization_id: int, event_id: int | None, kind: str, locale: str) -> Any:
    place = tuple_(MailTemplate.organization_id, MailTemplate.kind, MailTemplate.locale) == (
        organization_id,
        kind,
        locale,
    )
    return place & (MailTemplate.event_id.is_(None) if event_id is None else MailTemplate.event_id == event_id)


async def latest(
    session: AsyncSession, organization_id: int, event_id: int | None, kind: str, locale: str
) -> MailTemplate | None:
    """Return the newest version of one text, a reset too."""
    return await session.scalar(
        select(MailTemplate)
        .where(_of(organization_id, event_id, kind, locale))
        .order_by(MailTemplate.version.desc())
        .limit(1)
    )


async def versions(
    session: AsyncSession, organization_id: int, event_id: int | None, kind: str, locale: str
) -> list[MailTemplate]:
    """Return all versions of one text, the newest first."""
    return list(
        await session.scalars(
            select(MailTemplate)
            .where(_of(organization_id, event_id, kind, locale))
            .order_by(MailTemplate.version.desc())
            .limit(100)
        )
    )


async def add(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Add a version; returns whether nobody else has added the same one."""
    made = await session.scalar(
        insert(MailTemplate).values(**values).on_conflict_do_nothing().returning(MailTemplate.id)
    )
    return made is not None


async def add_trial(session: AsyncSession, values: dict[str, Any]) -> int:
    """Keep a trial until it is sent; returns its private key."""
    return (await session.execute(insert(MailTrial).values(**values).returning(MailTrial.id))).scalar_one()


async def drop_trials(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(MailTrial).where(MailTrial.created_at < before))


async def trials(session: AsyncSession, ids: Sequence[int]) -> dict[int, MailTrial]:
    found = await session.scalars(select(MailTrial).where(MailTrial.id.in_(ids)))
    return {row.id: row for row in found}


async def mailings(session: AsyncSession, organization_ids: Sequence[int], limit: int) -> list[Mailing]:
    """Return mailings of some organizations, the newest first."""
    found = await session.scalars(
        select(Mailing).where(Mailing.organization_id.in_(organization_ids)).order_by(Mailing.id.desc()).limit(limit)
    )
    return list(found)


async def mailing(session: AsyncSession, organization_ids: Sequence[int], uid: UUID) -> Mailing | None:
    """Lock a mailing."""
    return await session.scalar(
        select(Mailing)
        .where(Mailing.uid == uid, Mailing.organization_id.in_(organization_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
