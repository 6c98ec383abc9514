"""A local peer that speaks Freshdesk's API v2 as it is documented: tickets, their list, and its ways to refuse.

https://developers.freshdesk.com/api/#tickets, #error, #ratelimit
"""

import base64
import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "agents-key-of-throw-away-data"
_FIELDS = {
    "email", "name", "subject", "description", "status", "priority", "source", "tags", "custom_fields", "type",
}  # fmt: skip


class Freshdesk:
    """Keeps tickets. ``ordered`` are faults for the next posts, in order: see ``_post``."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.ordered: list[str] = []
        self.calls: list[tuple[str, str]] = []
        self.retry_after = 1
        self.key = KEY
        self.slow = 1.0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append(("POST", self.path))
                self._answer(*(self._refused() or outer.post(body)))

            def do_GET(self) -> None:
                outer.calls.append(("GET", self.path))
                self._answer(*(self._refused() or outer.list(parse_qs(urlsplit(self.path).query))))

            def _refused(self) -> tuple[int, Any] | None:
                wanted = base64.b64encode(f"{outer.key}:X".encode()).decode()
                if self.headers["Authorization"] == f"Basic {wanted}":
                    return None
                return 401, {"code": "invalid_credentials", "message": "You have to be logged in."}

            def _answer(self, status: int, body: Any) -> None:
                if status == 0:
                    self.close_connection = True
                    return
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", str(outer.retry_after))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def post(self, body: bytes) -> tuple[int, Any]:
        """Open a ticket, or do what was ordered: a status; `silent` or `hang-up` keep the ticket and lose the
        answer; `html` answers with a page."""
        with self._lock:
            fault = self.ordered.pop(0) if self.ordered else ""
        if fault.isdecimal():
            return int(fault), {"code": "x", "message": "x"}
        ticket = json.loads(body)
        if errors := _errors(ticket):
            return 400, {"description": "Validation failed", "errors": errors}
        with self._lock:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            kept = {"id": len(self.tickets) + 1, "created_at": now, "updated_at": now, **ticket}
            self.tickets.append(kept)
        if fault == "silent":
            time.sleep(self.slow)
        if fault == "502-after":
            return 502, b"<h1>Bad gateway</h1>"
        if fault == "html":
            return 200, b"<html>Maintenance</html>"
        return (0, None) if fault in ("silent", "hang-up") else (201, kept)

    def list(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Return a requester's tickets."""
        if unknown := set(query) - {"email", "updated_since", "order_by", "order_type", "per_page", "page"}:
            errors = [{"field": name, "message": "Unexpected field", "code": "invalid_field"} for name in unknown]
            return 400, {"description": "Validation failed", "errors": errors}
        with self._lock:
            found = [one for one in self.tickets if one["email"] == query["email"][0]]
        if not found:
            error = {
                "field": "email",
                "message": "There is no contact matching the given email",
                "code": "invalid_value",
            }
            return 400, {"description": "Validation failed", "errors": [error]}
        found = [one for one in found if one["updated_at"] >= query["updated_since"][0]]
        size, page = int(query["per_page"][0]), int(query["page"][0])
        return 200, found[(page - 1) * size : page * size]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _errors(ticket: dict[str, Any]) -> list[dict[str, str]]:
    errors = [
        {"field": name, "message": "Unexpected/invalid field in request", "code": "invalid_field"}
        for name in sorted(set(ticket) - _FIELDS)
    ]
    errors += [
        {"field": name, "message": "It should be a/an String", "code": "missing_field"}
        for name in ("email", "subject", "description")
        if not ticket.get(name)
    ]
    if ticket.get("email", "").endswith("@refused.example"):
        errors.append(
            {"field": "email", "message": f"{ticket['email']} should be a valid email address", "code": "invalid_value"}
        )
    if len(ticket.get("subject", "")) > 255 or any(len(tag) > 32 for tag in ticket.get("tags", ())):
        errors.append({"field": "tags", "message": "It should only contain elements that have maximum of 32 characters",
                       "code": "invalid_value"})  # fmt: skip
    return errors
