"""Registrations in the wrong order, or with what is spent."""

from typing import Any
from uuid import uuid4

import httpx

from api.lib.db import Database
from tests.api.refusals import Refusal, assert_refused, contents
from tests.api.registration_calls import calls_on
from tests.api.test_last_seat import execute
from tests.factories import documents
from tests.factories.client import Draft, register
from tests.factories.world import World


async def test_steps_out_of_order_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)
    seat, tent = (str(ticket) for ticket in world.tickets)
    await draft.save("about", answers=documents.ANSWERS)

    def save(name: str, status: int, problem: str, pointer: str | None, step: str, **body: Any) -> Refusal:
        return Refusal(name, status, problem, pointer, method="PUT", path=f"{draft.address}/steps/{step}",
                       headers=draft.headers, json={"complete": True} | body)  # fmt: skip

    await assert_refused(
        api,
        owner,
        [
            save("not in the flow", 404, "step-not-found", None, "payment"),
            save("a name that is long", 422, "validation-failed", "/step", "x" * 65),
            save("a step for those under 18", 409, "step-not-applicable", None, "health", answers={"condition": "none"}),
            save("answers for tickets", 422, "validation-failed", "/answers", "seats", answers={}),
            save("tickets for answers", 422, "validation-failed", "/tickets", "about", tickets=[]),
            save("attendees for the review", 422, "validation-failed", "/attendees", "review", attendees=[]),
            save("no ticket", 422, "answers-invalid", "/tickets", "seats", tickets=[]),
            save("no ticket at all", 422, "answers-invalid", "/tickets", "seats"),
            save("a ticket nobody knows", 409, "ticket-not-on-sale", "/tickets/0/ticket", "seats", tickets=[{"ticket": str(uuid4()), "quantity": 1}]),
            save("a ticket twice", 422, "validation-failed", "/tickets/1/ticket", "seats",
                 tickets=[{"ticket": seat, "quantity": 1}, {"ticket": seat, "quantity": 1}]),
            save("too many seats", 409, "ticket-not-on-sale", "/tickets/0/quantity", "seats", tickets=[{"ticket": seat, "quantity": 5}]),
            save("people without seats", 422, "answers-invalid", "/attendees/0/ticket", "people",
                 attendees=[{"ticket": seat, "name": "Asha"}]),
        ],
    )  # fmt: skip
    await draft.save("seats", tickets=[{"ticket": seat, "quantity": 2}])
    await assert_refused(
        api,
        owner,
        [
            save("too few people", 422, "answers-invalid", "/attendees", "people", attendees=[{"ticket": seat, "name": "Asha"}]),
            save("too many people", 422, "answers-invalid", "/attendees/2/ticket", "people", attendees=[{"ticket": seat, "name": "Asha"}] * 3),
            save("on another ticket", 422, "answers-invalid", "/attendees/1/ticket", "people",
                 attendees=[{"ticket": seat, "name": "Asha"}, {"ticket": tent, "name": "Ravi"}]),
            save("nameless", 422, "answers-invalid", "/attendees/1/name", "people",
                 attendees=[{"ticket": seat, "name": "Asha"}, {"ticket": seat, "name": " "}]),
            Refusal("submitted with people missing", 422, "answers-invalid", "/steps/people/attendees",
                    path=f"{draft.address}/submit", headers=draft.headers),
        ],
    )  # fmt: skip


async def test_an_empty_draft_is_told_everything_that_is_missing(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    draft = await Draft.start(api, world)
    refused = await draft.submit()
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} >= {
        "/steps/about/answers/full_name",
        "/steps/about/answers/email",
        "/steps/seats/tickets",
    }
    await assert_refused(
        api,
        owner,
        [Refusal("again", 422, "answers-invalid", path=f"{draft.address}/submit", headers=draft.headers)],
    )


async def test_what_is_done_stays_done(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world)
    before = draft.headers
    assert (await draft.submit(key="once")).status_code == 200
    now = draft.headers
    done = [
        Refusal("submit on the old revision", 412, "precondition-failed", path=f"{draft.address}/submit", headers=before),
        Refusal("submit again", 409, "registration-not-editable", path=f"{draft.address}/submit", headers=now),
        Refusal("submit with another key", 409, "registration-not-editable", path=f"{draft.address}/submit",
                headers={**now, "Idempotency-Key": "twice"}),
        Refusal("submit another revision with the key", 422, "idempotency-key-reused", path=f"{draft.address}/submit",
                headers={**now, "Idempotency-Key": "once"}),
        Refusal("save", 409, "registration-not-editable", method="PUT", path=f"{draft.address}/steps/about", headers=now,
                json={"answers": documents.ANSWERS}),
        Refusal("link", 409, "registration-not-editable", path=f"{draft.address}/resume-links", headers=now, json={}),
    ]  # fmt: skip
    await assert_refused(api, owner, done)
    replayed = await api.post(f"{draft.address}/submit", headers={**before, "Idempotency-Key": "once"})
    assert replayed.status_code == 200
    assert replayed.json() == draft.body
    cancelled = await api.post(f"{draft.address}/cancel", headers=now)
    stored = await contents(owner)
    again = await api.post(f"{draft.address}/cancel", headers=now)
    assert again.json() == cancelled.json()
    assert await contents(owner) == stored
    draft.body = cancelled.json()
    await assert_refused(
        api,
        owner,
        [
            Refusal("submit", 409, "registration-not-editable", path=f"{draft.address}/submit", headers=draft.headers),
            Refusal("save", 409, "registration-not-editable", method="PUT", path=f"{draft.address}/steps/about",
                    headers=draft.headers, json={"answers": documents.ANSWERS}),
        ],
    )  # fmt: skip


async def test_a_resume_link_works_once_and_not_for_long(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)

    async def link() -> str:
        made = await api.post(f"{draft.address}/resume-links", headers=draft.headers, json={})
        assert made.status_code == 201, made.text
        return str(made.json()["url"]).partition("#")[2]

    used, expired, unused = await link(), await link(), await link()
    resumed = await api.post("/api/v1/registrations/resume", json={"token": used})
    assert resumed.json()["registration"]["uid"] == draft.body["uid"]
    await execute(
        owner,
        "UPDATE registration_token SET expires_at = now() - interval '1 second' "
        "WHERE token_hash = sha256(convert_to(:token, 'utf8'))",
        token=expired,
    )
    path = "/api/v1/registrations/resume"
    await assert_refused(
        api,
        owner,
        [
            Refusal("used", 404, "link-invalid", path=path, json={"token": used}),
            Refusal("expired", 404, "link-invalid", path=path, json={"token": expired}),
            Refusal("unknown", 404, "link-invalid", path=path, json={"token": "x" * 43}),
            Refusal("a capability", 404, "link-invalid", path=path, json={"token": draft.token}),
            Refusal("too short", 422, "validation-failed", "/token", path=path, json={"token": "x"}),
            Refusal("too long", 422, "validation-failed", "/token", path=path, json={"token": "x" * 201}),
            Refusal("null", 422, "validation-failed", "/token", path=path, json={"token": None}),
            Refusal("mail without an address", 422, "validation-failed", "/send", path=f"{draft.address}/resume-links",
                    headers=draft.headers, json={"send": True}),
            *calls_on(draft.address, {"Registration-Token": unused}),
        ],
    )  # fmt: skip


async def test_a_code_comes_only_with_the_confirmation(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)
    await assert_refused(
        api,
        owner,
        [Refusal("of a draft", 404, "not-found", method="GET", path=f"{draft.address}/qr.svg", headers=draft.headers)],
    )
    body = await register(api, world)
    found = await api.get(
        f"/api/v1/registrations/{body['registration']['uid']}/qr.svg", headers={"Registration-Token": body["token"]}
    )
    assert found.headers["content-type"].startswith("image/svg+xml")


async def test_a_mask_keeps_the_stored_answer_and_no_other_does(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    saved = await draft.save("about", answers=documents.ANSWERS | {"passport": "M1234567"})
    mask = saved["steps"]["about"]["answers"]["passport"]
    assert mask == {"masked": "••••4567"}
    again = await draft.save("about", answers=documents.ANSWERS | {"passport": mask, "age": 31})
    assert again["steps"]["about"]["answers"]["passport"] == mask
    for wrong in ({"masked": "••••4568"}, {"masked": "••••"}):
        refused = await draft.send("about", answers=documents.ANSWERS | {"passport": wrong})
        assert refused.status_code == 422
        assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
            ("/answers/passport", "masked")
        ]
        assert "1234567" not in refused.text
