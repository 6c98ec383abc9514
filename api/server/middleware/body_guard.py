"""One guard for all bodies: size, media type, nesting, NUL, and integers that the database cannot hold.

msgspec accepts ``\\u0000``, integers above 2^63 and JSON nested a thousand deep; the driver or the stack then fails
with a 500.
"""

import re

from api.lib.errors import BadRequest, BodyTooLarge, FieldProblem, Problem, Unprocessable, UnsupportedMediaType
from api.lib.http import problems
from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send

JSON_LIMIT = 256 * 1024
# A form's document, spreadsheet or not, may be larger than any answer.
DOCUMENT_LIMIT = 5 * 1024 * 1024
MAX_DEPTH = 32
_INT64 = 2**63

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BIG = re.compile(rb"(?<![\d.eE+-])-?\d{19,}(?![\d.eE])")
_BRACKET = re.compile(rb"[\[\]{}]")
_DOCUMENTS = re.compile(r"^/api/v1/forms(/|$)")


class BodyGuard:
    """Reads the body of a request once, refuses what cannot be good, and hands on the rest."""

    def __init__(self, app: ASGI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
            if body is None:
                return
            self._check(scope, body)
        except Problem as problem:
            await problems.response(problem).to_asgi_response(None, None)(scope, receive, send)  # type: ignore[arg-type]
            return
        await self._app(scope, _replay(body, receive), send)

    @staticmethod
    async def _read(scope: Scope, receive: Receive) -> bytes | None:
        limit = DOCUMENT_LIMIT if _DOCUMENTS.match(scope["path"]) else JSON_LIMIT
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(f"Send at most {limit // 1024} KiB.", headers={"Connection": "close"})
            parts.append(chunk)
            more = message.get("more_body", False)
        return b"".join(parts)

    @staticmethod
    def _check(scope: Scope, body: bytes) -> None:
        if not body:
            return
        kind = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
        if kind == b"multipart/form-data" and _DOCUMENTS.match(scope["path"]):
            return
        if kind != b"application/json":
            raise UnsupportedMediaType
        check_json(body)


def check_json(body: bytes) -> None:
    """Refuse JSON that a well-meaning client would never send.

    Raises:
        BadRequest: not UTF-8, or nested deeper than 32.
        Unprocessable: a NUL character, or an integer outside 64 bits.
    """
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8. Encode it as UTF-8 and send it again.") from error
    if b"\x00" in body or _NUL.search(body):
        raise Unprocessable(errors=(FieldProblem("", "format", "Text must not contain NUL characters."),))
    bare = _STRING.sub(b"", body)
    depth = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise BadRequest(f"The body is nested deeper than {MAX_DEPTH}. Flatten it and send it again.")
    for number in _BIG.findall(bare):
        if len(number) > 20 or not -_INT64 <= int(number) < _INT64:
            raise Unprocessable(errors=(FieldProblem("", "maximum", "Integers must fit into 64 bits."),))


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
