"""Asking for help, and what staff see of it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts.roles import Role
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from tests.backend_sync.deliveries import execute
from tests.conftest import running, structs
from tests.factories.client import register, sign_in
from tests.factories.world import World, make_event, make_organization

ADDRESS = "/api/v1/support-requests"
BODY = {"subject": "Where?", "message": "I cannot find the place.", "email": "asha@example.org"}


async def listed(api: httpx.AsyncClient, world: World, **query: Any) -> dict[str, Any]:
    """Return what the front desk sees."""
    headers = await sign_in(api, world.staff[Role.FRONT_DESK].email)
    address = f"/api/v1/organizations/{world.organization.uid}/support-requests"
    answer = await api.get(address, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_guest_asks_about_their_registration_without_giving_an_address(
    api: httpx.AsyncClient, world: World
) -> None:
    made = await register(api, world)
    body = {"subject": "Where?", "message": "I cannot find it.", "registration": made["registration"]["uid"]}
    answer = await api.post(ADDRESS, json=body, headers={"Registration-Token": made["token"]})
    assert answer.status_code == 202
    [item] = (await listed(api, world))["items"]
    assert item["uid"] == answer.json()["uid"]
    assert item["reference"] == answer.json()["reference"] == item["uid"].replace("-", "")[:12]
    assert (item["email"], item["name"]) == ("asha@example.org", "Asha Kulkarni")
    assert (item["state"], item["ticket"], item["error"]) == ("waiting", None, None)
    assert item["confirmation_number"] == made["registration"]["confirmation_number"]


async def test_whoever_is_signed_in_is_answered_at_their_address(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    headers = await sign_in(api, world.staff[Role.FRONT_DESK].email)
    answer = await api.post(ADDRESS, json={"subject": "Hello", "message": "Help"}, headers=headers)
    assert answer.status_code == 202
    async with owner.sessions() as session:
        row = (await session.execute(text("SELECT email, organization_id FROM support_request"))).one()
    assert tuple(row) == (world.staff[Role.FRONT_DESK].email, 0)


async def test_a_stranger_must_say_where_the_answer_goes(api: httpx.AsyncClient, owner: Database) -> None:
    answer = await api.post(ADDRESS, json={"subject": "Hello", "message": "Help"})
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/email", "required")]
    async with owner.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM support_request"))).scalar_one() == 0
        assert (
            await session.execute(text("SELECT count(*) FROM outbox WHERE destination = 'support'"))
        ).scalar_one() == 0


async def test_nobody_asks_in_the_name_of_anothers_registration(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    mine, other = await register(api, world), await register(api, world)
    for uid, headers in (
        (mine["registration"]["uid"], {}),
        (mine["registration"]["uid"], {"Registration-Token": other["token"]}),
        (mine["registration"]["uid"], await sign_in(api, world.staff[Role.ADMINISTRATOR].email)),
        (str(uuid4()), {}),
    ):
        answer = await api.post(ADDRESS, json=BODY | {"registration": uid}, headers=headers)
        assert answer.status_code == 404
    async with owner.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM support_request"))).scalar_one() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""}, {"subject": "x" * 151}, {"subject": "a\nBcc: b"}, {"message": ""}, {"message": "x" * 5001},
        {"message": "\x00"}, {"email": "nobody"}, {"email": "a@b.example\n"}, {"email": 1}, {"registration": "x"},
        {"more": 1}, {"subject": None},
    ],
)  # fmt: skip
async def test_what_cannot_be_good_is_refused(api: httpx.AsyncClient, change: dict[str, Any]) -> None:
    answer = await api.post(ADDRESS, json=BODY | change)
    assert 400 <= answer.status_code < 500
    [pointer] = {one["pointer"] for one in answer.json().get("errors", [{"pointer": ""}])}
    assert pointer in ("", *(f"/{name}" for name in change))


async def test_other_organizations_see_nothing_of_it(api: httpx.AsyncClient, world: World, kernel: Kernel) -> None:
    other = await make_organization(kernel, "other")
    event, tickets, forms = await make_event(kernel, other, "other-retreat")
    made = await register(api, World(other, {}, event, "other-retreat", tickets, forms))
    headers = {"Registration-Token": made["token"]}
    await api.post(ADDRESS, json=BODY | {"registration": made["registration"]["uid"]}, headers=headers)
    await api.post(ADDRESS, json=BODY)
    assert (await listed(api, world))["items"] == []
    desk = await sign_in(api, world.staff[Role.FRONT_DESK].email)
    answer = await api.get(f"/api/v1/organizations/{other.uid}/support-requests", headers=desk)
    assert answer.status_code in (403, 404)


async def test_staff_see_page_by_page_what_was_sent_and_what_failed(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    made = await register(api, world)
    for index in range(5):
        body = BODY | {"subject": f"Question {index}", "registration": made["registration"]["uid"]}
        await api.post(ADDRESS, json=body, headers={"Registration-Token": made["token"]})
    await execute(
        owner,
        "UPDATE outbox SET state = 'dead', error = 'refused' WHERE aggregate_uid = "
        "(SELECT uid FROM support_request WHERE subject = 'Question 4')",
    )
    first = await listed(api, world, limit=3)
    second = await listed(api, world, limit=3, cursor=first["next_cursor"])
    subjects = [item["subject"] for item in (*first["items"], *second["items"])]
    assert subjects == [f"Question {index}" for index in (4, 3, 2, 1, 0)]
    assert (first["items"][0]["state"], first["items"][0]["error"]) == ("failed", "refused")
    assert second["next_cursor"] is None


async def test_nobody_asks_a_hundred_times(settings: Settings, world: World) -> None:
    assert world
    async with running(structs(settings, rate_limit_scale=1.0)) as found:
        statuses = [(await found.client.post(ADDRESS, json=BODY)).status_code for _ in range(8)]
    assert statuses[:5] == [202] * 5
    assert statuses[5:] == [429] * 3
