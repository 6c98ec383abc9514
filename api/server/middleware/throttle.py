"""Applies the route's limit to its caller."""

import ipaddress
import math

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.lib.errors import RateLimited
from api.lib.http.routes import THROTTLE
from api.lib.security import Principal
from api.lib.throttle import RouteClass, Throttle


class ThrottleMiddleware(ASGIMiddleware):
    """Counts each request once, by key or account where the caller is known, by address otherwise."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        throttle: Throttle = scope["litestar_app"].state.throttle
        declared = scope["route_handler"].opt.get(THROTTLE, RouteClass.UNLIMITED)
        principal: Principal = scope["user"]
        route_class = _class(declared, principal)
        if route_class is RouteClass.UNLIMITED or throttle.off:
            await next_app(scope, receive, send)
            return
        verdict = await throttle.check(route_class, _caller(scope, declared, principal))
        if not verdict.allowed:
            wait = max(1, math.ceil(verdict.retry_after))
            raise RateLimited(headers={"Retry-After": str(wait)})
        limit = throttle.limit(route_class)

        async def with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers.add(
                    "RateLimit-Policy", f'"{route_class}";q={limit.burst};w={round(limit.burst * limit.interval / 1e6)}'
                )
                headers.add("RateLimit", f'"{route_class}";r={verdict.remaining}')
            await send(message)

        await next_app(scope, receive, with_limit)


def _class(declared: RouteClass, principal: Principal) -> RouteClass:
    # A key must not open sign-in to twelve thousand guesses a minute.
    if principal.kind == "api_key" and declared not in (RouteClass.UNLIMITED, RouteClass.SIGN_IN):
        return RouteClass.INTEGRATOR
    return declared


def _caller(scope: Scope, declared: RouteClass, principal: Principal) -> str:
    # Sign-in is always counted by address: a caller must not escape by presenting some token.
    if principal.signed_in and declared is not RouteClass.SIGN_IN:
        return f"subject:{principal.subject_uid}"
    return f"ip:{network(scope.get('client_ip', ''))}"  # type: ignore[arg-type]


def network(address: str) -> str:
    """Return the address that is counted: an IPv6 customer holds a whole /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(ip), 64), strict=False).network_address)
    return str(ip)
