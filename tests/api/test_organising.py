"""An organiser brings a form as a spreadsheet and publishes a program with a multi-step flow."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.domain.accounts.roles import Role
from tests.factories import documents
from tests.factories.client import sign_in
from tests.factories.world import World

SHEETS = Path(__file__).resolve().parents[2] / "deploy" / "local" / "demo" / "forms"
EVENT = {
    "slug": "winter-school",
    "title": {"en": "Winter school"},
    "timezone": "Asia/Kolkata",
    "starts_at": "2099-01-10T04:00:00Z",
    "ends_at": "2099-01-12T12:00:00Z",
}


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


async def import_sheet(api: httpx.AsyncClient, world: World, admin: dict[str, str], name: str) -> httpx.Response:
    return await api.post(
        "/api/v1/forms/import",
        params={"organization": str(world.organization.uid)},
        files={"file": (name, (SHEETS / name).read_bytes(), "application/octet-stream")},
        headers=admin,
    )


async def new_event(api: httpx.AsyncClient, world: World, admin: dict[str, str], **more: Any) -> str:
    response = await api.post(
        "/api/v1/events", json=EVENT | {"organization": str(world.organization.uid)} | more, headers=admin
    )
    assert response.status_code == 201, response.text
    uid: str = response.json()["uid"]
    return uid


def steps(form: str) -> list[dict[str, Any]]:
    return [
        {"name": "about", "kind": "form", "title": {"en": "About you"}, "form": form},
        {"name": "review", "kind": "review", "title": {"en": "Review"}},
        {"name": "done", "kind": "confirmation", "title": {"en": "Done"}},
    ]


async def test_from_a_spreadsheet_to_an_open_program(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    imported = await import_sheet(api, world, admin, "about_you.xlsx")
    assert imported.status_code == 201, imported.text
    form = imported.json()["form"]["uid"]
    published = await api.post(f"/api/v1/forms/{form}/publish", headers=admin)
    assert published.json()["version"] == 1, published.text
    event = await new_event(api, world, admin)
    ticket = await api.post(
        f"/api/v1/events/{event}/tickets", json={"name": {"en": "Seat"}, "capacity": 5}, headers=admin
    )
    assert ticket.status_code == 201, ticket.text
    saved = await api.put(f"/api/v1/events/{event}/flow-draft", json={"steps": steps(form)}, headers=admin)
    assert saved.status_code == 200, saved.text
    flow = await api.post(f"/api/v1/events/{event}/flow-draft/publish", headers=admin)
    assert flow.json()["version"] == 1, flow.text
    assert (await api.get("/api/v1/events/winter-school")).status_code == 404
    opened = await api.post(f"/api/v1/events/{event}/publish", headers=admin)
    assert opened.json()["state"] == "published", opened.text
    assert (await api.get("/api/v1/events/winter-school")).json()["registration_open"] is True
    found = await api.get("/api/v1/events", params={"q": "winter scho"})
    assert [item["slug"] for item in found.json()["items"]] == ["winter-school"]


async def test_the_flow_is_one_cacheable_document_that_changes_only_with_a_version(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    first = await api.get(f"/api/v1/events/{world.slug}/flow")
    body = first.json()
    assert set(body["forms"]) == {step["form_version"] for step in body["flow"]["steps"] if step["form_version"]}
    held = {"If-None-Match": first.headers["etag"]}
    assert (await api.get(f"/api/v1/events/{world.slug}/flow", headers=held)).status_code == 304
    draft = (await api.get(f"/api/v1/events/{world.event}/flow-draft", headers=admin)).json()
    draft["steps"][0]["title"] = {"en": "Who are you?"}
    await api.put(
        f"/api/v1/events/{world.event}/flow-draft",
        json={"steps": draft["steps"]},
        headers=admin | {"If-Match": f'"{draft["revision"]}"'},
    )
    assert (await api.get(f"/api/v1/events/{world.slug}/flow", headers=held)).status_code == 304
    await api.post(f"/api/v1/events/{world.event}/flow-draft/publish", headers=admin)
    second = await api.get(f"/api/v1/events/{world.slug}/flow", headers=held)
    assert second.status_code == 200
    assert second.json()["flow"]["version"] == 2


async def test_a_draft_stays_on_the_version_it_began_with(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    started = (await api.post("/api/v1/registrations", json={"event": world.slug})).json()
    changed = documents.about()
    changed["pages"][0]["sections"][0]["fields"].append(documents.field("nickname", required=True))
    form = (await api.get(f"/api/v1/forms/{world.forms['about']}", headers=admin)).json()
    put = await api.put(
        f"/api/v1/forms/{form['uid']}",
        json={"source": changed},
        headers=admin | {"If-Match": f'"{form["revision"]}"'},
    )
    assert put.status_code == 200, put.text
    assert (await api.post(f"/api/v1/forms/{form['uid']}/publish", headers=admin)).json()["version"] == 2
    assert (await api.post(f"/api/v1/events/{world.event}/flow-draft/publish", headers=admin)).json()["version"] == 2
    address = f"/api/v1/registrations/{started['registration']['uid']}"
    token = {"Registration-Token": started["token"]}
    assert (await api.get(f"{address}/flow", headers=token)).json()["flow"]["version"] == 1
    saved = await api.put(
        f"{address}/steps/about",
        json={"complete": True, "answers": documents.ANSWERS},
        headers=token | {"If-Match": '"1"'},
    )
    assert saved.status_code == 200, saved.text


async def test_what_keeps_a_flow_from_being_published_is_listed_at_once(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    event = await new_event(api, world, admin)
    wrong = [
        {"name": "pay", "kind": "payment", "title": {"en": "Pay"}},
        {"name": "about", "kind": "form", "title": {"en": "About"}, "condition": "${pay.amount} > 1"},
    ]
    await api.put(f"/api/v1/events/{event}/flow-draft", json={"steps": wrong}, headers=admin)
    refused = await api.post(f"/api/v1/events/{event}/flow-draft/publish", headers=admin)
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/flow-invalid"
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert {"/steps/0/kind", "/steps/1/form", "/steps/1/condition", "/steps"} <= pointers


async def test_a_priced_ticket_keeps_the_event_from_being_published(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    event = await new_event(api, world, admin)
    await api.post(f"/api/v1/events/{event}/tickets", json={"name": {"en": "Seat"}, "price_minor": 1000}, headers=admin)
    form = str(world.forms["about"])
    await api.put(f"/api/v1/events/{event}/flow-draft", json={"steps": steps(form)}, headers=admin)
    await api.post(f"/api/v1/events/{event}/flow-draft/publish", headers=admin)
    refused = await api.post(f"/api/v1/events/{event}/publish", headers=admin)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["pointer"] == "/tickets/0/price_minor"


async def test_a_broken_spreadsheet_is_refused_whole_with_every_row_named(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    sheet = b"survey,,,\n,type,name,label\n,text,,Name\n,select_one nolist,x,Choose\n,geotrace,where,Where\n"
    refused = await api.post(
        "/api/v1/forms/import",
        params={"organization": str(world.organization.uid)},
        files={"file": ("broken.csv", sheet, "text/csv")},
        headers=admin,
    )
    assert refused.status_code == 422, refused.text
    assert refused.json()["type"] == "/problems/sheet-invalid", refused.text
    assert {problem["row"] for problem in refused.json()["problems"]} >= {3, 4, 5}
    forms = (await api.get("/api/v1/forms", headers=admin)).json()
    assert {form["name"] for form in forms} == {"about", "health"}


async def test_an_organization_that_lives_elsewhere_answers_with_its_address(
    api: httpx.AsyncClient, world: World, owner: Any
) -> None:
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE organization SET home_region = 'elsewhere'")
    answer = await api.post("/api/v1/registrations", json={"event": world.slug})
    assert answer.status_code == 421
    assert answer.json()["region"] == "elsewhere"


async def test_a_draft_event_is_deleted_and_restored_and_an_open_one_is_not(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    address = f"/api/v1/organizations/{world.organization.uid}/events"
    refused = await api.delete(f"{address}/{world.event}", headers=admin)
    assert refused.json()["type"] == "/problems/wrong-state"
    event = await new_event(api, world, admin)
    assert (await api.delete(f"{address}/{event}", headers=admin)).status_code == 204
    assert (await api.get(f"{address}/{event}", headers=admin)).status_code == 404
    assert (await api.post(f"{address}/{event}/restore", headers=admin)).json()["state"] == "draft"
    assert (await api.get(f"{address}/{event}", headers=admin)).status_code == 200


async def test_a_role_counts_in_every_organization_below_and_the_list_says_so(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    below = {"parent": str(world.organization.uid), "name": "Centre", "slug": "a-centre", "kind": "centre"}
    made = (await api.post("/api/v1/organizations", json=below, headers=admin)).json()
    assert "role:manage" in made["permissions"]
    # Who one is stays known for a while: a new session asks anew.
    admin = await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")
    listed = {one["uid"]: one for one in (await api.get("/api/v1/organizations", headers=admin)).json()}
    assert listed[made["uid"]] == made
    assert listed[str(world.organization.uid)]["permissions"] == made["permissions"]
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    [seen] = [one for one in (await api.get("/api/v1/organizations", headers=desk)).json() if one["uid"] == made["uid"]]
    assert "registration:read" in seen["permissions"]
    assert "role:manage" not in seen["permissions"]
