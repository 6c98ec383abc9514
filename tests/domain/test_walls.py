"""The second wall: what the database itself keeps apart, whatever the services forget."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.lib.db import Database, UnsafeRole, refuse_owner
from api.lib.security import SYSTEM, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running
from tests.factories.client import register, whole
from tests.factories.world import World, make_event, make_organization

TENANT_TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'organization_id' AND table_name NOT IN ('audit_event', 'role_grant')
ORDER BY 1
"""


async def counts(kernel: Kernel, tables: list[str], scope: Scope | None) -> dict[str, int]:
    """Return how many rows of each table a transaction with this scope sees."""
    async with unit_of_work(kernel, scope=scope) as uow:
        return {
            table: await uow.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 (names of tables)
            for table in tables
        }


@pytest.fixture
async def two(settings: Settings, kernel: Kernel, world: World) -> list[int]:
    """Two organizations with an event and a registration each; returns their private ids."""
    other = await make_organization(kernel, "other")
    event, tickets, forms = await make_event(kernel, other, "other-retreat")
    elsewhere = World(other, {}, event, "other-retreat", tickets, forms)
    async with running(settings) as found:
        for place in (world, elsewhere):
            await register(found.client, place, passport="Z1234567")
            address = f"/api/v1/events/{place.slug}/registrations"
            await found.client.post(address, json=whole(place), headers={"Idempotency-Key": "k"})
    return [world.organization.id, other.id]


async def tenant_tables(owner: Database) -> list[str]:
    async with owner.engine.connect() as connection:
        return [name for (name,) in await connection.execute(text(TENANT_TABLES))]


@pytest.mark.usefixtures("two")
async def test_without_a_scope_no_tenants_row_is_there(kernel: Kernel, owner: Database) -> None:
    tables = await tenant_tables(owner)
    assert len(tables) >= 18
    seen = await counts(kernel, tables, None)
    # What the catalogue shows to everybody.
    assert {table for table, rows in seen.items() if rows} == {"event"}


async def test_a_scope_shows_its_own_rows_and_no_others(kernel: Kernel, owner: Database, two: list[int]) -> None:
    tables = [table for table in await tenant_tables(owner) if table not in ("event", "event_category")]
    first = await counts(kernel, tables, Scope(frozenset({two[0]})))
    second = await counts(kernel, tables, Scope(frozenset({two[1]})))
    both = await counts(kernel, tables, Scope(frozenset(two)))
    assert {table: first[table] + second[table] for table in tables} == both
    assert first["registration"] == second["registration"] == 2


async def test_a_row_of_another_tenant_can_be_neither_changed_nor_added(kernel: Kernel, two: list[int]) -> None:
    async with unit_of_work(kernel, scope=Scope(frozenset({two[0]}))) as uow:
        changed = await uow.session.execute(
            text("UPDATE registration SET contact_name = 'x' WHERE organization_id = :other RETURNING id"),
            {"other": two[1]},
        )
        assert changed.all() == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with unit_of_work(kernel, scope=Scope(frozenset({two[0]}))) as uow:
            await uow.session.execute(text("UPDATE registration SET organization_id = :other"), {"other": two[1]})


@pytest.mark.usefixtures("two")
async def test_only_the_worker_may_lift_the_wall(kernel: Kernel, worker_kernel: Kernel) -> None:
    assert (await counts(kernel, ["registration"], SYSTEM))["registration"] == 0
    assert (await counts(worker_kernel, ["registration"], SYSTEM))["registration"] == 4
    assert (await counts(worker_kernel, ["registration"], None))["registration"] == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "SELECT * FROM audit_event"]
)
async def test_the_trail_can_only_be_added_to(kernel: Kernel, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit_of_work(kernel) as uow:
            await uow.session.execute(text(statement))


async def test_a_process_that_is_an_owner_does_not_start(settings: Settings, owner: Database, kernel: Kernel) -> None:
    await refuse_owner(kernel.database)
    with pytest.raises(UnsafeRole):
        await refuse_owner(owner)
    assert settings.database_url != settings.api_database_url
