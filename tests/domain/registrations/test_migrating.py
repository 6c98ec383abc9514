"""A draft moved to the flow that is published now: shown first, applied by choice, nothing lost."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.catalog import flow_service, flows
from api.domain.forms import service as forms
from api.domain.registrations import versions
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.api.refusals import Refusal, assert_refused
from tests.api.test_last_seat import execute
from tests.factories import documents
from tests.factories.client import Draft
from tests.factories.documents import field
from tests.factories.world import World, default_steps, organiser

CHILDREN = [{"child_name": "Nila", "child_passport": "P1111111"}, {"child_name": "Ravi", "child_passport": "P2222222"}]
GIVEN: dict[str, Any] = documents.ANSWERS | {"phone": "+919876543210", "passport": "M1234567", "children": CHILDREN}


def newer_about() -> dict[str, Any]:
    """The form without the phone, with another type of age, a new field, and children without passports."""
    about = documents.about()
    fields = about["pages"][0]["sections"][0]["fields"]
    by_name = {one["name"]: one for one in fields}
    children = by_name["children"] | {"fields": by_name["children"]["fields"][:1]}
    kept = [by_name["full_name"] | {"label": {"en": "Your name"}}, by_name["email"], by_name["passport"], children]
    return documents.document("about", *kept, field("age"), field("diet", required=True))


async def publish(kernel: Kernel, world: World, source: dict[str, Any], *, without: str = "") -> None:
    """Publish a form's next version and the flow with it, where asked without one of the steps."""
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        await forms.update(uow, world.forms[source["name"]], source, None)
        await forms.publish(uow, world.forms[source["name"]])
        steps = [step for step in default_steps(world.forms) if step.name != without]
        await flow_service.save_draft(uow, world.event, flows.FlowDraft(tuple(steps)), None)
        await flow_service.publish(uow, world.event)


async def look(draft: Draft) -> dict[str, Any]:
    answer = await draft.client.get(f"{draft.address}/migration", headers=draft.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def move(draft: Draft, target: str) -> httpx.Response:
    answer = await draft.client.post(f"{draft.address}/migration", json={"flow_version": target}, headers=draft.headers)
    if answer.status_code == 200:
        draft.body = answer.json()["registration"]
    return answer


@pytest.fixture
async def draft(api: httpx.AsyncClient, world: World) -> Draft:
    """A draft that is filled to the end."""
    made = await Draft.start(api, world)
    await made.fill(world, **GIVEN)
    return made


async def test_where_nothing_was_published_there_is_nothing_to_move_to(draft: Draft) -> None:
    seen = await look(draft)
    assert (seen["current"], seen["newest"], seen["changes"], seen["aside"]) == (1, 1, [], [])
    before = draft.body
    assert (await move(draft, seen["flow_version"])).status_code == 200
    assert draft.body == before


async def test_what_changes_is_shown_and_nothing_is_changed_by_looking(
    draft: Draft, kernel: Kernel, world: World
) -> None:
    await publish(kernel, world, newer_about())
    seen = await look(draft)
    assert (seen["current"], seen["newest"]) == (1, 2)
    changes = {(one["step"], one["field"]): (one["kind"], one["parts"]) for one in seen["changes"]}
    assert changes == {
        ("about", "full_name"): ("changed", ["label"]),
        ("about", "age"): ("changed", ["maximum", "minimum", "shared_with_back_office", "type"]),
        ("about", "diet"): ("added", []),
        ("about", "phone"): ("removed", []),
        ("about", "guardian"): ("removed", []),
        ("about", "children/child_passport"): ("removed", []),
    }
    aside = {one["pointer"]: (one["answer"], one["reason"]) for one in seen["aside"]}
    assert aside == {
        "/phone": ("+919876543210", "removed"),
        "/age": (30, "unfit"),
        "/children/0/child_passport": ({"masked": "••••1111"}, "removed"),
        "/children/1/child_passport": ({"masked": "••••2222"}, "removed"),
    }
    assert [(one["pointer"], one["code"]) for one in seen["attention"]] == [("/steps/about/answers/diet", "required")]
    now = await draft.client.get(draft.address, headers=draft.headers)
    assert now.json() == draft.body


async def test_a_draft_that_is_moved_keeps_every_answer_in_its_place_or_aside(
    draft: Draft, kernel: Kernel, world: World, owner: Database
) -> None:
    await publish(kernel, world, newer_about())
    seen = await look(draft)
    done = await move(draft, seen["flow_version"])
    assert done.status_code == 200, done.text
    assert draft.body["flow_version"] == 2
    about = draft.body["steps"]["about"]
    assert about["status"] == "saved"
    assert about["answers"] == {
        "full_name": GIVEN["full_name"],
        "email": GIVEN["email"],
        "passport": {"masked": "••••4567"},
        "children": [{"child_name": "Nila"}, {"child_name": "Ravi"}],
    }
    kept = done.json()["kept_aside"]
    assert {one["pointer"]: one["answer"] for one in kept} == {one["pointer"]: one["answer"] for one in seen["aside"]}
    assert {one["version"] for one in kept} == {1}
    assert (await look(draft))["kept_aside"] == kept
    async with owner.engine.connect() as connection:
        stored = (await connection.execute(text("SELECT answer::text, sealed FROM registration_set_aside"))).all()
        details = await connection.scalar(
            text("SELECT details FROM audit_event WHERE action = 'registration.migrated'")
        )
    assert not any("1111111" in answer or b"1111111" in (sealed or b"") for answer, sealed in stored)
    assert sum(sealed is not None for _, sealed in stored) == 2
    assert details == {"from": 1, "to": 2, "aside": 4}
    await draft.save("about", answers=about["answers"] | {"diet": "vegetarian", "age": "30"})
    assert (await draft.submit()).status_code == 200


async def test_the_person_is_given_what_was_set_aside_in_full(draft: Draft, kernel: Kernel, world: World) -> None:
    await publish(kernel, world, newer_about())
    await move(draft, (await look(draft))["flow_version"])
    packed = await draft.client.post(f"{draft.address}/data-export", headers=draft.headers)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        told = archive.read("data.json").decode()
    assert "P1111111" in told
    assert "+919876543210" in told


async def test_a_step_that_is_gone_leaves_its_answers_aside(
    draft: Draft, kernel: Kernel, world: World, owner: Database
) -> None:
    await execute(owner, "UPDATE event_ticket SET max_per_order = 1")
    await publish(kernel, world, newer_about(), without="people")
    seen = await look(draft)
    assert {"step": "people", "field": "", "kind": "step-removed"}.items() <= seen["changes"][-1].items()
    assert [one["answer"] for one in seen["aside"] if one["step"] == "people"] == ["Person 0"]
    assert (await move(draft, seen["flow_version"])).status_code == 200
    assert draft.body["attendees"] == []
    assert [seat["quantity"] for seat in draft.body["tickets"]] == [1]


async def test_moving_is_refused_where_it_would_not_do_what_was_shown(
    draft: Draft, kernel: Kernel, world: World, owner: Database, api: httpx.AsyncClient
) -> None:
    shown = (await look(draft))["flow_version"]
    await publish(kernel, world, newer_about())
    second = (await look(draft))["flow_version"]
    await publish(kernel, world, newer_about() | {"title": {"en": "Once more"}})

    def refusal(name: str, status: int, problem: str, pointer: str | None = None, **more: Any) -> Refusal:
        given = {"json": {"flow_version": second}, "headers": draft.headers} | more
        return Refusal(name, status, problem, pointer, path=f"{draft.address}/migration", **given)

    await assert_refused(
        api,
        owner,
        [
            refusal("another one was published", 409, "flow-changed"),
            refusal("no such flow", 409, "flow-changed", json={"flow_version": str(world.event)}),
            refusal("an older state", 412, "precondition-failed", headers=draft.headers | {"If-Match": '"1"'}),
            refusal("nobody's", 404, "not-found", headers={"If-Match": '"1"'}),
            refusal("no version", 422, "validation-failed", "/flow_version", json={}),
        ],
    )
    assert draft.body["flow_version_uid"] == shown
    await move(draft, (await look(draft))["flow_version"])
    await draft.save("about", answers=draft.body["steps"]["about"]["answers"] | {"diet": "any"})
    assert (await draft.submit()).status_code == 200
    await assert_refused(api, owner, [refusal("submitted", 409, "registration-not-editable")])


async def test_a_migration_that_forgets_to_set_aside_is_found(
    draft: Draft, kernel: Kernel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: it fails where a dropped answer goes nowhere."""
    careful = versions.carry

    def careless(*given: Any) -> versions.Carried:
        carried = careful(*given)
        return versions.Carried(carried.answers, carried.dropped[1:], carried.errors)

    monkeypatch.setattr(versions, "carry", careless)
    await publish(kernel, world, newer_about())
    aside = (await look(draft))["aside"]
    with pytest.raises(AssertionError):
        assert {one["pointer"] for one in aside} >= {"/phone", "/age"}
