"""Bringing everything that is sealed to the active master key, while the platform runs.

In batches, each a transaction of its own: it can be stopped at any moment, by kill -9 too, and run again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec

from api.domain.registrations import rewrapping
from api.lib import keystore, sealed_columns
from api.lib.sealed_columns import SealedColumn
from api.lib.security import SYSTEM, Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

BATCH = 200
_OPERATOR = Principal(kind="service", subject_uid="operator")
# Rows that others hold are passed over and asked for again; whoever holds one for so long is stuck.
_ROUNDS = 600
_PAUSE_SECONDS = 0.1

# From the last key and a limit to the number of values moved and the new last key.
_Step = Callable[[UnitOfWork, Any, int], Awaitable[tuple[int, Any]]]


class StillHeld(RuntimeError):
    """Some rows stayed locked by others, or processes still seal with an old key."""


class Held(msgspec.Struct, frozen=True):
    """How many values of a place hang on each master key; ``active`` is the one that they should hang on."""

    place: str
    active: str
    by_key: Mapping[str, int]

    @property
    def left(self) -> int:
        return sum(count for key, count in self.by_key.items() if key != self.active)


class OutOfReach(RuntimeError):
    """No role that was given may change some sealed column."""


async def status(kernel: Kernel, sealer: Kernel | None = None) -> list[Held]:
    """Return where every sealed value stands.

    Raises:
        OutOfReach: as its name says.
    """
    async with unit_of_work(kernel, _OPERATOR, SYSTEM, "rewrap") as uow:
        active = await kernel.vault.keys.resolve()
        found = [
            Held("sealed_key", active, await keystore.counts(uow.session)),
            Held("registration_key", active, await rewrapping.counts(uow)),
            Held("registration_sealed_answer", "", {"(a key of its own)": await rewrapping.old_values(uow)}),
        ]
    for holder, columns in await _columns(kernel, sealer):
        async with unit_of_work(holder, _OPERATOR, SYSTEM, "rewrap") as uow:
            platform = holder.vault.platform_key
            for column in columns:
                found.append(Held(column.name, platform, await sealed_columns.counts(uow.session, column)))
    return found


async def _columns(kernel: Kernel, sealer: Kernel | None) -> list[tuple[Kernel, list[SealedColumn]]]:
    """Return who changes which columns: the worker's role what it may, the sealer's the rest."""
    left = list(sealed_columns.COLUMNS)
    found = []
    for holder in (kernel, sealer):
        if holder is not None:
            async with unit_of_work(holder, _OPERATOR, SYSTEM, "rewrap") as uow:
                mine = [column for column in await sealed_columns.changeable(uow.session) if column in left]
            left = [column for column in left if column not in mine]
            found.append((holder, mine))
    if left:
        names = ", ".join(column.name for column in left)
        raise OutOfReach(f"nobody here may change {names}: PRS_SEALER_DATABASE_URL is needed too")
    return found


async def rewrap(kernel: Kernel, sealer: Kernel | None = None, *, batch: int = BATCH) -> AsyncIterator[tuple[int, int]]:
    """Move everything; yields (values moved so far, values there were to move) after each batch.

    Raises:
        SealError: a value is damaged, or its master key is not declared any more; nothing of its batch is written.
        KeysAway: the service that holds the master keys does not answer; run it again.
        OutOfReach, StillHeld: as their names say.
    """
    total = sum(place.left for place in await status(kernel, sealer))
    moved = 0
    yield moved, total
    for _ in range(_ROUNDS):
        async for count in _round(kernel, sealer, batch):
            moved += count
            yield moved, max(total, moved)
        if not any(place.left for place in await status(kernel, sealer)):
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise StillHeld("values are still sealed with an old key: do all processes have the new one first?")


async def _round(kernel: Kernel, sealer: Kernel | None, batch: int) -> AsyncIterator[int]:
    active = await kernel.vault.keys.resolve()

    async def keys(uow: UnitOfWork, after: Any, limit: int) -> tuple[int, Any]:
        return await rewrapping.rewrap_keys(uow, active, after or 0, limit)

    async def values(uow: UnitOfWork, after: Any, limit: int) -> tuple[int, Any]:
        return await rewrapping.reseal_old_values(uow, after or 0, limit)

    async with unit_of_work(kernel, _OPERATOR, SYSTEM, "rewrap") as uow:
        count = await keystore.rewrap(uow.session, kernel.vault)
    yield count
    steps: list[tuple[Kernel, _Step]] = [(kernel, values), (kernel, keys)]
    for holder, columns in await _columns(kernel, sealer):
        steps += [(holder, _of(column)) for column in columns]
    for holder, step in steps:
        async for count in _batches(holder, step, batch):
            yield count


def _of(column: SealedColumn) -> _Step:
    async def step(uow: UnitOfWork, after: Any, limit: int) -> tuple[int, Any]:
        return await sealed_columns.rewrap(uow.session, uow.kernel.vault, column, after, limit)

    return step


async def _batches(kernel: Kernel, step: _Step, batch: int) -> AsyncIterator[int]:
    after: Any = None
    while True:
        async with unit_of_work(kernel, _OPERATOR, SYSTEM, "rewrap") as uow:
            count, after = await step(uow, after, batch)
        if not count:
            return
        yield count
