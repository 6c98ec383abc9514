"""One guard for all requests: the size and media type of bodies, and NUL characters in addresses.

What a JSON body says is checked inside its route (:mod:`api.lib.http.json_text`): by then it is known who sends it.
"""

import re

from litestar import Litestar

from api.lib.errors import BodyTooLarge, FieldProblem, NotFound, Problem, Unprocessable, UnsupportedMediaType
from api.lib.http import problems
from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send
from api.lib.http.routes import BODY, Body

_SMALL_JSON = Body()
# Parameters of a media type; where there is a charset it has to be the one that JSON is in (RFC 8259, section 8.1).
_UTF8 = re.compile(r"(?:(?!.*charset)|.*charset=\"?utf-8\"?\s*(?:;|$)).*", re.DOTALL)
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

Routes = list[tuple[str, re.Pattern[str], Body]]


def routes_of(app: Litestar) -> Routes:
    """Return the routes that take something else than a small JSON text: method, path, what they take."""
    return [
        (method, _pattern(route.path_format), body)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(body := handler.opt.get(BODY), Body)
        for method in handler.http_methods
    ]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/")))


class BodyGuard:
    """Reads the body of a request once, refuses what cannot be good, and hands on the rest."""

    def __init__(self, app: ASGI, *, routes: Routes) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_address(scope)
            if scope["method"] in _WITHOUT_BODY:
                replayed = receive
            else:
                replayed = _replay(await self._body(scope, receive), receive)
        except _Gone:
            return
        except Problem as problem:
            await problems.response(problem).to_asgi_response(None, None)(scope, receive, send)  # type: ignore[arg-type]
            return
        await self._app(scope, replayed, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        wanted = next(
            (
                body
                for method, path, body in self._routes
                if method == scope["method"] and path.fullmatch(scope["path"].rstrip("/"))
            ),
            _SMALL_JSON,
        )
        if _announced(scope) > wanted.limit:
            raise _too_large(wanted)
        body = await _read(receive, wanted)
        if body:
            _check_type(scope, wanted)
        return body


async def _read(receive: Receive, wanted: Body) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > wanted.limit:
            raise _too_large(wanted)
        parts.append(chunk)
        more = message.get("more_body", False)
    return b"".join(parts)


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 19 else 0


def _too_large(wanted: Body) -> BodyTooLarge:
    return BodyTooLarge(f"Send at most {wanted.limit // 1024} KiB.", headers={"Connection": "close"})


class _Gone(Exception):
    """The client has left before its request was complete."""


def _check_address(scope: Scope) -> None:
    # The database takes no NUL, and the driver's error would be a 500.
    if "\x00" in scope["path"]:
        raise NotFound
    if b"%00" in scope.get("query_string", b""):
        raise Unprocessable(errors=(FieldProblem("", "format", "The query must not contain NUL characters."),))


def _check_type(scope: Scope, wanted: Body) -> None:
    given = [value for name, value in scope["headers"] if name == b"content-type"]
    kind, _, parameters = (given[0] if len(given) == 1 else b"").decode("latin-1").lower().partition(";")
    if kind.strip() != wanted.media_type or not _UTF8.fullmatch(parameters):
        raise UnsupportedMediaType(f"Send it with Content-Type: {wanted.media_type}.")
    # Nothing here unpacks: a small body that unpacks to a large one would pass the limit.
    if any(name == b"content-encoding" and value.lower() != b"identity" for name, value in scope["headers"]):
        raise UnsupportedMediaType("Send it without Content-Encoding.")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
