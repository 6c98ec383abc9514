"""A route that nobody thought about keeps the process from starting, and with it the build."""

import base64

import pytest
from litestar import Litestar, get

from api.lib.http import guards
from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.settings import Settings
from api.lib.uow import make_kernel
from api.server import permission_tables, routes
from api.server.app import create_litestar

KEYS = "test:" + base64.b64encode(b"k" * 32).decode()


@get("/forgotten", operation_id="forgotten")
async def forgotten() -> None:
    """Return nothing to everybody."""


@get("/declared", operation_id="declared", opt=declare(Permission.EVENT_READ))
async def declared() -> None:
    """Return nothing to some."""


@get("/named", operation_id="named", opt={guards.KEY: "event:read"})
async def named() -> None:
    """Declare a permission that is only a word."""


def settings() -> Settings:
    return Settings(api_database_url="postgresql://nobody@127.0.0.1:1/none", master_keys=KEYS)


def started(monkeypatch: pytest.MonkeyPatch, *handlers: object) -> Litestar:
    monkeypatch.setattr(routes, "CONTROLLERS", (*routes.CONTROLLERS, *handlers))
    kernel = make_kernel(settings(), service="test", database_url=settings().api_database_url)
    return create_litestar(settings(), kernel)


@pytest.mark.parametrize("handler", [forgotten, named])
def test_the_start_fails_with_a_route_that_declares_nothing(monkeypatch: pytest.MonkeyPatch, handler: object) -> None:
    with pytest.raises(guards.UndeclaredRoute, match=r"GET /(forgotten|named)"):
        started(monkeypatch, handler)


def test_a_route_that_declares_its_permission_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    table = permission_tables.operations(started(monkeypatch, declared))
    assert "| `declared` | `GET /declared` | `event:read` |" in table
