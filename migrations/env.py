"""Alembic's entry: connects as the owner and runs migrations under a short lock timeout."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from api.domain import wiring
from api.lib.settings import SettingsError, settings

target_metadata = wiring.metadata


def _owner_url() -> str:
    url = context.config.get_main_option("sqlalchemy.url") or settings().database_url
    if not url:
        raise SettingsError("PRS_DATABASE_URL is needed to migrate: the URL of the database's owner")
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        # A migration that waits for a lock makes everybody wait behind it: give up and try again later.
        connection.execute(text("SET lock_timeout = '4s'"))
        context.run_migrations()


async def _run() -> None:
    engine = create_async_engine(_owner_url(), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    asyncio.run(_run())
