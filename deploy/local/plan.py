"""What the one-machine run consists of, as data: ports, environment, preparations, processes."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local import ports
from deploy.local.postgres import Cluster
from deploy.local.redis import RedisServer
from deploy.local.supervisor import answers_http

DATABASE = "prs"
OWNER = "prs_owner"
_BACK_OFFICE_LOGIN = "prs-sync"


@dataclass(frozen=True)
class Task:
    """A command that runs to its end. `show` keeps its output for the last page.

    One `beside` the processes runs while they start: it needs the database and they do not need it.
    """

    label: str
    arguments: tuple[str, ...]
    show: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Program:
    """A process that is kept running. `early` ones start before the preparations and without waiting."""

    name: str
    arguments: tuple[str, ...]
    ready: Callable[[], bool] | None = None
    early: bool = False


class BadSetting(RuntimeError):
    """A variable of the environment cannot be used; the message names it."""


@dataclass
class Plan:
    """One run over the folder `data`, for the settings in `given`."""

    root: Path
    data: Path
    given: Mapping[str, str]
    secrets: Mapping[str, str]
    postgres: Cluster | None = field(init=False)
    redis: RedisServer | None = field(init=False)
    smtp_port: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Decides what is started here and what the environment points elsewhere."""
        logs = self.data / "logs"
        self.postgres = None if self.given.get("PRS_DATABASE_URL") else Cluster(
            self.data / "postgres", log=logs / "postgres.log", durable=True
        )  # fmt: skip
        self.redis = None if self.given.get("PRS_REDIS_URL") else RedisServer(
            self.data / "redis", log=logs / "redis.log"
        )  # fmt: skip

    @property
    def port(self) -> int:
        """The port of the API and the app."""
        raw = self.given.get("PRS_PORT") or "8000"
        if not raw.isdigit() or not 1024 <= int(raw) <= 65530:
            raise BadSetting(f"PRS_PORT must be a whole number from 1024 to 65530, not {raw!r}.")
        return int(raw)

    @property
    def address(self) -> str:
        """Where people open the app."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def back_office(self) -> str | None:
        """The stand-in's address; None when PRS_ODOO_URL names a real back office."""
        return None if self.given.get("PRS_ODOO_URL") else f"http://127.0.0.1:{self.port + 1}"

    @property
    def mailbox(self) -> str | None:
        """The mailbox's address; None when PRS_SMTP_URL names a mail server."""
        return None if self.given.get("PRS_SMTP_URL") else f"http://127.0.0.1:{self.port + 2}"

    def require_ports(self) -> None:
        """Raises `PortTaken` when a fixed port is in use, and picks the free ones."""
        ports.require_free(self.port, "the API and the app", "PRS_PORT")
        if self.back_office is not None:
            ports.require_free(self.port + 1, "the back office's stand-in, one above PRS_PORT", "PRS_PORT")
        if self.mailbox is not None:
            ports.require_free(self.port + 2, "the mailbox, two above PRS_PORT", "PRS_PORT")
        self.smtp_port = ports.free_port()

    def environment(self) -> dict[str, str]:
        """Returns the `PRS_*` variables of all processes; what the caller set wins."""
        owner = self.given.get("PRS_DATABASE_URL") or self._own_database().url(
            DATABASE, OWNER, self.secrets["OWNER_PASSWORD"]
        )
        made = {
            "PRS_ENV": "local",
            "PRS_HOST": "127.0.0.1",
            "PRS_PORT": str(self.port),
            "PRS_PUBLIC_URL": self.address,
            "PRS_DATABASE_URL": owner,
            "PRS_API_DATABASE_URL": as_login(owner, "prs_app", self.secrets["API_PASSWORD"]),
            "PRS_WORKER_DATABASE_URL": as_login(owner, "prs_worker", self.secrets["WORKER_PASSWORD"]),
            "PRS_SEALER_DATABASE_URL": as_login(owner, "prs_sealer", self.secrets["SEALER_PASSWORD"]),
            "PRS_AUDITOR_DATABASE_URL": as_login(owner, "prs_auditor", self.secrets["AUDITOR_PASSWORD"]),
            "PRS_AUDIT_SEALS_DIR": str(self.data / "audit-seals"),
            "PRS_MASTER_KEYS": self.secrets["PRS_MASTER_KEYS"],
            "PRS_INTERNAL_TOKEN": self.secrets["PRS_INTERNAL_TOKEN"],
        }
        if self.redis is not None:
            made["PRS_REDIS_URL"] = self.redis.url()
        if self.back_office is not None:
            made |= {
                "PRS_ODOO_URL": self.back_office,
                "PRS_ODOO_DATABASE": "prs",
                "PRS_ODOO_LOGIN": _BACK_OFFICE_LOGIN,
                "PRS_ODOO_PASSWORD": self.secrets["BACK_OFFICE_PASSWORD"],
            }
        if self.mailbox is not None:
            made["PRS_SMTP_URL"] = f"smtp://127.0.0.1:{self.smtp_port}"
        built = self.root / "frontend" / "dist"
        if (built / "index.html").is_file():
            made["PRS_FRONTEND_DIR"] = str(built)
        made["PRS_STORAGE_URL"] = f"file://{quote(str((self.data / 'files').resolve()))}"
        return made | {name: value for name, value in self.given.items() if name.startswith("PRS_") and value}

    def prepare_database(self) -> None:
        """Creates the owner and the database in a cluster of our own."""
        if self.postgres is not None:
            self.postgres.ensure_role(OWNER, self.secrets["OWNER_PASSWORD"], "LOGIN CREATEROLE")
            self.postgres.ensure_database(DATABASE, OWNER)

    def tasks(self) -> list[Task]:
        """Returns the preparations in their order."""
        prs = (sys.executable, "-m", "api.cli")
        return [
            Task("Bringing the database up to date", (*prs, "db", "prepare")),
            Task("Loading the demo organisation", (*prs, "demo", "load"), show=True, beside=True),
        ]

    def programs(self) -> list[Program]:
        """Returns the processes in the order they start; they stop in the opposite one."""
        found: list[Program] = []
        if self.mailbox is not None:
            found.append(
                Program(
                    "mailbox",
                    (
                        sys.executable, "-m", "deploy.local.mailbox", "--port", str(self.port + 2),
                        "--smtp-port", str(self.smtp_port), "--folder", str(self.data / "mail"),
                    ),
                    answers_http(self.mailbox),
                    early=True,
                )
            )  # fmt: skip
        if self.back_office is not None:
            found.append(
                Program(
                    "back-office",
                    (
                        sys.executable, "-m", "backend_sync.standin", "--host", "127.0.0.1",
                        "--port", str(self.port + 1), "--database", str(self.data / "back-office.db"),
                        "--login", _BACK_OFFICE_LOGIN, "--password-env", "PRS_ODOO_PASSWORD",
                    ),
                    answers_http(self.back_office),
                    early=True,
                )
            )  # fmt: skip
        found.append(
            Program(
                "api",
                (
                    sys.executable, "-m", "uvicorn", "api.server.app:create_app", "--factory",
                    "--host", "127.0.0.1", "--port", str(self.port), "--no-access-log",
                    # It would believe X-Forwarded-For from loopback: whom to believe is the application's decision.
                    "--no-proxy-headers",
                    "--timeout-graceful-shutdown", "8",
                ),
                answers_http(f"{self.address}/health/ready"),
            )
        )  # fmt: skip
        found.append(Program("worker", (sys.executable, "-m", "worker")))
        found.append(Program("beat", (sys.executable, "-m", "worker.beat")))
        return found

    def _own_database(self) -> Cluster:
        if self.postgres is None:
            raise BadSetting("PRS_DATABASE_URL is missing.")
        return self.postgres


def as_login(url: str, user: str, password: str) -> str:
    """Returns the database URL with another login; host, port, database and options stay."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadSetting(f"PRS_DATABASE_URL must begin with postgresql://, not {parts.scheme or 'nothing'}://.")
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"))


def write_environment(path: Path, environment: Mapping[str, str]) -> None:
    """Keeps the variables for a shell (`set -a; . .data/environment`), readable by the owner alone."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}='{value}'\n" for name, value in environment.items() if "'" not in value)
