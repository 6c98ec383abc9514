"""Rate limits by the generic cell rate algorithm (GCRA, ITU-T I.371), decided in one Lua script: for all requests of a
process that wait at the time.

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
from api.lib.grouping import Grouping
from api.lib.telemetry import Metrics, NoMetrics

log = telemetry.logger(__name__)

_ALARM_SECONDS = 60.0
_LOCAL_BUCKETS = 10_000

# KEYS: buckets, each once. ARGV: for each its emission interval and burst tolerance (µs); then for each request, one
# after the other, how many buckets it is counted in, and their places.
# Returns, in words, for each request whether it is allowed, and for each of its buckets: wait (µs, 0 where it lets
# pass), remaining, time until it is full again (µs).
_GCRA = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local before, changed = {}, {}
for k = 1, #KEYS do
  before[k] = math.max(now, tonumber(redis.call('GET', KEYS[k]) or '0'))
end
local answer = {}
local at = 2 * #KEYS + 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  local allowed = 1
  for i = at + 1, last do
    local k = tonumber(ARGV[i])
    if before[k] + tonumber(ARGV[2 * k - 1]) - tonumber(ARGV[2 * k]) > now then allowed = 0 end
  end
  answer[#answer + 1] = allowed
  for i = at + 1, last do
    local k = tonumber(ARGV[i])
    local interval, tolerance, tat = tonumber(ARGV[2 * k - 1]), tonumber(ARGV[2 * k]), before[k]
    local wait = tat + interval - tolerance - now
    if allowed == 1 then
      tat = tat + interval
      before[k], changed[k] = tat, true
    end
    answer[#answer + 1] = string.format('%.0f %.0f %.0f', math.max(0, wait),
      math.max(0, math.floor((tolerance - (tat - now)) / interval)), tat - now)
  end
  at = last + 1
end
for k in pairs(changed) do
  redis.call('SET', KEYS[k], string.format('%.0f', before[k]), 'PX', math.ceil((before[k] - now) / 1000) + 1)
end
return table.concat(answer, ' ')
"""
# One call takes what comes in while the one before is on its way.
_MOST = 128
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
        self._groups: Grouping[Sequence[Bucket], Verdict | None] = Grouping(self._count, most=_MOST, flights=1)
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
        verdict = await self._insisted(buckets) if closed else await self._groups.submit(buckets)
        if verdict is not None:
            return verdict
        self._alarm(closed=closed)
        if closed:
            raise Unavailable(
                "This is not possible for a moment. Try again in a few seconds.", headers={"Retry-After": "5"}
            )
        return self._check_locally(buckets)

    async def _insisted(self, buckets: Sequence[Bucket]) -> Verdict | None:
        keys, arguments = _call([buckets])
        answer = await self._gate.insist(lambda _: self._script(keys=keys, args=arguments))
        return _verdicts([buckets], answer)[0] if isinstance(answer, bytes) else None

    async def _count(self, requests: Sequence[Sequence[Bucket]]) -> Sequence[Verdict | None]:
        """Count requests of this process in one call; None for each where Redis does not answer."""
        keys, arguments = _call(requests)
        answer = await self._gate.attempt(lambda _: self._script(keys=keys, args=arguments))
        return _verdicts(requests, answer) if isinstance(answer, bytes) else [None] * len(requests)

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


def _call(requests: Sequence[Sequence[Bucket]]) -> tuple[list[str], list[int]]:
    """Return the keys and arguments of the script."""
    places: dict[str, int] = {}
    limits: list[int] = []
    asked: list[int] = []
    for buckets in requests:
        asked.append(len(buckets))
        for bucket in buckets:
            at = places.get(bucket.key)
            if at is None:
                at = places[bucket.key] = len(places) + 1
                limits += (bucket.interval, bucket.tolerance)
            asked.append(at)
    return list(places), limits + asked


def _verdicts(requests: Sequence[Sequence[Bucket]], answer: bytes) -> list[Verdict]:
    numbers = iter(map(int, answer.split()))
    return [
        _verdict(
            bool(next(numbers)),
            [Standing(bucket, next(numbers) / 1e6, next(numbers), next(numbers) / 1e6) for bucket in buckets],
        )
        for buckets in requests
    ]


def _verdict(allowed: bool, standings: Sequence[Standing]) -> Verdict:
    if not allowed:
        return Verdict(False, max(standings, key=lambda one: one.wait))
    return Verdict(True, min(standings, key=lambda one: one.remaining / one.bucket.limit.burst))
