"""Exports of 100,000 registrations with twelve answers each: how long, how much memory, and what others feel.

The reference is the database alone, which writes the same registrations as JSON with ``COPY … TO STDOUT``. While an
export runs, another client asks ``/health/ready`` every twenty milliseconds.

``python -m tests.bench.bench_export [registrations]``
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import httpx
from alembic import command
from alembic.config import Config

from api.domain.accounts import grants, keyring
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.domain.organizations.contracts import Organization
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import make_kernel, unit_of_work
from deploy.local.testing import TestServices
from tests.bench import results
from tests.conftest import MASTER_KEYS, PASSWORDS, ROOT
from tests.factories import crowd
from tests.factories.world import PASSWORD, make_organization
from tests.server.serving import Server, servers

PAUSE = 0.02
TICK = os.sysconf("SC_CLK_TCK")
COPY = """
SELECT json_build_array(r.confirmation_number, r.state, r.contact_name, r.contact_email, r.contact_phone,
 r.submitted_at,
  s.answers, m.mask, a.ticket_id)
FROM registration r JOIN registration_step s ON s.registration_id = r.id
JOIN registration_sealed_answer m ON m.registration_id = r.id JOIN attendee a ON a.registration_id = r.id ORDER BY r.id
"""


@contextmanager
def database() -> Iterator[Settings]:
    """Yield the settings of a fresh database, and of a Redis."""
    with TestServices.acquire(run=f"bench-{time.time_ns()}", durable=True) as services:
        owner = services.create_database("bench")
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("sqlalchemy.url", owner)
        command.upgrade(config, "head")
        for role, password in PASSWORDS.items():
            services.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        yield Settings(
            env="test",
            database_url=owner,
            api_database_url=services.database_url("bench", user="prs_app", password=PASSWORDS["prs_app"]),
            redis_url=services.redis_url(1),
            redis_timeout=1.0,
            master_keys=MASTER_KEYS,
            internal_token="of the bench",
        )


async def prepare(settings: Settings, people: int) -> tuple[Organization, UUID]:
    """Return an organization with an administrator, and its event with so many registrations."""
    kernel = make_kernel(settings, service="bench", database_url=settings.api_database_url)
    async with unit_of_work(kernel) as uow:
        await keyring.ensure(uow)
    organization = await make_organization(kernel, "sahaya")
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="admin@example.org", password=PASSWORD, name="Admin")
        await grants.grant(uow, account, organization, Role.ADMINISTRATOR)
    event = await crowd.make_crowded(kernel, organization, "retreat")
    await kernel.close()
    owner = Database(settings.database_url, pool=1, application="bench")
    await crowd.fill(owner, event, "crowd", people)
    await owner.close()
    return organization, event


@dataclass
class Watched:
    """The largest resident memory seen, in megabytes: of the server, and of the processes it has started."""

    server: float = 0.0
    children: float = 0.0


def resident(pid: int) -> float:
    """Return megabytes; 0 of a process that is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def spent(pid: int) -> tuple[float, float]:
    """Return the CPU seconds of a process, and of those it has started and seen end."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return own / TICK, ended / TICK


def children(pid: int) -> list[int]:
    """Return the processes a process has started."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


async def watch(pid: int, seen: Watched) -> None:
    while True:
        seen.server = max(seen.server, resident(pid))
        seen.children = max(seen.children, sum(map(resident, children(pid))))
        await asyncio.sleep(0.05)


async def probe(url: str, waits: list[float]) -> None:
    """Ask for the health again and again, and note the milliseconds."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        while True:
            began = time.perf_counter()
            (await client.get("/health/ready")).raise_for_status()
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(PAUSE)


def percentile(values: list[float], part: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * part))], 1)


async def exported(server: Server, organization: Organization, event: UUID, form: str, headers: Any) -> dict[str, Any]:
    """Return seconds, bytes, memory and what others felt of one export."""
    seen = Watched()
    waits: list[float] = []
    pid = server.process.pid
    before, cpu = resident(pid), spent(pid)
    tasks = [asyncio.create_task(watch(pid, seen)), asyncio.create_task(probe(server.url, waits))]
    began = time.perf_counter()
    size, first = 0, 0.0
    address = f"/api/v1/organizations/{organization.uid}/registrations/export"
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=300) as client,
        client.stream("GET", address, params={"event": str(event), "format": form}, headers=headers) as answer,
    ):
        answer.raise_for_status()
        async for piece in answer.aiter_raw():
            first = first or time.perf_counter() - began
            size += len(piece)
    seconds = time.perf_counter() - began
    own, ended = (after - then for after, then in zip(spent(pid), cpu, strict=True))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "seconds": round(seconds, 2),
        "first_byte_seconds": round(first, 2),
        "server_cpu_seconds": round(own, 2),
        "builder_cpu_seconds": round(ended, 2),
        "megabytes": round(size / 1e6, 1),
        "grown_mb": round(seen.server - before, 1),
        "builder_mb": round(seen.children, 1),
        "health_p50_ms": percentile(waits, 0.5),
        "health_p99_ms": percentile(waits, 0.99),
    }


async def quiet(server: Server) -> float:
    """Return the health's p99 in milliseconds while nothing else happens."""
    waits: list[float] = []
    task = asyncio.create_task(probe(server.url, waits))
    await asyncio.sleep(5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return percentile(waits, 0.99)


async def copied(url: str) -> float:
    """Return the seconds in which the database alone writes the same registrations."""
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    await connection.copy_from_query(COPY, output=_forget)
    await connection.close()
    return time.perf_counter() - began


async def _forget(_: bytes) -> None:
    """Take a piece and drop it."""


async def measured(settings: Settings, server: Server, organization: Organization, event: UUID) -> dict[str, Any]:
    """Return what was measured of each format."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        answer = await client.post("/api/v1/auth/sessions", json={"email": "admin@example.org", "password": PASSWORD})
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    found: dict[str, Any] = {"copy_seconds": round(await copied(settings.database_url), 2)}
    await exported(server, organization, event, "csv", headers)
    found["quiet_health_p99_ms"] = await quiet(server)
    for form in ("csv", "xlsx", "parquet"):
        found[form] = await exported(server, organization, event, form, headers)
    return found


def main(people: int = 100_000) -> None:
    """Measure and keep the result."""
    with database() as settings, TemporaryDirectory() as folder:
        organization, event = asyncio.run(prepare(settings, people))
        with servers(settings, Path(folder), {"PRS_RATE_LIMIT_SCALE": "1000"}) as (server,):
            found = asyncio.run(measured(settings, server, organization, event))
    ratio = round(found["csv"]["seconds"] / found["copy_seconds"], 2)
    results.keep({"name": "export", "ratio": ratio, "registrations": people, **found})


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
