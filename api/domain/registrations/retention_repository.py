"""Registrations whose time is over, in SQL: drafts, what was deleted, what is erased and what is blanked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.registrations.models import (
    IdempotencyKey,
    Registration,
    RegistrationChange,
    RegistrationKey,
    RegistrationToken,
    RevealNote,
    SealedAnswer,
    SetAside,
    StepAnswer,
    Upload,
)


async def expired_drafts(session: AsyncSession, now: datetime, limit: int) -> list[Registration]:
    """Lock drafts whose time is over."""
    found = await session.scalars(
        select(Registration)
        .where(Registration.state == "draft", Registration.expires_at < now)
        .order_by(Registration.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def doomed(session: AsyncSession, before: datetime, limit: int) -> list[Registration]:
    """Lock what was deleted before a time."""
    found = await session.scalars(
        select(Registration)
        .where(Registration.deleted_at < before)
        .order_by(Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def purge(session: AsyncSession, ids: Sequence[int]) -> None:
    """Delete registrations for good, with all that hangs on them."""
    await session.execute(delete(Registration).where(Registration.id.in_(ids)))


_THEIRS = (
    StepAnswer, SealedAnswer, SetAside, Upload, RegistrationChange, RegistrationToken, RegistrationKey, RevealNote,
)  # fmt: skip


async def forget(session: AsyncSession, ids: Sequence[int], uids: Sequence[UUID]) -> dict[str, int]:
    """Delete what registrations' people have given, and what opens them; returns the number of rows by table."""
    # First: a whole number goes with its answer by itself, and the proof must count it.
    counts = {"aadhaar": await forget_whole(session, ids, None)}
    # The data key goes with what it opens: copies of sealed answers in backups cannot be read any more without it.
    for table in (
        StepAnswer,
        SealedAnswer,
        SetAside,
        Upload,
        RegistrationToken,
        RegistrationKey,
        RevealNote,
        RegistrationChange,
    ):
        gone = await session.execute(
            delete(table).where(table.registration_id.in_(ids)).returning(table.registration_id)
        )
        counts[table.__tablename__] = len(gone.all())
    keys = await session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.registration_uid.in_(uids)).returning(IdempotencyKey.scope)
    )
    counts[IdempotencyKey.__tablename__] = len(keys.all())
    return counts


async def forget_whole(session: AsyncSession, ids: Sequence[int], places: Sequence[str] | None) -> int:
    """Delete whole Aadhaar numbers of registrations, all or those at some places (step and pointer). For the worker."""
    gone = await session.scalar(
        text("SELECT prs_erase_aadhaar(CAST(:ids AS bigint[]), CAST(:places AS text[]))"),
        {"ids": list(ids), "places": None if places is None else list(places)},
    )
    return int(gone or 0)


async def purge_keys(session: AsyncSession, before: datetime) -> None:
    """Forget idempotency keys and used-up tokens older than a time."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))
    await session.execute(delete(RegistrationToken).where(RegistrationToken.expires_at < before))


async def purge_aside(session: AsyncSession, before: datetime) -> None:
    """Forget what was set aside in registrations that were submitted before a time."""
    submitted = select(Registration.id).where(Registration.submitted_at < before)
    await session.execute(delete(SetAside).where(SetAside.registration_id.in_(submitted)))


async def drop_aside(session: AsyncSession, registration_ids: Sequence[int]) -> None:
    """Forget what was set aside in some registrations."""
    await session.execute(delete(SetAside).where(SetAside.registration_id.in_(registration_ids)))


async def drop_changes(session: AsyncSession, registration_ids: Sequence[int]) -> None:
    """Forget from what to what the answers of some registrations were changed."""
    await session.execute(delete(RegistrationChange).where(RegistrationChange.registration_id.in_(registration_ids)))


# --- retention


async def over(session: AsyncSession, event_ids: Sequence[int], limit: int) -> list[Registration]:
    """Lock submitted registrations for some events that are still somebody's."""
    found = await session.scalars(
        select(Registration)
        .where(
            Registration.event_id.in_(event_ids),
            Registration.erased_at.is_(None),
            Registration.submitted_at.is_not(None),
        )
        .order_by(Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def unfinished(
    session: AsyncSession, before: datetime, organization_ids: Sequence[int], limit: int
) -> list[Registration]:
    """Lock drafts that were never submitted and have been closed since a time."""
    found = await session.scalars(
        select(Registration)
        .where(
            Registration.organization_id.in_(organization_ids),
            Registration.submitted_at.is_(None),
            Registration.state.in_(("expired", "cancelled")),
            Registration.updated_at < before,
        )
        .order_by(Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def pinned_to(session: AsyncSession, event_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return (event, flow version) of the registrations for some events, each pair once."""
    found = await session.execute(
        select(Registration.event_id, Registration.flow_version_id)
        .where(Registration.event_id.in_(event_ids), Registration.erased_at.is_(None))
        .distinct()
    )
    return [(event_id, version_id) for event_id, version_id in found]


async def unblanked(
    session: AsyncSession, event_id: int, flow_version_id: int, days: int, limit: int
) -> list[Registration]:
    """Lock registrations in which answers kept ``days`` days, or fewer, are not blanked yet."""
    found = await session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.flow_version_id == flow_version_id,
            Registration.blanked_days < days,
            Registration.erased_at.is_(None),
        )
        .order_by(Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def drop_sealed(session: AsyncSession, keys: Sequence[tuple[int, str, str]]) -> int:
    """Delete sealed answers by (registration, step, pointer); returns how many there were."""
    if not keys:
        return 0
    await forget_whole(session, [key for key, _, _ in keys], [f"{step}{pointer}" for _, step, pointer in keys])
    gone = await session.execute(
        delete(SealedAnswer)
        .where(tuple_(SealedAnswer.registration_id, SealedAnswer.step, SealedAnswer.pointer).in_(list(keys)))
        .returning(SealedAnswer.step)
    )
    return len(gone.all())
