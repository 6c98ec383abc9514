"""Applies the route's limits to its caller."""

import ipaddress
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.lib import networks
from api.lib.errors import RateLimited, Unauthenticated, Unavailable
from api.lib.http.routes import THROTTLE
from api.lib.security import Principal
from api.lib.throttle import ADDRESS, FAIL_CLOSED, Bucket, RouteClass, Throttle, Verdict
from api.lib.uow import Kernel


class ThrottleMiddleware(ASGIMiddleware):
    """Counts each request once: by its address, and by key or account where the caller is known."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        kernel: Kernel = scope["litestar_app"].state.kernel
        declared = scope["route_handler"].opt.get(THROTTLE, RouteClass.UNLIMITED)
        refusal = cast("Unauthenticated | None", scope.get("refusal"))
        if declared is RouteClass.UNLIMITED or kernel.throttle.off:
            if refusal:
                raise refusal
            await next_app(scope, receive, send)
            return
        caller = network(str(scope.get("client_ip", "")))
        asked = buckets(kernel.throttle, declared, scope["user"], caller)
        try:
            verdict = await kernel.throttle.check(asked, closed=declared in FAIL_CLOSED)
        except Unavailable:
            kernel.metrics.increment("http.refused", tags=["reason:unavailable"])
            raise
        standing = headers(verdict)
        if not verdict.allowed:
            kernel.metrics.increment("http.throttled", tags=[f"policy:{verdict.tightest.bucket.name}"])
            wait = max(1, math.ceil(verdict.retry_after))
            raise RateLimited(headers={"Retry-After": str(wait), **standing})
        if refusal:
            raise refusal

        async def with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableScopeHeaders.from_message(message)
                for name, value in standing.items():
                    own.setdefault(name, value)
            await send(message)

        await next_app(scope, receive, with_limit)


def headers(verdict: Verdict) -> Mapping[str, str]:
    """Return RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10) of the tightest limit."""
    one = verdict.tightest
    name, limit = one.bucket.name, one.bucket.limit
    window = max(1, round(limit.burst * limit.interval / 1e6))
    return {
        "RateLimit-Policy": f'"{name}";q={limit.burst};w={window}',
        "RateLimit": f'"{name}";r={one.remaining};t={math.ceil(one.reset)}',
    }


def buckets(throttle: Throttle, declared: RouteClass, principal: Principal, address: str) -> list[Bucket]:
    """Return what a request is counted in."""
    found = [throttle.bucket("address", address, ADDRESS)]
    # A key must not open sign-in to twelve thousand guesses a minute.
    if principal.kind == "api_key" and declared not in FAIL_CLOSED:
        return [*found, throttle.bucket_of(RouteClass.INTEGRATOR, f"subject:{principal.subject_uid}")]
    # Codes are counted by both; sign-in by address alone: a caller must not escape by presenting some token.
    if not principal.signed_in or declared in (RouteClass.SIGN_IN, RouteClass.ONE_TIME_CODE):
        found.append(throttle.bucket_of(declared, f"ip:{address}"))
    if principal.signed_in and declared is not RouteClass.SIGN_IN:
        found.append(throttle.bucket_of(declared, f"subject:{principal.subject_uid}"))
    return found


@lru_cache(maxsize=4096)
def network(text: str) -> str:
    """Return the address that is counted: an IPv6 customer holds a whole /64."""
    found = networks.address(text)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(found), 64), strict=False).network_address)
    return str(found) if found else text
