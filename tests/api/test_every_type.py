"""Answers of every type but files: kept as they are meant, seen by conditions, held by their triggers."""

from typing import Any

import httpx
from sqlalchemy import select

from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.domain.catalog import flows
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.registrations.models import Registration
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories.client import Draft, sign_in
from tests.factories.documents import document, field, text
from tests.factories.world import PASSWORD, World, make_event, organiser

CHOICES = [{"value": one, "label": text(one.title())} for one in ("yes", "no")]
DEPTH = document(
    "depth",
    field("who", "person_name", required=True, maps_to="registrant.name"),
    field("email", "email", required=True, maps_to="registrant.email"),
    field("gift", "money", currencies=["EUR", "INR"], minimum=100),
    field("home", "address", sensitive=True),
    field("order", "ranking", choices="answers"),
    field("stars", "rating"),
    field("agree", "likert", choices="answers"),
    field("grid", "matrix", rows="answers", choices="answers"),
    field("site", "url"),
    field("speaks", "language"),
    field("pays", "currency"),
    field("ticket", "barcode"),
    field("spot", "location"),
    field("read", "acknowledge"),
    field("source", "hidden"),
    field("shown", "calculated", calculation="concat(${gift}, ' ', ${gift.currency})", trigger="stars"),
    field("first", "calculated", calculation="once(${gift})"),
    choice_lists={"answers": CHOICES},
)
ANSWERS: dict[str, Any] = {
    "who": {"given": "Asha", "family": "Rao"},
    "email": "asha@example.org",
    "gift": {"amount": 1999, "currency": "EUR"},
    "home": {"line1": "12 MG Road", "city": "Pune", "country": "IN"},
    "order": ["no", "yes"],
    "stars": 4,
    "agree": "yes",
    "grid": {"yes": "no"},
    "site": "https://example.org/ä",
    "speaks": "hi",
    "pays": "INR",
    "ticket": "4006381333931",
    "spot": {"latitude": 18.52, "longitude": 73.85},
    "read": True,
    "source": "poster",
}
STORED = ANSWERS | {"home": {"masked": "••••"}, "shown": "19.99 EUR", "first": 19.99}


async def depth(kernel: Kernel, world: World, condition: str = "${depth.gift} > 10") -> World:
    """An event that asks for all this, and where the condition holds for somebody's health."""
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        form = (await forms.create(uow, world.organization, DEPTH)).uid
        await forms.publish(uow, form)

    def steps(made: dict[str, Any]) -> list[flows.DraftStep]:
        step = flows.DraftStep
        return [
            step("depth", StepKind.FORM, text("All"), form),
            step("health", StepKind.FORM, text("Health"), made["health"], condition),
            step("seats", StepKind.TICKETS, text("Tickets")),
            step("review", StepKind.REVIEW, text("Review")),
            step("done", StepKind.CONFIRMATION, text("Done")),
        ]

    event, tickets, made = await make_event(kernel, world.organization, "depth", most=1, steps=steps)
    return World(world.organization, world.staff, event, "depth", tickets, made)


async def test_answers_of_every_type_are_kept_shown_and_submitted(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    draft = await Draft.start(
        api, await depth(kernel, world, "${depth.who.family} = 'Nobody' or ${depth.grid.yes} = 'yes'")
    )
    body = await draft.save("depth", answers=ANSWERS)
    assert body["steps"]["depth"]["answers"] == STORED
    again = await draft.save("depth", answers=STORED)
    assert again["steps"]["depth"]["answers"] == STORED
    tickets = (await api.get("/api/v1/events/depth")).json()["tickets"]
    await draft.save("seats", tickets=[{"ticket": tickets[0]["uid"], "quantity": 1}])
    answer = await draft.submit()
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "confirmed"
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        assert await uow.session.scalar(select(Registration.contact_name)) == "Asha Rao"


async def test_a_calculation_waits_for_its_trigger_and_once_keeps_its_first_value(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    draft = await Draft.start(api, await depth(kernel, world))
    await draft.save("depth", answers=ANSWERS)
    other = ANSWERS | {"gift": {"amount": 500, "currency": "INR"}, "shown": "mine", "first": 1}
    held = (await draft.save("depth", answers=other))["steps"]["depth"]["answers"]
    assert (held["shown"], held["first"]) == ("19.99 EUR", 19.99)
    set_anew = (await draft.save("depth", answers=other | {"stars": 5}))["steps"]["depth"]["answers"]
    assert (set_anew["shown"], set_anew["first"]) == ("5 INR", 19.99)


async def test_a_condition_between_steps_sees_parts(api: httpx.AsyncClient, kernel: Kernel, world: World) -> None:
    draft = await Draft.start(api, await depth(kernel, world, "${depth.gift.currency} = 'INR' and ${depth.gift} > 4"))
    await draft.save("depth", answers=ANSWERS)
    refused = await draft.send("health", answers={"condition": "none"})
    assert refused.status_code in (409, 422), refused.text
    await draft.save("depth", answers=ANSWERS | {"gift": {"amount": 500, "currency": "INR"}})
    await draft.save("health", answers={"condition": "none"})


async def test_half_an_address_is_kept_while_the_step_is_unfinished(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    draft = await Draft.start(api, await depth(kernel, world))
    half = {"who": {"additional": "M."}, "spot": {"latitude": 1}, "order": ["no"]}
    body = await draft.save("depth", complete=False, answers=half)
    assert body["steps"]["depth"]["answers"] == half
    refused = await draft.send("depth", answers=half)
    problems = {error["pointer"]: error["code"] for error in refused.json()["errors"]}
    assert problems == {
        "/answers/who": "incomplete",
        "/answers/email": "required",
        "/answers/order": "incomplete",
        "/answers/spot": "incomplete",
    }


async def test_the_note_of_a_reveal_holds_no_part_of_the_answer(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    draft = await Draft.start(api, await depth(kernel, world))
    await draft.save("depth", answers=ANSWERS)
    async with unit_of_work(kernel) as uow:
        steward = await accounts.register(uow, email="steward@example.org", password=PASSWORD, name="steward")
        await grants.grant(uow, steward, world.organization, Role.DATA_STEWARD)
    headers = await sign_in(api, "steward@example.org")
    asked = {"step": "depth", "pointer": "/home", "reason": "other"}
    address = f"{draft.address}/reveals"
    refused = await api.post(address, json=asked | {"note": "lives at 12 mg-road"}, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/note"
    shown = await api.post(address, json=asked | {"note": "A parcel came back."}, headers=headers)
    assert shown.status_code == 200, shown.text
    assert shown.json()["value"] == ANSWERS["home"]
