"""The running platform that the contract is held against: a server on loopback over a database of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from api.domain.accounts import api_keys, grants, keyring
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from deploy.local.testing import TestServices
from tests.conftest import INTERNAL_TOKEN, MASTER_KEYS, PASSWORDS, redis_number
from tests.contract.callers import ANONYMOUS, GRANTABLE, SCHEDULER, Caller, integration, sign_in
from tests.contract.ground import PARTICIPANT, Ground
from tests.factories.files import make_papers
from tests.factories.world import PASSWORD, World, make_event, make_organization, organiser
from tests.processes import servers


@dataclass(frozen=True)
class Platform:
    """A server, its address, and two organizations that know nothing of each other."""

    url: str
    client: httpx.Client
    own: World
    other: World
    # Everybody, as the first organization knows them; a guest is made with each registration.
    callers: tuple[Caller, ...]
    stranger: Caller

    @property
    def administrator(self) -> Caller:
        return next(caller for caller in self.callers if caller.name == Role.ADMINISTRATOR)

    def ground(self) -> Ground:
        """Return a place for new things in the first organization."""
        return Ground(self.client, self.own, self.administrator.headers)

    def elsewhere(self) -> Ground:
        """Return a place for new things in the second organization."""
        return Ground(self.client, self.other, self.stranger.headers)


@pytest.fixture(scope="session")
def contract_settings(
    services: TestServices, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of the server under test; throttling is off."""
    name = f"c{uuid4().hex[:16]}"
    owner = services.create_database(name, template=template)
    urls = {role: services.database_url(name, user=role, password=password) for role, password in PASSWORDS.items()}
    yield Settings(
        env="test",
        public_url="http://127.0.0.1",
        database_url=owner,
        api_database_url=urls["prs_app"],
        worker_database_url=urls["prs_worker"],
        redis_url=services.redis_url(redis_number()),
        redis_timeout=1.0,
        master_keys=MASTER_KEYS,
        internal_token=INTERNAL_TOKEN,
        # Nobody listens: what is asked for waits.
        smtp_url="smtp://127.0.0.1:9",
        storage_url=f"file://{tmp_path_factory.mktemp('files')}",
        rate_limit_scale=0,
    )
    services.drop_database(name)


@pytest.fixture(scope="session")
def platform(contract_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform, running until the last test of the contract is over."""
    own, other, keys = asyncio.run(_prepared(contract_settings))
    logs = tmp_path_factory.mktemp("contract")
    with servers(contract_settings, logs, 1) as (url,), httpx.Client(base_url=url, timeout=30) as client:
        staff = [sign_in(client, account.email, role) for role, account in own.staff.items()]
        callers = (ANONYMOUS, sign_in(client, PARTICIPANT), *staff, *keys, SCHEDULER)
        stranger = sign_in(client, other.staff[Role.ADMINISTRATOR].email)
        yield Platform(url, client, own, other, callers, stranger)


async def _prepared(settings: Settings) -> tuple[World, World, list[Caller]]:
    kernel = make_kernel(settings, service="contract", database_url=settings.api_database_url)
    try:
        await kernel.redis.attempt(lambda redis: redis.flushdb())
        async with unit_of_work(kernel) as uow:
            await keyring.ensure(uow)
            await accounts.register(uow, email=PARTICIPANT, password=PASSWORD, name="participant")
        own = await _world(kernel, "own", tuple(Role))
        other = await _world(kernel, "other", (Role.ADMINISTRATOR, Role.DATA_STEWARD))
        return own, other, await _keys(kernel, own)
    finally:
        await kernel.close()


async def _world(kernel: Kernel, slug: str, roles: tuple[Role, ...]) -> World:
    organization = await make_organization(kernel, slug)
    staff = {}
    async with unit_of_work(kernel, organiser(organization)) as uow:
        for role in roles:
            email = f"{role.value}@{slug}.example.org"
            staff[role] = await accounts.register(uow, email=email, password=PASSWORD, name=role.value)
            await grants.grant(uow, staff[role], organization, role)
    event, tickets, forms = await make_event(kernel, organization, f"{slug}-retreat", capacity=None)
    world = World(organization, staff, event, f"{slug}-retreat", tickets, forms)
    await make_papers(kernel, world, f"{slug}-papers")
    return world


async def _keys(kernel: Kernel, world: World) -> list[Caller]:
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        return [
            integration(
                permission,
                (
                    await api_keys.create(
                        uow, world.organization, name=permission.value, permissions=[permission], expires_at=None
                    )
                )[1],
            )
            for permission in GRANTABLE
        ]
