"""Signing keys: published before they sign, read until their last token has run out, then refused and deleted."""

import asyncio
import base64
import json
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine
from sqlalchemy import text

from api.domain.accounts import keyring
from api.domain.accounts.keyring import KeyState
from api.lib import clock
from api.lib.crypto import SealError
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import Running, running, structs
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World
from tests.processes import prs, servers

LEAD, LIFE = 600, 600
JWKS = "/.well-known/jwks.json"


@pytest.fixture
async def first(kernel: Kernel) -> str:
    """The id of the only key."""
    async with unit_of_work(kernel) as uow:
        await keyring.ensure(uow)
        return (await keyring.listed(uow))[0].kid


async def states(kernel: Kernel) -> dict[str, str]:
    async with unit_of_work(kernel) as uow:
        return {key.kid: key.state for key in await keyring.listed(uow)}


async def rotate(kernel: Kernel) -> str:
    async with unit_of_work(kernel) as uow:
        return (await keyring.rotate(uow)).kid


async def test_a_key_goes_through_its_states_at_the_times_written_down(kernel: Kernel, first: str) -> None:
    began = clock.now() + timedelta(seconds=1)
    with time_machine.travel(began, tick=False) as traveller:
        second = await rotate(kernel)
        assert await states(kernel) == {first: KeyState.ACTIVE, second: KeyState.NEXT}
        traveller.move_to(began + timedelta(seconds=LEAD - 1))
        assert await states(kernel) == {first: KeyState.ACTIVE, second: KeyState.NEXT}
        traveller.move_to(began + timedelta(seconds=LEAD))
        assert await states(kernel) == {first: KeyState.RETIRING, second: KeyState.ACTIVE}
        traveller.move_to(began + timedelta(seconds=LEAD + LIFE))
        assert await states(kernel) == {first: KeyState.RETIRING, second: KeyState.ACTIVE}
        traveller.move_to(began + timedelta(seconds=LEAD + LIFE + LEAD))
        assert await states(kernel) == {first: KeyState.GONE, second: KeyState.ACTIVE}


async def test_asking_twice_makes_one_next_key(kernel: Kernel, first: str) -> None:
    kids = await asyncio.gather(*(rotate(kernel) for _ in range(5)))
    assert len(set(kids)) == 1
    assert set(await states(kernel)) == {first, kids[0]}


async def test_the_private_part_of_a_gone_key_is_deleted(kernel: Kernel, owner: Database, first: str) -> None:
    began = clock.now() + timedelta(seconds=1)
    with time_machine.travel(began, tick=False) as traveller:
        second = await rotate(kernel)
        traveller.move_to(began + timedelta(seconds=2 * LEAD + LIFE - 1))
        async with unit_of_work(kernel) as uow:
            assert await keyring.sweep(uow) == 0
        traveller.move_to(began + timedelta(seconds=2 * LEAD + LIFE))
        async with unit_of_work(kernel) as uow:
            assert await keyring.sweep(uow) == 1
    async with owner.engine.connect() as connection:
        left = await connection.scalars(text("SELECT kid FROM signing_key WHERE sealed_private IS NOT NULL"))
        assert list(left) == [second]
        assert first != second


@pytest.mark.parametrize(("days", "rotated"), [(89, False), (91, True)])
async def test_the_job_rotates_at_ninety_days(kernel: Kernel, first: str, days: int, rotated: bool) -> None:
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        async with unit_of_work(kernel) as uow:
            assert await keyring.rotate_when_due(uow) is rotated
        assert (set(await states(kernel)) != {first}) is rotated


async def test_a_key_copied_to_another_row_does_not_open(kernel: Kernel, owner: Database, first: str) -> None:
    second = await rotate(kernel)
    async with owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE signing_key SET sealed_private = (SELECT sealed_private FROM signing_key WHERE kid = :a) "
                 "WHERE kid = :b"),
            {"a": first, "b": second},
        )  # fmt: skip
    async with unit_of_work(kernel) as uow:
        with pytest.raises(SealError):
            await keyring.load(uow, kernel)


async def published(client: httpx.AsyncClient) -> list[str]:
    return [key["kid"] for key in (await client.get(JWKS)).json()["keys"]]


async def until(seconds: float, wanted: set[str], client: httpx.AsyncClient) -> None:
    began = time.monotonic()
    while set(await published(client)) != wanted:
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.05)


async def test_the_next_key_is_published_in_every_process_long_before_it_signs(
    settings: Settings, world: World, kernel: Kernel, first: str  # noqa: ARG001
) -> None:  # fmt: skip
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(running(settings)) for _ in range(2)]
        second = await rotate(kernel)
        for found in processes:
            await until(1.5, {first, second}, found.client)
            answer = await found.client.get(JWKS)
            assert answer.headers["cache-control"] == "public, max-age=300"
            assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in answer.json()["keys"])
            headers = await sign_in(found.client, "front-desk@example.org")
            assert kid_of(headers) == first


def kid_of(headers: dict[str, str]) -> str:
    head = headers["Authorization"].removeprefix("Bearer ").split(".")[0]
    kid: str = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    return kid


async def test_a_withdrawn_key_is_refused_everywhere_at_once_and_signing_in_goes_on(
    settings: Settings, world: World, kernel: Kernel, first: str  # noqa: ARG001
) -> None:  # fmt: skip
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(running(settings)) for _ in range(2)]
        headers = await sign_in(one.client, "front-desk@example.org")
        for found in (one, two):
            assert await _me(found, headers) == 200
        async with unit_of_work(kernel) as uow:
            await keyring.withdraw(uow, first)
        began = time.monotonic()
        while {await _me(found, headers) for found in (one, two)} != {401}:
            assert time.monotonic() - began < 1.5
            await asyncio.sleep(0.05)
        fresh = await sign_in(one.client, "front-desk@example.org")
        assert kid_of(fresh) != first
        assert await _me(two, fresh) == 200


async def test_a_token_of_a_key_that_is_not_here_yet_makes_a_process_look_once(
    settings: Settings, world: World, kernel: Kernel, first: str  # noqa: ARG001
) -> None:  # fmt: skip
    async with running(settings) as found:
        authenticator = found.app.state.authenticator
        looked = 0
        refresh = authenticator._reloader.refresh  # noqa: SLF001

        async def counted(uow: object) -> None:
            nonlocal looked
            looked += 1
            await refresh(uow)

        authenticator._reloader.refresh = counted  # noqa: SLF001
        async with unit_of_work(kernel) as uow:
            await keyring.withdraw(uow, first)
            fresh = (await keyring.load(uow, kernel)).issue(
                subject="0" * 8, session="1" * 8, now=int(clock.now().timestamp())
            )  # fmt: skip
        for _ in range(20):
            assert await _me(found, {"Authorization": f"Bearer {fresh}"}) == 401
        # One for the unknown key, and what the poll does meanwhile: never one a request.
        assert 1 <= looked <= 6


async def _me(found: Running, headers: dict[str, str]) -> int:
    return (await found.client.get("/api/v1/me", headers=headers)).status_code


class Person:
    """Somebody whose app renews the token before it runs out, and who never stops."""

    def __init__(self, addresses: list[str]) -> None:
        self.client = httpx.AsyncClient(timeout=30)
        self.addresses = addresses
        self.asked = 0
        self.failed: list[str] = []
        self.kids: set[str] = set()
        self.first_token = ""

    async def live(self, over: asyncio.Event, life: float) -> None:
        async with self.client:
            turn, headers, renewed = 0, {}, 0.0
            while not over.is_set():
                turn += 1
                address = self.addresses[turn % len(self.addresses)]
                if time.monotonic() - renewed > life / 2:
                    # Signed by one process, shown to the others.
                    headers, renewed = await self._renewed(address), time.monotonic()
                answer = await self.client.get(f"{address}/api/v1/me", headers=headers)
                self.asked += 1
                if answer.status_code != 200:
                    self.failed.append(f"{answer.status_code} {answer.text}")

    async def _renewed(self, address: str) -> dict[str, str]:
        body = {"email": "administrator@example.org", "password": PASSWORD}
        answer = await self.client.post(f"{address}/api/v1/auth/sessions", json=body)
        self.client.cookies.clear()
        self.asked += 1
        if answer.status_code != 201:
            self.failed.append(f"{answer.status_code} {answer.text}")
            return {}
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        self.first_token = self.first_token or answer.json()["access_token"]
        self.kids.add(kid_of(headers))
        return headers


@pytest.fixture
def quick(settings: Settings, world: World) -> Settings:  # noqa: ARG001
    """Settings in which a key's whole life takes seconds."""
    return structs(settings, access_token_seconds=4, signing_key_lead_seconds=2)


@pytest.mark.timeout(300)
async def test_rotating_under_load_fails_no_valid_request_and_ends_the_old_keys(
    quick: Settings, tmp_path: Path
) -> None:
    rotations = 3
    with servers(quick, tmp_path, 2) as (one, two):
        over = asyncio.Event()
        people = [Person([one, two]) for _ in range(3)]
        lives = [asyncio.create_task(person.live(over, 4)) for person in people]
        for _ in range(rotations):
            await asyncio.to_thread(prs, quick, "keys", "rotate")
            await asyncio.sleep(4)
        over.set()
        await asyncio.gather(*lives)
        assert [failure for person in people for failure in person.failed] == []
        asked = sum(person.asked for person in people)
        kids = set().union(*(person.kids for person in people))
        assert asked > 100
        assert len(kids) >= rotations
        # The first one's last token, and as long again as its successor was published.
        await asyncio.sleep(quick.access_token_seconds + quick.signing_key_lead_seconds)
        listing = await asyncio.to_thread(prs, quick, "keys", "list")
        gone = [line.split()[0] for line in listing.splitlines() if " gone " in line]
        assert len(gone) >= rotations - 1
        async with httpx.AsyncClient() as client:
            for address in (one, two):
                stale = {"Authorization": f"Bearer {people[0].first_token}"}
                assert (await client.get(f"{address}/api/v1/me", headers=stale)).status_code == 401
                keys = (await client.get(f"{address}{JWKS}")).json()["keys"]
                assert not set(gone) & {key["kid"] for key in keys}
