"""One guard for all requests: the size and media type of bodies, and NUL characters in addresses.

What a JSON body says is checked inside its route (:mod:`api.lib.http.json_text`): by then it is known who sends it.
"""

import re

from api.lib.errors import BodyTooLarge, FieldProblem, NotFound, Problem, Unprocessable, UnsupportedMediaType
from api.lib.http import problems
from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send

JSON_LIMIT = 256 * 1024
# A form's document, spreadsheet or not, may be larger than any answer.
DOCUMENT_LIMIT = 5 * 1024 * 1024
_DOCUMENTS = "/api/v1/forms"
# A picture, and the frame that multipart/form-data puts around it.
PICTURE_LIMIT = 10 * 1024 * 1024 + 4096
_PICTURE = re.compile(r"/api/v1/events/[^/]+/image")
_UPLOADS = frozenset({"/api/v1/forms/import"})


class BodyGuard:
    """Reads the body of a request once, refuses what cannot be good, and hands on the rest."""

    def __init__(self, app: ASGI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_address(scope)
            if scope["method"] in ("GET", "HEAD", "OPTIONS"):
                body, replayed = b"", receive
            else:
                body = await self._read(scope, receive)
                replayed = _replay(body, receive)
            _check_type(scope, body)
        except _Gone:
            return
        except Problem as problem:
            await problems.response(problem).to_asgi_response(None, None)(scope, receive, send)  # type: ignore[arg-type]
            return
        await self._app(scope, replayed, send)

    @staticmethod
    async def _read(scope: Scope, receive: Receive) -> bytes:
        limit = _limit(scope["path"])
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(f"Send at most {limit // 1024} KiB.", headers={"Connection": "close"})
            parts.append(chunk)
            more = message.get("more_body", False)
        return b"".join(parts)


def _limit(path: str) -> int:
    if _PICTURE.fullmatch(path):
        return PICTURE_LIMIT
    return DOCUMENT_LIMIT if path.startswith(_DOCUMENTS) else JSON_LIMIT


class _Gone(Exception):
    """The client has left before its request was complete."""


def _check_address(scope: Scope) -> None:
    # The database takes no NUL, and the driver's error would be a 500.
    if "\x00" in scope["path"]:
        raise NotFound
    if b"%00" in scope.get("query_string", b""):
        raise Unprocessable(errors=(FieldProblem("", "format", "The query must not contain NUL characters."),))


def _check_type(scope: Scope, body: bytes) -> None:
    if not body:
        return
    wanted = (
        b"multipart/form-data"
        if scope["path"] in _UPLOADS or _PICTURE.fullmatch(scope["path"])
        else b"application/json"
    )
    given = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    if given != wanted:
        raise UnsupportedMediaType(f"Send it with Content-Type: {wanted.decode()}.")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
