"""One PostgreSQL cluster under a directory: made, started, stopped, killed and brought back."""

import functools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from deploy.local import postgres_binaries as programs
from deploy.local import processes
from deploy.local.ports import free_port

_SUPERUSER = "postgres"
# Room for "/.s.PGSQL.65535" in a sockaddr_un of 108 bytes.
_LONGEST_SOCKET_DIR = 90
_SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = {connections}
shared_buffers = '{buffers}'
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
{durability}
"""
_DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nmax_wal_size = '1GB'"
# A throw-away cluster survives kill -9 of its processes even so; only a crash of the machine would hurt it.
# Commits stay synchronous: without that, kill -9 lost rows that had been acknowledged.
_THROW_AWAY = (
    "fsync = off\nsynchronous_commit = on\nfull_page_writes = off\nmax_wal_size = '4GB'\n"
    "wal_level = minimal\nmax_wal_senders = 0"
)


class PostgresFailed(RuntimeError):
    """PostgreSQL did not do what was asked; the message ends with the tail of its log."""


@dataclass
class Cluster:
    """A cluster under `data`. `port=0` picks a free one at each start; `durable=False` gives up fsync."""

    data: Path
    port: int = 0
    durable: bool = True
    connections: int = 100
    buffers: str = "128MB"
    log: Path | None = None
    binaries: Path | None = None
    started_on: int = field(default=0, init=False)
    _log_from: int = field(default=0, init=False)
    installation: programs.Installation = field(init=False)

    def __post_init__(self) -> None:
        """Settles programs, account and the real place of the data."""
        self.data = self.data.absolute()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.installation = programs.choose(self.data, self.binaries)
        self.data = self.installation.data
        self.log = self.log or self.data.with_name(self.data.name + ".log")

    @property
    def password_file(self) -> Path:
        """The superuser's password, readable by the launcher's account alone."""
        return self.data.with_name(self.data.name + ".password")

    @property
    def socket_directory(self) -> Path:
        """Where the unix socket lies: beside the data if the path is short enough, else in the temporary folder."""
        beside = self.data.with_name(self.data.name + ".sock")
        if len(str(beside)) <= _LONGEST_SOCKET_DIR:
            return beside
        # The inode tells apart two clusters whose long paths end alike.
        return Path(tempfile.gettempdir()) / f"prs-pg-{os.geteuid()}-{self.data.parent.stat().st_ino}"

    def create(self) -> bool:
        """Makes the cluster unless it exists; returns whether it was made."""
        if (self.data / "PG_VERSION").is_file():
            self._give(self.data, deep=True)
            return False
        shutil.rmtree(self.data, ignore_errors=True)
        # initdb runs in a sibling that is renamed at the end: an interrupted run leaves no half cluster.
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        password = secrets.token_urlsafe(24)
        _write_private(self.password_file, password)
        # A second copy, which the account that runs initdb may read.
        readable = self.data.with_name(self.data.name + ".pw")
        _write_private(readable, password)
        self._give(readable)
        try:
            made = subprocess.run(
                self.installation.runner.command(
                    str(self.installation.binaries / "initdb"),
                    f"--pgdata={fresh}", f"--username={_SUPERUSER}", f"--pwfile={readable}",
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8" if _has_c_utf8() else "--no-locale",
                    "--no-instructions", *([] if self.durable else ["--no-sync"]),
                ),
                **self.installation.runner.options(),
                env=_environment(), cwd="/", capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            readable.unlink()
        if made.returncode != 0:
            raise PostgresFailed(f"initdb failed:\n{made.stdout}{made.stderr}")
        with (fresh / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude = 'prs.conf'\n")
        fresh.rename(self.data)
        return True

    def start(self, *, seconds: float = 60.0) -> None:
        """Starts the cluster and waits until it answers; one that runs already is stopped first."""
        self.create()
        self.stop()
        self._clear_orphans()
        self.started_on = self.port or self.started_on or free_port()
        self._configure()
        deadline = time.monotonic() + seconds
        while True:
            running = self._spawn()
            if self._wait_ready(running, deadline):
                return
            # After a kill -9 the old shared memory stays in use until the last orphaned backend has noticed.
            if time.monotonic() >= deadline or not self._log_says("pre-existing shared memory"):
                raise PostgresFailed(f"PostgreSQL did not start on port {self.started_on}:\n{self._log_tail()}")
            time.sleep(0.3)

    def stop(self, *, seconds: float = 30.0) -> None:
        """Stops the cluster (a fast shutdown: sessions are cut, data is written); nothing happens when it is down."""
        running = self.postmaster()
        if running is not None:
            processes.stop(running, seconds=seconds, first=signal.SIGINT)

    def kill9(self) -> None:
        """Kills the postmaster as a crash would; its backends leave by themselves."""
        running = self.postmaster()
        if running is not None:
            processes.send(running, signal.SIGKILL)
            processes.wait_gone(running, 5.0)

    def restart(self) -> None:
        """Starts again on the same port, after `stop`, after `kill9` or while running."""
        self.start()

    def remove(self) -> None:
        """Stops the cluster and deletes all that belongs to it."""
        self.stop()
        for path in (self.data, self.socket_directory):
            shutil.rmtree(path, ignore_errors=True)
        for file in (self.password_file, self.log):
            if file is not None:
                file.unlink(missing_ok=True)

    def postmaster(self) -> processes.Identity | None:
        """Returns the running postmaster of this data directory."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        found = processes.identify(int(lines[0])) if lines and lines[0].isdigit() else None
        if found is None:
            return None
        here = processes.working_in(self.data)
        return found if found in here or not Path("/proc/self/cwd").exists() else None

    def url(
        self, database: str = "postgres", user: str = _SUPERUSER, password: str | None = None, *, socket: bool = False
    ) -> str:
        """Returns a `postgresql://` URL over loopback TCP, or over the unix socket."""
        secret = quote(password if password is not None else self.password_file.read_text(), safe="")
        if socket:
            place = quote(str(self.socket_directory), safe="/")
            return f"postgresql://{user}:{secret}@/{database}?host={place}&port={self.started_on}"
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.started_on}/{database}"

    def execute(self, sql: str, *, database: str = "postgres") -> str:
        """Runs SQL as the superuser and returns psql's unaligned rows; raises `PostgresFailed` with its message."""
        # Over standard input: arguments of a process are visible to everybody on the machine.
        done = subprocess.run(
            [
                str(self.installation.binaries / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                "--set=ON_ERROR_STOP=1", "--host=127.0.0.1", f"--port={self.started_on}",
                f"--username={_SUPERUSER}", f"--dbname={database}",
            ],
            input=sql, capture_output=True, text=True, check=False, cwd="/",
            env={**_environment(), "PGPASSWORD": self.password_file.read_text()},
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresFailed(done.stderr.strip())
        return done.stdout.strip()

    def ensure_role(self, name: str, password: str, attributes: str = "LOGIN") -> None:
        """Creates the role or brings its password and attributes up to date."""
        verb = "ALTER" if self._exists("pg_roles", "rolname", name) else "CREATE"
        self.execute(f"{verb} ROLE {identifier(name)} WITH {attributes} PASSWORD {literal(password)}")

    def ensure_database(self, name: str, owner: str, template: str = "template1") -> bool:
        """Creates the database unless it exists; returns whether it was made."""
        if self._exists("pg_database", "datname", name):
            return False
        self.execute(f"CREATE DATABASE {identifier(name)} OWNER {identifier(owner)} TEMPLATE {identifier(template)}")
        return True

    def drop_database(self, name: str) -> None:
        """Drops the database and cuts its sessions."""
        self.execute(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")

    def _exists(self, catalogue: str, column: str, name: str) -> bool:
        return bool(self.execute(f"SELECT 1 FROM {catalogue} WHERE {column} = {literal(name)}"))  # noqa: S608 (quoted)

    def _configure(self) -> None:
        sockets = self.socket_directory
        sockets.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._give(sockets)
        settings = self.data / "prs.conf"
        settings.write_text(
            _SETTINGS.format(
                port=self.started_on,
                sockets=str(sockets).replace("'", "''"),
                connections=self.connections,
                buffers=self.buffers,
                durability=_DURABLE if self.durable else _THROW_AWAY,
            )
        )
        self._give(settings)

    def _spawn(self) -> subprocess.Popen[bytes]:
        log = self.log or self.data.with_name("postgres.log")
        self._log_from = log.stat().st_size if log.is_file() else 0
        with log.open("ab") as output:
            return subprocess.Popen(
                self.installation.runner.command(str(self.installation.binaries / "postgres"), "-D", str(self.data)),
                **self.installation.runner.options(),
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal must not reach it before the processes that use it.
                start_new_session=True,
            )

    def _wait_ready(self, running: subprocess.Popen[bytes], deadline: float) -> bool:
        """Waits for the status line of postmaster.pid, as pg_ctl does; False when the process gave up."""
        while time.monotonic() < deadline:
            if running.poll() is not None:
                return False
            try:
                lines = (self.data / "postmaster.pid").read_text().splitlines()
            except FileNotFoundError:
                lines = []
            if len(lines) >= 8 and lines[0] == str(running.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.02)
        running.kill()
        running.wait()
        return False

    def _clear_orphans(self) -> None:
        """Waits for backends whose postmaster died, and removes a lock file that names a foreign process."""
        deadline = time.monotonic() + 10.0
        while orphans := processes.working_in(self.data):
            if time.monotonic() >= deadline:
                for orphan in orphans:
                    processes.send(orphan, signal.SIGKILL)
            time.sleep(0.05)
        if Path("/proc/self/cwd").exists():
            # Nobody works here any more, so the id in it belongs to another program by now.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _give(self, path: Path, *, deep: bool = False) -> None:
        uid, gid = self.installation.runner.uid, self.installation.runner.gid
        if path.stat().st_uid == uid:
            return
        if os.geteuid() != 0:
            raise PostgresFailed(f"{path} belongs to another account. Run as that account, or `make reset` as it.")
        for inner in (path, *(path.rglob("*") if deep else ())):
            os.chown(inner, uid, gid, follow_symlinks=False)

    def _log_tail(self, lines: int = 15) -> str:
        if self.log is None or not self.log.is_file():
            return "(no log)"
        said = self.log.read_bytes()[self._log_from :].decode(errors="replace")
        return "\n".join(said.splitlines()[-lines:])

    def _log_says(self, words: str) -> bool:
        return words in self._log_tail(50)


def literal(text: str) -> str:
    """Returns the text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Returns the name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _environment() -> dict[str, str]:
    # Not ours: a PGDATA, PGPORT or LD_PRELOAD of the caller would change what is started.
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8" if _has_c_utf8() else "C", "TZ": "UTC"}


@functools.cache
def _has_c_utf8() -> bool:
    shown = subprocess.run(["/usr/bin/env", "locale", "-a"], capture_output=True, text=True, check=False)
    return any(name.replace("-", "").lower() == "c.utf8" for name in shown.stdout.split())


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
