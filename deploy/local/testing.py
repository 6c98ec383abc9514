"""Throw-away PostgreSQL and Redis for a test session, shared by the parallel workers of one run.

`TestServices.acquire()` starts them once per run; every process that acquires registers itself as a holder. They
stop when the last holder releases, and a reaper stops them when all holders died without a word.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from deploy.local import processes
from deploy.local.postgres import Cluster
from deploy.local.redis import RedisServer

OWNER = "prs_owner"
OWNER_PASSWORD = "owner-of-throw-away-data"  # noqa: S105 (nothing of worth is behind it)
_ROOT = Path(__file__).resolve().parents[2]
_REAPER_PAUSE = 1.0


@dataclass
class TestServices:
    """One PostgreSQL and one Redis, with the handles that fault tests need."""

    __test__: ClassVar[bool] = False

    directory: Path
    postgres: Cluster
    redis: RedisServer

    @classmethod
    def acquire(cls, *, run: str | None = None, durable: bool = False) -> Self:
        """Returns the services of this test run, started by whoever comes first.

        `run` names the run: by default all pytest-xdist workers of one session share it, other processes get their
        own. Fault tests that kill servers take a run of their own. `durable=True` keeps fsync on.
        """
        directory = _home(run or os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid-{os.getpid()}")
        with _locked(directory):
            _make(directory)
            services = cls.over(directory, durable=durable)
            state = directory / "state.json"
            if state.is_file() and services.postgres.postmaster() and services.redis.process():
                known = json.loads(state.read_text())
                services.postgres.started_on = known["postgres"]
                services.redis.started_on = known["redis"]
            else:
                services.start(state)
            _hold(directory, os.getpid())
            if run is None and "PYTEST_XDIST_WORKER" in os.environ:
                # The controller holds too: a worker that ends early must not take the databases from the others.
                _hold(directory, os.getppid())
        return services

    @classmethod
    def over(cls, directory: Path, *, durable: bool) -> Self:
        """Returns handles on the services of a directory, started or not."""
        return cls(
            directory=directory,
            postgres=Cluster(directory / "postgres", durable=durable, connections=200),
            redis=RedisServer(directory / "redis"),
        )

    def start(self, state: Path) -> None:
        """Starts both servers and the reaper, and notes the ports in `state`."""
        self.postgres.start()
        self.redis.start()
        self.postgres.ensure_role(OWNER, OWNER_PASSWORD, "LOGIN CREATEROLE CREATEDB")
        state.write_text(json.dumps({"postgres": self.postgres.started_on, "redis": self.redis.started_on}))
        subprocess.Popen(
            [sys.executable, "-m", "deploy.local.testing", str(self.directory)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def create_database(self, name: str, *, template: str = "template1", owner: str = OWNER) -> str:
        """Creates a database from a template and returns its owner's URL."""
        self.postgres.ensure_database(name, owner, template)
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Drops a database, open sessions or not."""
        self.postgres.drop_database(name)

    def database_url(self, name: str, *, user: str = OWNER, password: str = OWNER_PASSWORD) -> str:
        """Returns the URL of a database for its owner or for another login."""
        return self.postgres.url(name, user, password)

    def superuser_url(self, name: str = "postgres") -> str:
        """Returns the superuser's URL."""
        return self.postgres.url(name)

    def redis_url(self, database: int = 0) -> str:
        """Returns the URL of one of Redis's 16 databases, so that parallel workers do not share keys."""
        return self.redis.url(database)

    def release(self) -> None:
        """Lets go of the services; the last holder stops them and removes their files."""
        with _locked(self.directory):
            (self.directory / "holders" / str(os.getpid())).unlink(missing_ok=True)
            if not _holders(self.directory):
                _destroy(self.directory)

    def __enter__(self) -> Self:
        """Returns the services themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Releases them."""
        self.release()


def _home(run: str) -> Path:
    base = Path(tempfile.gettempdir()) / f"prs-tests-{os.geteuid()}"
    # Root's cluster runs as nobody, who must be able to pass.
    base.mkdir(mode=0o755, exist_ok=True)
    if base.stat().st_uid != os.geteuid():
        raise PermissionError(f"{base} belongs to another account; remove it or set TMPDIR.")
    return base / "".join(letter if letter.isalnum() else "-" for letter in run)[:40]


def _make(directory: Path) -> None:
    directory.mkdir(mode=0o755, exist_ok=True)
    (directory / "holders").mkdir(exist_ok=True)


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    path = directory.with_name(directory.name + ".lock")
    while True:
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever held it before may have removed the run, and the lock file with it.
            if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                continue
            yield
            return


def _hold(directory: Path, pid: int) -> None:
    holder = processes.identify(pid)
    if holder is not None:
        (directory / "holders" / str(pid)).write_text(holder.encode())


def _holders(directory: Path) -> list[processes.Identity]:
    """Returns the holders that are alive and forgets the others."""
    alive: list[processes.Identity] = []
    for file in (directory / "holders").glob("*"):
        holder = processes.Identity.decode(file.read_text())
        if holder is not None and processes.is_alive(holder):
            alive.append(holder)
        else:
            file.unlink(missing_ok=True)
    return alive


def _destroy(directory: Path) -> None:
    # The last holder and the reaper both come here.
    if directory.is_dir():
        services = TestServices.over(directory, durable=False)
        (directory / "state.json").unlink(missing_ok=True)
        services.redis.stop()
        services.postgres.remove()
        shutil.rmtree(directory, ignore_errors=True)
    directory.with_name(directory.name + ".lock").unlink(missing_ok=True)


def reap(directory: Path) -> None:
    """Waits until nobody holds the services of that directory any more, then stops them."""
    lasting = True
    while lasting:
        time.sleep(_REAPER_PAUSE)
        with _locked(directory):
            lasting = bool(_holders(directory))
            if not lasting:
                _destroy(directory)


if __name__ == "__main__":
    reap(Path(sys.argv[1]))
