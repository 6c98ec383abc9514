"""How many statements a request costs. A number that grows with the data would be a query inside a loop."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event

from api.domain.accounts.roles import Role
from api.domain.registrations import repository
from api.lib.db import Database
from api.lib.settings import Settings
from tests.conftest import Running, running
from tests.factories import documents
from tests.factories.client import Draft, register, sign_in, whole
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


async def test_a_registration_in_one_call_is_one_call_of_the_database(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    register_group = repository.register

    async def note(database: Database, organization_ids: Iterable[int], batch: bytes) -> list[repository.Outcome]:
        found = await register_group(database, organization_ids, batch)
        calls.append(len(found))
        return found

    monkeypatch.setattr(repository, "register", note)
    async with running(settings) as found:
        await register(found.client, world)
        calls.clear()
        for children in (0, 20):
            body = whole(world, children=[{"child_name": f"Child {n}"} for n in range(children)])
            with counted(found) as statements:
                answer = await found.client.post(f"/api/v1/events/{world.slug}/registrations", json=body)
            assert answer.status_code == 201, answer.text
            assert statements == []
        assert calls == [1, 1]
        calls.clear()
        keyed = [{"Idempotency-Key": uuid4().hex} for _ in range(10)]
        address = f"/api/v1/events/{world.slug}/registrations"
        body = whole(world, ticket=world.tickets[1])
        sent = [found.client.post(address, json=body, headers=headers) for headers in keyed]
        assert {answer.status_code for answer in await asyncio.gather(*sent)} == {201}
        # Who came while a call was on its way went with the next.
        assert sum(calls) == 10
        assert len(calls) < 10


async def test_saving_a_step_costs_a_fixed_number_of_statements_and_reads_no_ticket(
    settings: Settings, world: World
) -> None:
    async with running(settings) as found:
        draft = await Draft.start(found.client, world)
        await draft.save("about", answers=documents.ANSWERS, complete=False)
        counts = []
        for children in (0, 20):
            more = {"children": [{"child_name": f"Child {n}"} for n in range(children)]}
            with counted(found) as statements:
                await draft.save("about", answers=documents.ANSWERS | more, complete=False)
            counts.append(len(statements))
            assert not any("event_ticket" in statement for statement in statements)
    assert counts[0] == counts[1] <= 15, statements


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
