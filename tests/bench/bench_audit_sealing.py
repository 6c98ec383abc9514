"""What the sealer costs those who write: transactions per second with it and without it, in turns.

A transaction writes what a registration does: twelve answers, a row for the outbox, an audit event. Each round measures
three times, in changing order: with the sealer at work every second, without it, and without it again. The last two
tell how much two equal measurements differ on this machine: what the sealer costs beyond that is its cost.

``python -m tests.bench.bench_audit_sealing [rounds] [seconds]``
"""

import asyncio
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from api.domain.audit import sealing
from api.domain.audit import service as audit
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from deploy.local import postgres_binaries
from deploy.local.testing import TestServices
from tests.bench import results
from tests.conftest import MASTER_KEYS, PASSWORDS, ROOT

CLIENTS = 4
# The job seals every ten seconds.
PAUSE = 1.0
TABLES = """
CREATE TABLE bench_answer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE bench_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uid uuid NOT NULL, revision int);
GRANT INSERT ON bench_answer, bench_outbox TO prs_app
"""
WRITE = """
BEGIN;
INSERT INTO bench_answer (body) SELECT '{"full_name": "Somebody", "age": 30}' FROM generate_series(1, 12);
INSERT INTO bench_outbox (uid, revision) VALUES (gen_random_uuid(), 1);
INSERT INTO audit_event (occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid,
  request_id, details) VALUES (clock_timestamp(), 'registration.confirmed', 'account', gen_random_uuid()::text, 1,
  'registration', gen_random_uuid(), gen_random_uuid()::text, '{}');
COMMIT;
"""


class Sealer:
    """Seals in a thread of its own, while it is told to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._working, self._over, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._measuring, self._rounds = threading.Event(), 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    async def _run(self) -> None:
        kernel = make_kernel(self._settings, service="bench", database_url=self._settings.sealer_database_url)
        while not self._over.is_set():
            if self._working.is_set():
                self._idle.clear()
                await sealing.seal_all(kernel)
                self._rounds += 1
            else:
                self._idle.set()
            await asyncio.sleep(PAUSE if self._measuring.is_set() and self._working.is_set() else 0.05)
        await kernel.close()

    def catch_up(self) -> None:
        """Seal until nothing is left, then stop: what was not sealed before is nobody's load."""
        self._measuring.clear()
        self._working.set()
        enough = self._rounds + 2
        while self._rounds < enough:
            time.sleep(0.05)
        self._working.clear()
        self._idle.clear()
        self._idle.wait(60)

    def work(self) -> None:
        """Seal every second."""
        self._measuring.set()
        self._working.set()

    def close(self) -> None:
        self._over.set()
        self._thread.join(30)


@contextmanager
def database() -> Iterator[Settings]:
    """Yield the settings of a fresh database on a cluster that writes through to the disk."""
    with TestServices.acquire(run=f"bench-{time.time_ns()}", durable=True) as services:
        owner = services.create_database("bench")
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("sqlalchemy.url", owner)
        command.upgrade(config, "head")
        for role, password in PASSWORDS.items():
            services.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        urls = {role: services.database_url("bench", user=role, password=key) for role, key in PASSWORDS.items()}
        yield Settings(
            env="test",
            database_url=owner,
            api_database_url=urls["prs_app"],
            worker_database_url=urls["prs_worker"],
            sealer_database_url=urls["prs_sealer"],
            auditor_database_url=urls["prs_auditor"],
            master_keys=MASTER_KEYS,
        )


async def execute(url: str, *statements: str) -> None:
    """Run statements as whoever the URL names."""
    found = Database(url, pool=1, application="bench")
    async with found.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await found.close()


def throughput(url: str, script: Path, seconds: int) -> float:
    """Return transactions per second of the clients."""
    program = postgres_binaries.find_binaries() / "pgbench"
    clients = ("-c", str(CLIENTS), "-j", "1", "-T", str(seconds))
    done = subprocess.run(
        (str(program), "-n", *clients, "-f", str(script), url), capture_output=True, text=True, check=True
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if found is None or "failed transactions: 0 " not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def measure(settings: Settings, rounds: int, seconds: int) -> dict[str, list[float]]:
    """Return the throughput of each round with, without, and without again."""
    found: dict[str, list[float]] = {"with": [], "without": [], "again": []}
    order = list(found)
    sealer = Sealer(settings)
    with TemporaryDirectory() as folder, click.progressbar(range(rounds), label="rounds", file=sys.stderr) as bar:
        script = Path(folder) / "write.sql"
        script.write_text(WRITE)
        throughput(settings.api_database_url, script, seconds)
        for turn in bar:
            for name in order[turn % 3 :] + order[: turn % 3]:
                sealer.catch_up()
                if name == "with":
                    sealer.work()
                found[name].append(throughput(settings.api_database_url, script, seconds))
    sealer.catch_up()
    sealer.close()
    return found


async def covered(settings: Settings) -> tuple[int, int]:
    """Return how many events there are and how many of them were sealed."""
    kernel: Kernel = make_kernel(settings, service="bench", database_url=settings.auditor_database_url)
    async with unit_of_work(kernel) as uow:
        events = await uow.session.scalar(text("SELECT count(*) FROM audit_event"))
        sealed = await audit.latest_seals(uow, 1)
    await kernel.close()
    return events or 0, sealed[0].last if sealed else 0


def main(rounds: int = 17, seconds: int = 4) -> None:
    """Measure and keep the result."""
    with database() as settings:
        asyncio.run(execute(settings.database_url, *TABLES.split(";")))
        found = measure(settings, rounds, seconds)
        events, sealed = asyncio.run(covered(settings))
    ratios = [one / other for one, other in zip(found["with"], found["without"], strict=True)]
    noise = [one / other for one, other in zip(found["again"], found["without"], strict=True)]
    results.keep(
        {
            "name": "audit-sealing-write-throughput",
            "ratio": results.summary(ratios)["median"],
            "with_over_without": results.summary(ratios),
            "without_over_without": results.summary(noise),
            "tps": {name: results.summary(values)["median"] for name, values in found.items()},
            "events": events,
            "sealed": sealed,
        }
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
