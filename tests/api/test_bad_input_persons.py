"""Registrations in the hands of somebody whom they do not belong to."""

from typing import Any
from uuid import uuid4

import httpx

from api.domain.accounts import service as accounts
from api.lib import clock
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.api.refusals import Refusal, assert_refused
from tests.api.registration_calls import calls_on
from tests.factories import documents
from tests.factories.client import Draft, sign_in
from tests.factories.world import PASSWORD, World, make_event, make_organization


async def account(client: httpx.AsyncClient, kernel: Kernel, email: str) -> dict[str, str]:
    """Create an account and return the header that authorizes it."""
    async with unit_of_work(kernel) as uow:
        await accounts.register(uow, email=email, password=PASSWORD, name=email)
    return await sign_in(client, email)


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
