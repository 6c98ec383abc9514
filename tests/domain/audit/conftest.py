"""A trail with a few sealed batches, and the hands that could spoil it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.domain.audit import sealing, verifying
from api.domain.audit import service as audit
from api.domain.audit.exporting import ExportedSeal
from api.lib.db import Database
from api.lib.security import Principal
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work

Record = Callable[[int], Awaitable[list[UUID]]]
SERVICE = Principal(kind="service", subject_uid="test")


@pytest.fixture
async def sealer(settings: Settings) -> AsyncIterator[Kernel]:
    """The parts of a process with the sealer's connection."""
    made = make_kernel(settings, service="test-sealer", database_url=settings.sealer_database_url)
    yield made
    await made.close()


@pytest.fixture
async def auditor(settings: Settings) -> AsyncIterator[Kernel]:
    """The parts of a process with the auditor's connection."""
    made = make_kernel(settings, service="test-auditor", database_url=settings.auditor_database_url)
    yield made
    await made.close()


@pytest.fixture
def record(kernel: Kernel) -> Record:
    """Writes so many events, each in a transaction of its own; returns their subjects."""

    async def write(count: int) -> list[UUID]:
        subjects = [uuid4() for _ in range(count)]
        for subject in subjects:
            async with unit_of_work(kernel, SERVICE, request_id="r") as uow:
                await audit.record(
                    uow, "flow.published", subject_type="event", subject_uid=subject, details={"version": 1}
                )
        return subjects

    return write


_OPEN = text(
    "SELECT count(*) FROM audit_event"
    " WHERE xact >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint + prs_audit_offset()"
)


async def settle(sealer: Kernel) -> None:
    """Wait until no transaction is open that began before the events: other tests' databases share the cluster."""
    for _ in range(1200):
        async with unit_of_work(sealer) as uow:
            if not await uow.session.scalar(_OPEN):
                return
        await asyncio.sleep(0.05)
    raise TimeoutError


@pytest.fixture
async def chain(record: Record, sealer: Kernel) -> int:
    """Twelve events in four sealed batches of three; returns how many batches there are."""
    await record(12)
    await settle(sealer)
    return len(await sealing.seal_all(sealer, batch=3))


async def verified(
    auditor: Kernel, outside: dict[int, ExportedSeal] | None = None
) -> tuple[list[verifying.Finding], verifying.Chain, verifying.Tail]:
    """Verify everything; returns the findings, the pass and the tail."""
    # Not a unit of work: whoever verifies needs no master key.
    async with auditor.database.sessions() as session:
        found = verifying.Chain(session, outside)
        findings = [step async for step in found.verify() if isinstance(step, verifying.Finding)]
        return findings, found, await found.tail()


# Events are numbered by their place in the chain: three in each of four batches.
_EVENT = r"(SELECT event_ids[1 + (\1 - 1) % 3] FROM audit_seal WHERE batch = 1 + (\1 - 1) / 3)"


def about(statement: str) -> str:
    """Put keys of events into a statement: ``{5}`` stands for the fifth."""
    return re.sub(r"\{(\d+)\}", _EVENT, statement)


async def tamper(owner: Database, *statements: str) -> None:
    """Do something to the tables as their owner."""
    async with owner.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(about(statement)))
