"""Roles: given, offered, claimed, taken back; down the tree; at once and to the moment; never to oneself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.domain.accounts import administration, grants
from api.domain.accounts import service as accounts
from api.domain.accounts.contracts import Account
from api.domain.accounts.roles import Role
from api.domain.organizations import service as organizations
from api.lib import clock
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running, structs
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World
from tests.processes import prs, servers


@pytest.fixture
async def somebody(kernel: Kernel, world: World) -> Account:  # noqa: ARG001
    async with unit_of_work(kernel) as uow:
        return await accounts.register(uow, email="somebody@example.org", password=PASSWORD, name="Somebody")


def place(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/grants"


def registrations(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/registrations"


async def give(api: httpx.AsyncClient, world: World, headers: dict[str, str], **more: Any) -> httpx.Response:
    return await api.post(place(world), json={"role": "front-desk", **more}, headers=headers)


async def within_a_second(condition: Callable[[], Awaitable[bool]]) -> None:
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < 1.0
        await asyncio.sleep(0.02)


async def test_a_role_holds_in_every_process_at_once_and_ends_there_at_once(
    settings: Settings, world: World, somebody: Account
) -> None:
    async with running(settings) as one, running(settings) as two:
        administrator = await sign_in(one.client, "administrator@example.org")
        person = await sign_in(two.client, somebody.email)

        async def answers(status: int) -> bool:
            return (await two.client.get(registrations(world), headers=person)).status_code == status

        assert await answers(403)
        given = await give(one.client, world, administrator, email="SOMEBODY@example.org")
        assert (given.status_code, given.json()["state"], given.json()["name"]) == (201, "active", "Somebody")
        await within_a_second(lambda: answers(200))
        address = f"{place(world)}/{given.json()['uid']}"
        assert (await one.client.delete(address, headers=administrator)).status_code == 204
        await within_a_second(lambda: answers(403))
        assert (await one.client.delete(address, headers=administrator)).status_code == 404


async def test_a_role_ends_at_its_moment_also_where_it_is_remembered(
    settings: Settings, kernel: Kernel, world: World, somebody: Account
) -> None:
    async with running(settings) as found:
        person = await sign_in(found.client, somebody.email)
        ends = clock.now() + timedelta(seconds=2)
        async with unit_of_work(kernel) as uow:
            await grants.grant(uow, somebody, world.organization, Role.FRONT_DESK, expires_at=ends)
        found.app.state.authenticator.forget()
        asked = 0
        while True:
            before = clock.now()
            status = (await found.client.get(registrations(world), headers=person)).status_code
            if status == 403:
                assert clock.now() >= ends
                break
            # No grace: what was asked after the end is not answered.
            assert before < ends
            asked += 1
        assert asked > 0


async def test_an_invitation_waits_for_its_address_and_is_claimed_once(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    administrator = await sign_in(api, "administrator@example.org")
    for _ in range(2):
        offered = await give(api, world, administrator, email="New@example.org")
        assert (offered.status_code, offered.json()["state"], offered.json()["name"]) == (201, "invited", None)
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="new@example.org", password=PASSWORD, name="New")
        other = await accounts.register(uow, email="other@example.org", password=PASSWORD, name="Other")
    # Having the account is not enough: the address must be verified first.
    person = await sign_in(api, "new@example.org")
    assert (await api.get(registrations(world), headers=person)).status_code == 403
    async with unit_of_work(kernel) as uow:
        assert await grants.claim(uow, other) == 0
        assert await grants.claim(uow, account) == 1
        assert await grants.claim(uow, account) == 0

    async def in_force() -> bool:
        return (await api.get(registrations(world), headers=person)).status_code == 200

    await within_a_second(in_force)
    listed = (await api.get(place(world), headers=administrator)).json()
    assert [(row["email"], row["state"]) for row in listed if row["role"] == "front-desk"] == [
        ("front-desk@example.org", "active"),
        ("new@example.org", "active"),
    ]


async def test_an_invitation_that_ran_out_or_was_withdrawn_gives_nothing(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    administrator = await sign_in(api, "administrator@example.org")
    soon = clock.now() + timedelta(seconds=1)
    assert (await give(api, world, administrator, email="a@example.org", expires_at=clock.isoformat(soon))).is_success
    withdrawn = (await give(api, world, administrator, email="b@example.org")).json()["uid"]
    assert (await api.delete(f"{place(world)}/{withdrawn}", headers=administrator)).status_code == 204
    await asyncio.sleep(1)
    async with unit_of_work(kernel) as uow:
        for name in "ab":
            account = await accounts.register(uow, email=f"{name}@example.org", password=PASSWORD, name=name)
            assert await grants.claim(uow, account) == 0


async def test_nobody_gives_themselves_a_role_not_even_through_a_key(api: httpx.AsyncClient, world: World) -> None:
    administrator = await sign_in(api, "administrator@example.org")
    keys = f"/api/v1/organizations/{world.organization.uid}/api-keys"
    body = {"name": "x", "permissions": ["role:manage"]}
    text = (await api.post(keys, json=body, headers=administrator)).json()["key"]
    for headers in (administrator, {"Authorization": f"Bearer {text}"}):
        answer = await give(api, world, headers, email="Administrator@example.org", role="data-steward")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/own-grant")
        # The control: the same caller, somebody else.
        assert (await give(api, world, headers, email="front-desk@example.org", role="data-steward")).status_code == 201


@pytest.mark.parametrize("expires_at", ["2020-01-01T00:00:00Z", "2999-13-01T00:00:00Z", "tomorrow"])
async def test_a_role_cannot_end_before_it_begins(api: httpx.AsyncClient, world: World, expires_at: str) -> None:
    administrator = await sign_in(api, "administrator@example.org")
    answer = await give(api, world, administrator, email="x@example.org", expires_at=expires_at)
    assert answer.status_code == 422
    assert len((await api.get(place(world), headers=administrator)).json()) == 2


async def test_somebody_has_to_administer_the_organization(
    api: httpx.AsyncClient, world: World, kernel: Kernel, somebody: Account
) -> None:
    administrator = await sign_in(api, "administrator@example.org")
    listed = (await api.get(place(world), headers=administrator)).json()
    own = next(row["uid"] for row in listed if row["role"] == "administrator")
    answer = await api.delete(f"{place(world)}/{own}", headers=administrator)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/last-administrator")
    async with unit_of_work(kernel) as uow:
        await grants.grant(uow, somebody, world.organization, Role.ADMINISTRATOR)
    assert (await api.delete(f"{place(world)}/{own}", headers=administrator)).status_code == 204


async def test_a_role_reaches_down_the_tree_and_neither_up_nor_aside(
    api: httpx.AsyncClient, kernel: Kernel, world: World, somebody: Account
) -> None:
    async with unit_of_work(kernel) as uow:
        top = world.organization
        middle, aside = [
            await organizations.create(uow, name=name, slug=name, kind="faculty", parent=top.uid)
            for name in ("middle", "aside")
        ]
        below = await organizations.create(uow, name="below", slug="below", kind="department", parent=middle.uid)
        await grants.grant(uow, somebody, middle, Role.FRONT_DESK)
    person = await sign_in(api, somebody.email)
    seen = {
        found.slug: (await api.get(f"/api/v1/organizations/{found.uid}/registrations", headers=person)).status_code
        for found in (top, middle, aside, below)
    }
    assert seen == {"sahaya": 404, "middle": 200, "aside": 404, "below": 200}


@pytest.mark.timeout(300)
async def test_a_disabled_account_is_out_of_two_processes_within_a_second_and_without_redis(
    settings: Settings, world: World, kernel: Kernel, tmp_path: Path
) -> None:
    # Nobody listens there: what ends in time, ends by PostgreSQL alone.
    alone = structs(settings, redis_url="redis://127.0.0.1:1/0", redis_timeout=0.05)
    with servers(alone, tmp_path, 2) as urls:
        async with httpx.AsyncClient(timeout=30) as client:
            body = {"email": "administrator@example.org", "password": PASSWORD}
            signed = await client.post(f"{urls[0]}/api/v1/auth/sessions", json=body)
            headers = {"Authorization": f"Bearer {signed.json()['access_token']}"}

            async def statuses() -> set[int]:
                return {(await client.get(f"{url}/api/v1/me", headers=headers)).status_code for url in urls}

            assert await statuses() == {200}
            async with unit_of_work(kernel) as uow:
                done = await administration.disable(uow, "ADMINISTRATOR@example.org")
            assert done.sessions >= 1

            async def out() -> bool:
                return await statuses() == {401}

            await within_a_second(out)
            refused = await client.post(f"{urls[1]}/api/v1/auth/sessions", json=body)
            assert refused.status_code == 401
            printed = await asyncio.to_thread(prs, settings, "accounts", "enable", "administrator@example.org")
            assert "is enabled" in printed
            assert await statuses() == {401}
            assert (await client.post(f"{urls[1]}/api/v1/auth/sessions", json=body)).status_code == 201
    assert world.staff
