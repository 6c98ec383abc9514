"""Keeps a set of services running: starts them in order, brings back what dies, stops them in reverse order."""

import contextlib
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local import processes

# Every child carries it, so that the next launcher finds what a killed one left behind.
MARKER = "GLOBAL_PRS_LOCAL_RUN"
_LONGEST_LOG = 20_000_000
_BACKOFF = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 20.0)
_SETTLED_AFTER = 30.0


class ServiceFailed(RuntimeError):
    """A service did not come up; the message names it and ends with the tail of its log."""


class Service(Protocol):
    """What the supervisor looks after."""

    @property
    def name(self) -> str:
        """What people call it."""

    def start(self) -> None:
        """Starts it, or raises."""

    def stop(self) -> None:
        """Stops it and returns when it is gone."""

    def alive(self) -> bool:
        """Tells whether it runs."""


@dataclass
class ProcessService:
    """A program of ours. `ready` says when it can be used; its output goes to `<logs>/<name>.log`."""

    name: str
    command: Sequence[str]
    logs: Path
    run: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60.0
    stop_seconds: float = 15.0
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """The file its output goes to."""
        return self.logs / f"{self.name}.log"

    def start(self) -> None:
        """Starts the program; `wait_ready` waits for it."""
        self.logs.mkdir(parents=True, exist_ok=True)
        if self.log.is_file() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                list(self.command),
                env={**os.environ, **self.env, MARKER: str(self.run), "PYTHONUNBUFFERED": "1"},
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Waits until the probe is content; raises `ServiceFailed` when the program ends or takes too long."""
        deadline = time.monotonic() + self.ready_seconds
        while self.ready is not None and not cancelled() and not self.ready():
            if not self.alive():
                raise ServiceFailed(f"{self.name} ended while starting:\n{self.tail()}")
            if time.monotonic() >= deadline:
                raise ServiceFailed(f"{self.name} was not ready after {self.ready_seconds:.0f} s:\n{self.tail()}")
            time.sleep(0.05)
        if not cancelled() and not self.alive():
            raise ServiceFailed(f"{self.name} ended while starting:\n{self.tail()}")

    def alive(self) -> bool:
        """Tells whether the program runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """The id of the running program."""
        return self._child.pid if self._child is not None and self.alive() else None

    def stop(self) -> None:
        """Sends SIGTERM, waits, then kills whatever is left of its process group."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(self.stop_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def kill9(self) -> None:
        """Kills the program alone, as a crash would; `start` brings it back."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def tail(self, lines: int = 20) -> str:
        """Returns the last lines of its log."""
        if not self.log.is_file():
            return "(no log)"
        text = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join((*text, f"(all of it: {self.log})"))


class Server(Protocol):
    """PostgreSQL and Redis as their modules offer them."""

    def start(self) -> None:
        """Starts it."""

    def stop(self) -> None:
        """Stops it."""


@dataclass
class ServerService:
    """Puts a server that knows how to start itself under the supervisor."""

    name: str
    server: Server
    identity: Callable[[], processes.Identity | None]

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self.server.start()

    def stop(self) -> None:
        """Stops the server."""
        self.server.stop()

    def alive(self) -> bool:
        """Tells whether the server's process runs."""
        running = self.identity()
        if running is None:
            return False
        processes.reap(running.pid)
        return processes.is_alive(running)


@dataclass
class _Watched:
    service: Service
    failures: int = 0
    started: float = 0.0
    next_try: float = 0.0


class Supervisor:
    """Starts services, restarts those that die with growing pauses, stops all in reverse order."""

    def __init__(self, report: Callable[[str], None], backoff: Sequence[float] = _BACKOFF) -> None:
        self._report = report
        self._backoff = backoff
        self._watched: list[_Watched] = []
        self._stopping = threading.Event()

    def start(self, service: Service) -> None:
        """Starts a service and looks after it from now on."""
        # Registered first: when it fails half-way, `stop_all` still clears it away.
        watched = _Watched(service, started=time.monotonic())
        self._watched.append(watched)
        service.start()

    def request_stop(self) -> None:
        """Ends `watch`; safe in a signal handler."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Tells whether a stop was asked for."""
        return self._stopping.is_set()

    def watch(self, pause: float = 0.25, each_round: Callable[[], None] | None = None) -> None:
        """Returns when `request_stop` was called; meanwhile brings back what dies."""
        while not self._stopping.wait(pause):
            if each_round is not None:
                each_round()
            for watched in self._watched:
                if not self._stopping.is_set():
                    self._look_after(watched)

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        service = watched.service
        if service.alive():
            if watched.failures and now - watched.started > _SETTLED_AFTER:
                watched.failures = 0
            return
        if not watched.next_try:
            wait = self._backoff[min(watched.failures, len(self._backoff) - 1)]
            watched.failures += 1
            watched.next_try = now + wait
            self._report(f"{service.name} ended unexpectedly; starting it again in {wait:.1f} s")
        if now < watched.next_try:
            return
        watched.next_try = 0.0
        watched.started = now
        try:
            service.stop()
            service.start()
        except (OSError, RuntimeError) as error:
            self._report(f"{service.name} did not start again: {error}")
        else:
            self._report(f"{service.name} is running again")

    def stop_all(self) -> None:
        """Stops everything, the last started first; a failure to stop one does not spare the others."""
        self._stopping.set()
        while self._watched:
            service = self._watched.pop().service
            try:
                service.stop()
            except (OSError, RuntimeError) as error:
                self._report(f"{service.name} did not stop cleanly: {error}")


def clear_leftovers(run: Path, *, seconds: float = 10.0) -> int:
    """Stops processes that an earlier launcher over this directory left running; returns how many there were."""
    left = [found for found in processes.with_environment(MARKER, str(run)) if found.pid != os.getpid()]
    for process in left:
        processes.send(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in left:
        if not processes.wait_gone(process, max(0.0, deadline - time.monotonic())):
            processes.send(process, signal.SIGKILL)
            processes.wait_gone(process, 2.0)
    return len(left)


def answers_http(address: str) -> Callable[[], bool]:
    """Returns a probe: does the address answer with a status below 500?"""

    def probe() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 (our own loopback address)
                return int(answer.status) < 500
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return probe


class LogFollower:
    """Prints what services write to their logs, each line behind its service's name."""

    def __init__(self, logs: Mapping[str, Path], write: Callable[[str], None]) -> None:
        self._write = write
        self._places = {name: (path, path.stat().st_size if path.is_file() else 0) for name, path in logs.items()}
        self._width = max((len(name) for name in logs), default=0)

    def poll(self) -> None:
        """Prints the lines added since the last call."""
        for name, (path, place) in self._places.items():
            if not path.is_file():
                continue
            size = path.stat().st_size
            start = place if size >= place else 0
            with path.open("rb") as file:
                file.seek(start)
                text = file.read(size - start)
            whole = text.rfind(b"\n") + 1
            for line in text[:whole].decode(errors="replace").splitlines():
                self._write(f"{name.ljust(self._width)} | {line}")
            self._places[name] = (path, start + whole)
