"""A migrated database for each test, cloned from one template, under the roles that the processes have."""

import asyncio
import base64
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from alembic import command
from alembic.config import Config
from litestar import Litestar

from api import roles
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel
from api.server.app import create_litestar, wrap
from deploy.local.testing import TestServices

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "prs_template"
PASSWORDS = {
    "prs_app": "app-of-throw-away-data",
    "prs_worker": "worker-of-throw-away-data",
    "prs_sealer": "sealer-of-throw-away-data",
    "prs_auditor": "auditor-of-throw-away-data",
}
MASTER_KEYS = "test:" + base64.b64encode(b"k" * 32).decode()
INTERNAL_TOKEN = "internal-token-of-tests"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the end-to-end suite as it runs in operation."""
    parser.addoption(
        "--behind-nginx", action="store_true", help="every end-to-end stack has two API processes behind nginx"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hand the choice to the stacks, in the processes of a parallel run too."""
    if config.getoption("--behind-nginx"):
        os.environ["GLOBAL_PRS_TEST_STACK_BEHIND_NGINX"] = "1"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell at the run's end what its tests have measured (`record_property`), in parallel runs too."""
    told = [
        f"{name}: {value}"
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in report.user_properties
    ]
    if told:
        terminalreporter.section("measured")
        for line in told:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def services() -> Iterator[TestServices]:
    """PostgreSQL and Redis, shared by the parallel workers of one run."""
    with TestServices.acquire() as found:
        yield found


@pytest.fixture(scope="session")
def template(services: TestServices) -> str:
    """The migrated database that every test's is cloned from; made once for all workers."""
    marker = services.directory / "template.ready"
    with (services.directory / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists():
            url = services.create_database(TEMPLATE)
            config = Config(str(ROOT / "alembic.ini"))
            config.set_main_option("sqlalchemy.url", url)
            command.upgrade(config, "head")
            for role, password in PASSWORDS.items():
                services.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
            marker.touch()
    return TEMPLATE


@dataclass(frozen=True)
class Databases:
    """The URLs of one test's database, by role."""

    name: str
    owner: str
    api: str
    worker: str
    sealer: str
    auditor: str
    superuser: str


@pytest.fixture
def databases(services: TestServices, template: str) -> Iterator[Databases]:
    """A database of this test's own."""
    name = f"t{uuid4().hex[:16]}"
    owner = services.create_database(name, template=template)
    urls = {role: services.database_url(name, user=role, password=password) for role, password in PASSWORDS.items()}
    yield Databases(
        name,
        owner,
        api=urls["prs_app"],
        worker=urls["prs_worker"],
        sealer=urls["prs_sealer"],
        auditor=urls["prs_auditor"],
        superuser=services.superuser_url(name),
    )
    services.drop_database(name)


def redis_number() -> int:
    """Redis's database of this pytest worker."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0) % 15 + 1


@pytest.fixture
def settings(services: TestServices, databases: Databases, tmp_path: Path) -> Settings:
    """Settings of the processes under test; throttling is off unless a test turns it on."""
    return Settings(
        env="test",
        public_url="http://testserver.local",
        database_url=databases.owner,
        api_database_url=databases.api,
        worker_database_url=databases.worker,
        sealer_database_url=databases.sealer,
        auditor_database_url=databases.auditor,
        redis_url=services.redis_url(redis_number()),
        redis_timeout=1.0,
        master_keys=MASTER_KEYS,
        internal_token=INTERNAL_TOKEN,
        storage_url=f"file://{tmp_path / 'files'}",
        rate_limit_scale=0,
    )


@pytest.fixture
async def kernel(settings: Settings) -> AsyncIterator[Kernel]:
    """The API's parts."""
    made = make_kernel(settings, service="test", database_url=settings.api_database_url)
    await made.redis.attempt(lambda redis: redis.flushdb())
    yield made
    await made.close()


@pytest.fixture
async def worker_kernel(settings: Settings) -> AsyncIterator[Kernel]:
    """The worker's parts, under the worker's role."""
    made = make_kernel(settings, service="test-worker", database_url=settings.worker_database_url)
    yield made
    await made.close()


@dataclass(frozen=True)
class Running:
    """An application with all its layers, and a client."""

    app: Litestar
    client: httpx.AsyncClient
    kernel: Kernel


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Run an application in this process, as the server would.

    In a task of its own: a fixture is set up and torn down in different tasks, which the framework's lifespan does not
    allow.
    """
    ready: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()
    task = asyncio.create_task(_serve(settings, ready, over))
    started: set[asyncio.Future[object]] = {asyncio.ensure_future(task), asyncio.ensure_future(ready)}
    await asyncio.wait(started, return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            await task
        yield ready.result()
    finally:
        over.set()
        await task


async def _serve(settings: Settings, ready: asyncio.Future[Running], over: asyncio.Event) -> None:
    made = make_kernel(settings, service="test-api", database_url=settings.api_database_url)
    app = create_litestar(settings, made)
    transport = httpx.ASGITransport(app=wrap(app, settings, made), client=("127.0.0.1", 1))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url=settings.public_url, timeout=30) as client,
    ):
        ready.set_result(Running(app, client, made))
        await over.wait()


@pytest.fixture
async def api(settings: Settings, world: object) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 (must be there)
    """A client of the whole application over the test's database, which holds ``world``."""
    async with running(settings) as found:
        yield found.client


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[Database]:
    """The database as its owner sees it, past row-level security."""
    found = Database(settings.database_url, pool=2, application="test-owner")
    yield found
    await found.close()


def structs(settings: Settings, **changes: object) -> Settings:
    """Return the settings with some of them changed."""
    return msgspec.structs.replace(settings, **changes)


assert PASSWORDS.keys() <= roles.ROLES

pytest_plugins = ["tests.factories.world"]
