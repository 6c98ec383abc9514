"""Slots of scheduled jobs: run once, taken over from the dead, tried again after a failure."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.jobs import service as jobs
from api.domain.jobs.contracts import JOBS, JobRun
from api.domain.jobs.errors import LeaseLost
from api.lib import clock
from api.lib.db import Database
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from tests.backend_sync.deliveries import execute
from tests.factories.client import Draft
from tests.factories.world import World
from worker import beat
from worker.runtime import Runtime
from worker.tasks import jobs as tasks

JOB = "release-expired-holds"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def ask(kernel: Kernel, moment: datetime = NOON) -> bool:
    """Ask for a slot."""
    async with unit_of_work(kernel) as uow:
        return await jobs.request(uow, JOB, moment)


async def runs(owner: Database) -> list[dict[str, Any]]:
    """Return the record of slots."""
    async with owner.sessions() as session:
        found = await session.execute(text("SELECT * FROM job_run ORDER BY slot"))
        return [dict(row._mapping) for row in found]  # noqa: SLF001


async def work(kernel: Kernel, seen: Counter[datetime]) -> None:
    """Run open slots as a worker does, counting their effects."""
    while True:
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            run = await jobs.claim(uow)
        if run is None:
            return
        await asyncio.sleep(0.002)
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            await jobs.finish(uow, run)
        seen[run.slot] += 1


async def test_sixty_slots_asked_for_many_times_run_once_each_under_eight_workers(
    kernel: Kernel, worker_kernel: Kernel, owner: Database
) -> None:
    slots = [NOON + timedelta(seconds=30 * index) for index in range(60)]
    asked = await asyncio.gather(
        *(ask(kernel, slot + timedelta(seconds=late)) for slot in slots for late in (0, 7, 29))
    )
    assert sum(asked) == 60
    seen: Counter[datetime] = Counter()
    await asyncio.gather(*(work(worker_kernel, seen) for _ in range(8)))
    assert dict(seen) == dict.fromkeys(slots, 1)
    assert {(run["state"], run["attempts"]) for run in await runs(owner)} == {("done", 1)}


async def test_a_slot_whose_holder_died_is_taken_over_and_the_dead_one_cannot_finish_it(
    kernel: Kernel, worker_kernel: Kernel, owner: Database
) -> None:
    await ask(kernel)
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        first = await jobs.claim(uow)
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        assert await jobs.claim(uow) is None
    await execute(owner, "UPDATE job_run SET lease_until = clock_timestamp() - interval '1 s'")
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        second = await jobs.claim(uow)
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost):
        async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
            await jobs.finish(uow, first)
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        await jobs.finish(uow, second)
    assert [run["state"] for run in await runs(owner)] == ["done"]


async def test_a_job_that_fails_is_tried_again_and_given_up_in_the_end(
    kernel: Kernel, settings: Settings, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    async def fails(_: Kernel, __: JobRun) -> None:
        nonlocal tried
        tried += 1
        raise ValueError("nothing that belongs into a log")

    monkeypatch.setitem(tasks.BINDINGS, JOB, fails)
    await ask(kernel)
    runtime = await asyncio.to_thread(Runtime, settings)
    try:
        for _ in range(jobs.MAX_ATTEMPTS + 2):
            await asyncio.to_thread(lambda: runtime.run(tasks.run_open(runtime)))
            await execute(owner, "UPDATE job_run SET lease_until = NULL")
    finally:
        await asyncio.to_thread(runtime.close)
    [run] = await runs(owner)
    assert tried == jobs.MAX_ATTEMPTS
    assert (run["state"], run["error"]) == ("failed", "ValueError")


async def test_a_job_that_fails_does_not_keep_another_from_running(
    kernel: Kernel, settings: Settings, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: Kernel, __: JobRun) -> None:
        raise ValueError

    monkeypatch.setitem(tasks.BINDINGS, JOB, fails)
    await ask(kernel)
    async with unit_of_work(kernel) as uow:
        await jobs.request(uow, "expire-drafts", NOON)
    runtime = await asyncio.to_thread(Runtime, settings)
    try:
        await asyncio.to_thread(lambda: runtime.run(tasks.run_open(runtime)))
    finally:
        await asyncio.to_thread(runtime.close)
    assert {run["job"]: run["state"] for run in await runs(owner)}["expire-drafts"] == "done"


async def test_every_declared_job_does_its_work(
    api: httpx.AsyncClient, kernel: Kernel, settings: Settings, world: World, owner: Database
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("seats", tickets=[{"ticket": str(world.tickets[0]), "quantity": 2}], complete=False)
    await execute(owner, "UPDATE registration_seat SET held_until = clock_timestamp() - interval '1 s'")
    await execute(owner, "UPDATE registration SET expires_at = clock_timestamp() - interval '1 s'")
    await execute(owner, "UPDATE outbox SET state = 'done', done_at = clock_timestamp() - interval '8 days'")
    async with unit_of_work(kernel) as uow:
        for name in JOBS:
            await jobs.request(uow, name, NOON)
    runtime = await asyncio.to_thread(Runtime, settings)
    try:
        await asyncio.to_thread(lambda: runtime.run(tasks.run_open(runtime)))
    finally:
        await asyncio.to_thread(runtime.close)
    assert {run["state"] for run in await runs(owner)} == {"done"}
    async with owner.sessions() as session:
        left = (await session.execute(text("SELECT sum(held) + sum(taken) FROM event_ticket_counter"))).scalar_one()
        assert left == 0
        assert (await session.execute(text("SELECT state FROM registration"))).scalar_one() == "expired"
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0


def test_beat_asks_for_each_slot_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.content))
        return httpx.Response(202)

    known: dict[str, str] = {}
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api") as client:
        for second in range(0, 60, 5):
            monkeypatch.setattr(clock, "now", lambda second=second: NOON + timedelta(seconds=second))
            beat.request_due(client, known)
    assert len(asked) == len(set(asked))
    assert Counter(path.split("/")[-2] for path, _ in asked) == {
        name: max(1, 60 // spec.every) for name, spec in JOBS.items()
    }


def test_beat_asks_again_when_the_api_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    away = True
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if away:
            raise httpx.ConnectError("refused")
        asked.append(request.url.path)
        return httpx.Response(202)

    monkeypatch.setattr(clock, "now", lambda: NOON)
    known: dict[str, str] = {}
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api") as client:
        beat.request_due(client, known)
        away = False
        beat.request_due(client, known)
        beat.request_due(client, known)
    assert len(asked) == len(JOBS)


def test_a_declared_job_without_code_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(tasks.BINDINGS, JOB)
    with pytest.raises(tasks.UnboundJob, match=JOB):
        tasks.check_bindings()
