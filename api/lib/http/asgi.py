"""ASGI as the specification has it, for the layers around the framework."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from litestar.connection import ASGIConnection

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the caller's address as the outermost layer found it, behind the proxies that are trusted."""
    return str(connection.scope.get("client_ip", ""))
