"""Local peers that speak the real protocols: SMTP, Mixpanel's HTTP, DogStatsD's UDP."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import free_port


class MailServer:
    """Keeps mails; ``answers`` are what it says to the next ones, by recipient where a name is given."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refuse: dict[str, str] = {}
        self.connections = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **options)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _: SMTP, session: Session, __: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        answer = self.refuse.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((list(envelope.rcpt_tos), content))
        return "250 Kept"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything unless told otherwise."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


class Analysts:
    """What Mixpanel's APIs would have received. ``status`` is what they answer."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        # Requests of the GDPR API: the token of the project, the bearer, the body.
        self.deletions: list[tuple[str, str, dict[str, Any]]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                parts = urlsplit(self.path)
                if parts.path == "/api/app/data-deletions/v3.0/":
                    self._delete(parse_qs(parts.query)["token"][0], json.loads(body))
                    return
                if outer.status == 200:
                    outer.events.append(json.loads(parse_qs(body.decode())["data"][0]))
                answer = b'{"error": null, "status": 1}' if outer.status == 200 else b"<h1>Service unavailable</h1>"
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def _delete(self, token: str, body: dict[str, Any]) -> None:
                bearer = self.headers["Authorization"].removeprefix("Bearer ")
                outer.deletions.append((token, bearer, body))
                if outer.status == 200:
                    gone = set(body["distinct_ids"])
                    outer.events = [one for one in outer.events if one["properties"]["distinct_id"] not in gone]
                answer = json.dumps({"status": "ok", "results": {"task_id": "1606934401298211"}}).encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def analysts() -> Iterator[Analysts]:
    """A listener in Mixpanel's place."""
    listener = Analysts()
    yield listener
    listener.close()


class Statsd:
    """Datagrams that arrived."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.url = f"udp://127.0.0.1:{self._socket.getsockname()[1]}"

    async def lines(self) -> list[str]:
        """Return what has come so far."""
        await asyncio.sleep(0.05)
        found = []
        while True:
            try:
                found += self._socket.recv(65536).decode().split("\n")
            except BlockingIOError:
                return [line for line in found if line]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def statsd() -> Iterator[Statsd]:
    """A listener in the Datadog agent's place."""
    listener = Statsd()
    yield listener
    listener.close()
