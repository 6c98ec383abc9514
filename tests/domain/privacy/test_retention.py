"""What is kept no longer goes by itself, by table and by field; and how long that is can be set within bounds."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain import wiring
from api.domain.forms import service as forms
from api.domain.organizations import service as organizations
from api.domain.privacy import retention
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.backend_sync.conftest import Standin
from tests.backend_sync.deliveries import execute
from tests.domain.privacy.conftest import PERSON, PHONE, PLANTED, BackOffice, Places
from tests.factories import documents
from tests.factories.client import register, sign_in
from tests.factories.world import World, default_steps, make_event, organiser


async def over(owner: Database, days: int) -> None:
    """Let every event be over for so many days."""
    await execute(
        owner,
        "UPDATE event SET starts_at = now() - interval '1 day' * (:days + 1), "
        "ends_at = now() - interval '1 day' * :days",
        days=days,
    )


async def states(owner: Database) -> list[tuple[str, str]]:
    async with owner.engine.connect() as connection:
        found = await connection.execute(text("SELECT state, contact_name FROM registration ORDER BY id"))
        return [(row.state, row.contact_name) for row in found]


@pytest.mark.timeout(120)
async def test_registrations_become_nobodys_when_their_time_after_the_event_is_over(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, places: Places, owner: Database
) -> None:
    await register(api, world, **PERSON)
    await back_office.drain()
    await over(owner, 1094)
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {}
    assert set(places.found(PLANTED, PHONE)) == {"pg_dump", "data files", "back office"}
    await over(owner, 1096)
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {"registration": 1}
    await back_office.drain()
    assert places.found(PLANTED, PHONE) == {}
    assert await states(owner) == [("confirmed", "Erased")]
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {}, "it finds nothing twice"


async def test_an_organizations_days_hold_there_and_below_and_nowhere_else(
    api: httpx.AsyncClient, kernel: Kernel, world: World, worker_kernel: Kernel, owner: Database
) -> None:
    async with unit_of_work(kernel) as uow:
        below = await organizations.create(uow, name="Below", slug="below", parent=world.organization.uid)
        other = await organizations.create(uow, name="Other", slug="other")
    for organization in (below, other):
        event, tickets, made = await make_event(kernel, organization, f"{organization.slug}-retreat")
        await register(api, World(organization, {}, event, f"{organization.slug}-retreat", tickets, made))
    await register(api, world)
    await over(owner, 100)
    admin = await sign_in(api, "administrator@example.org")
    address = f"/api/v1/organizations/{world.organization.uid}/retention"
    answer = await api.put(address, json={"rules": [{"table": "registration", "days": 99}]}, headers=admin)
    assert answer.status_code == 200, answer.text
    assert await retention.apply(worker_kernel, wiring.PERSONAL_DATA) == {"registration": 2}
    assert [name for _, name in await states(owner)] == ["Erased", "Asha Kulkarni", "Erased"]
    async with owner.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT details FROM audit_event WHERE action = 'retention.applied'")
        assert [details for (details,) in found] == [{"erased": {"registration": 2}}]


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({"table": "registration", "days": 29}, "/rules/0/days"),
        ({"table": "registration", "days": 3651}, "/rules/0/days"),
        ({"table": "registration.deleted", "days": 30}, "/rules/0/table"),
        ({"table": "auth_session", "days": 9}, "/rules/0/table"),
        ({"table": "account", "days": 99}, "/rules/0/table"),
    ],
)
async def test_days_out_of_bounds_and_rules_of_the_installation_cannot_be_set(
    api: httpx.AsyncClient, world: World, rule: dict[str, Any], pointer: str
) -> None:
    admin = await sign_in(api, "administrator@example.org")
    address = f"/api/v1/organizations/{world.organization.uid}/retention"
    before = (await api.get(address, headers=admin)).json()
    answer = await api.put(address, json={"rules": [rule]}, headers=admin)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    assert (await api.get(address, headers=admin)).json() == before


async def test_drafts_that_were_left_and_sessions_that_are_over_go(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database
) -> None:
    await api.post("/api/v1/registrations", json={"event": world.slug})
    await api.post("/api/v1/registrations", json={"event": world.slug})
    await sign_in(api, "administrator@example.org")
    await execute(
        owner,
        "UPDATE registration SET state = 'expired', updated_at = now() - interval '31 days' "
        "WHERE id = (SELECT min(id) FROM registration)",
    )
    await execute(owner, "UPDATE auth_session SET revoked_at = now() - interval '91 days'")
    gone = await retention.apply(worker_kernel, wiring.PERSONAL_DATA)
    assert gone == {"registration.unfinished": 1, "auth_session": 1}
    assert [state for state, _ in await states(owner)] == ["draft"]


async def test_a_field_that_is_kept_for_days_is_blanked_after_them_here_and_in_the_back_office(
    api: httpx.AsyncClient, kernel: Kernel, world: World, back_office: BackOffice, owner: Database, standin: Standin
) -> None:
    source = documents.about() | {"name": "about_kept"}
    fields = source["pages"][0]["sections"][0]["fields"]
    kept = {"age": 10, "passport": 20, "phone": 10, "child_passport": 10}
    for field in [*fields, *fields[5]["fields"]]:
        if field["name"] in kept:
            field["retain_days"] = kept[field["name"]]
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        form = (await forms.create(uow, world.organization, source)).uid
        await forms.publish(uow, form)
    from_world = world.forms | {"about": form}
    event, tickets, made = await make_event(
        kernel, world.organization, "kept", steps=lambda _: default_steps(from_world)
    )
    place = World(world.organization, {}, event, "kept", tickets, made)
    children = [{"child_name": "Ravi", "child_passport": "N7654321"}]
    await register(api, place, age=31, passport="M1234567", phone="+919812345678", children=children)
    await back_office.drain()
    await over(owner, 9)
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {}
    await over(owner, 11)
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {"registration.field": 1}
    assert await held(owner) == ({"children": [{"child_name": "Ravi"}]}, ["/passport"], "")
    await back_office.drain()
    with standin.store.transaction() as store:
        [row] = store.rows("SELECT name, phone, prs_answers FROM event_registration")
    assert (row["name"], row["phone"]) == ("Asha Kulkarni", None)
    assert "31" not in row["prs_answers"]
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {}
    await over(owner, 21)
    assert await retention.apply(back_office.kernel, wiring.PERSONAL_DATA) == {"registration.field": 1}
    assert (await held(owner))[1] == []


async def held(owner: Database) -> tuple[dict[str, Any], list[str], str]:
    """Return the answers but for name and address, the places of the sealed ones, and the phone number."""
    async with owner.engine.connect() as connection:
        [(answers,)] = await connection.exec_driver_sql("SELECT answers FROM registration_step WHERE step = 'about'")
        sealed = await connection.exec_driver_sql("SELECT pointer FROM registration_sealed_answer ORDER BY 1")
        [(phone,)] = await connection.exec_driver_sql("SELECT contact_phone FROM registration")
    rest = {name: value for name, value in answers.items() if name not in ("full_name", "email")}
    return rest, [pointer for (pointer,) in sealed], phone
