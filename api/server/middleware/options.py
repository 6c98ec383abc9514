"""Answers OPTIONS with every method of the address, and with nothing else, before it matters who asks.

The framework's own answer leaves methods out where several handlers share an address: it tells those of whichever was
registered first.
"""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send


class OptionsMiddleware(ASGIMiddleware):
    """The outermost of the framework's middlewares."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope.get("method") != "OPTIONS":
            await next_app(scope, receive, send)
            return
        app = scope["litestar_app"]
        template = scope["path_template"]
        methods = {method for route in app.routes if _is(route, template) for method in getattr(route, "methods", ())}
        if "GET" in methods:
            methods.add("HEAD")
        answer: Response[None] = Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))})
        await answer.to_asgi_response(None, None)(scope, receive, send)  # type: ignore[arg-type]


def _is(route: object, template: str) -> bool:
    return getattr(route, "path_format", None) == template
