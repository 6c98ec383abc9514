"""The same key does the same thing once, however often and however many at once ask for it."""

import asyncio
from collections import Counter

import httpx
from sqlalchemy import text

from api.domain.catalog import service as catalog
from api.domain.registrations import repository
from api.domain.registrations.hot_path.sql import FUNCTION
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running
from tests.factories.client import Draft, sign_in, whole
from tests.factories.world import World, make_event, organiser


async def count(owner: Database, table: str) -> int:
    async with owner.engine.connect() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


async def test_a_key_sent_fifty_times_at_once_registers_once(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    address, headers = f"/api/v1/events/{world.slug}/registrations", {"Idempotency-Key": "rush"}
    answers = await asyncio.gather(*(api.post(address, json=whole(world), headers=headers) for _ in range(50)))
    kinds = Counter((answer.status_code, answer.json().get("type", "")) for answer in answers)
    assert set(kinds) <= {(201, ""), (409, "/problems/idempotency-in-progress")}
    assert kinds[201, ""] >= 1
    assert len({answer.json()["registration"]["uid"] for answer in answers if answer.status_code == 201}) == 1
    assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status_code == 409)
    assert [await count(owner, table) for table in ("registration", "attendee", "registration_idempotency_key")] == [
        1,
        1,
        1,
    ]


async def test_without_the_lock_on_keys_a_rush_would_collide(settings: Settings, owner: Database, world: World) -> None:
    lock = "NOT pg_try_advisory_xact_lock(hashtextextended(m.scope || E'\\x1f' || m.key,\n    20261120))"
    assert FUNCTION.count(lock) == 1
    unlocked = FUNCTION.replace(lock, "false").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql(unlocked)
    address, kinds = f"/api/v1/events/{world.slug}/registrations", set()
    # Two processes: within one, a key that is on its way is known without asking the database.
    async with running(settings) as one, running(settings) as other:
        for rush in range(20):
            headers = {"Idempotency-Key": f"rush-{rush}"}
            body = whole(world, ticket=world.tickets[1])
            sent = [found.client.post(address, json=body, headers=headers) for found in (one, other)]
            kinds |= {(answer.status_code, answer.json().get("type", "")) for answer in await asyncio.gather(*sent)}
    # The table's own key still lets only one commit; the others are told of a conflict instead of being answered.
    assert (409, "/problems/conflict") in kinds


async def test_a_key_held_by_another_transaction_is_in_progress(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    async with owner.sessions() as session, session.begin():
        assert await repository.try_key(session, f"event:{world.event}:guest", "held")
        answer = await api.post(
            f"/api/v1/events/{world.slug}/registrations", json=whole(world), headers={"Idempotency-Key": "held"}
        )
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency-in-progress")
    again = await api.post(
        f"/api/v1/events/{world.slug}/registrations", json=whole(world), headers={"Idempotency-Key": "held"}
    )
    assert again.status_code == 201


async def test_a_key_is_the_callers_own_and_the_events(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World
) -> None:
    _, tickets, _ = await make_event(kernel, world.organization, "other")
    callers = [{}, await sign_in(api, "administrator@example.org"), await sign_in(api, "front-desk@example.org")]
    seen = set()
    for headers in callers:
        for slug, ticket in ((world.slug, world.tickets[0]), ("other", tickets[0])):
            answer = await api.post(
                f"/api/v1/events/{slug}/registrations",
                json=whole(world, ticket=ticket),
                headers={**headers, "Idempotency-Key": "same"},
            )
            assert answer.status_code == 201, answer.text
            seen.add(answer.json()["registration"]["uid"])
    assert len(seen) == 6 == await count(owner, "registration")


async def test_a_replay_answers_even_after_the_event_has_closed(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    address, headers = f"/api/v1/events/{world.slug}/registrations", {"Idempotency-Key": "late"}
    first = await api.post(address, json=whole(world), headers=headers)
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        await catalog.transition(uow, world.event, "close")
    again = await api.post(address, json=whole(world), headers=headers)
    assert again.status_code == 201
    assert again.json()["registration"] == first.json()["registration"]
    other = await api.post(address, json=whole(world), headers={"Idempotency-Key": "later"})
    assert other.json()["type"] == "/problems/event-closed"


async def test_what_was_refused_can_be_tried_again_with_the_same_key(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    address, headers = f"/api/v1/events/{world.slug}/registrations", {"Idempotency-Key": "retry"}
    refused = await api.post(address, json=whole(world, age=-1), headers=headers)
    assert refused.status_code == 422
    assert await count(owner, "registration_idempotency_key") == 0
    assert (await api.post(address, json=whole(world), headers=headers)).status_code == 201


async def test_a_draft_submitted_twenty_times_at_once_is_confirmed_once(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world)
    headers = draft.headers
    answers = await asyncio.gather(
        *(
            api.post(f"{draft.address}/submit", headers={**headers, "Idempotency-Key": f"k{turn % 2}"})
            for turn in range(20)
        )
    )
    assert all(answer.status_code in (200, 409, 412) for answer in answers)
    done = {answer.json()["confirmation_number"] for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    async with owner.engine.connect() as connection:
        confirmed = await connection.scalar(
            text("SELECT count(*) FROM audit_event WHERE action = 'registration.confirmed'")
        )
    assert confirmed == 1
