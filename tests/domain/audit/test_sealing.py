"""The sealer: everything that is settled once, in order, by one at a time, under a role that can change nothing."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from api import rewrapping
from api.domain.audit import exporting, repository, sealing, verifying
from api.domain.audit import service as audit
from api.domain.audit.contracts import EventFilter
from api.domain.jobs.contracts import JobRun
from api.lib import clock
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, UnitOfWork, make_kernel, unit_of_work
from tests.conftest import structs
from tests.domain.audit.conftest import SERVICE, Record, settle, tamper, verified
from worker.tasks import audit as task


async def write(uow: UnitOfWork) -> None:
    await audit.record(uow, "event.created", subject_type="event", subject_uid=None)


async def covered(auditor: Kernel) -> list[int]:
    """Return the keys of sealed events in the order of the chain."""
    async with unit_of_work(auditor) as uow:
        return [key for seal in await repository.seals_after(uow.session, 0, 1000) for key in seal.event_ids]


async def test_batches_follow_one_another(record: Record, sealer: Kernel, auditor: Kernel) -> None:
    await record(7)
    await settle(sealer)
    made = await sealing.seal_all(sealer, batch=3)
    assert [(seal.batch, seal.first_sequence, seal.last_sequence) for seal in made] == [(1, 1, 3), (2, 4, 6), (3, 7, 7)]
    assert await sealing.seal_all(sealer) == []
    await record(1)
    await settle(sealer)
    assert [seal.first_sequence for seal in await sealing.seal_all(sealer)] == [8]
    assert (await verified(auditor))[0] == []


@asynccontextmanager
async def half_done(kernel: Kernel) -> AsyncIterator[None]:
    """An event is written and its transaction still open; it commits at the end."""
    async with unit_of_work(kernel, SERVICE) as uow:
        await write(uow)
        await uow.session.flush()
        yield


async def test_an_event_whose_transaction_began_earlier_and_ends_later_keeps_its_place(
    kernel: Kernel, record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    await record(1)
    await settle(sealer)
    async with half_done(kernel):
        # These commit first, with higher keys and transactions: sealed now, the open one would come between.
        await record(3)
        assert [seal.last_sequence for seal in await sealing.seal_all(sealer)] == [1]
    await settle(sealer)
    assert [seal.last_sequence for seal in await sealing.seal_all(sealer)] == [5]
    keys = await covered(auditor)
    assert keys == sorted(keys)
    assert (await verified(auditor))[0] == []


async def test_without_the_horizon_that_event_would_come_between(
    kernel: Kernel, record: Record, sealer: Kernel, auditor: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = str(repository._SETTLED)  # noqa: SLF001 (the guard itself is under test)
    guard = "AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + prs_audit_offset()"
    assert guard in settled
    monkeypatch.setattr(repository, "_SETTLED", text(settled.replace(guard, "")))
    async with half_done(kernel):
        await record(3)
        await sealing.seal_next(sealer)
    findings, _, _ = await verified(auditor)
    assert [finding.fault for finding in findings] == [verifying.Fault.INSERTED]


async def test_what_is_rolled_back_leaves_no_hole(
    kernel: Kernel, record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    await record(2)

    async def fail() -> None:
        async with unit_of_work(kernel, SERVICE) as uow:
            await write(uow)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await record(2)
    await settle(sealer)
    assert [seal.last_sequence for seal in await sealing.seal_all(sealer)] == [4]
    assert (await verified(auditor))[0] == []


@asynccontextmanager
async def two_sealers(settings: Settings) -> AsyncIterator[list[Kernel]]:
    made = [make_kernel(settings, service="s", database_url=settings.sealer_database_url) for _ in range(2)]
    try:
        yield made
    finally:
        for kernel in made:
            await kernel.close()


async def test_two_sealers_at_once_seal_each_event_once(
    settings: Settings, record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    for _ in range(4):
        await record(10)
        await settle(sealer)
        async with two_sealers(settings) as pair:
            while (await asyncio.gather(*(sealing.seal_next(kernel, 3) for kernel in pair))) != [None, None]:
                pass
    keys = await covered(auditor)
    assert len(keys) == len(set(keys)) == 40
    assert (await verified(auditor))[0] == []


async def test_without_their_lock_two_sealers_collide(
    settings: Settings, record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    await record(1)
    collisions = 0
    async with two_sealers(settings) as pair:
        await sealing.seal_next(pair[0])
        for _ in range(20):
            await record(1)
            await settle(sealer)
            ended = await asyncio.gather(
                *(sealing.seal_next(kernel, alone=False) for kernel in pair), return_exceptions=True
            )
            collisions += sum(isinstance(result, IntegrityError) for result in ended)
    assert collisions
    # Even so the batch's number lets only one of them through.
    assert (await verified(auditor))[0] == []


async def test_events_come_and_are_sealed_at_the_same_time(record: Record, sealer: Kernel, auditor: Kernel) -> None:
    writers = asyncio.gather(*(record(25) for _ in range(4)))
    while not writers.done():
        await sealing.seal_all(sealer, batch=7)
        await asyncio.sleep(0)
    await writers
    await settle(sealer)
    await sealing.seal_all(sealer)
    findings, found, tail = await verified(auditor)
    assert findings == []
    assert (found.events, tail.events) == (100, 0)


ADD_SEAL = """
INSERT INTO audit_seal SELECT batch + 1, first_sequence, last_sequence, last_xact + 1, last_id, event_ids, event_xacts,
event_hashes, previous, digest, signature, kid, sealed_at FROM audit_seal
"""
DENIED = {
    "app": ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event",
            "SELECT action FROM audit_event", "INSERT INTO audit_event (xact) VALUES (1)",
            "SELECT xact FROM audit_event",
            "UPDATE audit_seal SET kid = 'x'", "DELETE FROM audit_seal", "TRUNCATE audit_seal",
            "SELECT event_ids FROM audit_seal", ADD_SEAL, "SELECT kid FROM audit_key", "DELETE FROM audit_key"),
    "sealer": ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event",
               "UPDATE audit_seal SET kid = 'x'", "DELETE FROM audit_seal", "TRUNCATE audit_seal",
               "UPDATE audit_key SET kid = 'x'", "DELETE FROM audit_key", "SELECT email FROM account",
               "INSERT INTO audit_event (action) VALUES ('x')"),
    "auditor": ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event",
                "INSERT INTO audit_event (action) VALUES ('x')", "DELETE FROM audit_seal", ADD_SEAL,
                "SELECT sealed_private FROM audit_key", "SELECT email FROM account"),
}  # fmt: skip
DENIED["worker"] = DENIED["app"]


@pytest.mark.parametrize("role", DENIED)
async def test_no_role_of_a_process_can_change_the_trail(settings: Settings, role: str) -> None:
    url = settings.api_database_url if role == "app" else getattr(settings, f"{role}_database_url")
    database = Database(url, pool=1, application="test")
    try:
        for statement in DENIED[role]:
            async with database.engine.connect() as connection:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await connection.execute(text(statement))
    finally:
        await database.close()


@pytest.mark.usefixtures("chain")
async def test_the_auditors_role_reads_all_and_the_apis_window_shows_nothing_out_of_scope(
    kernel: Kernel, auditor: Kernel
) -> None:
    async with unit_of_work(auditor) as uow:
        assert await uow.session.scalar(text("SELECT count(*) FROM audit_event")) == 12
    async with unit_of_work(kernel) as uow:
        assert await audit.page(uow, EventFilter(), None, 100) == []


# Handing out.


async def test_seals_are_appended_once_and_a_torn_line_does_no_harm(
    chain: int, sealer: Kernel, record: Record, auditor: Kernel, tmp_path: Path
) -> None:
    sink = exporting.FileSink(tmp_path)
    assert sink.last() is None
    assert await sealing.hand_out(sealer, sink) == chain
    assert await sealing.hand_out(sealer, sink) == 0
    with sink.path.open("ab") as file:
        file.write(b'{"batch":5,"first":')
    await record(1)
    await settle(sealer)
    await sealing.seal_all(sealer)
    assert await sealing.hand_out(sealer, sink) == 1
    assert [seal.batch for seal in exporting.read(sink.path)] == [1, 2, 3, 4, 5]
    assert (await verified(auditor, verifying.outside(sink.path)))[0] == []


async def test_a_seal_made_before_a_crash_is_handed_out_after_it(
    settings: Settings, record: Record, sealer: Kernel, tmp_path: Path
) -> None:
    await record(1)
    await settle(sealer)
    # Committed, and the process is gone before it has written the file.
    await sealing.seal_next(sealer)
    kernel = make_kernel(
        structs(settings, audit_seals_dir=str(tmp_path)), service="t", database_url=settings.sealer_database_url
    )
    try:
        await sealing.seal_all(kernel)
    finally:
        await kernel.close()
    assert [seal.batch for seal in exporting.read(tmp_path / exporting.FILE)] == [1]


async def test_the_job_seals_and_hands_out(
    settings: Settings, record: Record, sealer: Kernel, auditor: Kernel, tmp_path: Path
) -> None:
    await record(3)
    await settle(sealer)
    found = structs(settings, audit_seals_dir=str(tmp_path / "new"))
    kernel = make_kernel(found, service="t", database_url=found.worker_database_url)
    try:
        await task.seal(kernel, JobRun("seal-audit-events", clock.now(), 1))
    finally:
        await kernel.close()
    assert (await verified(auditor))[1].events == 3
    assert (tmp_path / "new" / exporting.FILE).is_file()


async def test_a_new_key_signs_from_now_on_and_old_seals_stay_good(
    record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    await record(1)
    await settle(sealer)
    first = (await sealing.seal_all(sealer))[0]
    async with unit_of_work(sealer, sealing.SEALER) as uow:
        signer = await sealing.add_key(uow)
    await record(1)
    await settle(sealer)
    second = (await sealing.seal_all(sealer))[0]
    assert first.kid != second.kid == signer.kid
    assert (await verified(auditor))[0] == []


async def test_sealing_goes_on_when_the_master_key_is_replaced_and_the_old_one_gone(
    settings: Settings, record: Record, sealer: Kernel, auditor: Kernel
) -> None:
    await record(1)
    await settle(sealer)
    first = (await sealing.seal_all(sealer))[0]
    new = "next:" + base64.b64encode(b"n" * 32).decode()
    both = structs(settings, master_keys=f"{new},{settings.master_keys}")
    worker = make_kernel(both, service="t", database_url=settings.worker_database_url)
    own = make_kernel(both, service="t", database_url=settings.sealer_database_url)
    assert [step async for step in rewrapping.rewrap(worker, own)]
    await worker.close()
    await own.close()
    await record(1)
    alone = make_kernel(structs(settings, master_keys=new), service="t", database_url=settings.sealer_database_url)
    await settle(alone)
    second = (await sealing.seal_all(alone))[0]
    await alone.close()
    assert second.kid == first.kid
    assert (await verified(auditor))[0] == []


async def test_a_restored_cluster_goes_on_after_a_rebase(
    record: Record, sealer: Kernel, auditor: Kernel, owner: Database
) -> None:
    await record(2)
    # As in a dump that was loaded into a cluster which counts from below: all it knows lies in its future.
    await tamper(owner, "UPDATE audit_event SET xact = xact + 1000000000000")
    lift = "CREATE OR REPLACE FUNCTION prs_audit_offset() RETURNS bigint LANGUAGE sql STABLE RETURN {}::bigint"
    await tamper(owner, lift.format("1000000000001"))
    await settle(sealer)
    await sealing.seal_all(sealer)
    await tamper(owner, lift.format("0 + 0"))
    with pytest.raises(sealing.ChainRefused, match="rebase"):
        await sealing.seal_all(sealer)
    await audit.rebase(owner)
    await record(2)
    await settle(sealer)
    assert [seal.last_sequence for seal in await sealing.seal_all(sealer)] == [4]
    assert (await verified(auditor))[0] == []
