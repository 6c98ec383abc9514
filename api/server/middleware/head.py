"""Answers HEAD as GET would be answered, without the body (RFC 9110, section 9.3.2).

Inside it is a GET, so that the same doors, limits and errors stand: a framework's own HEAD may know fewer of them.
"""

from api.lib.http.asgi import ASGI, Message, Receive, Scope, Send


class Head:
    """Turns HEAD into GET on the way in, and drops the body on the way out."""

    def __init__(self, app: ASGI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body", False):
                    return
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        # A copy: the server has to know that no body follows, the log which method was asked for.
        inner = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, without_body)
        finally:
            scope.update({name: value for name, value in inner.items() if name != "method"})
