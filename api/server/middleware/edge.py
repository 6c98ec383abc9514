"""The outermost layer: request id, the caller's address, the access log, security headers, and the last net for errors.

Pure ASGI around the whole framework, so that what the router refuses (404, 405) is logged like everything else.
"""

import ipaddress
import re
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from api.lib import telemetry
from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send
from api.lib.telemetry import Metrics

log = telemetry.logger("access")

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_CSP = (
    b"default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    b"frame-ancestors 'none'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", _CSP),
]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Edge:
    """Wraps the application. ``trusted`` are the proxies whose X-Forwarded-For is believed."""

    def __init__(self, app: ASGI, *, trusted: Sequence[str], metrics: Metrics) -> None:
        self._app = app
        self._trusted: list[Network] = [ipaddress.ip_network(cidr, strict=False) for cidr in trusted]
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if _REQUEST_ID.match(given) else uuid4().hex
        token = telemetry.request_id.set(request_id)
        scope["client_ip"] = address = self._address(scope, headers)
        started = time.perf_counter()
        seen: dict[str, Any] = {"status": 500, "size": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                own = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [
                    *message.get("headers", []),
                    *((name, value) for name, value in _HEADERS if name not in own),
                    (b"x-request-id", request_id.encode()),
                ]
            elif message["type"] == "http.response.body":
                seen["size"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._log(scope, headers, address, seen, time.perf_counter() - started)
            telemetry.request_id.reset(token)

    def _log(self, scope: Any, headers: dict[bytes, bytes], address: str, seen: dict[str, Any], seconds: float) -> None:
        handler = scope.get("route_handler")
        route = next(iter(sorted(getattr(handler, "paths", ()) or ("-",))))
        principal = scope.get("user")
        # The path may hold a slug, never a query: search terms can be somebody's name.
        log.info(
            "request",
            **{
                "http.method": scope["method"],
                "http.route": scope.get("path_template") or route,
                "http.url_details.path": scope["path"][:200],
                "http.status_code": seen["status"],
                "http.useragent": headers.get(b"user-agent", b"").decode("latin-1")[:200],
                "network.client.ip": address,
                "network.bytes_written": seen["size"],
                "usr.id": getattr(principal, "subject_uid", None),
                "duration": int(seconds * 1e9),
            },
        )
        tags = [f"method:{scope['method']}", f"status:{seen['status']}"]
        self._metrics.timing("http.request", seconds * 1000, tags=tags)

    def _address(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        """Walk X-Forwarded-For from the right, past our own proxies; what a client wrote itself counts for nothing."""
        client = scope.get("client")
        address = client[0] if client else "127.0.0.1"
        chain = [part.strip() for part in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")]
        while chain and self._is_trusted(address):
            candidate = chain.pop()
            try:
                ipaddress.ip_address(candidate)
            except ValueError:
                break
            address = candidate
        return address

    def _is_trusted(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._trusted)
