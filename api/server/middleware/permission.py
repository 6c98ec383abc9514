"""The outer door: whoever does not hold the route's permission anywhere gets no further."""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.lib.http.guards import require_permission


class PermissionMiddleware(ASGIMiddleware):
    """The innermost of the framework's middlewares.

    Not one of the framework's guards: these are run in a thread, each with a copy of the route's handler, which cost
    a request 0.1 ms.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        require_permission(scope["user"], scope["route_handler"].opt)
        await next_app(scope, receive, send)
