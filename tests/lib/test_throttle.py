"""Rate limits: exact with many at once, refilled as time goes by, and there even without Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from socket import socket

import httpx
import pytest

from api.domain.accounts import api_keys
from api.lib import throttle as limits
from api.lib.cache import RedisGate
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.throttle import Limit, RouteClass, Throttle
from api.lib.uow import Kernel, unit_of_work
from api.server.middleware.throttle import network
from tests.conftest import running, structs
from tests.factories.world import World, organiser

# So slow a refill that none happens during a test.
SLOW = Limit(per_minute=1, burst=20)


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
        *(throttles[turn % 8].check(RouteClass.DEFAULT, "ip:1.2.3.4") for turn in range(200))
    )
    assert sum(verdict.allowed for verdict in verdicts) == SLOW.burst
    assert sorted(verdict.remaining for verdict in verdicts if verdict.allowed) == list(range(SLOW.burst))
    refused = [verdict.retry_after for verdict in verdicts if not verdict.allowed]
    assert all(50 < seconds <= 60 for seconds in refused)


@pytest.mark.usefixtures("slow")
async def test_callers_and_classes_do_not_share_a_limit(gates: list[RedisGate]) -> None:
    throttle = Throttle(gates[0])
    for _ in range(SLOW.burst):
        await throttle.check(RouteClass.DEFAULT, "ip:1.2.3.4")
    assert not (await throttle.check(RouteClass.DEFAULT, "ip:1.2.3.4")).allowed
    assert (await throttle.check(RouteClass.DEFAULT, "ip:1.2.3.5")).allowed
    assert (await throttle.check(RouteClass.STAFF, "ip:1.2.3.4")).allowed


@pytest.mark.parametrize("with_redis", [True, False])
async def test_time_refills_what_was_used(
    gates: list[RedisGate], monkeypatch: pytest.MonkeyPatch, with_redis: bool
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.DEFAULT, Limit(per_minute=600, burst=3))
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        gate = gates[0] if with_redis else RedisGate(f"redis://127.0.0.1:{taken.getsockname()[1]}/0", 0.05)
        throttle = Throttle(gate)

        async def allowed() -> list[bool]:
            return [(await throttle.check(RouteClass.DEFAULT, "ip:x")).allowed for _ in range(4)]

        first = await allowed()
        assert first == [True, True, True, False]
        await asyncio.sleep(0.15)
        assert (await allowed())[:2] == [True, False]
        await asyncio.sleep(0.5)
        assert await allowed() == [True, True, True, False]
        await gate.close()


@pytest.mark.usefixtures("slow")
async def test_without_redis_each_process_holds_the_limit_itself() -> None:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        gate = RedisGate(f"redis://127.0.0.1:{taken.getsockname()[1]}/0", 0.05)
        throttle = Throttle(gate)
        verdicts = [await throttle.check(RouteClass.DEFAULT, "ip:x") for _ in range(50)]
        await gate.close()
    assert sum(verdict.allowed for verdict in verdicts) == SLOW.burst
    assert all(0 < verdict.retry_after <= 60 for verdict in verdicts if not verdict.allowed)


def test_a_scale_moves_every_limit_and_nought_turns_them_off() -> None:
    gate = RedisGate("redis://127.0.0.1:1/0", 0.05)
    assert Throttle(gate, scale=2).limit(RouteClass.EXPORT) == Limit(20, 10)
    assert Throttle(gate, scale=0.01).limit(RouteClass.EXPORT).burst == 1
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
        assert first.headers["ratelimit"] == '"catalogue";r=2'
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
