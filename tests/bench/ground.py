"""The ground that the benchmarks of the registration path stand on: a durable database, a server, a hundred tickets.

The server runs as in production: in a process of its own, with authentication, throttling, access log and all layers.
Limits are a thousand times as wide, so that each request is counted and none is refused.
"""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
import msgspec
from alembic import command
from alembic.config import Config

from api.domain.accounts import api_keys, keyring
from api.domain.catalog import flow_service, flows, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Grant, Permission, Principal, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, UnitOfWork, make_kernel, unit_of_work
from deploy.local.ports import free_port
from deploy.local.testing import TestServices
from tests.conftest import MASTER_KEYS, PASSWORDS, ROOT
from tests.factories.documents import document
from tests.factories.documents import field as form_field

TICKETS = 100
TICK = os.sysconf("SC_CLK_TCK")


def choices(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": {"en": value.capitalize()}} for value in values]


def form() -> dict[str, Any]:
    """Return a form of twelve mixed fields: one is sensitive, one a consent, one has a condition, one a constraint."""
    return document(
        "visitor",
        form_field("full_name", required=True, maps_to="registrant.name", shared_with_back_office=True),
        form_field("email", "email", required=True, maps_to="registrant.email"),
        form_field("phone", "phone", maps_to="registrant.phone"),
        form_field("birthday", "date", required=True),
        form_field("nights", "integer", minimum=0, maximum=30, shared_with_back_office=True),
        form_field("donation", "decimal", constraint=". >= 0"),
        form_field("country", "country", required=True),
        form_field("meal", "single_choice", choices="meals", required=True),
        form_field("languages", "multiple_choice", choices="spoken"),
        form_field("remarks", "multiline", relevant="${nights} > 0"),
        form_field("passport", "identity_number", identity="passport", sensitive=True),
        form_field("terms", "consent", required=True),
        choice_lists={"meals": choices("vegan", "jain", "none"), "spoken": choices("en", "hi", "de", "fr")},
    )


ANSWERS = {
    "full_name": "Asha Kulkarni",
    "email": "asha@example.org",
    "phone": "+919876543210",
    "birthday": "1990-04-12",
    "nights": 3,
    "donation": 12.5,
    "country": "IN",
    "meal": "vegan",
    "languages": ["en", "hi"],
    "remarks": "Arrives late, by the evening train from Nagpur.",
    "passport": "K1234567",
    "terms": True,
}


@dataclass
class Ground:
    """Where to send what. ``tickets`` of the large event; ``sale`` is an event whose one ticket has few seats."""

    settings: Settings
    organization: Organization
    event: str
    event_id: int
    flow_version_id: int
    tickets: list[UUID]
    ticket_ids: list[int]
    key: str
    postmaster: int
    port: int = 0
    server: int = 0
    log: Path | None = None
    sales: dict[str, UUID] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def body(self, ticket: UUID) -> bytes:
        """Return the body of a complete registration."""
        return msgspec.json.encode(
            {
                "locale": "en",
                "steps": {
                    "about": {"answers": ANSWERS},
                    "seats": {"tickets": [{"ticket": str(ticket), "quantity": 1}]},
                },
            }
        )


def organiser(organization: Organization) -> Principal:
    return Principal(
        kind="service", subject_uid="bench", grants=(Grant(frozenset({organization.id}), frozenset(Permission)),)
    )


async def _event(
    uow: UnitOfWork, organization: Organization, slug: str, uid: UUID, capacities: list[int | None]
) -> tuple[UUID, list[UUID]]:
    begins = clock.now() + timedelta(days=30)
    event = await catalog.create(
        uow, organization, category=None, slug=slug, title={"en": slug}, summary={"en": "A program"}, description={},
        place="Pune", timezone="Asia/Kolkata", starts_at=begins, ends_at=begins + timedelta(days=1),
        registration_opens_at=None, registration_closes_at=None,
    )  # fmt: skip
    tickets = []
    for index, seats in enumerate(capacities):
        values = {"name": {"en": f"Seat {index}"}, "description": {}, "max_per_order": 1, "position": index}
        tickets.append((await ticket_service.create(uow, event.uid, capacity=seats, values=values)).uid)
    step = flows.DraftStep
    draft = flows.FlowDraft(
        (
            step("about", StepKind.FORM, {"en": "About you"}, uid),
            step("seats", StepKind.TICKETS, {"en": "Tickets"}),
            step("review", StepKind.REVIEW, {"en": "Review"}),
            step("done", StepKind.CONFIRMATION, {"en": "Done"}),
        )
    )
    await flow_service.save_draft(uow, event.uid, draft, None)
    await flow_service.publish(uow, event.uid)
    await catalog.transition(uow, event.uid, "publish")
    return event.uid, tickets


async def furnish(kernel: Kernel, sales: dict[str, int]) -> dict[str, Any]:
    """Make the organization, its key and its events."""
    async with unit_of_work(kernel) as uow:
        await keyring.ensure(uow)
        organization = await organizations.create(uow, name="Sahaya", slug="sahaya")
    async with unit_of_work(kernel, organiser(organization), Scope(frozenset({organization.id}))) as uow:
        made = await forms.create(uow, organization, form())
        await forms.publish(uow, made.uid)
        _, tickets = await _event(uow, organization, "retreat", made.uid, [10_000_000] * TICKETS)
        sold = {name: (await _event(uow, organization, name, made.uid, [seats]))[1][0] for name, seats in sales.items()}
        _, key = await api_keys.create(
            uow, organization, name="bench", permissions=[Permission.REGISTRATION_CREATE], expires_at=None
        )
        event = await catalog.published(uow, "retreat")
        held = {ticket.uid: ticket.id for ticket in await ticket_service.of(uow, event)}
    return {
        "organization": organization,
        "event": "retreat",
        "event_id": event.id,
        "flow_version_id": event.flow_version_id,
        "tickets": tickets,
        "ticket_ids": [held[uid] for uid in tickets],
        "key": key,
        "sales": sold,
    }


@contextmanager
def durable(sales: dict[str, int] | None = None) -> Iterator[Ground]:
    """Yield the ground without a server: a fresh cluster that writes through to the disk."""
    with TestServices.acquire(run=f"bench-{time.time_ns()}", durable=True) as services:
        owner = services.create_database("bench")
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("sqlalchemy.url", owner)
        command.upgrade(config, "head")
        for role, password in PASSWORDS.items():
            services.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        settings = Settings(
            env="test",
            public_url="http://127.0.0.1",
            database_url=owner,
            api_database_url=services.database_url("bench", user="prs_app", password=PASSWORDS["prs_app"]),
            worker_database_url=services.database_url("bench", user="prs_worker", password=PASSWORDS["prs_worker"]),
            redis_url=services.redis_url(1),
            redis_timeout=1.0,
            master_keys=MASTER_KEYS,
            internal_token="internal-token-of-benches",
            rate_limit_scale=1000,
        )

        async def make() -> dict[str, Any]:
            kernel = make_kernel(settings, service="bench", database_url=settings.api_database_url)
            try:
                return await furnish(kernel, sales or {})
            finally:
                await kernel.close()

        postmaster = services.postgres.postmaster()
        if postmaster is None:
            raise RuntimeError("the database has not started")
        yield Ground(settings=settings, postmaster=postmaster.pid, **asyncio.run(make()))


_GIVEN = (
    "env", "public_url", "api_database_url", "worker_database_url", "redis_url", "redis_timeout", "master_keys",
    "internal_token", "rate_limit_scale",
)  # fmt: skip


@contextmanager
def served(ground: Ground, application: str = "api.server.app:create_app") -> Iterator[Ground]:
    """Run one server over the ground until the block ends."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    given = {f"PRS_{name.upper()}": str(getattr(ground.settings, name)) for name in _GIVEN}
    with TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                (
                    sys.executable, "-m", "uvicorn", application, "--factory", "--no-proxy-headers",
                    "--no-access-log", "--port", str(port),
                ),
                cwd=ROOT, env={**kept, **given, "PRS_FRONTEND_DIR": ""}, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            ground.port, ground.server, ground.log = port, process.pid, log
            _await(f"{ground.url}/health/ready", process, log)
            yield ground
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text()[-4000:])


def cpu(*pids: int) -> float:
    """Return the seconds of CPU that some processes and their ended children have used."""
    total = 0
    for pid in pids:
        try:
            parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += sum(int(part) for part in parts[11:15])
    return total / TICK


def children() -> float:
    """Return the seconds of CPU that the ended children of this process have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def family(pid: int) -> list[int]:
    """Return a process and its children: a postmaster and its backends."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parts[1]) == pid:
                found.append(int(entry.name))
    return found


async def query(ground: Ground, sql: str) -> list[tuple[Any, ...]]:
    """Return what the database's owner sees."""
    found = Database(ground.settings.database_url, pool=1, application="bench-owner")
    try:
        async with found.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            return [tuple(row) for row in await raw.fetch(sql)]
    finally:
        await found.close()


def counted(ground: Ground, sql: str) -> int:
    """Return the number that a statement answers."""
    return int(asyncio.run(query(ground, sql))[0][0])


def refuse_short_cuts(ground: Ground) -> None:
    """Stop where the database would not write through to the disk before it says that it has."""
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if asyncio.run(query(ground, f"SHOW {name}"))[0][0] != "on":
            raise RuntimeError(f"{name} is off")
