"""How many statements a request costs. A number that grows with the data would be a query inside a loop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event

from api.domain.accounts.roles import Role
from api.lib.settings import Settings
from tests.conftest import Running, running
from tests.factories.client import register, sign_in, whole
from tests.factories.world import World


@contextmanager
def counted(found: Running) -> Iterator[list[str]]:
    """Collect the statements that the application sends."""
    statements: list[str] = []
    # The process polls for revocations meanwhile, in a task of its own.
    ours = asyncio.current_task()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if asyncio.current_task() is ours:
            statements.append(" ".join(statement.split()))

    engine = found.kernel.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_registration_in_one_call_costs_the_same_whatever_it_holds(settings: Settings, world: World) -> None:
    async with running(settings) as found:
        await register(found.client, world)
        counts = []
        for children in (0, 20):
            body = whole(world, children=[{"child_name": f"Child {n}"} for n in range(children)])
            with counted(found) as statements:
                answer = await found.client.post(f"/api/v1/events/{world.slug}/registrations", json=body)
            assert answer.status_code == 201, answer.text
            counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 30, statements


@pytest.mark.parametrize("people", [1, 8])
async def test_the_staffs_list_costs_the_same_for_one_and_for_many(
    settings: Settings, world: World, people: int
) -> None:
    async with running(settings) as found:
        client: httpx.AsyncClient = found.client
        staff = await sign_in(client, f"{Role.ADMINISTRATOR.value}@example.org")
        for _ in range(people):
            await register(client, world)
        address = f"/api/v1/organizations/{world.organization.uid}/registrations"
        await client.get(address, headers=staff)
        with counted(found) as statements:
            answer = await client.get(address, headers=staff)
        assert len(answer.json()["items"]) == people
    assert len(statements) == 9, statements


async def test_a_flow_that_was_read_before_costs_no_statement(settings: Settings, world: World) -> None:
    async with running(settings) as found:
        await found.client.get(f"/api/v1/events/{world.slug}/flow")
        with counted(found) as statements:
            assert (await found.client.get(f"/api/v1/events/{world.slug}/flow")).status_code == 200
    assert statements == []
