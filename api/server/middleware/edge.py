"""The outermost layer: request id, the caller's address and whether it may come in, access log, security headers, and
the last net for errors.

Pure ASGI around the whole framework, so that what the router refuses (404, 405) is logged like everything else.
"""

import re
import time
from collections.abc import Iterable
from uuid import uuid4

from api.lib import networks, telemetry, tracing
from api.lib.errors import AddressNotAllowed, NotFound, Problem
from api.lib.http import problems
from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send
from api.lib.settings import Settings
from api.lib.telemetry import Metrics
from api.server.middleware import access_log
from api.server.middleware.headers import SecurityHeaders

log = telemetry.logger(__name__)

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
# Probes come from the platform's own addresses, and learn nothing here but whether the process can work.
_PROBES = frozenset({"/health/live", "/health/ready"})
# What describes the API, by the first part of its address.
_REFERENCE = frozenset({"docs", "docs-assets", "schema"})


class Edge:
    """Wraps the application."""

    def __init__(self, app: ASGI, *, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._trusted = networks.networks(settings.trusted_proxies)
        self._rules = networks.Rules(
            allowed=(networks.networks(settings.allowed_networks),), denied=networks.networks(settings.denied_networks)
        )
        self._headers = SecurityHeaders(secure=settings.public_url.startswith("https:"))
        self._metrics = metrics
        self._hidden = _REFERENCE if settings.api_docs == "off" else frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._headers)
        peer = scope.get("client")
        forwarded = (value.decode("latin-1") for value in exchange.all(b"x-forwarded-for"))
        scope["client_ip"] = networks.caller(peer[0] if peer else "127.0.0.1", forwarded, self._trusted)
        token = telemetry.request_id.set(exchange.request_id)
        parent = tracing.accept(exchange.first(b"traceparent").decode("latin-1"))
        try:
            with tracing.span("http.request", access_log.method_of(scope), kind="web", parent=parent) as span:
                try:
                    await self._answer(scope, exchange)
                finally:
                    exchange.end()
                    route = access_log.route_of(scope)
                    span.rename(f"{access_log.method_of(scope)} {route}")
                    span.tag("http.route", route)
                    span.tag("http.method", access_log.method_of(scope))
                    span.tag("http.status_code", str(exchange.status))
                    span.tag("http.request_id", exchange.request_id)
                    if exchange.status >= 500:
                        span.fail("http.server_error")
                    self._record(scope, exchange)
        finally:
            telemetry.request_id.reset(token)

    async def _answer(self, scope: Scope, exchange: "_Exchange") -> None:
        if scope["path"] not in _PROBES and not self._rules.admit(scope["client_ip"]):
            self._metrics.increment("http.refused", tags=["reason:address"])
            await exchange.refuse(AddressNotAllowed())
            return
        if scope["path"].lstrip("/").partition("/")[0] in self._hidden:
            await exchange.refuse(NotFound())
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            log.error("request failed", error=type(error).__name__, trace=telemetry.trace(error))
            if exchange.started:
                # Half an answer is out already: the server ends the connection, so that nobody takes it for a whole.
                raise
            await exchange.refuse(Problem())

    def _record(self, scope: Scope, exchange: "_Exchange") -> None:
        access_log.write(
            scope,
            request_id=exchange.request_id,
            status=exchange.status,
            size=exchange.size,
            seconds=exchange.seconds,
            aborted=exchange.aborted,
            user_agent=exchange.first(b"user-agent"),
        )
        self._metrics.timing("http.request", exchange.seconds * 1000, tags=access_log.tags(scope, exchange.status))


class _Exchange:
    """One request and its answer, as they pass by."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: SecurityHeaders) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers = headers
        self._begun = time.perf_counter()
        self._complete = False
        self._gone = False
        given = self.first(b"x-request-id")
        self.request_id = given.decode() if _REQUEST_ID.match(given) else uuid4().hex
        self.started = False
        self.status = 500
        self.size = 0
        self.seconds = 0.0

    def all(self, name: bytes) -> Iterable[bytes]:
        return (value for key, value in self._scope["headers"] if key == name)

    def first(self, name: bytes) -> bytes:
        return next(iter(self.all(name)), b"")

    @property
    def aborted(self) -> bool:
        """Tells whether the client left before it had its answer."""
        return self._gone and not self._complete

    async def receive(self) -> Message:
        message = await self._receive()
        self._gone = self._gone or message["type"] == "http.disconnect"
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            added = self._headers.added(self._scope["path"], list(message.get("headers", [])))
            message["headers"] = [*added, (b"x-request-id", self.request_id.encode())]
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        answer = problems.response(problem).to_asgi_response(None, None)  # type: ignore[arg-type]
        await answer(self._scope, self.receive, self.send)  # type: ignore[arg-type]

    def end(self) -> None:
        """Take the time, and a client that left without an answer for what it is."""
        self.seconds = time.perf_counter() - self._begun
        if not self.started and self._gone:
            self.status = access_log.ABORTED
