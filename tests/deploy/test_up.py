"""The launcher itself, with tiny programs in the place of ours: start, stop, crash, second start."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.bootstrap import ROOT
from deploy.local.ports import free_port
from deploy.local.postgres import Cluster

LAUNCHER = """
import sys
from pathlib import Path
from deploy.local import up
from deploy.local.plan import Plan, Program, Task

CHILD = "import subprocess, time; subprocess.Popen(['sleep', '300']); print('working', flush=True); time.sleep(300)"

class Tiny(Plan):
    def tasks(self):
        seen = "import os; print('Sign in as asha', os.environ['PRS_API_DATABASE_URL'].split(':')[1])"
        return [Task("Preparing", (sys.executable, "-c", sys.argv[3] or seen), show=True),
                Task("Loading", (sys.executable, "-c", "print('Loaded beside')"), show=True, beside=True)]

    def programs(self):
        return [Program("worker", (sys.executable, "-c", CHILD)), Program("beat", (sys.executable, "-c", CHILD))]

sys.exit(up.main([sys.argv[2]], Path(sys.argv[1]), Tiny))
"""


class Launcher:
    """A running `up` over a folder, with what it has printed so far."""

    def __init__(self, folder: Path, port: int, target: str = "up", task: str = "") -> None:
        self.folder = folder
        self.output = folder.with_name(f"output-{time.monotonic_ns()}")
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, str(folder), target, task],
                cwd=ROOT,
                env={**_without_prs(), "PRS_PORT": str(port)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it printed."""
        return self.output.read_text()

    def wait_for(self, words: str, seconds: float = 40) -> None:
        """Waits until it has printed these words."""
        deadline = time.monotonic() + seconds
        while words not in self.said:
            assert time.monotonic() < deadline, f"{words!r} did not come:\n{self.said}"
            assert self.process.poll() is None or words in self.said, self.said
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Signals it as a terminal would and returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def left(self) -> list[processes.Identity]:
        """Returns what runs because of it."""
        return [
            *processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(self.folder)),
            *processes.working_in(self.folder / "postgres"),
            *processes.working_in(self.folder / "redis"),
        ]


def _without_prs() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PRS_")}


@pytest.fixture
def data(place: Path) -> Iterator[Path]:
    """Yields a data folder, and stops by force whatever a failed test left there."""
    folder = place / "data"
    yield folder
    for process in processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(folder)):
        processes.send(process, signal.SIGKILL)
    for server in ("postgres", "redis"):
        for process in processes.working_in(folder / server):
            processes.send(process, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_starts_all_prints_the_sign_ins_and_leaves_nothing_when_stopped(
    data: Path, number: signal.Signals
) -> None:
    launcher = Launcher(data, free_port(in_a_row=3))
    launcher.wait_for("Ctrl-C stops all")
    assert "Sign in as asha //prs_app" in launcher.said
    assert "Loaded beside" in launcher.said
    assert len(launcher.left()) > 6
    assert launcher.stop(number) == 0
    assert "All stopped" in launcher.said
    assert launcher.left() == []


def test_data_and_secrets_stay_for_the_next_run(data: Path) -> None:
    first = Launcher(data, free_port(in_a_row=3))
    first.wait_for("Ctrl-C stops all")
    cluster = Cluster(data / "postgres")
    cluster.started_on = _port_of(cluster)
    cluster.execute("CREATE TABLE kept (a int); INSERT INTO kept VALUES (7)", database="prs")
    secrets = (data / "secrets.env").read_text()
    first.stop()
    second = Launcher(data, free_port(in_a_row=3))
    second.wait_for("Ctrl-C stops all")
    cluster.started_on = _port_of(cluster)
    assert cluster.execute("SELECT a FROM kept", database="prs") == "7"
    assert (data / "secrets.env").read_text() == secrets
    assert stat.S_IMODE((data / "secrets.env").stat().st_mode) == 0o600
    second.stop()


def test_after_kill_9_of_the_launcher_the_next_one_clears_up_and_starts(data: Path) -> None:
    first = Launcher(data, free_port(in_a_row=3))
    first.wait_for("Ctrl-C stops all")
    before = {process.pid for process in first.left()}
    first.stop(signal.SIGKILL)
    assert first.left() != []
    second = Launcher(data, free_port(in_a_row=3))
    second.wait_for("Ctrl-C stops all")
    assert "an earlier run left behind" in second.said
    assert before.isdisjoint(process.pid for process in second.left())
    assert second.stop() == 0
    assert second.left() == []


def test_killed_servers_and_programs_come_back(data: Path) -> None:
    launcher = Launcher(data, free_port(in_a_row=3))
    launcher.wait_for("Ctrl-C stops all")
    cluster = Cluster(data / "postgres")
    postmaster = cluster.postmaster()
    assert postmaster is not None
    processes.send(postmaster, signal.SIGKILL)
    launcher.wait_for("postgres is running again")
    for process in processes.with_environment("GLOBAL_PRS_LOCAL_RUN", str(data)):
        processes.send(process, signal.SIGKILL)
    launcher.wait_for("worker is running again")
    launcher.wait_for("beat is running again")
    assert launcher.stop() == 0
    assert launcher.left() == []


def test_a_second_run_over_the_same_data_is_refused_with_words(data: Path) -> None:
    first = Launcher(data, free_port(in_a_row=3))
    first.wait_for("Ctrl-C stops all")
    second = Launcher(data, free_port(in_a_row=3))
    assert second.process.wait(20) == 1
    assert f"runs already over {data} (process {first.process.pid})" in second.said
    assert first.process.poll() is None
    first.stop()


def test_a_stop_while_starting_ends_the_step_and_leaves_nothing(data: Path) -> None:
    launcher = Launcher(data, free_port(in_a_row=3), task="import time; time.sleep(120)")
    launcher.wait_for("Preparing ...")
    start = time.monotonic()
    assert launcher.stop() == 130
    assert time.monotonic() - start < 15
    assert launcher.left() == []
    assert "Traceback" not in launcher.said


def test_a_step_that_fails_stops_all_and_shows_its_words(data: Path) -> None:
    launcher = Launcher(data, free_port(in_a_row=3), task="raise SystemExit('no such relation')")
    assert launcher.process.wait(40) == 1
    assert "no such relation" in launcher.said
    assert "Traceback" not in launcher.said
    assert launcher.left() == []


def test_reset_removes_all_data_and_refuses_while_running(data: Path) -> None:
    launcher = Launcher(data, free_port(in_a_row=3))
    launcher.wait_for("Ctrl-C stops all")
    refused = Launcher(data, free_port(in_a_row=3), target="reset")
    assert refused.process.wait(20) == 1
    assert "runs already" in refused.said
    launcher.stop()
    assert Launcher(data, free_port(in_a_row=3), target="reset").process.wait(20) == 0
    assert not data.exists()


def _port_of(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[3])
