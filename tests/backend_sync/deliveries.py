"""Fake destinations, and what the outbox and the bindings hold, for tests of the drain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Claimed, Destination, Outcome
from api.lib.db import Database
from api.lib.ids import new_uid
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER


class Recorder:
    """Takes every row, and remembers it."""

    def __init__(self) -> None:
        self.batches: list[list[Claimed]] = []

    @property
    def seen(self) -> list[int]:
        """The ids of all rows, in the order they came."""
        return [row.id for batch in self.batches for row in batch]

    async def __call__(self, _: Kernel, rows: Sequence[Claimed]) -> Outcome:
        self.batches.append(list(rows))
        return Outcome(done=[row.id for row in rows])


async def enqueue(kernel: Kernel, organization_id: int, count: int = 1) -> None:
    """Put rows of as many aggregates into the outbox."""
    async with unit_of_work(kernel, WORKER, Scope(frozenset({organization_id}))) as uow:
        for _ in range(count):
            await sync.enqueue(
                uow, [Destination.MAIL], Aggregate.CONFIRMATION, new_uid(), revision=1, organization_id=organization_id
            )


async def outbox(owner: Database, destination: Destination) -> list[dict[str, Any]]:
    """Return the outbox's rows for a destination, in their order."""
    async with owner.sessions() as session:
        found = await session.execute(
            text("SELECT * FROM outbox WHERE destination = :name ORDER BY id"), {"name": destination.value}
        )
        return [dict(row._mapping) for row in found]  # noqa: SLF001 (the public name of a row's mapping)


async def execute(owner: Database, statement: str, **values: Any) -> None:
    """Change something behind the platform's back."""
    async with owner.sessions() as session, session.begin():
        await session.execute(text(statement), values)
