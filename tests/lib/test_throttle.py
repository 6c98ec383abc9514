"""Rate limits: exact with many at once, refilled as time goes by, and there even without Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from socket import socket
from types import SimpleNamespace

import httpx
import pytest

from api.domain.accounts import api_keys, attempts
from api.domain.accounts.roles import Role
from api.lib import throttle as limits
from api.lib.cache import RedisGate
from api.lib.errors import Unavailable
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.telemetry import NoMetrics
from api.lib.throttle import Limit, RouteClass, Throttle, Verdict
from api.lib.uow import Kernel, unit_of_work
from api.server.middleware.throttle import network
from tests.conftest import running, structs
from tests.factories.world import PASSWORD, World, organiser

# So slow a refill that none happens during a test.
SLOW = Limit(per_minute=1, burst=20)


async def ask(throttle: Throttle, route_class: RouteClass, caller: str) -> Verdict:
    return await throttle.check([throttle.bucket_of(route_class, caller)])


@contextmanager
def nowhere() -> Iterator[str]:
    """The address of a Redis that is not there."""
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.DEFAULT, SLOW)


@pytest.fixture
async def gates(settings: Settings) -> AsyncIterator[list[RedisGate]]:
    """Eight clients' connections to one Redis."""
    async with AsyncExitStack() as stack:
        found = [RedisGate(settings.redis_url, 5.0) for _ in range(8)]
        for one in found:
            stack.push_async_callback(one.close)
        await found[0].attempt(lambda client: client.flushdb())
        yield found


@pytest.mark.usefixtures("slow")
async def test_the_limit_is_exact_with_eight_clients_at_once(gates: list[RedisGate]) -> None:
    throttles = [Throttle(gate) for gate in gates]
    verdicts = await asyncio.gather(
        *(ask(throttles[turn % 8], RouteClass.DEFAULT, "ip:1.2.3.4") for turn in range(200))
    )
    assert sum(verdict.allowed for verdict in verdicts) == SLOW.burst
    assert sorted(verdict.tightest.remaining for verdict in verdicts if verdict.allowed) == list(range(SLOW.burst))
    refused = [verdict.retry_after for verdict in verdicts if not verdict.allowed]
    assert all(50 < seconds <= 60 for seconds in refused)


@pytest.mark.usefixtures("slow")
async def test_callers_and_classes_do_not_share_a_limit(gates: list[RedisGate]) -> None:
    throttle = Throttle(gates[0])
    for _ in range(SLOW.burst):
        await ask(throttle, RouteClass.DEFAULT, "ip:1.2.3.4")
    assert not (await ask(throttle, RouteClass.DEFAULT, "ip:1.2.3.4")).allowed
    assert (await ask(throttle, RouteClass.DEFAULT, "ip:1.2.3.5")).allowed
    assert (await ask(throttle, RouteClass.STAFF, "ip:1.2.3.4")).allowed


@pytest.mark.parametrize("with_redis", [True, False])
async def test_time_refills_what_was_used(
    gates: list[RedisGate], monkeypatch: pytest.MonkeyPatch, with_redis: bool
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.DEFAULT, Limit(per_minute=600, burst=3))
    with nowhere() as url:
        gate = gates[0] if with_redis else RedisGate(url, 0.05)
        throttle = Throttle(gate)

        async def allowed() -> list[bool]:
            return [(await ask(throttle, RouteClass.DEFAULT, "ip:x")).allowed for _ in range(4)]

        first = await allowed()
        assert first == [True, True, True, False]
        await asyncio.sleep(0.15)
        assert (await allowed())[:2] == [True, False]
        await asyncio.sleep(0.5)
        assert await allowed() == [True, True, True, False]
        await gate.close()


@pytest.mark.usefixtures("slow")
async def test_without_redis_each_process_holds_the_limit_itself() -> None:
    with nowhere() as url:
        gate = RedisGate(url, 0.05)
        throttle = Throttle(gate)
        verdicts = [await ask(throttle, RouteClass.DEFAULT, "ip:x") for _ in range(50)]
        await gate.close()
    assert sum(verdict.allowed for verdict in verdicts) == SLOW.burst
    assert all(0 < verdict.retry_after <= 60 for verdict in verdicts if not verdict.allowed)


def test_a_scale_moves_every_limit_and_nought_turns_them_off() -> None:
    gate = RedisGate("redis://127.0.0.1:1/0", 0.05)
    assert Throttle(gate, scale=2).bucket_of(RouteClass.EXPORT, "x").limit == Limit(20, 10)
    assert Throttle(gate, scale=0.01).bucket_of(RouteClass.EXPORT, "x").limit.burst == 1
    assert Throttle(gate, scale=0).off


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::1", "::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.9%eth0", "203.0.113.9"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_customer_of_ipv6_is_counted_by_the_network(address: str, counted: str) -> None:
    assert network(address) == counted


async def statuses(client: httpx.AsyncClient, times: int, path: str, **more: object) -> Counter[int]:
    return Counter([(await client.get(path, **more)).status_code for _ in range(times)])  # type: ignore[arg-type]


async def test_who_asks_too_often_is_told_when_to_come_back(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.CATALOGUE, Limit(per_minute=6, burst=3))
    address = f"/api/v1/events/{world.slug}"
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        first = await found.client.get(address)
        assert first.headers["ratelimit"] == '"catalogue";r=2;t=10'
        assert first.headers["ratelimit-policy"] == '"catalogue";q=3;w=30'
        await statuses(found.client, 2, address)
        refused = await found.client.get(address)
        assert refused.status_code == 429
        assert refused.json()["type"] == "/problems/rate-limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert (await found.client.get("/health/live")).status_code == 200


@pytest.mark.parametrize(("proxies", "limited"), [(("127.0.0.0/8",), False), ((), True)])
async def test_only_a_trusted_proxy_says_who_is_calling(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...], limited: bool
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.CATALOGUE, Limit(per_minute=1, burst=2))
    async with running(structs(settings, rate_limit_scale=1.0, trusted_proxies=proxies)) as found:
        seen = [
            (
                await found.client.get(
                    f"/api/v1/events/{world.slug}", headers={"X-Forwarded-For": f"198.51.100.{turn}, 203.0.113.{turn}"}
                )
            ).status_code
            for turn in range(5)
        ]
        assert (429 in seen) is limited
        spoofed = [
            (
                await found.client.get(
                    f"/api/v1/events/{world.slug}", headers={"X-Forwarded-For": f"198.51.100.{turn}, 203.0.113.99"}
                )
            ).status_code
            for turn in range(5)
        ]
        assert 429 in spoofed


async def test_sign_in_is_counted_by_address_whatever_token_comes_along(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.SIGN_IN, Limit(per_minute=1, burst=3))
    body = {"email": "administrator@example.org", "password": "wrong wrong wrong"}
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        key = await integrator(found.kernel, world)
        sent = [{}, key, {"Registration-Token": "x" * 43}, key, {}]
        seen = [
            (await found.client.post("/api/v1/auth/sessions", json=body, headers=headers)).status_code
            for headers in sent
        ]
    assert seen == [401, 401, 401, 429, 429]


async def integrator(kernel: Kernel, world: World) -> dict[str, str]:
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        _, text = await api_keys.create(
            uow, world.organization, name="x", permissions=[Permission.EVENT_READ], expires_at=None
        )
    return {"Authorization": f"Bearer {text}"}


async def test_integrators_have_a_class_of_their_own(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.CATALOGUE, Limit(per_minute=1, burst=2))
    monkeypatch.setitem(limits.LIMITS, RouteClass.INTEGRATOR, Limit(per_minute=1, burst=5))
    address = f"/api/v1/events/{world.slug}"
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        one, two = await integrator(found.kernel, world), await integrator(found.kernel, world)
        assert await statuses(found.client, 7, address, headers=one) == {200: 5, 429: 2}
        assert await statuses(found.client, 7, address, headers=two) == {200: 5, 429: 2}
        assert await statuses(found.client, 4, address) == {200: 2, 429: 2}


@pytest.mark.usefixtures("slow")
async def test_a_request_is_counted_in_all_its_buckets_or_in_none(gates: list[RedisGate]) -> None:
    for gate in (gates[0], None):
        with nowhere() as url:
            throttle = Throttle(gate or RedisGate(url, 0.05))
            wide = throttle.bucket("wide", "all", Limit(per_minute=1, burst=50))
            narrow = [throttle.bucket("narrow", str(turn), Limit(per_minute=1, burst=5)) for turn in range(2)]
            first = [await throttle.check([wide, narrow[0]]) for _ in range(30)]
            assert [verdict.allowed for verdict in first] == [True] * 5 + [False] * 25
            assert {verdict.tightest.bucket.name for verdict in first} == {"narrow"}
            # What was refused took nothing from the other bucket: 5 of its 50 are gone.
            rest = [await throttle.check([wide]) for _ in range(50)]
            assert sum(verdict.allowed for verdict in rest) == 45
            assert not (await throttle.check([wide, narrow[1]])).allowed
            assert [(await throttle.check([narrow[1]])).tightest.remaining for _ in range(5)] == [4, 3, 2, 1, 0]


async def test_what_is_taken_back_was_never_counted(gates: list[RedisGate]) -> None:
    throttle = Throttle(gates[0])
    bucket = throttle.bucket("x", "y", Limit(per_minute=1, burst=3))
    for _ in range(20):
        assert (await throttle.check([bucket])).tightest.remaining == 2
        await throttle.refund(bucket)
    assert [(await throttle.check([bucket])).allowed for _ in range(4)] == [True, True, True, False]
    await throttle.refund(throttle.bucket("x", "never seen", Limit(per_minute=1, burst=3)))


class Counted(NoMetrics):
    """Metrics that are kept."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def increment(self, metric: str, value: float = 1, tags: list[str] | None = None) -> None:  # noqa: ARG002
        self.seen.append((metric, tuple(tags or ())))


async def test_without_redis_the_processes_share_the_limit_and_somebody_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(limits, "log", SimpleNamespace(error=told.append))
    monkeypatch.setitem(limits.LIMITS, RouteClass.DEFAULT, Limit(per_minute=1, burst=100))
    admitted = {}
    for processes in (8, 1):
        with nowhere() as url:
            metrics = Counted()
            throttles = [Throttle(RedisGate(url, 0.05), processes=processes, metrics=metrics) for _ in range(8)]
            verdicts = [await ask(throttles[turn % 8], RouteClass.DEFAULT, "ip:x") for turn in range(1000)]
            admitted[processes] = sum(verdict.allowed for verdict in verdicts)
        assert metrics.seen == [("throttle.without_redis", ("refused:false",))] * 1000
    # The second is the control: processes that do not know of each other let pass the limit eight times.
    assert admitted == {8: 96, 1: 800}
    # Each of the 16 says it once a minute, not once a request.
    assert [line.partition(":")[0] for line in told] == ["redis is away"] * 16


@pytest.mark.parametrize("route_class", sorted(limits.FAIL_CLOSED))
async def test_what_must_not_be_guessed_at_waits_for_redis(route_class: RouteClass) -> None:
    with nowhere() as url:
        throttle = Throttle(RedisGate(url, 0.05))
        with pytest.raises(Unavailable) as refused:
            await throttle.check([throttle.bucket_of(route_class, "ip:x")], closed=True)
    assert refused.value.headers["Retry-After"] == "5"


async def test_without_redis_nobody_signs_in_and_the_catalogue_is_open(settings: Settings, world: World) -> None:
    body = {"email": "administrator@example.org", "password": PASSWORD}
    with nowhere() as url:
        async with running(structs(settings, rate_limit_scale=1.0, redis_url=url, redis_timeout=0.05)) as found:
            answer = await found.client.post("/api/v1/auth/sessions", json=body)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
            assert answer.headers["retry-after"] == "5"
            assert (await found.client.get(f"/api/v1/events/{world.slug}")).status_code == 200
    # The control: with Redis the same request is answered.
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        assert (await found.client.post("/api/v1/auth/sessions", json=body)).status_code == 201


async def test_many_addresses_together_cannot_try_one_account(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FAILURES", Limit(per_minute=1, burst=4))
    administrator = world.staff[Role.ADMINISTRATOR].email
    async with running(structs(settings, rate_limit_scale=1.0, trusted_proxies=("127.0.0.1",))) as found:

        async def sign_in(turn: int, email: str, password: str) -> int:
            headers = {"X-Forwarded-For": f"203.0.113.{turn}"}
            body = {"email": email, "password": password}
            return (await found.client.post("/api/v1/auth/sessions", json=body, headers=headers)).status_code

        # What succeeds is not counted.
        assert {await sign_in(turn, administrator, PASSWORD) for turn in range(9)} == {201}
        wrong = await asyncio.gather(*(sign_in(turn, administrator.upper(), "x" * 15) for turn in range(12)))
        assert Counter(wrong) == {401: 4, 429: 8}
        assert await sign_in(20, administrator, PASSWORD) == 429
        # An account that is none is counted alike: the answers do not tell which exist.
        nobody = await asyncio.gather(*(sign_in(turn, "nobody@example.org", "x" * 15) for turn in range(12)))
        assert Counter(nobody) == {401: 4, 429: 8}
        assert await sign_in(21, world.staff[Role.FRONT_DESK].email, PASSWORD) == 201
        kept = await found.kernel.redis.client.keys("prs:rate:*")
    assert kept
    assert not [key for key in kept if b"example.org" in key]


async def test_a_token_that_is_none_is_counted_by_address(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.CATALOGUE, Limit(per_minute=1, burst=3))
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        seen = await statuses(
            found.client, 6, f"/api/v1/events/{world.slug}", headers={"Authorization": "Bearer prs_test_wrong"}
        )
    assert seen == {401: 3, 429: 3}
