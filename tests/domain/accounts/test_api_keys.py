"""API keys: what a key's text says, from where it works, and how it is replaced."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.domain.accounts import api_keys
from api.domain.accounts.api_keys import Malformed
from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib import clock
from api.lib import networks as addresses
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running, structs
from tests.factories.client import sign_in
from tests.factories.world import World, organiser


def test_a_key_says_where_it_belongs_and_a_mistyped_one_is_known_without_a_query() -> None:
    text = api_keys.write("production", "abc123", "with_under-scores")
    read = api_keys.read(text)
    assert (read.env, read.key_id) == ("production", "abc123")
    assert read.secret.startswith("with_under-scores")
    changed = (text[:-1], text + "0", text.replace("production", "test"), text.swapcase(), text.replace("123", "124"))
    for one in (*changed, "x", "prs_", "prs_a_b", "prs___", "prs_test_\u00e9_x", "prs_" + "a" * 300):
        with pytest.raises(Malformed):
            api_keys.read(one)


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ((), "198.51.100.1", True),
        ((), "", True),
        (("203.0.113.0/24",), "203.0.113.9", True),
        (("203.0.113.0/24",), "203.0.114.9", False),
        (("203.0.113.0/24",), "::ffff:203.0.113.9", True),
        (("203.0.113.0/24",), "::203.0.113.9", False),
        (("::ffff:203.0.113.0/120",), "203.0.113.9", True),
        (("2001:db8::/48",), "2001:db8:0:1::9", True),
        (("2001:db8::/48",), "203.0.113.9", False),
        (("0.0.0.0/0",), "2001:db8::1", False),
        (("203.0.113.7",), "203.0.113.7", True),
        (("203.0.113.0/24", "2001:db8::/48"), "2001:db8::1", True),
        (("203.0.113.0/24",), "", False),
        (("203.0.113.0/24",), "unknown", False),
    ],
)
def test_where_a_key_works(networks: tuple[str, ...], address: str, allowed: bool) -> None:
    assert api_keys.allows(addresses.networks(networks), address) is allowed


async def made(kernel: Kernel, world: World, **more: Any) -> tuple[str, dict[str, str]]:
    """Return the uid of a new key and the header that sends it."""
    scope = Scope(frozenset({world.organization.id}))
    given: dict[str, Any] = {"name": "Till", "permissions": [Permission.EVENT_READ], "expires_at": None, **more}
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        key, text = await api_keys.create(uow, world.organization, **given)
    return str(key.uid), {"Authorization": f"Bearer {text}"}


def events(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/events"


def keys(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/api-keys"


async def test_the_network_is_looked_at_on_every_request(settings: Settings, kernel: Kernel, world: World) -> None:
    _, header = await made(kernel, world, networks=["203.0.113.0/24"])
    async with running(structs(settings, trusted_proxies=("127.0.0.1/32",))) as found:

        async def ask(address: str) -> int:
            sent = header | {"X-Forwarded-For": address}
            return (await found.client.get(events(world), headers=sent)).status_code

        assert await ask("198.51.100.1") == 401
        # Remembered from now on, and asked from elsewhere while it is.
        assert await ask("203.0.113.5") == 200
        assert await ask("198.51.100.1") == 401
        assert await ask("203.0.113.5, 198.51.100.1") == 401
        assert await ask("::ffff:203.0.113.5") == 200


@pytest.mark.parametrize(
    "networks", [["x"], ["203.0.113.1/24"], ["203.0.113.0/33"], ["fe80::1%eth0"], ["203.0.113.0/24", ""]]
)
async def test_what_is_no_network_makes_no_key(api: httpx.AsyncClient, world: World, networks: list[str]) -> None:
    headers = await sign_in(api, "administrator@example.org")
    body = {"name": "x", "permissions": ["event:read"], "networks": networks}
    answer = await api.post(keys(world), json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/networks/{len(networks) - 1}"
    assert (await api.get(keys(world), headers=headers)).json() == []


async def test_a_replaced_key_works_for_the_overlap_and_then_in_no_process(
    settings: Settings, kernel: Kernel, world: World
) -> None:
    expires = clock.now() + timedelta(days=30)
    uid, old = await made(kernel, world, networks=["127.0.0.1/32"], expires_at=expires)
    async with running(settings) as one, running(settings) as two:
        headers = await sign_in(one.client, "administrator@example.org")
        for found in (one, two):
            assert (await found.client.get(events(world), headers=old)).status_code == 200
        answer = await one.client.post(f"{keys(world)}/{uid}/rotate", json={"overlap_seconds": 3}, headers=headers)
        assert answer.status_code == 201
        new = {"Authorization": f"Bearer {answer.json()['key']}"}
        for found in (one, two):
            assert (await found.client.get(events(world), headers=old)).status_code == 200
            assert (await found.client.get(events(world), headers=new)).status_code == 200
        listed = {row["uid"]: row for row in (await one.client.get(keys(world), headers=headers)).json()}
        fresh = listed[answer.json()["api_key"]["uid"]]
        assert listed[uid]["replaced_by"] == fresh["uid"]
        assert [fresh[name] for name in ("name", "permissions", "networks")] == [
            "Till",
            ["event:read"],
            ["127.0.0.1/32"],
        ]
        assert fresh["expires_at"] > listed[uid]["expires_at"]
        assert listed[uid]["last_used_at"] is not None
        again = await one.client.post(f"{keys(world)}/{uid}/rotate", json={"overlap_seconds": 3}, headers=headers)
        assert (again.status_code, again.json()["type"]) == (409, "/problems/key-ended")
        ends = listed[uid]["expires_at"]
        while clock.isoformat(clock.now()) < ends:
            # Until its last moment, and not one more.
            assert (await two.client.get("/health/live")).status_code == 200
            # That answer waits for nothing, and what polls in the same loop would never run.
            await asyncio.sleep(0.01)
        for found in (one, two):
            assert (await found.client.get(events(world), headers=old)).status_code == 401
            assert (await found.client.get(events(world), headers=new)).status_code == 200


async def test_nobody_gets_the_secret_of_a_key_that_may_do_more_than_they(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    uid, _ = await made(kernel, world, permissions=[Permission.SENSITIVE_REVEAL])
    assert Permission.SENSITIVE_REVEAL not in PERMISSIONS[Role.ADMINISTRATOR]
    headers = await sign_in(api, "administrator@example.org")
    answer = await api.post(f"{keys(world)}/{uid}/rotate", json={"overlap_seconds": 0}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/permission-not-yours")
    body = {"name": "x", "permissions": ["sensitive:reveal"]}
    assert (await api.post(keys(world), json=body, headers=headers)).status_code == 403
    listed = (await api.get(keys(world), headers=headers)).json()
    assert [(row["uid"], row["replaced_by"], row["expires_at"]) for row in listed] == [(uid, None, None)]
