"""The script that people run against their own platform."""

import subprocess
import sys
import threading

import pytest

from tests.e2e.people import Registered
from tests.e2e.register_people import compare
from tests.e2e.stack import ROOT, Stack


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    command = [sys.executable, "-m", "tests.e2e.register_people", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(120)
def test_the_script_registers_people_kills_the_worker_and_finds_everybody(stack: Stack) -> None:
    over = threading.Event()

    def look_after() -> None:
        while not over.wait(0.2):
            if not stack.processes["worker"].alive():
                stack.processes["worker"].start()

    keeper = threading.Thread(target=look_after)
    keeper.start()
    try:
        done = run(
            "--url", stack.url, "--standin", stack.back_office, "--people", "20", "--kill-worker", "1",
            "--data", str(stack.directory), "--wait", "60",
        )  # fmt: skip
    finally:
        over.set()
        keeper.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the worker was killed 1 times" in done.stdout
    assert "Each is there exactly once." in done.stdout


def test_the_script_says_so_where_nobody_answers() -> None:
    done = run("--url", "http://127.0.0.1:9", "--people", "1")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_script_tells_missing_doubled_and_outdated_people_apart() -> None:
    people = [Registered(f"r{index}", "", 2, "", "", [f"a{index}"]) for index in range(4)]
    records = [{"ext_uuid": uid, "ext_rev": rev} for uid, rev in (("a0", 2), ("a1", 2), ("a1", 2), ("a2", 1))]
    found = compare(people, records)
    assert (found.missing, found.doubled, found.outdated) == (["a3"], ["a1"], ["a2"])
    assert not found.good
