"""The API in processes of its own, as in production: they share a database and nothing else."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.lib.settings import Settings
from deploy.local.ports import free_port
from tests.conftest import ROOT

_GIVEN = (
    "env", "public_url", "api_database_url", "worker_database_url", "redis_url", "redis_timeout", "master_keys",
    "internal_token", "storage_url", "smtp_url", "access_token_seconds", "signing_key_lead_seconds",
)  # fmt: skip


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables of a process that is to work with these settings; throttling is off."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    given = {f"PRS_{name.upper()}": str(getattr(settings, name)) for name in _GIVEN}
    return {**kept, **given, "PRS_RATE_LIMIT_SCALE": "0", "PRS_FRONTEND_DIR": ""}


@contextmanager
def servers(settings: Settings, logs: Path, count: int) -> Iterator[list[str]]:
    """Run so many servers over one database until the block ends; yields their addresses."""
    running: list[tuple[subprocess.Popen[bytes], str, Path]] = []
    try:
        for number in range(count):
            port, log = free_port(), logs / f"server-{number}.log"
            # Not --fd: the server takes a handed-down socket for a local one, leaves TCP_NODELAY off: 40 ms per answer.
            command = (
                sys.executable, "-m", "uvicorn", "api.server.app:create_app", "--factory", "--no-proxy-headers",
                "--port", str(port),
            )  # fmt: skip
            with log.open("wb") as output:
                process = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=output, stderr=output)
            running.append((process, f"http://127.0.0.1:{port}", log))
        for process, url, log in running:
            _await_ready(f"{url}/health/ready", process, log)
        yield [url for _, url, _ in running]
    finally:
        for process, _, _ in running:
            process.terminate()
        for process, _, _ in running:
            process.wait(timeout=30)


@contextmanager
def server(settings: Settings, logs: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run one server until the block ends, or until it is killed there; yields its process and its address."""
    port, log = free_port(), logs / "server.log"
    command = (
        sys.executable, "-m", "uvicorn", "api.server.app:create_app", "--factory", "--no-proxy-headers",
        "--port", str(port),
    )  # fmt: skip
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=output, stderr=output)
    try:
        _await_ready(f"http://127.0.0.1:{port}/health/ready", process, log)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def prs(settings: Settings, *arguments: str) -> str:
    """Run the operator's command and return what it prints."""
    command = (sys.executable, "-m", "api.cli", *arguments)
    done = subprocess.run(
        command, cwd=ROOT, env=environment(settings), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text())
