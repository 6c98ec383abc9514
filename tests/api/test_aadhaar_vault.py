"""The vault of whole Aadhaar numbers, where it is on: reached by one role, through three functions.

In a cluster of its own: who may take on a role is decided for all databases of a cluster.
"""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api import roles
from api.domain import wiring
from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.domain.privacy import erasures
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from deploy.local.testing import TestServices
from tests.conftest import INTERNAL_TOKEN, MASTER_KEYS, PASSWORDS, ROOT
from tests.factories.client import Draft, sign_in
from tests.factories.papers import ANSWERS, NUMBER, OTHER, SLUG, body, make_papers
from tests.factories.world import PASSWORD, World, make_organization


@pytest.fixture(scope="module")
def cluster() -> Iterator[TestServices]:
    with TestServices.acquire(run=f"vault-{uuid4().hex[:12]}") as found:
        yield found


@pytest.fixture
def settings(cluster: TestServices) -> Iterator[Settings]:
    name = f"v{uuid4().hex[:12]}"
    owner = cluster.create_database(name)
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", owner)
    command.upgrade(config, "head")
    urls = {}
    for role, password in PASSWORDS.items():
        cluster.postgres.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        urls[role] = cluster.database_url(name, user=role, password=password)
    yield Settings(
        env="test",
        public_url="http://testserver.local",
        database_url=owner,
        api_database_url=urls["prs_app"],
        worker_database_url=urls["prs_worker"],
        redis_url=cluster.redis_url(1),
        redis_timeout=1.0,
        master_keys=MASTER_KEYS,
        internal_token=INTERNAL_TOKEN,
        rate_limit_scale=0,
        aadhaar_vault="on",
    )
    cluster.drop_database(name)


@pytest.fixture
async def papers(kernel: Kernel, owner: Database, world: World) -> AsyncIterator[World]:
    await roles.set_vault(owner, on=True)
    await make_papers(kernel, world)
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="steward@example.org", password=PASSWORD, name="steward")
        await grants.grant(uow, account, world.organization, Role.DATA_STEWARD)
    yield world
    await roles.set_vault(owner, on=False)


async def numbers(owner: Database) -> int:
    async with owner.engine.connect() as connection:
        return await connection.scalar(text("SELECT count(*) FROM prs_vault.aadhaar")) or 0


async def register(api: httpx.AsyncClient, papers: World, number: str = NUMBER) -> str:
    made = await api.post(f"/api/v1/events/{SLUG}/registrations", json=body(papers, aadhaar=number))
    assert made.status_code == 201, made.text
    uid: str = made.json()["registration"]["uid"]
    return uid


async def execute(kernel: Kernel, organization: int, *statements: str) -> None:
    async with unit_of_work(kernel, scope=Scope(frozenset({organization}))) as uow:
        for statement in statements:
            await uow.session.execute(text(statement))


async def test_the_number_is_kept_shown_to_stewards_and_found(
    api: httpx.AsyncClient, owner: Database, papers: World
) -> None:
    uid = await register(api, papers)
    await register(api, papers, OTHER)
    headers = await sign_in(api, "steward@example.org")
    ask = {"step": "papers", "pointer": "/aadhaar", "reason": "legal-duty"}
    shown = await api.post(f"/api/v1/registrations/{uid}/reveals", json=ask, headers=headers)
    assert shown.json() == {"value": NUMBER}
    search = f"/api/v1/organizations/{papers.organization.uid}/registrations/search-by-number"
    found = await api.post(search, json={"identity": "aadhaar", "value": NUMBER}, headers=headers)
    assert [item["uid"] for item in found.json()["items"]] == [uid]
    async with owner.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT sealed, blind_index FROM registration_sealed_answer"))).all()
    assert {tuple(row) for row in rows} == {(None, None)}
    assert await numbers(owner) == 2


async def test_the_mask_sent_back_keeps_the_number_and_a_step_without_it_forgets_it(
    api: httpx.AsyncClient, owner: Database, papers: World
) -> None:
    assert papers
    started = await api.post("/api/v1/registrations", json={"event": SLUG})
    found = Draft(api, started.json())
    await found.save("papers", answers=ANSWERS | {"aadhaar": NUMBER})
    await found.save("papers", answers=found.body["steps"]["papers"]["answers"])
    headers = await sign_in(api, "steward@example.org")
    ask = {"step": "papers", "pointer": "/aadhaar", "reason": "legal-duty"}
    shown = await api.post(f"{found.address}/reveals", json=ask, headers=headers)
    assert shown.json() == {"value": NUMBER}
    await found.save("papers", answers=ANSWERS)
    assert await numbers(owner) == 0


async def test_the_processes_role_reads_no_table_of_it(kernel: Kernel, api: httpx.AsyncClient, papers: World) -> None:
    await register(api, papers)
    for statements in (
        ["SELECT * FROM prs_vault.aadhaar"],
        ["SET LOCAL ROLE prs_vault_app", "SELECT * FROM prs_vault.aadhaar"],
        ["SELECT * FROM prs_vault.read(1)"],
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            await execute(kernel, papers.organization.id, *statements)


async def test_the_functions_see_the_transactions_organizations_only(
    kernel: Kernel, api: httpx.AsyncClient, papers: World
) -> None:
    await register(api, papers)
    other = await make_organization(kernel, "other")
    seen = []
    for organization in (papers.organization, other):
        async with unit_of_work(kernel, scope=Scope(frozenset({organization.id}))) as uow:
            await uow.session.execute(text("SET LOCAL ROLE prs_vault_app"))
            seen.append(len((await uow.session.execute(text("SELECT * FROM prs_vault.read(1)"))).all()))
            await uow.session.execute(text("SET LOCAL ROLE NONE"))
    assert seen == [1, 0]
    with pytest.raises(DBAPIError, match="outside the scope"):
        await execute(
            kernel,
            other.id,
            "SET LOCAL ROLE prs_vault_app",
            f"SELECT prs_vault.put(1, {papers.organization.id}, 'papers', '/aadhaar', 'x', 'y')",
        )


async def test_where_it_is_off_the_processes_cannot_get_in(kernel: Kernel, owner: Database, papers: World) -> None:
    assert papers
    await roles.set_vault(owner, on=False)
    with pytest.raises(DBAPIError, match="permission denied to set role"):
        await execute(kernel, papers.organization.id, "SET LOCAL ROLE prs_vault_app")


@pytest.mark.parametrize("table", ["registration", "registration_sealed_answer"])
async def test_with_the_answer_the_number_goes(
    api: httpx.AsyncClient, owner: Database, papers: World, table: str
) -> None:
    await register(api, papers)
    assert await numbers(owner) == 1
    async with owner.engine.begin() as connection:
        await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    assert await numbers(owner) == 0


async def proof(owner: Database) -> dict[str, int]:
    async with owner.engine.connect() as connection:
        found: dict[str, int] = await connection.scalar(text("SELECT places FROM erasure")) or {}
    return found


@pytest.mark.parametrize("still_on", [True, False])
async def test_an_erasure_empties_the_vault_and_its_proof_says_so(
    api: httpx.AsyncClient, worker_kernel: Kernel, owner: Database, papers: World, still_on: bool
) -> None:
    family = [{"member_name": "Ravi", "member_aadhaar": OTHER}]
    given = body(papers, aadhaar=NUMBER, family=family)
    answer = await api.post(f"/api/v1/events/{SLUG}/registrations", json=given)
    made = answer.json()
    await register(api, papers, OTHER)
    assert await numbers(owner) == 3
    # The worker erases without being let into the vault, also after it was turned off.
    await roles.set_vault(owner, on=still_on)
    address = f"/api/v1/registrations/{made['registration']['uid']}"
    asked = await api.post(f"{address}/erasure", headers={"Registration-Token": made["token"]})
    assert asked.status_code == 202, asked.text
    assert await erasures.run_due(worker_kernel, wiring.PERSONAL_DATA) == 1
    assert await numbers(owner) == 1, "somebody else's stays"
    assert (await proof(owner))["aadhaar"] == 2
