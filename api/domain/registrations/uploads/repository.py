"""Uploads in SQL. How much of a file is here is what its row says; the tenant's wall is the database's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, and_, cast, delete, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.registrations.models import DiscardedFile, SetAside, Upload, UploadPart
from api.domain.registrations.uploads.parts import Part
from api.lib import clock


async def add(session: AsyncSession, row: Upload) -> None:
    """Store a new upload."""
    session.add(row)
    await session.flush()


async def find(session: AsyncSession, registration_id: int, uid: UUID, *, lock: bool = False) -> Upload | None:
    """Return an upload of a registration."""
    statement = (
        select(Upload)
        .where(Upload.uid == uid, Upload.registration_id == registration_id)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update() if lock else statement)


async def finished(session: AsyncSession, registration_ids: Sequence[int]) -> list[Upload]:
    """Return the finished uploads of some registrations, the oldest first."""
    found = await session.scalars(
        select(Upload)
        .where(Upload.registration_id.in_(registration_ids), Upload.state == "finished")
        .order_by(Upload.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def held(session: AsyncSession, registration_id: int) -> list[Upload]:
    """Return a registration's finished uploads; until the transaction ends nobody else removes them."""
    found = await session.scalars(
        select(Upload)
        .where(Upload.registration_id == registration_id, Upload.state == "finished")
        .order_by(Upload.id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def room(session: AsyncSession, registration_id: int) -> tuple[int, int]:
    """Return how many uploads a registration has, and their bytes."""
    found = await session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.registration_id == registration_id, Upload.state != "refused"
        )
    )
    count, size = found.one()
    return int(count), int(size)


async def drop_left(session: AsyncSession, registration_id: int, before: datetime) -> None:
    """Delete a registration's uploads that are over, that no saved answer names and nothing has touched since."""
    await session.execute(
        delete(Upload).where(
            Upload.registration_id == registration_id,
            Upload.kept.is_(False),
            Upload.state != "receiving",
            Upload.touched_at < before,
        )
    )


async def advance(session: AsyncSession, upload_id: int, offset: int, size: int) -> bool:
    """Move an upload on by ``size`` bytes from ``offset``; returns whether it still stood there."""
    moved = await session.scalar(
        update(Upload)
        .where(Upload.id == upload_id, Upload.received == offset, Upload.state == "receiving")
        .values(received=offset + size, touched_at=clock.now())
        .returning(Upload.id)
    )
    return moved is not None


async def add_parts(session: AsyncSession, upload: Upload, parts: Sequence[Part]) -> None:
    """Store where chunks' bytes are."""
    if parts:
        await session.execute(
            insert(UploadPart),
            [
                {
                    "upload_id": upload.id, "start": part.start, "organization_id": upload.organization_id,
                    "size": part.size, "file": part.file,
                }
                for part in parts
            ],
        )  # fmt: skip


async def parts_of(session: AsyncSession, upload_ids: Sequence[int]) -> list[UploadPart]:
    """Return the chunks of some uploads, in the order of their bytes."""
    found = await session.scalars(
        select(UploadPart)
        .where(UploadPart.upload_id.in_(upload_ids))
        .order_by(UploadPart.upload_id, UploadPart.start)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def drop_parts(session: AsyncSession, upload_id: int) -> None:
    """Forget an upload's chunks; their files are discarded with them."""
    await session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))


async def end(session: AsyncSession, upload_id: int, *, state: str, size: int, refusal: str | None) -> None:
    """Write how an upload ended."""
    await session.execute(
        update(Upload)
        .where(Upload.id == upload_id)
        .values(state=state, received=size, size=size, refusal=refusal, touched_at=clock.now())
    )


async def drop(session: AsyncSession, upload_ids: Sequence[int]) -> None:
    """Delete uploads with their chunks."""
    await session.execute(delete(Upload).where(Upload.id.in_(upload_ids)))


async def keep(session: AsyncSession, registration_id: int, steps: Sequence[str] | None, uids: Sequence[UUID]) -> None:
    """Mark which uploads the saved answers name: of some steps, or of all. What was set aside stays with its answer."""
    aside = exists().where(
        SetAside.registration_id == Upload.registration_id,
        or_(
            SetAside.answer["value"]["upload"].astext == cast(Upload.uid, String),
            and_(SetAside.step == Upload.step, SetAside.pointer == Upload.pointer),
        ),
    )
    kept = or_(Upload.uid.in_(uids), aside)
    statement = update(Upload).where(Upload.registration_id == registration_id, Upload.kept != kept)
    if steps is not None:
        statement = statement.where(Upload.step.in_(steps))
    await session.execute(
        statement.values(kept=kept, touched_at=clock.now()).execution_options(synchronize_session=False)
    )


async def drop_at(session: AsyncSession, registration_ids: Sequence[int], places: Sequence[tuple[str, str]]) -> int:
    """Delete uploads by (step, path of names joined by slashes); returns how many there were."""
    if not places:
        return 0
    path = func.regexp_replace(func.ltrim(Upload.pointer, "/"), "/[0-9]+(?=/)", "", "g")
    gone = await session.execute(
        delete(Upload)
        .where(Upload.registration_id.in_(registration_ids), tuple_(Upload.step, path).in_(list(places)))
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


# --- the collector


async def drop_abandoned(session: AsyncSession, before: datetime, limit: int) -> int:
    """Delete uploads that no saved answer names and nothing has touched since a time; returns how many."""
    left = (
        select(Upload.id)
        .where(Upload.kept.is_(False), Upload.touched_at < before)
        .order_by(Upload.touched_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = await session.execute(
        delete(Upload).where(Upload.id.in_(left)).returning(Upload.id).execution_options(synchronize_session=False)
    )
    return len(gone.all())


async def take_discarded(session: AsyncSession, limit: int) -> list[UUID]:
    """Take files that are to be removed; a rollback puts them back."""
    oldest = select(DiscardedFile.file).order_by(DiscardedFile.discarded_at).limit(limit)
    gone = await session.scalars(
        delete(DiscardedFile)
        .where(DiscardedFile.file.in_(oldest))
        .returning(DiscardedFile.file)
        .execution_options(synchronize_session=False)
    )
    return list(gone)


async def known_files(session: AsyncSession, files: Sequence[UUID]) -> set[UUID]:
    """Return which of these files a chunk's row names."""
    found = await session.scalars(select(UploadPart.file).where(UploadPart.file.in_(files)))
    return set(found)
