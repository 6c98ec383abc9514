"""Staff register somebody, see what was changed, try an event, preview it and make another after its model."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.factories import documents
from tests.factories.client import Draft, register, sign_in
from tests.factories.world import PASSWORD, World


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


async def rows(owner: Database, statement: str) -> list[Any]:
    async with owner.engine.connect() as connection:
        return list(await connection.execute(text(statement)))


async def add(
    api: httpx.AsyncClient, world: World, headers: dict[str, str], **more: Any
) -> tuple[httpx.Response, Draft | None]:
    answer = await api.post("/api/v1/registrations/on-behalf", json={"event": world.slug, **more}, headers=headers)
    return answer, Draft(api, answer.json()) if answer.status_code == 201 else None


async def test_staff_register_somebody_over_the_capacity_and_after_the_close(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    ticket = str(world.tickets[0])
    await register(api, world)
    done = await api.patch(f"/api/v1/tickets/{ticket}", json={"capacity": 1}, headers=admin | {"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    await api.post(f"/api/v1/events/{world.event}/close", headers=admin)
    closed, _ = await add(api, world, admin)
    assert closed.json()["type"] == "/problems/event-closed"
    _, bound = await add(api, world, admin, late=True)
    assert bound is not None
    await bound.save("about", answers=documents.ANSWERS)
    full = await bound.send("seats", tickets=[{"ticket": ticket, "quantity": 1}])
    assert full.json()["type"] == "/problems/ticket-sold-out", "without the permission the capacity binds"
    _, free = await add(api, world, admin, late=True, over=True, silent=True)
    assert free is not None
    await free.fill(world)
    assert (await free.submit()).status_code == 200
    found = await rows(owner, "SELECT capacity, taken FROM event_ticket_counter WHERE capacity IS NOT NULL")
    assert found == [(2, 2)]
    trail = await rows(
        owner,
        "SELECT action, details FROM audit_event WHERE action IN ('registration.added', 'registration.seats-added') "
        "ORDER BY id DESC LIMIT 2",
    )
    assert trail == [
        ("registration.seats-added", {"seats": 1}),
        ("registration.added", {"late": True, "over": True, "silent": True}),
    ]


async def test_who_may_add_may_not_pass_limits(api: httpx.AsyncClient, world: World, kernel: Kernel) -> None:
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="till@example.org", password=PASSWORD, name="Till")
        await grants.grant(uow, account, world.organization, Role.INTEGRATOR)
    till = await sign_in(api, "till@example.org")
    assert (await add(api, world, till))[0].status_code == 201
    assert (await add(api, world, till, late=True))[0].status_code == 403
    assert (await add(api, world, till, over=True))[0].status_code == 403
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    assert (await add(api, world, desk))[0].status_code == 403
    assert (await add(api, world, {}))[0].status_code == 401


async def test_a_change_is_kept_answer_by_answer_and_sensitive_ones_untold(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    body = (await register(api, world, age=30, passport="Z7654321"))["registration"]
    address = f"/api/v1/registrations/{body['uid']}"
    changed = await api.put(
        f"{address}/changes",
        json={"steps": {"about": {"answers": {"age": 41, "passport": "Y1234567"}}}},
        headers=admin | {"If-Match": f'"{body["revision"]}"'},
    )
    assert changed.status_code == 200, changed.text
    told = await api.get(f"{address}/history", headers=admin)
    entries = told.json()
    assert [entry["kind"] for entry in entries] == ["changed", "changed", "confirmed", "begun"]
    by = {entry["pointer"]: entry for entry in entries if entry["kind"] == "changed"}
    assert (by["/age"]["before"], by["/age"]["after"], by["/age"]["actor"]) == (30, 41, "administrator")
    assert (by["/passport"]["sensitive"], by["/passport"]["before"], by["/passport"]["after"]) == (True, None, None)
    stored = await rows(owner, "SELECT string_agg(to_jsonb(c)::text, '') FROM registration_change c")
    assert "Y1234567" not in stored[0][0]
    assert "Z7654321" not in stored[0][0]
    assert (await api.get(f"{address}/history")).status_code == 401


async def test_trials_take_no_seat_and_are_told_to_nobody(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    async def mode(on: bool) -> None:
        event = await api.get(f"/api/v1/events/{world.slug}")
        done = await api.patch(
            f"/api/v1/events/{world.event}",
            json={"test_mode": on},
            headers=admin | {"If-Match": event.headers["etag"]},
        )
        assert done.status_code == 200, done.text
        assert done.json()["test_mode"] is on

    await mode(True)
    await register(api, world, full_name="Trial Whole")
    draft = await Draft.start(api, world)
    await draft.fill(world, full_name="Trial Draft")
    assert (await draft.submit()).status_code == 200
    await mode(False)
    await register(api, world, full_name="Real")
    address = f"/api/v1/organizations/{world.organization.uid}/registrations"
    real = (await api.get(address, headers=admin)).json()["items"]
    assert [one["name"] for one in real] == ["Real"]
    trials = (await api.get(address, params={"tests": "true"}, headers=admin)).json()["items"]
    assert {one["name"] for one in trials} == {"Trial Whole", "Trial Draft"}
    export = await api.get(f"{address}/export", params={"event": str(world.event)}, headers=admin)
    assert "Trial" not in export.text
    taken = await rows(owner, "SELECT sum(taken), sum(held) FROM event_ticket_counter")
    assert taken == [(1, 0)]
    told = await rows(
        owner,
        "SELECT count(*) FROM outbox o JOIN registration r ON r.uid = o.aggregate_uid WHERE r.is_test",
    )
    assert told == [(0,)]
    cancelled = await api.post(f"{draft.address}/cancel", headers={"Registration-Token": draft.token})
    assert cancelled.status_code == 200, cancelled.text
    assert await rows(owner, "SELECT sum(taken), sum(held) FROM event_ticket_counter") == [(1, 0)]
    gone = await api.delete(f"/api/v1/events/{world.event}/trials", headers=admin)
    assert gone.json() == {"removed": 2, "more": False}
    assert await rows(owner, "SELECT count(*) FROM registration") == [(1,)]


async def test_a_preview_shows_what_is_edited_and_writes_nothing(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    made = await api.post(
        "/api/v1/events",
        json={"organization": str(world.organization.uid), "slug": "unseen", "title": {"en": "Unseen"},
              "timezone": "Asia/Kolkata", "starts_at": "2099-01-10T04:00:00Z", "ends_at": "2099-01-12T12:00:00Z"},
        headers=admin,
    )  # fmt: skip
    uid = made.json()["uid"]
    assert (await api.get("/api/v1/events/unseen")).status_code == 404
    link = (await api.post(f"/api/v1/events/{uid}/previews", headers=admin)).json()["url"]
    token = link.partition("#")[2]
    bare = (await api.post("/api/v1/previews", json={"token": token})).json()
    assert (bare["event"]["title"], bare["flow"]) == ({"en": "Unseen"}, None)
    assert bare["problems"][0]["pointer"] == "/steps"
    steps = [
        {"name": "about", "kind": "form", "title": {"en": "About"}, "form": str(world.forms["about"])},
        {"name": "review", "kind": "review", "title": {"en": "Review"}},
        {"name": "done", "kind": "confirmation", "title": {"en": "Done"}},
    ]
    await api.put(f"/api/v1/events/{uid}/flow-draft", json={"steps": steps}, headers=admin)
    before = await rows(owner, "SELECT (SELECT count(*) FROM registration), (SELECT count(*) FROM audit_event)")
    shown = (await api.post("/api/v1/previews", json={"token": token})).json()
    assert [step["name"] for step in shown["flow"]["flow"]["steps"]] == ["about", "review", "done"]
    assert len(shown["flow"]["forms"]) == 1
    assert before == await rows(owner, "SELECT (SELECT count(*) FROM registration), (SELECT count(*) FROM audit_event)")
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for wrong in (forged, "x" * 40, token[:30]):
        assert (await api.post("/api/v1/previews", json={"token": wrong})).json()["type"] == "/problems/preview-over"
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    assert (await api.post(f"/api/v1/events/{uid}/previews", headers=desk)).status_code == 403


async def test_a_clone_has_everything_but_registrations(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    await register(api, world)
    body = {"slug": "retreat-two", "starts_at": "2030-06-01T06:00:00Z"}
    made = await api.post(f"/api/v1/events/{world.event}/clones", json=body, headers=admin)
    assert made.status_code == 201, made.text
    clone = made.json()
    assert (clone["state"], clone["starts_at"]) == ("draft", "2030-06-01T06:00:00Z")
    assert [(one["name"], one["capacity"], one["available"]) for one in clone["tickets"]] == [
        ({"en": "Seat"}, 10, 10),
        ({"en": "Tent"}, None, None),
    ]
    again = await api.post(f"/api/v1/events/{world.event}/clones", json=body, headers=admin)
    assert again.json()["type"] == "/problems/slug-taken"
    published = await api.post(f"/api/v1/events/{clone['uid']}/publish", headers=admin)
    assert published.status_code == 200, published.text
    there = World(
        world.organization, world.staff, clone["uid"], "retreat-two", [one["uid"] for one in clone["tickets"]]
    )
    await register(api, there)
    counts = await rows(
        owner, "SELECT e.slug, count(*) FROM registration r JOIN event e ON e.id = r.event_id GROUP BY 1 ORDER BY 1"
    )
    assert counts == [("retreat", 1), ("retreat-two", 1)]
