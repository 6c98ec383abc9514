"""`make up`: the whole platform on this machine, until Ctrl-C.

`python -m deploy.local.up` expects the environment that `deploy.local.bootstrap` makes. Data stays under `.data`.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from deploy.local import credentials, node, plan, progress
from deploy.local.bootstrap import ROOT
from deploy.local.plan import Plan, Task
from deploy.local.supervisor import MARKER, LogFollower, ProcessService, ServerService, Supervisor, clear_leftovers

DATA = ROOT / ".data"
_EXPECTED_ERRORS = (RuntimeError, OSError)


class AlreadyRunning(RuntimeError):
    """Another `make up` over the same folder is running."""


class Interrupted(RuntimeError):
    """A stop was asked for while starting."""


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Holds the folder; raises `AlreadyRunning` when another launcher does."""
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (data / "launcher.pid").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(
                f"Global PRS runs already over {data} (process {lock.read().strip()}). Stop that one with Ctrl-C first."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


class Run:
    """One run from start to stop."""

    def __init__(self, wanted: Plan, *, follow: bool) -> None:
        self.plan = wanted
        self.follow = follow
        self.supervisor = Supervisor(self._report)
        self.progress = progress.Progress(total=0)
        self.shown: list[str] = []
        self.services: dict[str, ProcessService] = {}

    def _report(self, text: str) -> None:
        self.progress.note(f"  ! {text}")

    def start(self) -> None:
        """Starts everything; raises when something does not come up."""
        wanted = self.plan
        programs = wanted.programs
        tasks = wanted.tasks()
        servers = [name for name in ("postgres", "redis") if getattr(wanted, name) is not None]
        frontend = wanted.root / "frontend"
        has_app = (frontend / "package-lock.json").is_file()
        self.progress.total = len(servers) + len(tasks) + len(programs()) + 2 * has_app
        state = wanted.data
        if has_app:
            node.install(frontend, state, self.progress, "Installing what the app is built with", self._stopping)
            self._check_stop()
            node.build(frontend, state, self.progress, "Building the app", self._stopping)
            self._check_stop()
        self._start_servers()
        environment = wanted.environment()
        plan.write_environment(wanted.data / "environment", environment)
        for program in programs():
            self.services[program.name] = ProcessService(
                program.name, program.arguments, wanted.data / "logs", wanted.data,
                env=environment, cwd=wanted.root, ready=program.ready,
            )  # fmt: skip
        early = [program.name for program in programs() if program.early]
        for name in early:
            self.supervisor.start(self.services[name])
        for task in tasks:
            if not task.beside:
                self._do(task, environment)
        late = [program.name for program in programs() if not program.early]
        for name in late:
            self._check_stop()
            self.supervisor.start(self.services[name])
        for task in tasks:
            if task.beside:
                self._do(task, environment)
        for name in (*early, *late):
            self._check_stop()
            with self.progress.step(f"Starting {name}"):
                self.services[name].wait_ready(self._stopping)

    def _do(self, task: Task, environment: Mapping[str, str]) -> None:
        self._check_stop()
        with self.progress.step(task.label):
            output = progress.run(
                task.arguments,
                log=self.plan.data / "logs" / "prepare.log",
                env={**os.environ, **environment, MARKER: str(self.plan.data)},
                cwd=self.plan.root,
                cancelled=self._stopping,
            )
        if task.show:
            self.shown.append(output.strip())

    def _start_servers(self) -> None:
        postgres, redis = self.plan.postgres, self.plan.redis
        if postgres is not None:
            with self.progress.step("Starting PostgreSQL"):
                self.supervisor.start(ServerService("postgres", postgres, postgres.postmaster))
                self.plan.prepare_database()
        self._check_stop()
        if redis is not None:
            with self.progress.step("Starting Redis"):
                self.supervisor.start(ServerService("redis", redis, redis.process))

    def _stopping(self) -> bool:
        return self.supervisor.stopping

    def _check_stop(self) -> None:
        if self.supervisor.stopping:
            raise Interrupted

    def welcome(self) -> str:
        """Returns the addresses and sign-ins."""
        wanted = self.plan
        lines = [
            "",
            f"  Global PRS is running ({self.progress.seconds:.1f} s).",
            "",
            f"    App and API    {wanted.address}",
        ]
        lines.append(f"    API reference  {wanted.address}/docs")
        lines.append(f"    Back office    {wanted.back_office or wanted.given['PRS_ODOO_URL']}")
        if wanted.mailbox is not None:
            lines.append(f"    Mailbox        {wanted.mailbox}")
        for text in self.shown:
            lines += ["", *(f"    {line}" for line in text.splitlines())]
        lines += [
            "",
            f"  Logs: {wanted.data / 'logs'}   Data: {wanted.data} (`make reset` removes it)",
            "  Ctrl-C stops all.",
            "",
        ]
        return "\n".join(lines)

    def watch(self) -> None:
        """Looks after the services until a stop is asked for."""
        follower = LogFollower({name: service.log for name, service in self.services.items()}, self.progress.note)
        self.supervisor.watch(0.25, follower.poll if self.follow else None)

    def stop(self) -> None:
        """Stops everything in reverse order."""
        self.progress.note("  Stopping ...")
        self.supervisor.stop_all()
        clear_leftovers(self.plan.data)
        self.progress.note("  All stopped; the data stays.")


def up(data: Path, *, follow: bool, planned: type[Plan] = Plan) -> int:
    """Runs until SIGINT or SIGTERM and returns the exit code."""
    with only_one(data):
        (data / "logs").mkdir(mode=0o700, exist_ok=True)
        left = clear_leftovers(data)
        wanted = planned(ROOT, data, os.environ, credentials.load_or_make(data / "secrets.env"))
        for server in (wanted.postgres, wanted.redis):
            if server is not None:
                server.stop()
        wanted.require_ports()
        run = Run(wanted, follow=follow)
        if left:
            run.progress.note(f"  Cleared away {left} processes that an earlier run left behind.")

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            run.supervisor.request_stop()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)
        try:
            run.start()
            run.progress.note(run.welcome())
            run.watch()
        except RuntimeError:
            # A step that a stop cut short fails in its own words; they are of no use to the person who stopped it.
            if not run.supervisor.stopping:
                raise
            return 130
        finally:
            run.stop()
    return 0


def reset(data: Path) -> int:
    """Removes everything that runs have left under `data`."""
    if not data.is_dir():
        print(f"{data} does not exist: nothing to remove.")
        return 0
    with only_one(data):
        clear_leftovers(data)
        secrets = dict.fromkeys(("OWNER_PASSWORD", "API_PASSWORD", "WORKER_PASSWORD", "BACK_OFFICE_PASSWORD"), "")
        wanted = Plan(ROOT, data, {}, secrets)
        if wanted.redis is not None:
            wanted.redis.stop()
        if wanted.postgres is not None:
            wanted.postgres.remove()
        shutil.rmtree(data)
    print(f"Removed {data}.")
    return 0


def main(arguments: Sequence[str], data: Path = DATA, planned: type[Plan] = Plan) -> int:
    """Understands `up`, `logs` (up, with the services' logs on the terminal) and `reset`; returns the exit code."""
    try:
        if list(arguments) == ["reset"]:
            return reset(data)
        return up(data, follow=list(arguments) == ["logs"], planned=planned)
    except _EXPECTED_ERRORS as error:
        print(f"\n  {error}\n", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
