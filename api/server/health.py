"""Whether the process lives, and whether it can work."""

from typing import Any

from litestar import Controller, Request, Response, get
from sqlalchemy import text

from api.lib.db import UNAVAILABLE
from api.lib.http.routes import declare
from api.lib.schema import Output
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.lib.uow import Kernel, unit_of_work


class Health(Output, frozen=True, kw_only=True):
    """``status``: ok, degraded (Redis is away; everything works, slower) or unavailable (no database)."""

    status: str
    database: str
    redis: str


class HealthController(Controller):
    """For load balancers."""

    path = "/health"
    tags = ("Health",)

    @get(
        "/live",
        operation_id="live",
        summary="The process lives",
        opt=declare(Permission.PUBLIC, RouteClass.UNLIMITED),
    )
    async def live(self) -> dict[str, str]:
        return {"status": "ok"}

    @get(
        "/ready",
        operation_id="ready",
        summary="The process can work",
        opt=declare(Permission.PUBLIC, RouteClass.UNLIMITED),
    )
    async def ready(self, request: Request[Any, Any, Any]) -> Response[Health]:
        kernel: Kernel = request.app.state.kernel
        database = await _database(kernel)
        redis = "ok" if await kernel.redis.attempt(lambda client: client.ping()) else "away"
        status = "unavailable" if database != "ok" else "ok" if redis == "ok" else "degraded"
        return Response(
            Health(status=status, database=database, redis=redis),
            status_code=503 if status == "unavailable" else 200,
            headers={"Cache-Control": "no-store"},
        )


async def _database(kernel: Kernel) -> str:
    try:
        async with unit_of_work(kernel) as uow:
            await uow.session.execute(text("SELECT 1"))
    except UNAVAILABLE:
        return "away"
    return "ok"
