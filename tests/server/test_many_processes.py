"""Several API processes are one: one limit, one truth about sessions, one view of who is calling."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from api.lib.settings import Settings
from deploy.local.testing import TestServices
from tests.conftest import structs
from tests.factories.world import PASSWORD, World
from tests.server.serving import Server, nginx, proxy, servers

# Sign-in lets pass 10 at once and 10 a minute; times ten: 100, refilled by 1.67 a second.
SCALE = {"PRS_RATE_LIMIT_SCALE": "10"}
LIMIT, REFILL = 100, 100 / 60
FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")
SIGN_IN = "/api/v1/auth/sessions"


class Measured(Protocol):
    """Puts a figure into the run's report."""

    def __call__(self, name: str, value: object) -> None: ...


async def admitted(urls: list[str], times: int) -> tuple[Counter[int], float]:
    """Send requests to the processes in turn, each with forged headers; returns the statuses and the seconds."""
    clients = [httpx.AsyncClient(base_url=url, timeout=60) for url in urls]
    gate = asyncio.Semaphore(32)

    async def one(turn: int) -> int:
        origin = f"198.51.{turn // 250}.{turn % 250}"
        headers = {name: f"for={origin}" if name == "Forwarded" else origin for name in FORGED}
        async with gate:
            # An empty body is refused after it was counted, and costs no password hash.
            return (await clients[turn % len(clients)].post(SIGN_IN, json={}, headers=headers)).status_code

    begun = time.monotonic()
    statuses = Counter(await asyncio.gather(*(one(turn) for turn in range(times))))
    seconds = time.monotonic() - begun
    for client in clients:
        await client.aclose()
    return statuses, seconds


@pytest.mark.timeout(300)
async def test_eight_processes_hold_one_limit_and_forged_headers_change_nothing(
    settings: Settings, world: World, services: TestServices, tmp_path: Path, record_property: Measured
) -> None:
    assert world
    with servers(settings, tmp_path, *[SCALE] * 8) as running:
        statuses, seconds = await admitted([one.url for one in running], 1000)
        lines = [line for one in running for line in one.lines() if line["http.url_details.path"] == SIGN_IN]
    assert set(statuses) == {422, 429}
    allowed = LIMIT + seconds * REFILL + 1
    record_property("eight processes, one limit: admitted of allowed", f"{statuses[422]} of {allowed:.0f}")
    assert LIMIT <= statuses[422] <= allowed
    assert len(lines) == 1000
    assert {line["network.client.ip"] for line in lines} == {"127.0.0.1"}
    assert all(one.process.returncode is not None for one in running)
    # The control: processes that do not share what they count let pass more.
    each = [{**SCALE, "PRS_REDIS_URL": services.redis_url(number)} for number in (14, 15)]
    with servers(settings, tmp_path, *each) as apart:
        apart_statuses, apart_seconds = await admitted([one.url for one in apart], 400)
    allowed = LIMIT + apart_seconds * REFILL
    record_property("two processes that share nothing: admitted of allowed", f"{apart_statuses[422]} of {allowed:.0f}")
    assert apart_statuses[422] > allowed + 50


def paths(server: Server) -> Counter[str]:
    return Counter(line["http.route"] for line in server.lines())


@pytest.mark.timeout(240)
async def test_two_processes_behind_a_proxy_are_one(
    settings: Settings, world: World, tmp_path: Path, record_property: Measured
) -> None:
    scale = {"PRS_RATE_LIMIT_SCALE": "2", "PRS_TRUSTED_PROXIES": "127.0.0.1/32"}
    administrator = {"email": "administrator@example.org", "password": PASSWORD}
    assert world
    with servers(structs(settings, public_url="http://127.0.0.1"), tmp_path, scale, scale) as running:
        with nginx(proxy(tmp_path, *(f"127.0.0.1:{one.port}" for one in running))) as url:
            await _one_truth_about_sessions(url, [one.url for one in running], administrator)
            # Another address of loopback than the proxy's: it is the one that is counted and logged.
            transport = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
            async with httpx.AsyncClient(base_url=url, transport=transport, timeout=60) as client:
                begun = time.monotonic()
                forged = {"X-Forwarded-For": "198.51.100.9", "Forwarded": "for=198.51.100.9"}
                answers = [
                    (await client.post(SIGN_IN, json={}, headers=forged | {"User-Agent": "counted"})).status_code
                    for _ in range(60)
                ]
                seconds = time.monotonic() - begun
        lines = [[line for line in one.lines() if line["http.useragent"] == "counted"] for one in running]
    passed, allowed = Counter(answers)[422], 20 + seconds * 20 / 60 + 1
    record_property("two processes behind nginx: admitted of allowed", f"{passed} of {allowed:.0f}")
    assert 20 <= passed <= allowed
    # Both have served, and both have seen who it was.
    assert all(len(own) > 10 for own in lines)
    assert {line["network.client.ip"] for own in lines for line in own} == {"127.0.0.2"}


async def _one_truth_about_sessions(url: str, processes: list[str], credentials: dict[str, str]) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        signed_in = await client.post(f"{url}{SIGN_IN}", json=credentials)
        assert signed_in.status_code == 201, signed_in.text
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}

        async def asked() -> list[int]:
            return [(await client.get(f"{one}/api/v1/me", headers=headers)).status_code for one in processes]

        # Both remember the caller now.
        assert await asked() == [200, 200]
        assert await asked() == [200, 200]
        out = await client.delete(f"{processes[0]}/api/v1/auth/sessions/current", headers=headers)
        assert out.status_code == 204
        begun = time.monotonic()
        while await asked() != [401, 401]:
            assert time.monotonic() - begun < 1.0, "signed out on one, still signed in on the other"
            await asyncio.sleep(0.02)
