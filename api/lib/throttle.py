"""Rate limits by the generic cell rate algorithm (GCRA, ITU-T I.371), decided in one Lua script.

One key holds the theoretical arrival time (TAT) of a caller in a class. Redis' own clock is used, so that processes
need not agree on the time. Where Redis is gone the same rule runs in the process: the limit then holds per process.
"""

import time
from collections import OrderedDict
from enum import StrEnum

import msgspec

from api.lib.cache import RedisGate

# KEYS[1] bucket; ARGV: emission interval (µs), burst tolerance (µs). Returns {allowed, retry after (µs), remaining}.
_GCRA = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval = tonumber(ARGV[1])
local tolerance = tonumber(ARGV[2])
local tat = tonumber(redis.call('GET', KEYS[1]) or '0')
if tat < now then tat = now end
local next_tat = tat + interval
local allow_at = next_tat - tolerance
if allow_at > now then
  return {0, allow_at - now, 0}
end
redis.call('SET', KEYS[1], string.format('%.0f', next_tat), 'PX', math.ceil((next_tat - now) / 1000) + 1)
return {1, 0, math.floor((tolerance - (next_tat - now)) / interval)}
"""


class RouteClass(StrEnum):
    """Routes with a limit in common. Declared on the route; ``DEFAULT`` where nothing is said."""

    DEFAULT = "default"
    CATALOGUE = "catalogue"
    SIGN_IN = "sign-in"
    REGISTRATION = "registration"
    STAFF = "staff"
    EXPORT = "export"
    REVEAL = "reveal"
    INTEGRATOR = "integrator"
    UNLIMITED = "unlimited"


class Limit(msgspec.Struct, frozen=True):
    """``burst`` requests at once, refilled at ``per_minute``."""

    per_minute: float
    burst: int

    @property
    def interval(self) -> float:
        """Microseconds between two requests at the sustained rate."""
        return 60_000_000 / self.per_minute


LIMITS: dict[RouteClass, Limit] = {
    RouteClass.DEFAULT: Limit(600, 100),
    RouteClass.CATALOGUE: Limit(1200, 200),
    RouteClass.SIGN_IN: Limit(10, 10),
    RouteClass.REGISTRATION: Limit(600, 120),
    RouteClass.STAFF: Limit(600, 120),
    RouteClass.EXPORT: Limit(10, 5),
    RouteClass.REVEAL: Limit(30, 10),
    RouteClass.INTEGRATOR: Limit(12_000, 2_000),
}


class Verdict(msgspec.Struct, frozen=True):
    """``retry_after`` is seconds, 0 where the request is allowed."""

    allowed: bool
    retry_after: float
    remaining: int


class Throttle:
    """Decides whether a caller may go on in a class of routes."""

    def __init__(self, gate: RedisGate, *, scale: float = 1.0) -> None:
        self._gate = gate
        self._scale = scale
        self._script = gate.client.register_script(_GCRA)
        self._local: OrderedDict[str, float] = OrderedDict()

    @property
    def off(self) -> bool:
        return self._scale == 0

    def limit(self, route_class: RouteClass) -> Limit:
        base = LIMITS[route_class]
        return Limit(base.per_minute * self._scale, max(1, round(base.burst * self._scale)))

    async def check(self, route_class: RouteClass, caller: str) -> Verdict:
        """Count one request of ``caller`` and say whether it is within the limit."""
        limit = self.limit(route_class)
        key = f"prs:rate:{route_class}:{caller}"
        interval, tolerance = round(limit.interval), round(limit.interval * limit.burst)
        answer = await self._gate.attempt(lambda _: self._script(keys=[key], args=[interval, tolerance]))
        if isinstance(answer, list):
            return Verdict(bool(answer[0]), answer[1] / 1e6, int(answer[2]))
        return self._check_locally(key, interval, tolerance)

    def _check_locally(self, key: str, interval: int, tolerance: int) -> Verdict:
        now = time.monotonic() * 1e6
        tat = max(self._local.get(key, 0.0), now) + interval
        if tat - tolerance > now:
            return Verdict(False, (tat - tolerance - now) / 1e6, 0)
        self._local[key] = tat
        self._local.move_to_end(key)
        while len(self._local) > 10_000:
            self._local.popitem(last=False)
        return Verdict(True, 0.0, int((tolerance - (tat - now)) // interval))
