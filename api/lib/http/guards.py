"""Every route declares a permission; one guard checks it, and the start fails where a route declares none."""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from api.lib.errors import Forbidden, Unauthenticated
from api.lib.security import OPEN, Permission, Principal

KEY = "permission"


class UndeclaredRoute(RuntimeError):
    """A route says nothing about who may call it."""


def require_permission(principal: Principal, opt: Mapping[str, Any]) -> None:
    """Let the request pass where the caller holds the route's permission in at least one organization.

    Which rows the caller then sees is the service's matter (and the database's): this is the outer door only.
    """
    # Only the framework's own handlers (OPTIONS, the OpenAPI document) have none: see check_declarations.
    permission: Permission = opt.get(KEY, Permission.PUBLIC)
    if permission in (Permission.PUBLIC, Permission.REGISTRATION_HOLDER):
        return
    if not principal.signed_in:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    if permission not in OPEN and not principal.organizations_with(permission):
        principal.explain(permission)
        raise Forbidden


def http_handlers(app: Litestar) -> Iterable[HTTPRouteHandler]:
    """Return the application's own HTTP handlers, each once."""
    seen: dict[int, HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                seen[id(handler)] = handler
    return seen.values()


def check_declarations(app: Litestar) -> None:
    """Refuse to start with a route that nobody thought about.

    Raises:
        UndeclaredRoute: names every such route.
    """
    missing = [
        f"{'/'.join(sorted(handler.http_methods))} {path}"
        for handler in http_handlers(app)
        for path in sorted(handler.paths)
        if not isinstance(handler.opt.get(KEY), Permission) and handler.fn.__module__.startswith(("api.", "tests."))
    ]
    if missing:
        raise UndeclaredRoute(f"routes without a permission: {', '.join(missing)}")
