"""PostgreSQL and Redis of the one-machine run: crashes, restarts, accounts, sharing."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import postgres_binaries, processes
from deploy.local.bootstrap import ROOT
from deploy.local.postgres import Cluster, PostgresFailed
from deploy.local.redis import RedisServer
from deploy.local.testing import TestServices

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="asks what root does")


@pytest.fixture
def cluster(place: Path) -> Iterator[Cluster]:
    made = Cluster(place / "postgres", durable=False)
    made.start()
    yield made
    made.remove()


def test_what_was_committed_is_there_after_kill_9_on_the_same_port(cluster: Cluster) -> None:
    cluster.execute("CREATE TABLE kept (a int); INSERT INTO kept VALUES (7)")
    port = cluster.started_on
    for _ in range(3):
        cluster.kill9()
        assert cluster.postmaster() is None
        cluster.restart()
        assert cluster.execute("SELECT a FROM kept") == "7"
    assert cluster.started_on == port


def test_a_busy_backend_orphaned_by_kill_9_does_not_keep_the_cluster_down(cluster: Cluster) -> None:
    sleeper = subprocess.Popen(
        [str(cluster.installation.binaries / "psql"), cluster.url(), "-c", "SELECT pg_sleep(120)"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while "1" not in cluster.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"):
        time.sleep(0.02)
    start = time.monotonic()
    cluster.kill9()
    cluster.restart()
    assert cluster.execute("SELECT 1") == "1"
    assert time.monotonic() - start < 30
    sleeper.wait()


def test_a_lock_file_that_names_a_foreign_process_does_not_keep_the_cluster_down(cluster: Cluster) -> None:
    cluster.kill9()
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert cluster.postmaster() is None
    cluster.start()
    assert cluster.execute("SELECT 1") == "1"


def test_text_is_utf8_and_lower_knows_letters_beyond_ascii(cluster: Cluster) -> None:
    assert cluster.execute("SELECT lower('ÅÄÖ'), current_setting('server_encoding')") == "åäö|UTF8"


def test_a_wrong_password_is_refused_over_loopback_and_socket(cluster: Cluster) -> None:
    psql = str(cluster.installation.binaries / "psql")
    for socket in (False, True):
        wrong = cluster.url(password="wrong", socket=socket)
        done = subprocess.run([psql, wrong, "-c", "SELECT 1"], capture_output=True, text=True, check=False)
        assert "password authentication failed" in done.stderr
        right = cluster.url(socket=socket)
        assert subprocess.run([psql, right, "-c", "SELECT 1"], capture_output=True, check=False).returncode == 0


def test_a_statement_that_fails_raises_with_the_servers_words(cluster: Cluster) -> None:
    with pytest.raises(PostgresFailed, match="does not exist"):
        cluster.execute("SELECT * FROM nowhere")


def test_an_interrupted_initdb_leaves_no_half_cluster(place: Path) -> None:
    (place / "postgres.new").mkdir()
    (place / "postgres.new" / "PG_VERSION").write_text("16")
    made = Cluster(place / "postgres", durable=False)
    made.start()
    try:
        assert made.execute("SELECT 1") == "1"
    finally:
        made.remove()
    assert list(place.iterdir()) == []


@as_root
def test_root_over_a_reachable_folder_runs_it_as_nobody(cluster: Cluster) -> None:
    if not postgres_binaries.reachable_by(cluster.installation.binaries, pwd.getpwnam("nobody").pw_uid, 65534):
        pytest.skip("this checkout lies where nobody cannot go")
    running = cluster.postmaster()
    assert running is not None
    assert Path(f"/proc/{running.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@as_root
def test_root_over_a_closed_folder_runs_it_without_opening_the_folder(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    made = Cluster(closed / "postgres", durable=False)
    if not isinstance(made.installation.runner, postgres_binaries.InNamespace):
        pytest.skip("no user namespaces here")
    made.start()
    try:
        assert made.execute("SELECT 1") == "1"
        assert closed.stat().st_mode & 0o777 == 0o700
        assert made.data.stat().st_uid == 0
        made.kill9()
        made.restart()
        assert made.execute("SELECT 1") == "1"
    finally:
        made.remove()


@as_root
def test_root_without_namespaces_runs_a_copy_in_a_shelter(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "namespace_works", lambda _program: False)
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    shelter = place / "shelter"
    found = postgres_binaries.choose(closed / "postgres", shelter=shelter)
    assert found.data.is_relative_to(shelter / "data")
    assert found.binaries.is_relative_to(shelter / "programs")
    done = subprocess.run(
        [str(found.binaries / "postgres"), "--version"], **found.runner.options(), capture_output=True, check=True
    )
    assert b"PostgreSQL" in done.stdout


def test_redis_comes_back_empty_on_the_same_port_after_kill_9(place: Path) -> None:
    server = RedisServer(place / "redis")
    server.start()
    try:
        port = server.started_on
        server.kill9()
        assert not server.answers()
        server.restart()
        assert server.answers()
        assert server.started_on == port
    finally:
        server.stop()


def test_the_password_of_redis_is_on_no_command_line(place: Path) -> None:
    server = RedisServer(place / "redis")
    server.start()
    try:
        running = server.process()
        assert running is not None
        assert server.password not in Path(f"/proc/{running.pid}/cmdline").read_text()
        assert (place / "redis" / "password").stat().st_mode & 0o077 == 0
    finally:
        server.stop()


HOLDER = "import sys, time\nfrom deploy.local.testing import TestServices\ns = TestServices.acquire(run=sys.argv[1])\n"


def _holder(run: str, then: str) -> subprocess.Popen[str]:
    code = HOLDER + "print(s.postgres.started_on, flush=True)\n" + then
    return subprocess.Popen([sys.executable, "-c", code, run], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_parallel_workers_of_one_run_share_the_servers_until_the_last_lets_go() -> None:
    run = f"shared-{os.getpid()}"
    others = [_holder(run, "time.sleep(2); s.release()") for _ in range(2)]
    with TestServices.acquire(run=run) as services:
        assert {_line(other) for other in others} == {str(services.postgres.started_on)}
        for other in others:
            other.communicate()
        url = services.create_database("made_here")
        assert url.endswith("/made_here")
        directory = services.directory
    assert not directory.exists()
    assert services.postgres.postmaster() is None


def test_servers_of_killed_tests_are_reaped() -> None:
    run = f"killed-{os.getpid()}"
    holder = _holder(run, "time.sleep(300)")
    assert _line(holder)
    services = TestServices.acquire(run=run)
    postmaster, redis = services.postgres.postmaster(), services.redis.process()
    assert postmaster is not None
    assert redis is not None
    (services.directory / "holders" / str(os.getpid())).unlink()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert processes.wait_gone(postmaster, 15)
    assert processes.wait_gone(redis, 15)
