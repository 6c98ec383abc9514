"""Sensitive answers: shown to few, with a reason, never without a trace; found by their number and by nothing else."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.factories.client import register, sign_in, whole
from tests.factories.world import PASSWORD, World, make_organization

PASSPORT = "Z1234567"
ASK = {"step": "about", "pointer": "/passport", "reason": "identity-check"}


async def make_steward(kernel: Kernel, slug: str, world: World | None = None) -> str:
    organization = world.organization if world else await make_organization(kernel, slug)
    email = f"steward@{slug}.example.org"
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email=email, password=PASSWORD, name="steward")
        await grants.grant(uow, account, organization, Role.DATA_STEWARD)
    return email


@pytest.fixture
async def steward(kernel: Kernel, api: httpx.AsyncClient, world: World) -> dict[str, str]:
    return await sign_in(api, await make_steward(kernel, "own", world))


@pytest.fixture
async def stranger(kernel: Kernel, api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, await make_steward(kernel, "foreign"))


@pytest.fixture
async def address(api: httpx.AsyncClient, world: World) -> str:
    made = await register(
        api, world, passport=PASSPORT, children=[{"child_name": "Ravi", "child_passport": "y 765 4321"}]
    )
    return f"/api/v1/registrations/{made['registration']['uid']}/reveals"


async def trail(owner: Database, action: str) -> list[Any]:
    async with owner.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT details, actor_kind, subject_uid FROM audit_event WHERE action = :action ORDER BY id"),
            {"action": action},
        )
        return [tuple(row) for row in found]


async def test_an_auditor_reads_the_note_of_a_reveal_and_the_steward_does_not(
    api: httpx.AsyncClient, owner: Database, address: str, steward: dict[str, str], stranger: dict[str, str]
) -> None:
    asked = ASK | {"reason": "other", "note": "He waits at the door. पहचान"}
    assert (await api.post(address, json=asked, headers=steward)).status_code == 200
    [(details, _, _)] = await trail(owner, "sensitive.revealed")
    where = f"{address.removesuffix('reveals')}reveal-notes/{details['note']}"
    auditor = await sign_in(api, "administrator@example.org")
    answer = await api.get(where, headers=auditor)
    assert (answer.status_code, answer.json()) == (200, {"note": asked["note"]})
    assert answer.headers["cache-control"] == "no-store"
    assert (
        await api.get(f"{address.removesuffix('reveals')}reveal-notes/{uuid4()}", headers=auditor)
    ).status_code == 404
    assert (await api.get(where, headers=steward)).status_code == 403
    assert (await api.get(where, headers=stranger)).status_code == 403
    async with owner.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT sealed_note FROM registration_reveal"))).scalars().all()
    assert not any(b"door" in note for note in kept)


async def test_a_steward_is_shown_the_answer_and_the_trail_says_so(
    api: httpx.AsyncClient, owner: Database, address: str, steward: dict[str, str]
) -> None:
    answer = await api.post(address, json=ASK, headers=steward)
    assert (answer.status_code, answer.json()) == (200, {"value": PASSPORT})
    assert answer.headers["cache-control"] == "no-store"
    inner = await api.post(
        address, json=ASK | {"pointer": "/children/0/child_passport", "note": "at the gate"}, headers=steward
    )
    assert inner.json() == {"value": "Y7654321"}
    events = await trail(owner, "sensitive.revealed")
    assert [details["pointer"] for details, _, _ in events] == ["/passport", "/children/0/child_passport"]
    first, second = (details for details, _, _ in events)
    assert first == {"step": "about", "pointer": "/passport", "reason": "identity-check", "note": None}
    # The trail holds no free text: it names the note, which is sealed and goes with the registration.
    assert "gate" not in str(second)
    async with owner.engine.connect() as connection:
        notes = (await connection.execute(text("SELECT uid, sealed_note FROM registration_reveal"))).all()
    assert [str(note.uid) for note in notes] == [second["note"]]
    assert b"gate" not in notes[0].sealed_note
    assert str(events[0][2]) in address
    assert not [event for event in events if PASSPORT in str(event)]


async def test_without_its_trace_nothing_is_shown(
    api: httpx.AsyncClient, owner: Database, address: str, steward: dict[str, str]
) -> None:
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql(
            "ALTER TABLE audit_event ADD CONSTRAINT no_reveals CHECK (action <> 'sensitive.revealed') NOT VALID"
        )
    refused = await api.post(address, json=ASK, headers=steward)
    assert refused.status_code >= 400
    assert PASSPORT not in refused.text
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE audit_event DROP CONSTRAINT no_reveals")
    assert (await api.post(address, json=ASK, headers=steward)).status_code == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FRONT_DESK])
async def test_not_even_an_administrator_is_shown_it(
    api: httpx.AsyncClient, owner: Database, address: str, role: Role
) -> None:
    headers = await sign_in(api, f"{role.value}@example.org")
    assert (await api.post(address, json=ASK, headers=headers)).status_code == 403
    assert await trail(owner, "sensitive.revealed") == []


async def test_the_guest_who_gave_it_and_stewards_elsewhere_are_told_nothing(
    api: httpx.AsyncClient, world: World, stranger: dict[str, str]
) -> None:
    made = await register(api, world, passport=PASSPORT)
    address = f"/api/v1/registrations/{made['registration']['uid']}/reveals"
    assert (await api.post(address, json=ASK, headers={"Registration-Token": made["token"]})).status_code == 401
    assert (await api.post(address, json=ASK, headers=stranger)).status_code == 404
    both = stranger | {"Registration-Token": made["token"]}
    assert (await api.post(address, json=ASK, headers=both)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": "other"}, 422),
        ({"reason": "other", "note": "  "}, 422),
        ({"note": f"it reads z12 345-67 {PASSPORT[:3]}"}, 422),
        ({"reason": PASSPORT}, 422),
        ({"pointer": "/full_name"}, 404),
        ({"pointer": "/children/1/child_passport"}, 404),
        ({"step": "seats"}, 404),
        ({"pointer": ""}, 422),
    ],
)
async def test_what_is_not_asked_well_is_refused_and_leaves_no_event(
    api: httpx.AsyncClient,
    owner: Database,
    address: str,
    steward: dict[str, str],
    changes: dict[str, str],
    status: int,
) -> None:
    refused = await api.post(address, json=ASK | changes, headers=steward)
    assert refused.status_code == status, refused.text
    assert PASSPORT not in refused.text
    assert await trail(owner, "sensitive.revealed") == []


@pytest.mark.parametrize("written", [PASSPORT, "z123 4567", " z1234567 "])
async def test_people_are_found_by_their_number_however_it_is_written(
    api: httpx.AsyncClient, owner: Database, world: World, address: str, steward: dict[str, str], written: str
) -> None:
    search = f"/api/v1/organizations/{world.organization.uid}/registrations/search-by-number"
    found = await api.post(search, json={"identity": "passport", "value": written}, headers=steward)
    assert found.status_code == 200, found.text
    assert [item["uid"] in address for item in found.json()["items"]] == [True]
    assert found.json()["items"][0]["name"] == "Asha Kulkarni"
    none = await api.post(search, json={"identity": "passport", "value": "Z7654321"}, headers=steward)
    assert none.json() == {"items": []}
    assert [details for details, _, _ in await trail(owner, "sensitive.searched")] == [
        {"identity": "passport", "found": 1},
        {"identity": "passport", "found": 0},
    ]


async def test_the_search_is_no_oracle(
    api: httpx.AsyncClient, world: World, address: str, stranger: dict[str, str]
) -> None:
    assert address
    search = f"/api/v1/organizations/{world.organization.uid}/registrations/search-by-number"
    desk = await sign_in(api, "front-desk@example.org")
    for headers, status in ((desk, 403), (stranger, 404), ({}, 401)):
        answers = [
            await api.post(search, json={"identity": "passport", "value": number}, headers=headers)
            for number in (PASSPORT, "Z7654321", "!!!!")
        ]
        assert {answer.status_code for answer in answers} == {status}
        assert len({answer.json()["detail"] for answer in answers}) == 1
    # The lists that others may search look into no sensitive answer.
    lists = f"/api/v1/organizations/{world.organization.uid}/registrations"
    assert (await api.get(lists, params={"q": PASSPORT}, headers=desk)).json()["items"] == []


async def test_of_health_nothing_can_be_looked_up(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    for _ in range(2):
        body = whole(world, age=12, guardian="Ravi", passport=PASSPORT)
        body["steps"]["health"] = {"answers": {"condition": "asthma"}}
        made = await api.post(f"/api/v1/events/{world.slug}/registrations", json=body)
        assert made.status_code == 201, made.text
    async with owner.engine.connect() as connection:
        rows = (
            await connection.execute(
                text("SELECT step, blind_index, sealed FROM registration_sealed_answer ORDER BY step")
            )
        ).all()
    assert [(row.step, row.blind_index is not None) for row in rows] == [("about", True)] * 2 + [("health", False)] * 2
    assert rows[0].blind_index == rows[1].blind_index
    assert len({row.sealed for row in rows}) == 4
