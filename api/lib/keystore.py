"""The installation's look-up keys: random, stored wrapped by the active master key, opened once by each process.

They stand apart from the master keys so that these can be replaced: an index computed years ago is still found, and a
master key that is no longer wanted can really go.
"""

import base64
import secrets
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.crypto import LocalKeys, RecordKey, Roots, SealError, Vault
from api.lib.db import Base, Database

BLIND_INDEX = "blind-index"
DIGEST = "digest"
PLATFORM = "platform"
# What the migration leaves where indexes exist that were derived from the oldest master key.
DERIVED = "derived"


class SealedKey(Base):
    """A key of the installation, wrapped by a master key."""

    __tablename__ = "sealed_key"

    purpose: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def context(purpose: str) -> str:
    """Return what a key of the installation is bound to."""
    return f"sealed_key:wrapped:{purpose}"


async def open_roots(database: Database, vault: Vault) -> None:
    """Let the vault have the installation's keys; the first process of all makes them.

    Raises:
        SealError: a key's master key is not declared.
        KeysAway: the service that holds the master keys does not answer.
    """
    async with vault.lock:
        if vault.opened:
            return
        async with database.sessions() as session, session.begin():
            purposes = (BLIND_INDEX, DIGEST, *(() if isinstance(vault.keys, LocalKeys) else (PLATFORM,)))
            found = await _stored(session)
            if any(_missing(found, purpose) for purpose in purposes):
                # Several processes may start at once: the lock lets the first make them and the others find them.
                await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('prs:sealed-key'))"))
                found = await _stored(session)
                for purpose in purposes:
                    if _missing(found, purpose):
                        found[purpose] = await _make(session, vault, purpose, found.get(purpose))
            bare = {purpose: await vault.unwrap(key, context(purpose)) for purpose, key in found.items()}
        vault.adopt(Roots(bare[BLIND_INDEX], bare[DIGEST], _platform(bare.get(PLATFORM))))


def _missing(found: dict[str, RecordKey], purpose: str) -> bool:
    return purpose not in found or found[purpose].key_id == DERIVED


def _platform(key: bytes | None) -> LocalKeys | None:
    return None if key is None else LocalKeys(f"{PLATFORM}:{base64.b64encode(key).decode()}")


async def _stored(session: AsyncSession) -> dict[str, RecordKey]:
    rows = await session.execute(select(SealedKey.purpose, SealedKey.key_id, SealedKey.wrapped))
    return {purpose: RecordKey(key_id, wrapped) for purpose, key_id, wrapped in rows}


async def _make(session: AsyncSession, vault: Vault, purpose: str, marker: RecordKey | None) -> RecordKey:
    bare = secrets.token_bytes(32)
    if marker is not None:
        if vault.local is None:
            raise SealError("indexes hang on the oldest of PRS_MASTER_KEYS: start once with it declared")
        bare = vault.local.derive(purpose)
    key = RecordKey(*await vault.keys.wrap(bare, context(purpose)))
    values = {"key_id": key.key_id, "wrapped": key.wrapped}
    await session.execute(
        insert(SealedKey)
        .values(purpose=purpose, created_at=clock.now(), **values)
        .on_conflict_do_update(index_elements=["purpose"], set_=values)
    )
    return key


async def counts(session: AsyncSession) -> dict[str, int]:
    """Return how many keys of the installation hang on each master key."""
    rows = await session.execute(select(SealedKey.key_id, func.count()).group_by(SealedKey.key_id))
    return dict(rows.all())


async def rewrap(session: AsyncSession, vault: Vault) -> int:
    """Wrap the installation's keys by the active master key; returns how many were not."""
    moved = 0
    for purpose, key in (await _stored(session)).items():
        if key.key_id != vault.keys.active:
            fresh = await vault.rewrap_record_key(key, context(purpose))
            await session.execute(
                update(SealedKey).where(SealedKey.purpose == purpose).values(key_id=fresh.key_id, wrapped=fresh.wrapped)
            )
            moved += 1
    return moved
