"""The supervisor over tiny programs: restarts, order of stopping, no orphan."""

import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.bootstrap import ROOT
from deploy.local.supervisor import LogFollower, ProcessService, ServiceFailed, Supervisor, clear_leftovers

SLEEPER = "import time\nwhile True: time.sleep(0.05)"
WITH_CHILD = "import subprocess, time\nsubprocess.Popen(['sleep', '300'])\nprint('up', flush=True)\ntime.sleep(300)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(300)"


def _wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _says_up(service: ProcessService) -> bool:
    return "up" in service.log.read_text()


class Bench:
    """A supervisor with a record of what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append, backoff=(0.05, 0.1, 0.2))

    def service(self, name: str, code: str, ready: Callable[[], bool] | None = None) -> ProcessService:
        return ProcessService(
            name,
            (sys.executable, "-c", code),
            self.folder / "logs",
            self.folder,
            ready=ready,
            ready_seconds=5,
            stop_seconds=0.5,
        )

    def watch_until(self, condition: Callable[[], object]) -> None:
        """Runs the supervisor's rounds until the condition holds."""
        deadline = time.monotonic() + 10

        def each_round() -> None:
            if condition() or time.monotonic() > deadline:
                self.supervisor.request_stop()

        self.supervisor.watch(0.02, each_round)
        assert condition()


@pytest.fixture
def bench(place: Path) -> Iterator[Bench]:
    made = Bench(place)
    yield made
    made.supervisor.stop_all()
    assert processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(place)) == []


def test_a_program_that_is_killed_is_started_again(bench: Bench) -> None:
    service = bench.service("worker", SLEEPER)
    bench.supervisor.start(service)
    first = service.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    bench.watch_until(lambda: service.pid not in (None, first))
    assert any("worker ended unexpectedly" in line for line in bench.said)


def test_a_program_that_keeps_dying_is_started_with_growing_pauses(bench: Bench) -> None:
    bench.supervisor.start(bench.service("worker", "raise SystemExit(3)"))
    bench.watch_until(lambda: len([line for line in bench.said if "unexpectedly" in line]) >= 4)
    waits = [line.rsplit(" in ", 1)[1] for line in bench.said if "unexpectedly" in line]
    assert waits[:4] == ["0.1 s", "0.1 s", "0.2 s", "0.2 s"]


def test_all_stop_in_the_opposite_order_of_their_start(bench: Bench) -> None:
    code = "import signal, sys, time, pathlib\n" + (
        "def stop(*_):\n"
        "    with open({file!r}, 'a') as file: file.write({name!r} + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop)\nprint('up', flush=True)\nwhile True: time.sleep(0.02)"
    )
    order = bench.folder / "order"
    for name in ("database", "api", "worker"):
        service = bench.service(name, code.format(file=str(order), name=name))
        bench.supervisor.start(service)
        _wait_for(functools.partial(_says_up, service))
    bench.supervisor.stop_all()
    assert order.read_text().split() == ["worker", "api", "database"]


def test_children_of_a_stopped_program_are_gone_too(bench: Bench) -> None:
    service = bench.service("worker", WITH_CHILD)
    bench.supervisor.start(service)
    _wait_for(lambda: "up" in service.log.read_text())
    assert len(processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(bench.folder))) == 2
    bench.supervisor.stop_all()
    _wait_for(lambda: not processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(bench.folder)))


def test_a_program_deaf_to_sigterm_is_killed(bench: Bench) -> None:
    service = bench.service("worker", DEAF)
    bench.supervisor.start(service)
    _wait_for(lambda: "up" in service.log.read_text())
    start = time.monotonic()
    bench.supervisor.stop_all()
    assert not service.alive()
    assert time.monotonic() - start < 5


def test_a_program_that_ends_while_starting_is_reported_with_its_last_words(bench: Bench) -> None:
    service = bench.service("api", "raise SystemExit('no such table')", ready=lambda: False)
    bench.supervisor.start(service)
    with pytest.raises(ServiceFailed, match=r"(?s)api ended while starting.*no such table"):
        service.wait_ready()


def test_what_a_killed_launcher_left_is_cleared_by_the_next(place: Path) -> None:
    launcher = (
        "import sys, time\nfrom pathlib import Path\nfrom deploy.local.supervisor import ProcessService\n"
        f"folder = Path({str(place)!r})\n"
        f"ProcessService('worker', (sys.executable, '-c', {WITH_CHILD!r}), folder / 'logs', folder).start()\n"
        "time.sleep(300)"
    )
    running = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT)
    log = place / "logs" / "worker.log"
    _wait_for(lambda: log.is_file() and "up" in log.read_text())
    running.kill()
    running.wait()
    assert len(processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(place))) == 2
    assert clear_leftovers(place) == 2
    assert processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(place)) == []


def test_a_process_id_that_was_handed_out_again_is_not_mistaken() -> None:
    own = processes.identify(os.getpid())
    assert own is not None
    assert processes.is_alive(own)
    assert not processes.is_alive(processes.Identity(own.pid, "1"))


def test_a_follower_shows_only_whole_new_lines(tmp_path: Path) -> None:
    log, shown = tmp_path / "api.log", list[str]()
    log.write_text("old\n")
    follower = LogFollower({"api": log}, shown.append)
    with log.open("a") as file:
        file.write("new\nhalf")
    follower.poll()
    assert shown == ["api | new"]
    with log.open("a") as file:
        file.write(" and whole\n")
    follower.poll()
    assert shown == ["api | new", "api | half and whole"]
