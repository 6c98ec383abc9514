"""Claiming, delivering and settling: what happens to rows whose delivery is slow, fails, or loses its lease."""

import asyncio
from collections.abc import Sequence

import pytest

from api.domain.sync import service as sync
from api.domain.sync.contracts import Claimed, Destination, Outcome
from api.lib.db import Database
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import MAX_ATTEMPTS, WORKER, drain
from tests.backend_sync.deliveries import Recorder, enqueue, execute, outbox
from tests.factories.world import World

MAIL = Destination.MAIL


async def test_eight_drains_at_once_deliver_each_row_once(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id, 200)
    recorders = [Recorder() for _ in range(8)]
    await asyncio.gather(*(drain(worker_kernel, MAIL, one, size=7) for one in recorders))
    seen = [key for one in recorders for key in one.seen]
    assert len(seen) == 200
    assert len(set(seen)) == 200
    assert {row["state"] for row in await outbox(owner, MAIL)} == {"done"}


async def test_a_slow_delivery_keeps_its_rows(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id)
    other = Recorder()

    async def slow(_: Kernel, rows: Sequence[Claimed]) -> Outcome:
        await asyncio.sleep(1.2)
        await drain(worker_kernel, MAIL, other)
        return Outcome(done=[row.id for row in rows])

    assert await drain(worker_kernel, MAIL, slow, lease=0.6) == 1
    assert other.seen == []
    assert [row["attempts"] for row in await outbox(owner, MAIL)] == [1]


async def test_who_lost_the_lease_settles_nothing(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id)

    async def robbed(_: Kernel, rows: Sequence[Claimed]) -> Outcome:
        await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() - interval '1 s'")
        async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
            await sync.claim(uow, MAIL, size=10, lease=60)
        return Outcome(dead={row.id: "never to be read" for row in rows})

    await drain(worker_kernel, MAIL, robbed, lease=60)
    row = (await outbox(owner, MAIL))[0]
    assert (row["state"], row["error"], row["attempts"]) == ("pending", None, 2)


async def test_a_worker_that_died_leaves_its_rows_to_the_next(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id, 3)
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        await sync.claim(uow, MAIL, size=10, lease=0.5)
    recorder = Recorder()
    assert await drain(worker_kernel, MAIL, recorder) == 0
    await asyncio.sleep(0.6)
    assert await drain(worker_kernel, MAIL, recorder) == 3
    assert {row["attempts"] for row in await outbox(owner, MAIL)} == {2}


async def test_a_row_that_breaks_the_delivery_is_given_up_and_keeps_nobody_waiting(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id, 20)
    poison = (await outbox(owner, MAIL))[7]["id"]
    recorder = Recorder()

    async def breaks(kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        if poison in {row.id for row in rows}:
            raise KeyError("a secret of the row")
        return await recorder(kernel, rows)

    assert await drain(worker_kernel, MAIL, breaks) == 19
    for _ in range(MAX_ATTEMPTS):
        await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
        await drain(worker_kernel, MAIL, breaks)
    rows = await outbox(owner, MAIL)
    assert [row["id"] for row in rows if row["state"] != "done"] == [poison]
    dead = next(row for row in rows if row["id"] == poison)
    assert (dead["state"], dead["error"]) == ("dead", "the delivery failed: KeyError")
    assert sorted(recorder.seen) == [row["id"] for row in rows if row["id"] != poison]


async def test_an_absent_database_is_not_the_rows_fault(worker_kernel: Kernel, kernel: Kernel, world: World) -> None:
    await enqueue(kernel, world.organization.id)

    async def fails(_: Kernel, __: Sequence[Claimed]) -> Outcome:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await drain(worker_kernel, MAIL, fails, lease=0.1)
    await asyncio.sleep(0.15)
    assert await drain(worker_kernel, MAIL, Recorder()) == 1


async def test_rows_that_are_put_off_wait_longer_each_time_and_five_minutes_at_most(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id)

    async def later(_: Kernel, rows: Sequence[Claimed]) -> Outcome:
        return Outcome(retry={row.id: "not now" for row in rows})

    waits = []
    for attempts in (0, 1, 2, 3, 30):
        await execute(owner, "UPDATE outbox SET available_at = clock_timestamp(), attempts = :n", n=attempts)
        await drain(worker_kernel, MAIL, later)
        await execute(owner, "UPDATE outbox SET done_at = clock_timestamp()")
        row = (await outbox(owner, MAIL))[0]
        waits.append((row["available_at"] - row["done_at"]).total_seconds())
    assert waits == [pytest.approx(wanted, abs=0.3) for wanted in (1, 2, 4, 8, 300)]


async def test_a_dead_letter_is_replayed_once(
    worker_kernel: Kernel, kernel: Kernel, world: World, owner: Database
) -> None:
    await enqueue(kernel, world.organization.id, 2)

    async def refuses(_: Kernel, rows: Sequence[Claimed]) -> Outcome:
        return Outcome(done=[rows[0].id], dead={rows[1].id: "no such mailbox"})

    await drain(worker_kernel, MAIL, refuses)
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        assert [letter.error for letter in await sync.dead_letters(uow)] == ["no such mailbox"]
        assert await sync.replay(uow, MAIL, []) == 1
    recorder = Recorder()
    assert await drain(worker_kernel, MAIL, recorder) == 1
    assert recorder.seen == [(await outbox(owner, MAIL))[1]["id"]]
