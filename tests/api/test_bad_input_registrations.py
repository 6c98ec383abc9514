"""Registrations at the wrong time, in the wrong order, by the wrong person."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.domain.accounts import service as accounts
from api.domain.catalog import service as catalog
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.api.refusals import Refusal, assert_refused, contents
from tests.api.test_last_seat import execute
from tests.factories import documents
from tests.factories.client import Draft, register, sign_in, whole
from tests.factories.world import PASSWORD, World, make_event, make_organization, organiser


async def account(client: httpx.AsyncClient, kernel: Kernel, email: str) -> dict[str, str]:
    """Create an account and return the header that authorizes it."""
    async with unit_of_work(kernel) as uow:
        await accounts.register(uow, email=email, password=PASSWORD, name=email)
    return await sign_in(client, email)


@pytest.mark.parametrize("action", ["close", "archive"])
async def test_an_event_that_is_over_takes_nothing(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World, action: str
) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world)
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        await catalog.transition(uow, world.event, action)
    gone = (409, "event-closed") if action == "close" else (404, "not-found")
    await assert_refused(
        api,
        owner,
        [
            Refusal("a draft", *gone, path="/api/v1/registrations", json={"event": world.slug}),
            Refusal("a whole one", *gone, path=f"/api/v1/events/{world.slug}/registrations", json=whole(world)),
            Refusal("a step", 409, "event-closed", method="PUT", path=f"{draft.address}/steps/about", headers=draft.headers,
                    json={"answers": documents.ANSWERS}),
            Refusal("seats", 409, "event-closed", method="PUT", path=f"{draft.address}/steps/seats", headers=draft.headers,
                    json={"tickets": [{"ticket": str(world.tickets[0]), "quantity": 1}]}),
            Refusal("a submit", 409, "event-closed", path=f"{draft.address}/submit", headers=draft.headers),
        ],
    )  # fmt: skip


TIMES: dict[str, dict[str, Any]] = {
    "not-yet": {"registration_opens_at": timedelta(days=1)},
    "no-more": {"registration_closes_at": timedelta(days=-1)},
    "over": {"starts_at": timedelta(days=-3), "ends_at": timedelta(days=-2)},
}


@pytest.mark.parametrize("name", TIMES)
async def test_an_event_takes_nothing_outside_its_time(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World, name: str
) -> None:
    times: dict[str, Any] = {column: clock.now() + delta for column, delta in TIMES[name].items()}
    await make_event(kernel, world.organization, name, **times)
    await assert_refused(
        api,
        owner,
        [
            Refusal("a draft", 409, "event-closed", path="/api/v1/registrations", json={"event": name}),
            Refusal("a whole one", 409, "event-closed", path=f"/api/v1/events/{name}/registrations", json=whole(world)),
        ],
    )


async def test_a_draft_event_does_not_exist_for_anybody_outside(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    staff = await sign_in(api, "administrator@example.org")
    moment = (clock.now() + timedelta(days=9)).isoformat()
    body = {
        "organization": str(world.organization.uid), "slug": "secret", "title": {"en": "Secret"}, "timezone": "UTC",
        "starts_at": moment, "ends_at": moment,
    }  # fmt: skip
    made = await api.post("/api/v1/events", json=body, headers=staff)
    assert made.status_code == 201, made.text
    names = ["secret", made.json()["uid"]]
    table = [Refusal(name, 404, "not-found", method="GET", path=f"/api/v1/events/{name}") for name in names]
    table += [Refusal(name, 404, "not-found", method="GET", path=f"/api/v1/events/{name}/flow") for name in names]
    table += [
        Refusal(name, 404, "not-found", path=f"/api/v1/events/{name}/registrations", json=whole(world))
        for name in names
    ]
    table += [Refusal(name, 404, "not-found", path="/api/v1/registrations", json={"event": name}) for name in names]
    await assert_refused(api, owner, table)
    assert "secret" not in (await api.get("/api/v1/events")).text


def calls_on(address: str, headers: dict[str, str], revision: int = 1) -> list[Refusal]:
    """Everything that can be asked of one registration; each must be not found."""
    held = {**headers, "If-Match": f'"{revision}"'}
    return [
        Refusal("read", 404, "not-found", method="GET", path=address, headers=headers),
        Refusal("flow", 404, "not-found", method="GET", path=f"{address}/flow", headers=headers),
        Refusal("code", 404, "not-found", method="GET", path=f"{address}/qr.svg", headers=headers),
        Refusal(
            "save", 404, "not-found", method="PUT", path=f"{address}/steps/about", headers=held, json={"answers": {}}
        ),
        Refusal("submit", 404, "not-found", path=f"{address}/submit", headers=held),
        Refusal(
            "submit with key", 404, "not-found", path=f"{address}/submit", headers={**held, "Idempotency-Key": "k"}
        ),
        Refusal("cancel", 404, "not-found", path=f"{address}/cancel", headers=held),
        Refusal("link", 404, "not-found", path=f"{address}/resume-links", headers=held, json={}),
    ]


async def test_another_persons_draft_is_not_there(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World
) -> None:
    draft, other = await Draft.start(api, world), await Draft.start(api, world)
    stranger = await account(api, kernel, "stranger@example.org")
    mine = await api.post("/api/v1/registrations", json={"event": world.slug}, headers=stranger)
    assert mine.json()["token"] is None
    elsewhere = await make_organization(kernel, "elsewhere")
    await make_event(kernel, elsewhere, "other-event")
    foreign = await Draft.start(api, World(elsewhere, {}, uuid4(), "other-event", []))
    callers: dict[str, dict[str, str]] = {
        "nobody": {},
        "another guest": {"Registration-Token": other.token},
        "a guest of another organization": {"Registration-Token": foreign.token},
        "a token that is none": {"Registration-Token": "x" * 43},
        "a long token": {"Registration-Token": "x" * 5000},
        "half the token": {"Registration-Token": draft.token[:-1]},
        "an account": stranger,
        "an account with another token": {**stranger, "Registration-Token": other.token},
    }
    table = []
    for caller, headers in callers.items():
        for case in calls_on(draft.address, headers):
            case.name = f"{caller}: {case.name}"
            table.append(case)
    table += calls_on(f"/api/v1/registrations/{uuid4()}", {"Registration-Token": draft.token})
    table += calls_on(
        f"/api/v1/registrations/{mine.json()['registration']['uid']}", {"Registration-Token": draft.token}
    )
    table += [
        Refusal("claim without holding", 404, "not-found", path=f"{draft.address}/claim", headers=stranger),
        Refusal(
            "claim without account",
            401,
            "unauthenticated",
            path=f"{draft.address}/claim",
            headers={"Registration-Token": draft.token},
        ),
    ]
    await assert_refused(api, owner, table)
    assert (await api.get(draft.address, headers=draft.headers)).status_code == 200


async def test_staff_may_read_and_change_but_not_take_a_registration(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    draft = await Draft.start(api, world)
    administrator = await sign_in(api, "administrator@example.org")
    desk = await sign_in(api, "front-desk@example.org")
    assert (await api.get(draft.address, headers=administrator)).status_code == 200
    assert (await api.get(draft.address, headers=desk)).status_code == 200
    await assert_refused(
        api,
        owner,
        [
            Refusal("claimed by staff", 404, "not-found", path=f"{draft.address}/claim", headers=administrator),
            Refusal("changed by the front desk", 404, "not-found", path=f"{draft.address}/cancel", headers=desk),
        ],
    )


async def test_staff_of_another_organization_find_nothing(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World
) -> None:
    elsewhere = await make_organization(kernel, "elsewhere")
    event, tickets, forms = await make_event(kernel, elsewhere, "other-event")
    foreign = World(elsewhere, {}, event, "other-event", tickets, forms)
    draft = await Draft.start(api, foreign)
    staff = await sign_in(api, "administrator@example.org")
    inside, held = f"/api/v1/organizations/{elsewhere.uid}", {**staff, "If-Match": '"1"'}
    begins = clock.now().isoformat()
    new_event = {"organization": str(elsewhere.uid), "slug": "mine", "title": {"en": "x"}, "timezone": "UTC",
                 "starts_at": begins, "ends_at": begins}  # fmt: skip
    requests: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", f"{inside}/registrations", None),
        ("GET", f"{inside}/registrations/export", None),
        ("GET", f"{inside}/events", None),
        ("GET", f"{inside}/events/{event}", None),
        ("GET", f"{inside}/api-keys", None),
        ("POST", f"{inside}/api-keys", {"name": "x", "permissions": ["event:read"]}),
        ("DELETE", f"{inside}/api-keys/{uuid4()}", None),
        ("DELETE", f"{inside}/registrations/{draft.body['uid']}", None),
        ("POST", f"{inside}/registrations/{draft.body['uid']}/restore", None),
        ("GET", f"/api/v1/organizations/{world.organization.uid}/events/{event}", None),
        ("DELETE", f"/api/v1/organizations/{world.organization.uid}/registrations/{draft.body['uid']}", None),
        ("POST", "/api/v1/organizations", {"parent": str(elsewhere.uid), "name": "x", "slug": "below"}),
        ("POST", "/api/v1/event-categories", {"organization": str(elsewhere.uid), "slug": "x-1", "title": {"en": "x"}}),
        ("POST", "/api/v1/events", new_event),
        ("PATCH", f"/api/v1/events/{event}", {"place": "mine"}),
        ("POST", f"/api/v1/events/{event}/close", None),
        ("POST", f"/api/v1/events/{event}/archive", None),
        ("POST", f"/api/v1/events/{event}/tickets", {"name": {"en": "x"}}),
        ("PATCH", f"/api/v1/tickets/{tickets[0]}", {"capacity": 1}),
        ("GET", f"/api/v1/events/{event}/flow-draft", None),
        ("PUT", f"/api/v1/events/{event}/flow-draft", {"steps": []}),
        ("POST", f"/api/v1/events/{event}/flow-draft/publish", None),
        ("POST", "/api/v1/forms", {"organization": str(elsewhere.uid), "source": documents.about()}),
        ("GET", f"/api/v1/forms/{forms['about']}", None),
        ("PUT", f"/api/v1/forms/{forms['about']}", {"source": documents.about()}),
        ("POST", f"/api/v1/forms/{forms['about']}/publish", None),
    ]
    table = [
        Refusal(f"{method} {path}", 404, "not-found", method=method, path=path, json=body, headers=held)
        for method, path, body in requests
    ]
    table += calls_on(draft.address, staff)
    await assert_refused(api, owner, table)
    mine = (await api.get("/api/v1/forms", headers=staff)).json()
    assert {form["uid"] for form in mine} == {str(uid) for uid in world.forms.values()}


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


async def test_tickets_of_another_event_or_out_of_sale_are_refused(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World
) -> None:
    _, others, _ = await make_event(kernel, world.organization, "other-event")
    address = f"/api/v1/events/{world.slug}/registrations"
    table = [
        Refusal(
            "of another event",
            409,
            "ticket-not-on-sale",
            "/steps/seats/tickets/0/ticket",
            path=address,
            json=whole(world, ticket=others[0]),
        )
    ]
    await assert_refused(api, owner, table)
    for column, value in (
        ("sales_start", "now() + interval '1 day'"),
        ("sales_end", "now() - interval '1 day'"),
        ("price_minor", "100"),
    ):
        await execute(owner, f"UPDATE event_ticket SET {column} = {value}")  # noqa: S608
        await assert_refused(
            api,
            owner,
            [
                Refusal(
                    column, 409, "ticket-not-on-sale", "/steps/seats/tickets/0/ticket", path=address, json=whole(world)
                )
            ],
        )
        await execute(owner, "UPDATE event_ticket SET sales_start = NULL, sales_end = NULL, price_minor = 0")


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
