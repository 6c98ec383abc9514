"""Database: model bases and engines."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import msgspec
from advanced_alchemy.base import CommonTableAttributes, create_registry
from sqlalchemy import BigInteger, Identity, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from api.lib import clock, tracing
from api.lib.errors import PreconditionFailed
from api.lib.ids import new_uid

# What a database that is gone, or still starting, raises. While it connects, the driver's own errors come through.
UNAVAILABLE = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

_registry = create_registry(
    custom_annotation_map={
        UUID: Uuid(),
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
    }
)


class Base(CommonTableAttributes, DeclarativeBase):
    """Base of all tables; one metadata for the whole schema."""

    __abstract__ = True
    registry = _registry


class Key:
    """The private key: the only target of foreign keys, never in a payload or a log."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, sort_order=-10)


class Aggregate(Key):
    """Two keys, a revision, times in UTC, and soft delete."""

    @declared_attr
    def uid(cls) -> Mapped[UUID]:  # noqa: N805 (SQLAlchemy calls it with the class)
        return mapped_column(unique=True, default=new_uid, sort_order=-9)

    revision: Mapped[int] = mapped_column(BigInteger, default=1, sort_order=90)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=91)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now, sort_order=92)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None, sort_order=93)

    def expect(self, revision: int | None) -> None:
        """Refuse a change that was made on an older state.

        Raises:
            PreconditionFailed: the stored revision is another one.
        """
        if revision is not None and revision != self.revision:
            raise PreconditionFailed(extra={"current_revision": self.revision})

    def touch(self) -> None:
        """Mark a change: the next revision, now."""
        self.revision += 1
        self.updated_at = clock.now()


class Database:
    """Engine and sessions of one process."""

    def __init__(self, url: str, *, pool: int = 8, application: str = "prs") -> None:
        self.engine = make_engine(url, pool=pool, application=application)
        tracing.watch(self.engine.sync_engine)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    async def close(self) -> None:
        await self.engine.dispose()


def encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def make_engine(url: str, *, pool: int, application: str) -> AsyncEngine:
    """Return an engine for ``postgresql://user:password@host:port/name`` or ``…/name?host=/socket/folder``.

    A statement may take 15 s and wait 5 s for a lock: a stuck request ends as a 503, it does not pile up.
    """
    address = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return create_async_engine(
        address,
        pool_size=pool,
        max_overflow=0,
        # A rush waits here, in order, rather than in the lock of a ticket: 200 for the last seat wait 3 s on two cores.
        pool_timeout=15,
        # Parameters are people's answers: they must not come up in an error or a log.
        hide_parameters=True,
        json_serializer=encode_json,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": application,
                "timezone": "UTC",
                "statement_timeout": "15000",
                "lock_timeout": "5000",
                "idle_in_transaction_session_timeout": "60000",
            },
        },
    )


class UnsafeRole(RuntimeError):
    """The process is connected as a role that could change the schema or look behind the tenants' walls."""


_COULD = text(
    """
    SELECT rolsuper OR rolbypassrls
        OR EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)
    FROM pg_roles WHERE rolname = current_user
    """
)


async def refuse_owner(database: Database) -> None:
    """Check that the process owns nothing and cannot bypass row-level security.

    Raises:
        UnsafeRole: it could.
    """
    async with database.engine.connect() as connection:
        if await connection.scalar(_COULD):
            raise UnsafeRole("connect as a role that owns nothing, e.g. prs_app; see docs/guides/database-roles.md")
