"""Two hundred people want the last seat: one gets it, and the others are told why they do not."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, true

from api.domain.catalog import flows, repository
from api.domain.catalog.contracts import StepKind
from api.domain.registrations import lifecycle, seats
from api.domain.registrations.hot_path.sql import FUNCTION
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from tests.conftest import running
from tests.factories import documents
from tests.factories.client import Draft, whole
from tests.factories.world import World, make_event

PEOPLE = 200
SOLD_OUT = "/problems/ticket-sold-out"


@pytest.fixture
async def processes(settings: Settings, world: World) -> AsyncIterator[list[httpx.AsyncClient]]:  # noqa: ARG001
    """Two applications with a connection pool each, over one database."""
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(running(settings))).client for _ in range(2)]


async def one_seat(kernel: Kernel, world: World, slug: str = "last-seat") -> World:
    """Return the same world with an event that has one seat left."""
    event, tickets, forms = await make_event(kernel, world.organization, slug, capacity=1)
    return World(world.organization, world.staff, event, slug, tickets, forms)


async def counter(owner: Database, world: World) -> dict[str, int]:
    async with owner.engine.connect() as connection:
        row = await connection.execute(
            text(
                "SELECT taken, held FROM event_ticket_counter c JOIN event_ticket t ON t.id = c.ticket_id "
                "WHERE t.uid = :uid"
            ),
            {"uid": world.tickets[0]},
        )
        return dict(row.mappings().one())


async def confirmed(owner: Database, world: World) -> int:
    async with owner.engine.connect() as connection:
        found = await connection.scalar(
            text(
                "SELECT count(*) FROM registration r JOIN event e ON e.id = r.event_id "
                "WHERE e.uid = :uid AND r.state = 'confirmed'"
            ),
            {"uid": world.event},
        )
        return int(found or 0)


def answers_of(responses: Sequence[httpx.Response]) -> Counter[tuple[int, str]]:
    return Counter((response.status_code, response.json().get("type", "")) for response in responses)


async def at_once(calls: Sequence[Callable[[], Awaitable[httpx.Response]]]) -> list[httpx.Response]:
    return await asyncio.gather(*(call() for call in calls))


async def assert_one_got_it(responses: Sequence[httpx.Response], owner: Database, world: World, success: int) -> None:
    assert answers_of(responses) == {(success, ""): 1, (409, SOLD_OUT): len(responses) - 1}
    assert await counter(owner, world) == {"taken": 1, "held": 0}
    assert await confirmed(owner, world) == 1


def one_call_each(clients: list[httpx.AsyncClient], world: World) -> list[Callable[[], Awaitable[httpx.Response]]]:
    address = f"/api/v1/events/{world.slug}/registrations"

    def call(index: int) -> Callable[[], Awaitable[httpx.Response]]:
        body = whole(world, full_name=f"Person {index}", email=f"person{index}@example.org")
        return lambda: clients[index % len(clients)].post(address, json=body)

    return [call(index) for index in range(PEOPLE)]


async def execute(owner: Database, statement: str, **values: Any) -> None:
    async with owner.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def define(owner: Database, function: str) -> None:
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql(function)


async def set_capacity(owner: Database, world: World, capacity: int) -> None:
    await execute(
        owner,
        "UPDATE event_ticket_counter SET capacity = :seats "
        "WHERE ticket_id = (SELECT id FROM event_ticket WHERE uid = :uid)",
        seats=capacity,
        uid=world.tickets[0],
    )


async def let_holds_run_out(owner: Database) -> None:
    await execute(owner, "UPDATE registration_seat SET held_until = now() - interval '1 minute' WHERE state = 'held'")


async def take_the_guard_out(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps a ticket from being oversold, gone: the condition, the glance before it, the database's own check."""

    async def look_away(*_: object) -> None:
        return

    monkeypatch.setattr(repository, "within_capacity", lambda _: true())
    monkeypatch.setattr(seats, "refuse_sold_out", look_away)
    function = FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for guard, nothing in (
        (" AND (c.capacity IS NULL OR c.taken + c.held + w.seats <= c.capacity)", ""),
        ("bool_or(c.capacity < c.taken + c.held + w.quantity)", "false"),
        ("bool_or(c.capacity < c.taken + c.held + w.running)", "false"),
    ):
        assert function.count(guard) == 1
        function = function.replace(guard, nothing)
    await define(owner, function)
    await execute(owner, "ALTER TABLE event_ticket_counter DROP CONSTRAINT ck_event_ticket_counter_within_capacity")


async def test_last_seat_goes_to_exactly_one_of_two_hundred(
    processes: list[httpx.AsyncClient], kernel: Kernel, owner: Database, world: World
) -> None:
    last = await one_seat(kernel, world)
    responses = await at_once(one_call_each(processes, last))
    await assert_one_got_it(responses, owner, last, success=201)


async def test_without_the_guard_the_last_seat_is_sold_more_than_once(
    processes: list[httpx.AsyncClient],
    kernel: Kernel,
    owner: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last = await one_seat(kernel, world)
    await take_the_guard_out(owner, monkeypatch)
    responses = await at_once(one_call_each(processes, last))
    assert {response.status_code for response in responses} == {201}
    with pytest.raises(AssertionError):
        await assert_one_got_it(responses, owner, last, success=201)


def short(form: dict[str, UUID]) -> list[flows.DraftStep]:
    """A flow without attendees, for tickets of one seat each."""
    step = flows.DraftStep
    return [
        step("about", StepKind.FORM, {"en": "About you"}, form["about"]),
        step("seats", StepKind.TICKETS, {"en": "Tickets"}),
        step("review", StepKind.REVIEW, {"en": "Review"}),
        step("done", StepKind.CONFIRMATION, {"en": "Done"}),
    ]


async def drafts_whose_holds_ran_out(
    clients: list[httpx.AsyncClient], kernel: Kernel, worker_kernel: Kernel, owner: Database, world: World
) -> tuple[World, list[Draft]]:
    """Return an event with one seat and two hundred drafts that once held one; the last still counts as held."""
    event, tickets, forms = await make_event(kernel, world.organization, "drafts", capacity=PEOPLE, most=1, steps=short)
    last = World(world.organization, world.staff, event, "drafts", tickets, forms)
    slots = asyncio.Semaphore(8)

    async def begin(index: int) -> Draft:
        async with slots:
            draft = await Draft.start(clients[index % len(clients)], last)
            await draft.save("about", answers=documents.ANSWERS)
            await draft.save("seats", tickets=[{"ticket": str(tickets[0]), "quantity": 1}])
            return draft

    found = await asyncio.gather(*(begin(index) for index in range(PEOPLE)))
    await let_holds_run_out(owner)
    assert await lifecycle.release_expired_holds(worker_kernel) == PEOPLE
    await set_capacity(owner, last, 1)
    await found[0].save("seats", tickets=[{"ticket": str(tickets[0]), "quantity": 1}])
    await let_holds_run_out(owner)
    assert await counter(owner, last) == {"taken": 0, "held": 1}
    return last, list(found)


async def test_last_seat_goes_to_one_of_two_hundred_drafts_whose_holds_ran_out(
    processes: list[httpx.AsyncClient], kernel: Kernel, worker_kernel: Kernel, owner: Database, world: World
) -> None:
    last, drafts = await drafts_whose_holds_ran_out(processes, kernel, worker_kernel, owner, world)
    responses = await at_once([partial(draft.submit, "once") for draft in drafts])
    await assert_one_got_it(responses, owner, last, success=200)


async def test_without_the_guard_every_draft_gets_the_last_seat(
    processes: list[httpx.AsyncClient],
    kernel: Kernel,
    worker_kernel: Kernel,
    owner: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.api.test_last_seat.PEOPLE", 20)
    last, drafts = await drafts_whose_holds_ran_out(processes, kernel, worker_kernel, owner, world)
    await take_the_guard_out(owner, monkeypatch)
    responses = await at_once([partial(draft.submit, "once") for draft in drafts])
    with pytest.raises(AssertionError):
        await assert_one_got_it(responses, owner, last, success=200)
    assert await confirmed(owner, last) == len(drafts)
