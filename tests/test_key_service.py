"""Master keys in a service: what it refuses, what happens while it is away, and moving to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from api import rewrapping
from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.lib import kms
from api.lib.crypto import KeysAway, RecordKey, SealError
from api.lib.db import Database
from api.lib.keyproviders import make_vault
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from tests.api.refusals import contents
from tests.conftest import running, structs
from tests.factories.client import register, sign_in, whole
from tests.factories.key_service import CREDENTIALS, KeyService, key_service
from tests.factories.world import PASSWORD, World

ALIAS = "alias/prs"
PASSPORT = "Z1234567"


@pytest.fixture(scope="module")
def moto() -> Iterator[KeyService]:
    with key_service() as found:
        yield found


@pytest.fixture
def service(moto: KeyService, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyService]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    moto.new_key(ALIAS)
    yield moto
    moto.mood = "open"


@pytest.fixture
def in_service(settings: Settings, service: KeyService) -> Settings:
    return structs(settings, key_provider="aws-kms", kms_key=ALIAS, kms_endpoint=service.url, master_keys="")


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[Kernel]:
    kernel = make_kernel(settings, service="test", database_url=settings.worker_database_url)
    try:
        yield kernel
    finally:
        await kernel.close()


async def moved(settings: Settings) -> list[tuple[int, int]]:
    """Move everything to the key that the settings name."""
    sealer = make_kernel(settings, service="test", database_url=settings.sealer_database_url)
    try:
        async with worker(settings) as mover:
            return [seen async for seen in rewrapping.rewrap(mover, sealer, batch=2)]
    finally:
        await sealer.close()


async def steward(kernel: Kernel, world: World) -> None:
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="steward@example.org", password=PASSWORD, name="steward")
        await grants.grant(uow, account, world.organization, Role.DATA_STEWARD)


async def reveal(client: httpx.AsyncClient, uid: str) -> httpx.Response:
    headers = await sign_in(client, "steward@example.org")
    body = {"step": "about", "pointer": "/passport", "reason": "support"}
    return await client.post(f"/api/v1/registrations/{uid}/reveals", json=body, headers=headers)


async def test_a_data_key_opens_for_its_record_only(in_service: Settings) -> None:
    vault = make_vault(in_service)
    key, data = await vault.new_record_key("registration_key:wrapped:0b0c")
    assert key.key_id.startswith("arn:aws:kms:ap-south-1:")
    sealed = data.seal(b"M1", context="here")
    # Another process, which remembers nothing.
    other = make_vault(in_service)
    assert (await other.open_record_key(key, "registration_key:wrapped:0b0c")).open(sealed, context="here") == b"M1"
    with pytest.raises(SealError):
        await other.open_record_key(key, "registration_key:wrapped:0b0d")
    with pytest.raises(SealError):
        await other.open_record_key(RecordKey(key.key_id, key.wrapped[:-1] + b"x"), "registration_key:wrapped:0b0c")
    for one in (vault, other):
        one.close()


async def test_what_was_opened_is_remembered_for_a_while_and_not_longer(
    in_service: Settings, service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault(in_service)
    key, _ = await vault.new_record_key("record")
    before = service.calls
    await vault.open_record_key(key, "record")
    assert service.calls == before
    with pytest.raises(SealError):
        await vault.open_record_key(key, "other record")
    later = time.monotonic() + kms.REMEMBERED_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    before = service.calls
    await vault.open_record_key(key, "record")
    assert service.calls == before + 1
    vault.close()


@pytest.mark.parametrize("mood", ["throttling", "down"])
async def test_while_the_service_is_away_nothing_is_half_written(
    in_service: Settings, service: KeyService, owner: Database, world: World, kernel: Kernel, mood: str
) -> None:
    # The world was made under local keys; both are declared until everything has moved.
    await steward(kernel, world)
    both = structs(in_service, master_keys=kernel.settings.master_keys)
    async with running(both) as found:
        known = await register(found.client, world, passport=PASSPORT)
        before = await contents(owner)
        service.mood = mood
        refused = await found.client.post(
            f"/api/v1/events/{world.slug}/registrations", json=whole(world, passport=PASSPORT)
        )
        assert refused.status_code == 503, refused.text
        assert refused.json()["type"] == "/problems/keys-unavailable"
        assert await contents(owner) == before
        # Who gives nothing sensitive needs no key.
        assert (
            await found.client.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world))
        ).status_code == 201
        service.mood = "open"
        await register(found.client, world, passport=PASSPORT)
        assert (await reveal(found.client, known["registration"]["uid"])).json() == {"value": PASSPORT}
    async with running(both) as fresh:
        # Opened at start: the platform's own keys. A record's is asked for when it is needed.
        service.mood = mood
        answer = await reveal(fresh.client, known["registration"]["uid"])
        assert (answer.status_code, PASSPORT in answer.text) == (503, False)


async def test_nobody_waits_for_anothers_key(
    in_service: Settings, service: KeyService, world: World, kernel: Kernel
) -> None:
    both = structs(in_service, master_keys=kernel.settings.master_keys)
    async with running(both) as found:
        service.mood = "slow"
        slow = asyncio.create_task(register(found.client, world, passport=PASSPORT))
        await asyncio.sleep(0.3)
        started, longest = time.monotonic(), 0.0
        while time.monotonic() - started < 0.4:
            asked = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - asked)
        assert not slow.done()
        await slow
        assert longest < 0.4


async def test_moving_from_the_environment_to_the_service(
    in_service: Settings, settings: Settings, owner: Database, world: World, kernel: Kernel
) -> None:
    await steward(kernel, world)
    async with running(settings) as found:
        uids = [(await register(found.client, world, passport=PASSPORT))["registration"]["uid"] for _ in range(3)]
    both = structs(in_service, master_keys=settings.master_keys)
    assert (await moved(both))[-1] == (6, 6)
    async with owner.engine.connect() as connection:
        keys = (await connection.execute(text("SELECT DISTINCT key_id FROM registration_key"))).scalars().all()
    assert [key.startswith("arn:aws:kms:") for key in keys] == [True]
    async with running(in_service) as found:
        assert [(await reveal(found.client, uid)).json() for uid in uids] == [{"value": PASSPORT}] * 3


async def test_after_the_alias_has_moved_on_the_old_key_can_be_disabled(
    in_service: Settings, service: KeyService, settings: Settings, world: World, kernel: Kernel
) -> None:
    await steward(kernel, world)
    both = structs(in_service, master_keys=settings.master_keys)
    async with running(both) as found:
        uid = (await register(found.client, world, passport=PASSPORT))["registration"]["uid"]
    old = service.client().describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"]
    await moved(both)
    assert service.new_key(ALIAS) != old
    await moved(both)
    service.disabled.add(old)
    async with running(in_service) as found:
        assert (await reveal(found.client, uid)).json() == {"value": PASSPORT}


async def test_before_that_the_disabled_key_is_missed(
    in_service: Settings, service: KeyService, settings: Settings, world: World, kernel: Kernel
) -> None:
    """The control of the test above: a disabled key is refused."""
    await steward(kernel, world)
    both = structs(in_service, master_keys=settings.master_keys)
    async with running(both) as found:
        uid = (await register(found.client, world, passport=PASSPORT))["registration"]["uid"]
    service.disabled.add(service.client().describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"])
    with pytest.raises(KeysAway):
        async with worker(both) as fresh, unit_of_work(fresh):
            await fresh.vault.new_record_key("record")
    assert uid
