"""Rate limits by the generic cell rate algorithm (GCRA, ITU-T I.371), decided in one Lua script.

A request is counted in several buckets (its address, its caller) at once: in all of them, or, where one is full, in
none. One key holds the theoretical arrival time (TAT) of a bucket. Redis' own clock is used, so that processes need not
agree on the time. Where Redis is gone, what must not be guessed at is refused; for the rest each process holds its
share of the limit.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from api.lib import telemetry
from api.lib.cache import RedisGate
from api.lib.errors import Unavailable
from api.lib.telemetry import Metrics, NoMetrics

log = telemetry.logger(__name__)

_ALARM_SECONDS = 60.0
_LOCAL_BUCKETS = 10_000

# KEYS: buckets; ARGV: for each the emission interval and the burst tolerance (µs).
# Returns {allowed, and for each bucket: wait (µs, 0 where it lets pass), remaining, time until it is full again (µs)}.
_GCRA = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local allowed = 1
local before = {}
for i = 1, #KEYS do
  local tat = tonumber(redis.call('GET', KEYS[i]) or '0')
  if tat < now then tat = now end
  before[i] = tat
  if tat + tonumber(ARGV[2 * i - 1]) - tonumber(ARGV[2 * i]) > now then allowed = 0 end
end
local answer = {allowed}
for i = 1, #KEYS do
  local interval, tolerance, tat = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i]), before[i]
  local wait = tat + interval - tolerance - now
  if allowed == 1 then
    tat = tat + interval
    redis.call('SET', KEYS[i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1)
  end
  answer[3 * i - 1] = math.max(0, wait)
  answer[3 * i] = math.max(0, math.floor((tolerance - (tat - now)) / interval))
  answer[3 * i + 1] = tat - now
end
return answer
"""
# KEYS[1] bucket; ARGV[1] emission interval (µs): takes one request back.
_REFUND = """
local tat = tonumber(redis.call('GET', KEYS[1]) or '0')
if tat > 0 then redis.call('SET', KEYS[1], string.format('%.0f', tat - tonumber(ARGV[1])), 'KEEPTTL') end
"""


class RouteClass(StrEnum):
    """Routes with a limit in common. Declared on the route; ``DEFAULT`` where nothing is said."""

    DEFAULT = "default"
    CATALOGUE = "catalogue"
    SIGN_IN = "sign-in"
    ONE_TIME_CODE = "one-time-code"
    REVEAL = "reveal"
    REGISTRATION = "registration"
    STAFF = "staff"
    EXPORT = "export"
    SUPPORT = "support"
    UPLOAD = "upload"
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
    RouteClass.ONE_TIME_CODE: Limit(10, 5),
    RouteClass.REVEAL: Limit(30, 10),
    RouteClass.REGISTRATION: Limit(600, 120),
    RouteClass.STAFF: Limit(600, 120),
    RouteClass.EXPORT: Limit(10, 5),
    # Each makes somebody read a ticket, and the help desk write to an address that nobody has checked.
    RouteClass.SUPPORT: Limit(2, 5),
    # A chunk is a mebibyte: 20 MiB a second for as long as it lasts.
    RouteClass.UPLOAD: Limit(1200, 400),
    RouteClass.INTEGRATOR: Limit(12_000, 2_000),
}


# Whoever guesses passwords, codes or numbers must not be helped by an outage: these wait for Redis.
FAIL_CLOSED = frozenset({RouteClass.SIGN_IN, RouteClass.ONE_TIME_CODE, RouteClass.REVEAL})
# All of an address' requests together: a whole campus may stand behind one, so it only stops floods.
ADDRESS = Limit(24_000, 4_000)


class Bucket(msgspec.Struct, frozen=True):
    """What is counted: ``name`` is shown to the caller, ``key`` says whose it is."""

    name: str
    key: str
    limit: Limit

    @property
    def interval(self) -> int:
        return round(self.limit.interval)

    @property
    def tolerance(self) -> int:
        return round(self.limit.interval * self.limit.burst)


class Standing(msgspec.Struct, frozen=True):
    """How a bucket stands. ``wait`` and ``reset`` (until it is full again) are seconds."""

    bucket: Bucket
    wait: float
    remaining: int
    reset: float


class Verdict(msgspec.Struct, frozen=True):
    """Whether a request may go on, and how the bucket stands that comes nearest to refusing, or has refused."""

    allowed: bool
    tightest: Standing

    @property
    def retry_after(self) -> float:
        """Seconds, 0 where the request is allowed."""
        return 0.0 if self.allowed else self.tightest.wait


class Throttle:
    """Decides whether a caller may go on. ``processes`` share the limits while Redis is away."""

    def __init__(
        self, gate: RedisGate, *, scale: float = 1.0, processes: int = 1, metrics: Metrics | None = None
    ) -> None:
        self._gate = gate
        self._scale = scale
        self._processes = processes
        self._metrics = metrics or NoMetrics()
        self._script = gate.client.register_script(_GCRA)
        self._refund = gate.client.register_script(_REFUND)
        self._local: OrderedDict[str, float] = OrderedDict()
        self._quiet_until = 0.0

    @property
    def off(self) -> bool:
        return self._scale == 0

    def bucket(self, name: str, key: str, base: Limit) -> Bucket:
        """Return a bucket with the installation's factor on its limit."""
        limit = Limit(base.per_minute * self._scale, max(1, round(base.burst * self._scale)))
        return Bucket(name, f"prs:rate:{name}:{key}", limit)

    def bucket_of(self, route_class: RouteClass, caller: str) -> Bucket:
        """Return the bucket of a caller in a class of routes."""
        return self.bucket(route_class.value, caller, LIMITS[route_class])

    async def check(self, buckets: Sequence[Bucket], *, closed: bool = False) -> Verdict:
        """Count one request in all buckets, or in none where one of them is full.

        Raises:
            Unavailable: Redis is away, and the request is of a kind that then must not go on (``closed``).
        """
        arguments = [number for bucket in buckets for number in (bucket.interval, bucket.tolerance)]
        ask = self._gate.insist if closed else self._gate.attempt
        answer = await ask(lambda _: self._script(keys=[bucket.key for bucket in buckets], args=arguments))
        if isinstance(answer, list):
            rows = zip(buckets, answer[1::3], answer[2::3], answer[3::3], strict=True)
            standings = [Standing(bucket, wait / 1e6, int(left), full / 1e6) for bucket, wait, left, full in rows]
            return _verdict(bool(answer[0]), standings)
        self._alarm(closed=closed)
        if closed:
            raise Unavailable(
                "This is not possible for a moment. Try again in a few seconds.", headers={"Retry-After": "5"}
            )
        return self._check_locally(buckets)

    async def refund(self, bucket: Bucket) -> None:
        """Take back what :meth:`check` counted in a bucket."""
        await self._gate.insist(lambda _: self._refund(keys=[bucket.key], args=[bucket.interval]))

    def _alarm(self, *, closed: bool) -> None:
        self._metrics.increment("throttle.without_redis", tags=[f"refused:{str(closed).lower()}"])
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + _ALARM_SECONDS
            log.error("redis is away: limits are held per process, sign-in and reveal are refused")

    def _check_locally(self, buckets: Sequence[Bucket]) -> Verdict:
        now = time.monotonic() * 1e6
        shares = [self._share(bucket) for bucket in buckets]
        before = [max(self._local.get(bucket.key, 0.0), now) for bucket in buckets]
        waits = [tat + one.interval - one.tolerance - now for tat, one in zip(before, shares, strict=True)]
        allowed = all(wait <= 0 for wait in waits)
        standings = []
        for share, tat, wait in zip(shares, before, waits, strict=True):
            after = tat + share.interval if allowed else tat
            if allowed:
                self._keep(share.key, after)
            left = max(0, int((share.tolerance - (after - now)) // share.interval))
            standings.append(Standing(share, max(0.0, wait) / 1e6, left, (after - now) / 1e6))
        return _verdict(allowed, standings)

    def _share(self, bucket: Bucket) -> Bucket:
        limit = bucket.limit
        return Bucket(
            bucket.name,
            bucket.key,
            Limit(limit.per_minute / self._processes, max(1, limit.burst // self._processes)),
        )

    def _keep(self, key: str, tat: float) -> None:
        self._local[key] = tat
        self._local.move_to_end(key)
        while len(self._local) > _LOCAL_BUCKETS:
            self._local.popitem(last=False)


def _verdict(allowed: bool, standings: Sequence[Standing]) -> Verdict:
    if not allowed:
        return Verdict(False, max(standings, key=lambda one: one.wait))
    return Verdict(True, min(standings, key=lambda one: one.remaining / one.bucket.limit.burst))
