"""A published form is edited, again and again, while people are filling it: no answer is lost.

Each draft ends on the version it began with, or on one that its person chose to switch to after seeing what changes.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.organiser import Organiser, steps_around
from tests.e2e.stack import Stack
from tests.factories import documents
from tests.factories.documents import text

pytestmark = pytest.mark.timeout(300)

STEP = "about"
COLOURS = ("red", "green", "blue")


def about(name: str, number: int) -> dict[str, Any]:
    """Return the form's version of a number: fields go and come, change their type, their choices and their order."""
    one = documents.field
    colours = COLOURS[number % 2 :]
    fields = [
        one("full_name", required=True, maps_to="registrant.name"),
        one("email", "email", required=True, maps_to="registrant.email"),
        one("age", "text" if number % 3 == 2 else "integer"),
        one("colour", "single_choice", choices="colours"),
        one("passport", "identity_number", identity="passport", sensitive=True),
        one(
            "children",
            "repeat",
            fields=[one("child_name")] + ([one("child_age", "integer")] if number % 2 == 0 else []),
        ),
        one(f"only_in_{number}", required=True),
    ]
    if number % 2 == 0:
        fields.insert(3, one("note"))
    lists = {"colours": [{"value": value, "label": text(value)} for value in colours]}
    return documents.document(name, *fields, choice_lists=lists)


def leaves(answers: dict[str, Any], pointer: str = "") -> dict[str, Any]:
    """Return single answers by pointer."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, item in enumerate(value):
                found |= leaves(item, f"{pointer}/{name}/{index}")
        else:
            found[f"{pointer}/{name}"] = value
    return found


@dataclass
class Person:
    """Somebody who fills the form. ``given`` is what they typed, by pointer; ``version`` the one they chose."""

    client: httpx.AsyncClient
    event: str
    number: int
    switches: bool
    given: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    moved: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    token: str = ""

    @property
    def address(self) -> str:
        return f"/api/v1/registrations/{self.body['uid']}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Registration-Token": self.token, "If-Match": f'"{self.body["revision"]}"'}

    async def begin(self) -> None:
        answer = await self.client.post("/api/v1/registrations", json={"event": self.event})
        assert answer.status_code == 201, answer.text
        self.body, self.token = answer.json()["registration"], answer.json()["token"]
        self.version = self.body["flow_version"]
        values = {
            "full_name": f"Person {self.number}",
            "email": f"person-{self.number}@people.example",
            "age": "about thirty" if self.version % 3 == 2 else self.number,
            "colour": COLOURS[-1 - self.number % 2],
            "passport": f"N{self.number:07d}",
            "children": [{"child_name": f"Child {n}"} for n in range(1 + self.number % 3)],
        }
        if self.version % 2 == 0:
            values["note"] = f"note {self.number}"
        await self.save(values)

    async def save(self, values: dict[str, Any]) -> None:
        """Save what is on the page and more."""
        answers = self.body["steps"][STEP]["answers"] | values
        answer = await self.client.put(f"{self.address}/steps/{STEP}", json={"answers": answers}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["steps"][STEP]["problems"] == []
        self.body = answer.json()
        self.given |= leaves(values)

    async def look_and_switch(self) -> None:
        """Switch to what is published now; where yet another one was published meanwhile, look again."""
        for _ in range(20):
            seen = (await self.client.get(f"{self.address}/migration", headers=self.headers)).json()
            if seen["newest"] == seen["current"]:
                return
            assert seen["changes"]
            target = {"flow_version": seen["flow_version"]}
            answer = await self.client.post(f"{self.address}/migration", json=target, headers=self.headers)
            if answer.status_code == 200:
                self.body, self.version = answer.json()["registration"], seen["newest"]
                self.moved += 1
                return
            assert answer.json()["type"] == "/problems/flow-changed", answer.text
        raise AssertionError("another form was published twenty times in between")

    async def go(self, over: asyncio.Event) -> None:
        """Fill the form while it is edited, then submit."""
        await self.begin()
        source = random.Random(self.number)  # noqa: S311 (moments in a test)
        while not over.is_set():
            await asyncio.sleep(source.uniform(0.05, 0.4))
            if self.switches and source.random() < 0.4:
                await self.look_and_switch()
            await self.save({"full_name": f"Person {self.number} the {source.randrange(1000)}"})
        await self.save({f"only_in_{self.version}": "yes"})
        ticket = (await self.client.get(f"/api/v1/events/{self.event}")).json()["tickets"][0]["uid"]
        answer = await self.client.put(
            f"{self.address}/steps/seats",
            json={"complete": True, "tickets": [{"ticket": ticket, "quantity": 1}]},
            headers=self.headers,
        )
        assert answer.status_code == 200, answer.text
        self.body = answer.json()
        answer = await self.client.post(f"{self.address}/submit", headers=self.headers)
        assert answer.status_code == 200, answer.text

    async def lost(self) -> list[str]:
        """Return what is wrong: answers that are nowhere, and a version that nobody chose."""
        now = (await self.client.get(self.address, headers=self.headers)).json()
        seen = (await self.client.get(f"{self.address}/migration", headers=self.headers)).json()
        held = leaves(now["steps"][STEP]["answers"])
        aside = {(one["pointer"], str(one["answer"])) for one in seen["kept_aside"]}
        wrong = [] if now["flow_version"] == self.version else [f"on version {now['flow_version']}, not {self.version}"]
        if aside and not self.moved:
            wrong.append("set aside without a switch")
        for pointer, value in self.given.items():
            shown = {"masked": f"••••{value[-4:]}"} if pointer == "/passport" else value
            if held.get(pointer) != shown and (pointer, str(shown)) not in aside:
                wrong.append(f"{pointer} is lost: {value!r}")
        return wrong


async def edited(stack: Stack, slug: str, people: int, publishes: int) -> list[Person]:
    """Let people fill a form that is edited meanwhile; returns them when all have submitted."""
    limits = httpx.Limits(max_connections=24)
    with Organiser(stack.url) as organiser:
        name = slug.replace("-", "_")
        form = await asyncio.to_thread(organiser.make_form, about(name, 1))
        event = await asyncio.to_thread(organiser.make_event, slug, steps_around((STEP, form)))
        async with httpx.AsyncClient(base_url=stack.url, timeout=60, limits=limits) as client:
            over = asyncio.Event()
            found = [Person(client, slug, number, switches=number % 2 == 1) for number in range(people)]
            # Half begin on the first version, the others on whatever is published by then.
            filling = [asyncio.create_task(one.go(over)) for one in found[: people // 2]]
            for number in range(2, publishes + 2):
                await asyncio.to_thread(organiser.change_form, form, about(name, number))
                assert await asyncio.to_thread(organiser.change_flow, event) == number
                share = people // 2 // publishes + 1
                start = people // 2 + (number - 2) * share
                filling += [asyncio.create_task(one.go(over)) for one in found[start : start + share]]
                await asyncio.sleep(1.0)
            over.set()
            await asyncio.gather(*filling)
            wrong = {one.number: lost for one in found if (lost := await one.lost())}
            assert wrong == {}
    return found


def told(people: list[Person], record_property: Any) -> None:
    switched = sum(one.moved > 0 for one in people)
    versions = sorted({one.version for one in people})
    record_property(
        "drafts while their form was edited", f"{len(people)}, 0 answers lost, {switched} switched, ended on {versions}"
    )
    assert 0 < switched <= len(people) // 2
    assert all(one.moved == 0 or one.switches for one in people)
    assert len(versions) > 2


def test_drafts_lose_nothing_while_their_form_is_edited(stack: Stack, record_property: Any) -> None:
    told(asyncio.run(edited(stack, f"edited-{uuid4().hex[:8]}", people=24, publishes=3)), record_property)


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_a_hundred_drafts_lose_nothing_while_their_form_is_edited(stack: Stack, record_property: Any) -> None:
    told(asyncio.run(edited(stack, f"edited-{uuid4().hex[:8]}", people=100, publishes=8)), record_property)


def test_a_lost_answer_and_a_version_that_nobody_chose_are_found(stack: Stack) -> None:
    """The control: what must not happen is done to the rows, and the look finds it."""

    async def look() -> list[list[str]]:
        slug = f"edited-{uuid4().hex[:8]}"
        name = slug.replace("-", "_")
        with Organiser(stack.url) as organiser:
            form = organiser.make_form(about(name, 1))
            event = organiser.make_event(slug, steps_around((STEP, form)))
            async with httpx.AsyncClient(base_url=stack.url, timeout=60) as client:
                stays, switches = Person(client, slug, 1, switches=False), Person(client, slug, 2, switches=True)
                for one in (stays, switches):
                    await one.begin()
                organiser.change_form(form, about(name, 2))
                organiser.change_flow(event)
                await switches.look_and_switch()
                found = [await stays.lost(), await switches.lost()]
                stack.sql(f"DELETE FROM registration_set_aside WHERE step = '{STEP}'")  # noqa: S608
                stack.sql(
                    "UPDATE registration SET flow_version_id = (SELECT max(flow_version_id) FROM registration r "  # noqa: S608
                    f"WHERE r.event_id = registration.event_id) WHERE uid = '{stays.body['uid']}'"
                )
                return [*found, await stays.lost(), await switches.lost()]

    fine, also_fine, repinned, lost = asyncio.run(look())
    assert (fine, also_fine) == ([], [])
    assert [one for one in repinned if one.startswith("on version")]
    assert lost
