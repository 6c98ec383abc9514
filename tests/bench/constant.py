"""The application with one more route, which answers the same every time: what any answer costs behind all layers."""

from litestar import get

from api.lib.http.asgi import ASGI
from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.server import app, routes

PATH = "/api/v1/bench/constant"


@get(PATH, operation_id="benchConstant", opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE))
async def constant() -> dict[str, str]:
    """Return a constant."""
    return {"status": "ok"}


def create_app() -> ASGI:
    """Return the application for the server."""
    routes.CONTROLLERS = (*routes.CONTROLLERS, constant)  # type: ignore[assignment]
    return app.create_app()
