"""Every column whose values carry their own wrapped data key, and how to bring them to another master key.

A test holds the list complete: a column of bytes named ``sealed…`` must be in it. The answers of registrations are
apart: they hang on one key for each registration (``api.domain.registrations.rewrapping``).
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.lib.crypto import Vault


class SealedColumn(msgspec.Struct, frozen=True):
    """A column with its table's primary key. ``record`` is what the values are bound to, as SQL over ``t``."""

    table: str
    column: str
    key: str
    record: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def _wrapping(self) -> str:
        """The id of the wrapping key, read from the value's head: see ``api.lib.crypto.envelope``."""
        return f"encode(substring(t.{self.column} from 3 for get_byte(t.{self.column}, 1)), 'escape')"


COLUMNS = (
    SealedColumn("signing_key", "sealed_private", "kid", "t.kid"),
    SealedColumn(
        "account_second_factor",
        "sealed_secret",
        "account_id",
        "(SELECT uid::text FROM account WHERE account.id = t.account_id)",
    ),
    SealedColumn("audit_key", "sealed_private", "kid", "t.kid"),
    SealedColumn("erasure", "sealed_email", "id", "t.uid::text"),
)


async def changeable(session: AsyncSession) -> list[SealedColumn]:
    """Return the columns that this role may read and change."""
    found = await session.execute(
        text(
            """
            SELECT place FROM unnest(CAST(:tables AS text[]), CAST(:columns AS text[])) WITH ORDINALITY
              AS one (name, col, place)
            WHERE has_column_privilege(name, col, 'SELECT') AND has_column_privilege(name, col, 'UPDATE')
            """
        ),
        {"tables": [column.table for column in COLUMNS], "columns": [column.column for column in COLUMNS]},
    )
    return [COLUMNS[place - 1] for place in found.scalars()]


async def counts(session: AsyncSession, column: SealedColumn) -> Mapping[str, int]:
    """Return how many values hang on each master key."""
    rows = await session.execute(
        text(
            f"SELECT {column._wrapping}, count(*) FROM {column.table} t "  # noqa: S608, SLF001 (names of the list above)
            f"WHERE t.{column.column} IS NOT NULL GROUP BY 1"
        )
    )
    return dict(rows.all())


async def rewrap(session: AsyncSession, vault: Vault, column: SealedColumn, after: Any, limit: int) -> tuple[int, Any]:
    """Bring the next values to the active key, passing over rows that are locked; returns how many, and the last key.

    Raises:
        SealError: a value is damaged, or its master key is not declared.
    """
    rows = (
        await session.execute(
            text(
                f"SELECT t.{column.key} AS key, {column.record} AS record, t.{column.column} AS sealed "  # noqa: S608
                f"FROM {column.table} t WHERE t.{column.column} IS NOT NULL AND {column._wrapping} <> :active "  # noqa: SLF001
                + ("" if after is None else f"AND t.{column.key} > :after ")
                + f"ORDER BY t.{column.key} LIMIT :limit FOR UPDATE OF t SKIP LOCKED"
            ),
            {"active": vault.platform_key, "limit": limit} | ({} if after is None else {"after": after}),
        )
    ).all()
    if rows:
        await session.execute(
            text(f"UPDATE {column.table} SET {column.column} = :sealed WHERE {column.key} = :key"),  # noqa: S608
            [
                {
                    "key": row.key,
                    "sealed": vault.rewrap(row.sealed, context=f"{column.name.replace('.', ':')}:{row.record}"),
                }
                for row in rows
            ],
        )
    return len(rows), rows[-1].key if rows else None
