"""The API process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

from litestar import Litestar, Request
from litestar.di import Provide

from api.domain import wiring
from api.domain.accounts import keyring
from api.domain.accounts.authentication import Authenticator
from api.domain.registrations.hot_path.completions import Completions
from api.lib import tracing
from api.lib.db import refuse_owner
from api.lib.http import guards, problems
from api.lib.http.asgi import ASGI
from api.lib.http.body import StrictBody
from api.lib.http.session import provide_uow
from api.lib.settings import Settings, settings_or_exit
from api.lib.telemetry import configure_logging
from api.lib.tokens import TokenService
from api.lib.uow import Kernel, make_kernel, unit_of_work
from api.server import frontend, openapi, routes
from api.server.middleware import body_guard
from api.server.middleware.authentication import AuthenticationMiddleware
from api.server.middleware.body_guard import BodyGuard
from api.server.middleware.edge import Edge
from api.server.middleware.head import Head
from api.server.middleware.options import OptionsMiddleware
from api.server.middleware.permission import PermissionMiddleware
from api.server.middleware.throttle import ThrottleMiddleware


def provide_tokens(request: Request[Any, Any, Any]) -> TokenService:
    """Return the service that issues access tokens."""
    authenticator: Authenticator = request.app.state.authenticator
    return authenticator.tokens


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    # Redis' client may take a cancellation for a failed connection and go on: ask until it is heard.
    running: set[asyncio.Task[None]] = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=0.2)
    await asyncio.gather(*tasks, return_exceptions=True)


def _lifespan(kernel: Kernel) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await refuse_owner(kernel.database)
        async with unit_of_work(kernel) as uow:
            await keyring.ensure(uow)
            tokens = await keyring.load(uow, kernel)
        app.state.authenticator = Authenticator(kernel, tokens)
        tasks = [
            asyncio.create_task(kernel.cache.listen()),
            asyncio.create_task(kernel.watch_pool()),
            asyncio.create_task(app.state.authenticator.watch()),
        ]
        try:
            yield
        finally:
            await _stop(tasks)
            await kernel.close()

    return lifespan


def create_litestar(configuration: Settings, kernel: Kernel) -> Litestar:
    """Return the framework's application, checked: every route declares its permission."""
    completions = Completions(kernel)
    app = Litestar(
        route_handlers=[*routes.CONTROLLERS, *frontend.handlers(configuration.frontend_dir)],
        dependencies={
            "uow": Provide(provide_uow),
            "personal": Provide(lambda: wiring.PERSONAL_DATA, sync_to_thread=False),
            "tokens": Provide(provide_tokens, sync_to_thread=False),
            "completions": Provide(lambda: completions, sync_to_thread=False),
        },
        middleware=[OptionsMiddleware(), AuthenticationMiddleware(), ThrottleMiddleware(), PermissionMiddleware()],
        exception_handlers={Exception: problems.handle},
        dto=StrictBody,
        return_dto=None,
        lifespan=[_lifespan(kernel)],
        openapi_config=openapi.config(),
        logging_config=None,
        debug=False,
    )
    app.state.kernel = kernel
    guards.check_declarations(app)
    openapi.describe_problems(app)
    return app


def wrap(app: Litestar, configuration: Settings, kernel: Kernel) -> ASGI:
    """Put the outer layers around the framework."""
    framework = cast("ASGI", app)
    guarded = BodyGuard(framework, routes=body_guard.routes_of(app))
    return Edge(Head(guarded), settings=configuration, metrics=kernel.metrics)


def create_app() -> ASGI:
    """Return the ASGI application for the server, from the environment's settings."""
    configuration = settings_or_exit()
    configure_logging(configuration.log_level, service="api")
    tracing.start(configuration.traces_url, service="api", region=configuration.region)
    kernel = make_kernel(configuration, service="api", database_url=configuration.api_database_url)
    return wrap(create_litestar(configuration, kernel), configuration, kernel)
