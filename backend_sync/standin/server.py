"""HTTP around the stand-in: XML-RPC, the page, records as JSON and, where asked for, faults on demand."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from backend_sync.standin.injection import Dropped, Fault, HttpError, Injection
from backend_sync.standin.listing import Query, list_records, totals
from backend_sync.standin.page import CONTENT_SECURITY_POLICY, PAGE_SIZE, render
from backend_sync.standin.rpc import Services
from backend_sync.standin.schema import MODELS
from backend_sync.standin.store import Store

MAX_BODY_BYTES = 64 * 1024 * 1024
_CLOSING_SECONDS = 5.0


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine and no other."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class StandinServer(ThreadingHTTPServer):
    """One database on one port. `open_page` shows the page and the records to callers from elsewhere too."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        store: Store,
        services: Services,
        injection: Injection,
        *,
        faults: bool = False,
        open_page: bool = False,
    ) -> None:
        super().__init__(address, StandinHandler)
        self.store = store
        self.services = services
        self.injection = injection
        self.faults = faults
        self.open_page = open_page
        self._under_way = 0
        self._idle = threading.Condition()

    def begin_request(self) -> None:
        """Counts a request that `close_gently` waits for."""
        with self._idle:
            self._under_way += 1

    def end_request(self) -> None:
        """Its answer has left."""
        with self._idle:
            self._under_way -= 1
            self._idle.notify_all()

    def close_gently(self) -> None:
        """After `serve_forever` has returned: lets answers under way leave, then closes port and database."""
        with self._idle:
            self._idle.wait_for(lambda: self._under_way == 0, timeout=_CLOSING_SECONDS)
        self.server_close()
        self.store.close()


class StandinHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: StandinServer
    protocol_version = "HTTP/1.1"
    server_version = "prs-standin"
    sys_version = ""
    timeout = 75
    # One packet per answer: headers and body apart cost 40 ms each between Nagle and delayed acknowledgement.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Page, records, totals, liveness, state of the faults."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """XML-RPC, and orders of faults."""
        self._answer(self._post)

    def do_DELETE(self) -> None:
        """Forgets the faults."""
        self._answer(self._delete)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the page shows what arrived, and paths may hold a name that was searched for."""

    def _answer(self, action: Any) -> None:
        self.server.begin_request()
        try:
            action()
            self.wfile.flush()
        except HttpError:
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"injected")
            self.wfile.flush()
        except Dropped:
            self.close_connection = True
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True
        finally:
            self.server.end_request()

    def _get(self) -> None:
        parts = urlsplit(self.path)
        fields = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/health/live":
            self._send(HTTPStatus.OK, "text/plain; charset=utf-8", b"ok\n")
        elif parts.path == "/faults" and self.server.faults:
            self._json(self.server.injection.state())
        elif parts.path not in ("/", "/records.json", "/totals.json"):
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")
        elif not self._may_look():
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"only from this machine\n")
        elif parts.path == "/":
            self._page(fields)
        elif parts.path == "/totals.json":
            self._json(totals(self.server.store))
        else:
            self._records(fields)

    def _may_look(self) -> bool:
        """Answers hold personal data: without `open_page` only this machine sees them, by its own name.

        The Host header is looked at because a page elsewhere can have its own name resolve to 127.0.0.1.
        """
        if self.server.open_page:
            return True
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        return is_loopback(host) and is_loopback(str(self.client_address[0]))

    def _page(self, fields: dict[str, str]) -> None:
        query = Query("event.registration", (), fields.get("q", ""), PAGE_SIZE, _number(fields.get("offset"), 0))
        registrations = list_records(self.server.store, query)
        events = list_records(self.server.store, Query("event.event", limit=PAGE_SIZE))
        self._send(
            HTTPStatus.OK,
            "text/html; charset=utf-8",
            render(registrations, events, query).encode(),
            {"Content-Security-Policy": CONTENT_SECURITY_POLICY},
        )

    def _records(self, fields: dict[str, str]) -> None:
        model = fields.get("model", "event.registration")
        if model not in MODELS:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"no such model\n")
            return
        query = Query(
            model,
            tuple(uuid for uuid in fields.get("ext_uuid", "").split(",") if uuid),
            fields.get("q", ""),
            _number(fields.get("limit"), 100),
            _number(fields.get("offset"), 0),
        )
        self._json(msgspec.to_builtins(list_records(self.server.store, query)))

    def _post(self) -> None:
        path = urlsplit(self.path).path
        body = self._body()
        if body is None:
            return
        if path.startswith("/xmlrpc/2/"):
            answer = self.server.services.answer(path.removeprefix("/xmlrpc/2/"), body)
            self._send(HTTPStatus.OK, "text/xml; charset=utf-8", answer)
        elif path == "/faults" and self.server.faults:
            self._order(body)
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def _order(self, body: bytes) -> None:
        try:
            fault = msgspec.json.decode(body, type=Fault)
        except msgspec.DecodeError as error:
            self._send(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", f"{error}\n".encode())
            return
        self.server.injection.order(fault)
        self._json(self.server.injection.state())

    def _delete(self) -> None:
        if urlsplit(self.path).path != "/faults" or not self.server.faults:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")
            return
        self.server.injection.clear()
        self._json(self.server.injection.state())

    def _body(self) -> bytes | None:
        length = _number(self.headers.get("Content-Length"), -1)
        if 0 <= length <= MAX_BODY_BYTES:
            return self.rfile.read(length)
        self.close_connection = True
        status = HTTPStatus.LENGTH_REQUIRED if length < 0 else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        self._send(status, "text/plain", b"")
        return None

    def _json(self, value: object) -> None:
        self._send(HTTPStatus.OK, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default
