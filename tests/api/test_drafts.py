"""A draft is saved step by step, masked, resumed on another device, and claimed."""

from datetime import timedelta

import httpx
import pytest
import time_machine

from api.domain.accounts.roles import Role
from api.lib import clock
from tests.factories import documents
from tests.factories.client import Draft, sign_in
from tests.factories.world import World

PASSPORT = "Z1234567"


async def test_an_unfinished_step_keeps_what_is_right_and_names_the_rest(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    body = await draft.save("about", complete=False, answers={"full_name": "Asha", "email": "asha@"})
    step = body["steps"]["about"]
    assert step["status"] == "saved"
    assert step["answers"] == {"full_name": "Asha"}
    assert [problem["pointer"] for problem in step["problems"]] == ["/answers/email"]


async def test_a_finished_step_must_be_right(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    refused = await draft.send("about", answers={"full_name": "Asha", "age": 12})
    assert refused.status_code == 422
    problems = {error["pointer"]: error["code"] for error in refused.json()["errors"]}
    assert problems == {"/answers/email": "required", "/answers/guardian": "required"}


async def test_a_sensitive_answer_is_read_back_masked_and_kept_when_the_mask_returns(
    api: httpx.AsyncClient, world: World
) -> None:
    draft = await Draft.start(api, world)
    body = await draft.save("about", answers=documents.ANSWERS | {"passport": PASSPORT})
    masked = body["steps"]["about"]["answers"]["passport"]
    assert masked == {"masked": "••••4567"}
    again = await draft.save("about", answers=documents.ANSWERS | {"passport": masked, "age": 31})
    assert again["steps"]["about"]["answers"]["passport"] == masked
    assert PASSPORT not in str(again)


async def test_masks_follow_their_items_when_a_repeat_is_reordered(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    children = [
        {"child_name": "One", "child_passport": "Z1111111"},
        {"child_name": "Two", "child_passport": "Z2222222"},
    ]
    body = await draft.save("about", answers=documents.ANSWERS | {"children": children})
    shown = body["steps"]["about"]["answers"]["children"]
    kept = await draft.save("about", answers=documents.ANSWERS | {"children": [shown[1]]})
    assert kept["steps"]["about"]["answers"]["children"] == [
        {"child_name": "Two", "child_passport": {"masked": "••••2222"}}
    ]


async def test_a_mask_that_stands_for_nothing_is_refused(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    refused = await draft.send("about", answers=documents.ANSWERS | {"passport": {"masked": "••••9999"}})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/answers/passport"


async def test_answers_of_hidden_fields_are_dropped(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    body = await draft.save("about", answers=documents.ANSWERS | {"guardian": "Nobody"})
    assert "guardian" not in body["steps"]["about"]["answers"]


async def test_a_step_whose_condition_does_not_hold_is_refused_and_dropped(
    api: httpx.AsyncClient, world: World
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("about", answers=documents.ANSWERS | {"age": 12, "guardian": "Meera"})
    await draft.save("health", answers={"condition": "None that matters"})
    await draft.save("about", answers=documents.ANSWERS)
    refused = await draft.send("health", answers={"condition": "Still none"})
    assert refused.json()["type"] == "/problems/step-not-applicable"
    seat = str(world.tickets[0])
    await draft.save("seats", tickets=[{"ticket": seat, "quantity": 1}])
    await draft.save("people", attendees=[{"ticket": seat, "name": "Asha", "email": ""}])
    assert (await draft.submit()).status_code == 200
    assert draft.body["steps"]["health"] == {"status": "open", "answers": {}, "problems": []}


async def test_a_link_resumes_the_draft_once_on_another_device(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    await draft.save("about", answers=documents.ANSWERS)
    made = await api.post(f"{draft.address}/resume-links", json={}, headers=draft.headers)
    assert made.status_code == 201, made.text
    token = made.json()["url"].partition("#")[2]
    other = await api.post("/api/v1/registrations/resume", json={"token": token})
    assert other.status_code == 200
    assert other.json()["registration"]["steps"]["about"]["answers"]["full_name"] == "Asha Kulkarni"
    assert other.json()["token"] != draft.token
    used = await api.post("/api/v1/registrations/resume", json={"token": token})
    assert used.status_code == 404
    assert used.json()["type"] == "/problems/link-invalid"


async def test_a_link_runs_out(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    made = await api.post(f"{draft.address}/resume-links", json={}, headers=draft.headers)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=True):
        late = await api.post("/api/v1/registrations/resume", json={"token": made.json()["url"].partition("#")[2]})
    assert late.status_code == 404


async def test_a_guest_claims_a_registration_into_an_account(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    signed_in = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    claimed = await api.post(f"{draft.address}/claim", headers=signed_in | {"Registration-Token": draft.token})
    assert claimed.status_code == 200, claimed.text
    mine = (await api.get("/api/v1/me/registrations", headers=signed_in)).json()
    assert [item["uid"] for item in mine] == [draft.body["uid"]]
    without_token = await api.get(draft.address, headers=signed_in)
    assert without_token.status_code == 200


@pytest.mark.parametrize("quantity", [1, 3])
async def test_seats_are_held_while_the_draft_is_open_and_come_back_when_it_is_cancelled(
    api: httpx.AsyncClient, world: World, quantity: int
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("seats", tickets=[{"ticket": str(world.tickets[0]), "quantity": quantity}])
    event = (await api.get(f"/api/v1/events/{world.slug}")).json()
    assert event["tickets"][0]["available"] == 10 - quantity
    await api.post(f"{draft.address}/cancel", headers=draft.headers)
    event = (await api.get(f"/api/v1/events/{world.slug}")).json()
    assert event["tickets"][0]["available"] == 10
