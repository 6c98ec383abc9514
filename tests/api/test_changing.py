"""Changing a confirmed registration: only what the organiser opens, validated as a whole, seats exact."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.domain.registrations import outgoing
from api.lib import clock
from api.lib.db import Database
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from tests.factories.client import register, sign_in
from tests.factories.world import World

RULES = {"editable": ["about.age", "about.guardian", "about.passport", "seats", "people"]}


class Holder:
    """A guest with a confirmed registration."""

    def __init__(self, client: httpx.AsyncClient, made: dict[str, Any]) -> None:
        self.client = client
        self.body: dict[str, Any] = made["registration"]
        self.headers = {"Registration-Token": made["token"]}

    @property
    def address(self) -> str:
        return f"/api/v1/registrations/{self.body['uid']}"

    async def change(self, revision: int | None = None, **steps: Any) -> httpx.Response:
        headers = self.headers | {"If-Match": f'"{revision or self.body["revision"]}"'}
        answer = await self.client.put(f"{self.address}/changes", json={"steps": steps}, headers=headers)
        if answer.status_code == 200:
            self.body = answer.json()
        return answer


async def set_rules(client: httpx.AsyncClient, world: World, **rules: Any) -> httpx.Response:
    admin = await sign_in(client, "administrator@example.org")
    return await client.put(f"/api/v1/events/{world.event}/participant-rules", json=rules, headers=admin)


@pytest.fixture
async def holder(api: httpx.AsyncClient, world: World) -> Holder:
    """Somebody registered for an event that opens some of it for changes."""
    assert (await set_rules(api, world, **RULES)).status_code == 200
    return Holder(api, await register(api, world))


def pointers(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


async def taken(owner: Database) -> list[int]:
    async with owner.engine.connect() as connection:
        return list(await connection.scalars(text("SELECT taken FROM event_ticket_counter ORDER BY ticket_id")))


async def test_an_open_answer_changes_and_the_rest_stays(holder: Holder) -> None:
    before = holder.body
    answer = await holder.change(about={"answers": {"age": 41}})
    assert answer.status_code == 200, answer.text
    about = holder.body["steps"]["about"]["answers"]
    assert about == before["steps"]["about"]["answers"] | {"age": 41}
    assert holder.body["revision"] == before["revision"] + 1
    assert holder.body["confirmation_number"] == before["confirmation_number"]


async def test_what_is_not_open_is_refused_and_nothing_is_written(holder: Holder) -> None:
    answer = await holder.change(about={"answers": {"age": 41, "full_name": "Somebody Else"}})
    assert pointers(answer) == [("/steps/about/answers/full_name", "closed")]
    found = await holder.client.get(holder.address, headers=holder.headers)
    assert found.json()["steps"]["about"]["answers"]["age"] == 30
    same = await holder.change(about={"answers": {"age": 30, "full_name": "Asha Kulkarni"}})
    assert (same.status_code, same.json()["revision"]) == (200, found.json()["revision"])


async def test_the_whole_is_validated_again_and_a_new_step_may_be_answered(holder: Holder) -> None:
    younger = {"answers": {"age": 9}}
    answer = await holder.change(about=younger)
    assert ("/steps/about/answers/guardian", "required") in pointers(answer)
    assert ("/steps/health/answers/condition", "required") in pointers(answer)
    guarded = {"answers": {"age": 9, "guardian": "Meera"}}
    answer = await holder.change(about=guarded, health={"answers": {"condition": "none"}})
    assert answer.status_code == 200, answer.text
    assert holder.body["steps"]["health"]["answers"]["condition"]["masked"]
    older = await holder.change(about={"answers": {"age": 40}})
    assert older.status_code == 200, older.text
    assert holder.body["steps"]["health"]["answers"] == {}


async def test_a_sensitive_answer_that_comes_back_masked_stays(holder: Holder) -> None:
    given = await holder.change(about={"answers": {"passport": "Z1234567"}})
    assert given.status_code == 200, given.text
    mask = holder.body["steps"]["about"]["answers"]["passport"]
    again = await holder.change(about={"answers": {"age": 33, "passport": mask}})
    assert again.status_code == 200, again.text
    assert holder.body["steps"]["about"]["answers"]["passport"] == mask
    gone = await holder.change(about={"answers": {"passport": None}})
    assert gone.status_code == 200, gone.text
    assert "passport" not in holder.body["steps"]["about"]["answers"]


async def test_seats_are_taken_and_given_back_with_the_change(holder: Holder, world: World, owner: Database) -> None:
    seat, tent = (str(uid) for uid in world.tickets)
    people = [{"ticket": seat, "name": "Asha Kulkarni", "email": "asha@example.org"},
              {"ticket": tent, "name": "Ravi", "email": ""}]  # fmt: skip
    asha = holder.body["attendees"][0]["uid"]
    both = [{"ticket": seat, "quantity": 1}, {"ticket": tent, "quantity": 1}]
    answer = await holder.change(seats={"tickets": both}, people={"attendees": people})
    assert answer.status_code == 200, answer.text
    assert await taken(owner) == [1, 1]
    assert holder.body["attendees"][0]["uid"] == asha
    fewer = await holder.change(seats={"tickets": both[:1]}, people={"attendees": people[:1]})
    assert fewer.status_code == 200, fewer.text
    assert await taken(owner) == [1, 0]
    assert [one["name"] for one in holder.body["attendees"]] == ["Asha Kulkarni"]


async def test_whom_a_change_took_off_stays_off_when_the_registration_is_taken_up_again(
    holder: Holder, world: World, owner: Database, worker_kernel: Kernel
) -> None:
    seat = str(world.tickets[0])
    two = [{"ticket": seat, "name": name, "email": ""} for name in ("Asha Kulkarni", "Ravi")]
    await holder.change(seats={"tickets": [{"ticket": seat, "quantity": 2}]}, people={"attendees": two})
    await holder.change(seats={"tickets": [{"ticket": seat, "quantity": 1}]}, people={"attendees": two[:1]})
    async with unit_of_work(worker_kernel, WORKER, SYSTEM) as uow:
        uid = UUID(holder.body["uid"])
        told = (await outgoing.registrations(uow, [uid]))[uid].attendees
    assert [(one.name, one.cancelled) for one in told] == [("Asha Kulkarni", False), ("Ravi", True)]
    admin = await sign_in(holder.client, "administrator@example.org")
    organization = f"/api/v1/organizations/{world.organization.uid}/registrations/{holder.body['uid']}"
    await holder.client.post(f"{holder.address}/cancel", headers=admin)
    assert await taken(owner) == [0, 0]
    again = await holder.client.post(f"{organization}/reinstate", headers=admin)
    assert again.status_code == 200, again.text
    assert await taken(owner) == [1, 0]
    assert [one["name"] for one in again.json()["attendees"]] == ["Asha Kulkarni"]


async def test_seats_without_their_people_are_refused(holder: Holder, world: World, owner: Database) -> None:
    answer = await holder.change(seats={"tickets": [{"ticket": str(world.tickets[0]), "quantity": 2}]})
    assert pointers(answer) == [("/steps/people/attendees", "required")]
    assert await taken(owner) == [1, 0]


async def test_a_change_never_takes_a_seat_that_is_not_there(holder: Holder, world: World, owner: Database) -> None:
    async with owner.engine.begin() as connection:
        await connection.execute(text("UPDATE event_ticket_counter SET capacity = 1 WHERE capacity IS NOT NULL"))
    seat = str(world.tickets[0])
    people = [{"ticket": seat, "name": name} for name in ("Asha Kulkarni", "Ravi")]
    answer = await holder.change(
        seats={"tickets": [{"ticket": seat, "quantity": 2}]},
        people={"attendees": people},
        about={"answers": {"age": 50}},
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/ticket-sold-out")
    assert await taken(owner) == [1, 0]
    found = await holder.client.get(holder.address, headers=holder.headers)
    assert found.json()["steps"]["about"]["answers"]["age"] == 30


async def test_somebody_elses_change_is_not_overwritten(holder: Holder) -> None:
    stale = holder.body["revision"]
    await holder.change(about={"answers": {"age": 31}})
    answer = await holder.change(stale, about={"answers": {"age": 32}})
    assert answer.status_code == 412


async def test_after_the_deadline_nobody_changes_or_cancels_but_staff(
    holder: Holder, world: World, api: httpx.AsyncClient
) -> None:
    past = clock.isoformat(clock.now() - timedelta(hours=1))
    assert (await set_rules(api, world, **RULES, changes_until=past, cancel_until=past)).status_code == 200
    answer = await holder.change(about={"answers": {"age": 41}})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/changes-closed")
    cancelled = await api.post(f"{holder.address}/cancel", headers=holder.headers)
    assert (cancelled.status_code, cancelled.json()["type"]) == (409, "/problems/cancelling-closed")
    allowed = (await api.get(f"{holder.address}/allowed", headers=holder.headers)).json()
    assert (allowed["can_change"], allowed["can_cancel"]) == (False, False)
    admin = await sign_in(api, "administrator@example.org")
    changed = await api.put(
        f"{holder.address}/changes",
        json={"steps": {"about": {"answers": {"full_name": "Asha K."}}}},
        headers=admin | {"If-Match": f'"{holder.body["revision"]}"'},
    )
    assert changed.status_code == 200, changed.text
    assert (await api.post(f"{holder.address}/cancel", headers=admin)).status_code == 200


async def test_without_rules_people_may_cancel_and_nothing_else(api: httpx.AsyncClient, world: World) -> None:
    holder = Holder(api, await register(api, world))
    answer = await holder.change(about={"answers": {"age": 41}})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/changes-closed")
    allowed = (await api.get(f"{holder.address}/allowed", headers=holder.headers)).json()
    assert allowed == {
        "can_change": False, "changes_until": None, "editable": [], "can_cancel": True, "cancel_until": None,
    }  # fmt: skip
    assert (await api.post(f"{holder.address}/cancel", headers=holder.headers)).status_code == 200


async def test_rules_name_what_the_flow_has_and_print_nothing_sensitive(api: httpx.AsyncClient, world: World) -> None:
    answer = await set_rules(api, world, editable=["about", "about.nothing", "review"], on_ticket=["about.passport"])
    assert pointers(answer) == [("/editable/1", "choice"), ("/editable/2", "choice"), ("/on_ticket/0", "sensitive")]
    kept = await set_rules(api, world, editable=["about.age"], on_ticket=["about.age"])
    assert (kept.json()["editable"], kept.json()["revision"]) == (["about.age"], 1)
    admin = await sign_in(api, "administrator@example.org")
    stale = await api.put(
        f"/api/v1/events/{world.event}/participant-rules", json={}, headers=admin | {"If-Match": '"0"'}
    )
    assert stale.status_code == 412


async def test_a_draft_is_not_changed_here(api: httpx.AsyncClient, world: World) -> None:
    started = (await api.post("/api/v1/registrations", json={"event": world.slug})).json()
    holder = Holder(api, started)
    assert (await holder.change(about={"answers": {"age": 1}})).status_code == 409


async def test_the_last_seat_goes_to_one_of_two_who_change(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    await set_rules(api, world, **RULES)
    async with owner.engine.begin() as connection:
        await connection.execute(text("UPDATE event_ticket_counter SET capacity = 3 WHERE capacity IS NOT NULL"))
    seat = str(world.tickets[0])
    two = [Holder(api, await register(api, world, email=f"p{n}@example.org")) for n in range(2)]
    people = {"attendees": [{"ticket": seat, "name": name} for name in ("A", "B")]}
    seats = {"tickets": [{"ticket": seat, "quantity": 2}]}
    answers = await asyncio.gather(*(one.change(seats=seats, people=people) for one in two))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await taken(owner) == [3, 0]
