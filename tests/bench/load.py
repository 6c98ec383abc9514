"""A load generator in a process of its own: raw sockets, one request at a time on each connection.

``python -m tests.bench.load plan.json`` reads what to send and prints what came back as JSON. Its CPU is its own and is
reported apart. Where wrk is installed the throughput is taken with that instead; this one also keeps what was answered.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import uvloop

from tests.conftest import ROOT


class Plan(msgspec.Struct):
    """What to send. Connections take the bodies in turn; ``total`` ends the run, or else ``seconds`` do.

    With ``every`` each connection begins a request so many seconds after the one before, however long that took.
    """

    host: str
    port: int
    method: str
    path: str
    headers: dict[str, str]
    bodies: list[str]
    connections: int
    seconds: float = 0.0
    total: int = 0
    idempotency: bool = False


class Report(msgspec.Struct):
    """What came back. Times are seconds; ``kinds`` counts status and problem type."""

    requests: int
    seconds: float
    kinds: dict[str, int]
    cpu: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency, in seconds, that this share of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Connection(asyncio.Protocol):
    """Reads answers that carry a Content-Length, and tells who waits."""

    def __init__(self) -> None:
        self._buffer = b""
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + size or self.waiting is None:
            return
        body = self._buffer[end + 4 : end + 4 + size]
        status, self._buffer = int(head[9:12]), b""
        waiting, self.waiting = self.waiting, None
        if not waiting.done():
            waiting.set_result((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(exc or ConnectionResetError())


def _kind(status: int, body: bytes) -> str:
    if status < 400:
        return str(status)
    try:
        return f"{status} {json.loads(body)['type']}"
    except (ValueError, KeyError, TypeError):
        return f"{status} untyped"


class _Run:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.kinds: Counter[str] = Counter()
        self.latencies: list[float] = []
        self._sent = 0
        self._until = time.perf_counter() + plan.seconds if plan.seconds else float("inf")
        fixed = "".join(f"{name}: {value}\r\n" for name, value in plan.headers.items())
        start = f"{plan.method} {plan.path} HTTP/1.1\r\nHost: {plan.host}\r\n{fixed}"
        self._heads = [f"{start}Content-Length: {len(body.encode())}\r\n".encode() for body in plan.bodies]
        self._bodies = [body.encode() for body in plan.bodies]

    def _more(self) -> bool:
        if self.plan.total and self._sent >= self.plan.total:
            return False
        return time.perf_counter() < self._until

    async def client(self) -> None:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, self.plan.host, self.plan.port)
        while self._more():
            at = self._sent % len(self._bodies)
            self._sent += 1
            key = f"Idempotency-Key: {uuid4()}\r\n".encode() if self.plan.idempotency else b""
            connection.waiting = loop.create_future()
            began = time.perf_counter()
            connection.transport.write(self._heads[at] + key + b"\r\n" + self._bodies[at])
            status, body = await connection.waiting
            self.latencies.append(time.perf_counter() - began)
            self.kinds[_kind(status, body)] += 1
        connection.transport.close()


async def _run(plan: Plan) -> Report:
    run = _Run(plan)
    began = time.perf_counter()
    await asyncio.gather(*(run.client() for _ in range(plan.connections)))
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Report(len(run.latencies), seconds, dict(run.kinds), used.ru_utime + used.ru_stime, run.latencies)


def send(plan: Plan) -> Report:
    """Run a plan in a process of its own."""
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
        file.write(msgspec.json.encode(plan))
        file.flush()
        done = subprocess.run(
            (sys.executable, "-m", "tests.bench.load", file.name), cwd=ROOT, capture_output=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return msgspec.json.decode(done.stdout, type=Report)


def main(arguments: Sequence[str]) -> Any:
    """Run the plan of a file and print the report."""
    plan = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(_run(plan))))


if __name__ == "__main__":
    main(sys.argv[1:])
