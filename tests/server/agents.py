"""What Datadog's agents are here: the one of tests for traces, and a socket for metrics."""

import base64
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import free_port

Span = dict[str, Any]


class Agent:
    """A Datadog agent for tests."""

    def __init__(self, url: str) -> None:
        self.url = url

    def spans(self) -> list[Span]:
        """Return everything received so far."""
        return [span for trace in httpx.get(f"{self.url}/test/traces", timeout=10).json() for span in trace]

    def received(self) -> bytes:
        """Return the bodies of all requests so far, as they came."""
        answer = httpx.get(f"{self.url}/test/session/requests", timeout=120)
        return b"\n".join(base64.b64decode(one["body"]) + repr(one["headers"]).encode() for one in answer.json())

    def wait_for(self, *resources: str) -> list[Span]:
        """Return the spans once these are among them."""
        for _ in range(200):
            found = self.spans()
            if set(resources) <= {span["resource"] for span in found}:
                return found
            time.sleep(0.1)
        raise TimeoutError(f"{resources} not in {sorted({span['resource'] for span in self.spans()})}")


@contextmanager
def running_agent(folder: Path) -> Iterator[Agent]:
    """Run an agent that writes what it says into a folder."""
    port, otlp, grpc = free_port(), free_port(), free_port()
    command = (
        Path(sys.prefix) / "bin" / "ddapm-test-agent", "--port", str(port), "--host", "127.0.0.1",
        "--otlp-http-port", str(otlp), "--otlp-grpc-port", str(grpc), "--web-ui-port", "0",
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    with (folder / "agent.log").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            found = Agent(f"http://127.0.0.1:{port}")
            for _ in range(300):
                assert process.poll() is None, (folder / "agent.log").read_text()
                try:
                    httpx.get(f"{found.url}/info", timeout=5)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=30)


class Packets:
    """A DogStatsD agent on loopback that keeps every packet, however many processes send at once."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._kept: list[bytes] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.url = f"udp://127.0.0.1:{self._socket.getsockname()[1]}"

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator["Packets"]:
        """Listen as long as the block runs."""
        found = cls()
        found._thread.start()
        try:
            yield found
        finally:
            found._over.set()
            found._thread.join()
            found._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._kept.append(self._socket.recv(65536))
            except TimeoutError:
                continue

    def received(self) -> bytes:
        """Return all packets so far."""
        return b"\n".join(self._kept)
