"""An erased person is found nowhere: not here, not in the back office, whatever arrives late, whoever is killed."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.domain import wiring
from api.domain.accounts import service as accounts
from api.domain.privacy import erasures
from api.domain.privacy.contracts import Erased, PersonalData, Subject
from api.domain.registrations import lifecycle, outgoing
from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, UnitOfWork, unit_of_work
from backend_sync.drain import WORKER, drain
from backend_sync.mappings import registration as mapping
from tests.backend_sync.conftest import Standin
from tests.backend_sync.deliveries import execute
from tests.domain.privacy.conftest import (
    EMAIL,
    GUEST,
    NAME,
    PASSPORT,
    PERSON,
    PHONE,
    PLANTED,
    BackOffice,
    Places,
    erasure,
)
from tests.factories.client import sign_in, whole
from tests.factories.world import PASSWORD, World, make_event, make_organization


async def planted(client: httpx.AsyncClient, world: World) -> dict[str, Any]:
    """Register the person, with a guest and an idempotency key that names them."""
    body = whole(world, **PERSON)
    body["steps"]["seats"]["tickets"][0]["quantity"] = 2
    seat = body["steps"]["people"]["attendees"][0]["ticket"]
    body["steps"]["people"]["attendees"].append({"ticket": seat, "name": GUEST, "email": f"guest.{EMAIL}"})
    answer = await client.post(
        f"/api/v1/events/{world.slug}/registrations", json=body, headers={"Idempotency-Key": f"{PLANTED}-key"}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def held(made: dict[str, Any]) -> tuple[str, dict[str, str]]:
    return f"/api/v1/registrations/{made['registration']['uid']}", {"Registration-Token": made["token"]}


async def taken(owner: Database) -> list[int]:
    async with owner.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT taken FROM event_ticket_counter ORDER BY ticket_id")
        return [row[0] for row in found]


@pytest.mark.timeout(120)
async def test_an_erased_person_is_found_nowhere(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, places: Places, owner: Database
) -> None:
    made = await planted(api, world)
    number = made["registration"]["confirmation_number"]
    await back_office.drain()
    before = places.found(PLANTED, PHONE, number)
    assert set(before) == {"pg_dump", "data files", "back office"}, "the search must see what is there"
    address, token = held(made)
    answer = await api.post(f"{address}/erasure", headers=token)
    assert answer.status_code == 202, answer.text
    assert await back_office.erase() == 0, "not before the back office has heard of it"
    await back_office.drain()
    assert await back_office.erase() == 1
    assert places.found(PLANTED, PHONE, PASSPORT, number) == {}
    assert await taken(owner) == [0, 0]
    assert (await api.get(address, headers=token)).status_code == 404


async def test_the_proof_says_how_much_and_where_and_names_nobody(
    api: httpx.AsyncClient, world: World, back_office: BackOffice
) -> None:
    made = await planted(api, world)
    address, token = held(made)
    first = (await api.post(f"{address}/erasure", headers=token)).json()
    again = (await api.post(f"{address}/erasure", headers=token)).json()
    assert first == again
    await back_office.erase()
    await back_office.drain()
    await back_office.erase()
    admin = await sign_in(api, "administrator@example.org")
    done = await erasure(api, world.organization.uid, admin)
    assert (done["uid"], done["state"], done["error"]) == (first["uid"], "done", None)
    proof = done["proof"]
    assert isinstance(proof, dict)
    assert len(proof["digest"]) == 64
    assert proof["places"] == {
        "aadhaar": 0, "attendee": 2, "consent": 0, "odoo": 2, "outbox": 0, "registration": 1,
        "registration_idempotency_key": 1, "registration_key": 1, "registration_reveal": 0, "support_request": 0,
        "registration_sealed_answer": 1, "registration_set_aside": 0, "registration_step": 5, "registration_token": 1,
        "registration_change": 0, "registration_upload": 0,
    }  # fmt: skip


async def test_what_was_read_before_the_erasure_and_arrives_after_it_brings_nobody_back(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, places: Places
) -> None:
    made = await planted(api, world)
    await back_office.drain()
    uid = UUID(made["registration"]["uid"])
    async with unit_of_work(back_office.kernel, WORKER, SYSTEM) as uow:
        late = mapping.attendee_rows((await outgoing.registrations(uow, [uid]))[uid])
    # As if it were newer than all that has arrived: no revision keeps it out.
    late = [{**row, "ext_rev": 900} for row in late]
    unheard = [{**row, "ext_uuid": row["ext_uuid"][:-4] + "beef"} for row in late]
    address, token = held(made)
    await api.post(f"{address}/erasure", headers=token)
    await back_office.erase()
    await back_office.drain()
    client = back_office.delivery._client  # noqa: SLF001 (the late call goes the same way)
    assert {result.status for result in await client.ext_upsert(mapping.REGISTRATION, late)} == {"updated"}
    assert PLANTED.encode() not in places.back_office()
    # The control: the same call for people who are not erased.
    await client.ext_upsert(mapping.REGISTRATION, unheard)
    assert PLANTED.encode() in places.back_office()
    # And erased before anything of them had arrived.
    await client.ext_erase(mapping.REGISTRATION, [row["ext_uuid"] for row in unheard])
    never = [{**row, "ext_uuid": row["ext_uuid"][:-4] + "cafe"} for row in late]
    results = await client.ext_erase(mapping.REGISTRATION, [row["ext_uuid"] for row in never])
    assert {result.status for result in results} == {"unknown"}
    await client.ext_upsert(mapping.REGISTRATION, never)
    assert PLANTED.encode() not in places.back_office()


async def test_the_record_stays_for_the_statistics_whatever_arrives_first(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, standin: Standin, owner: Database
) -> None:
    made = await planted(api, world)
    await back_office.drain()
    address, token = held(made)
    await api.post(f"{address}/erasure", headers=token)
    await back_office.erase()
    # The cancellation waits, the erasure goes first.
    await execute(owner, "UPDATE outbox SET available_at = 'infinity' WHERE aggregate = 'registration'")
    await drain(back_office.kernel, Destination.ODOO, back_office.delivery)
    await back_office.drain()
    with standin.store.transaction() as store:
        found = store.rows("SELECT name, state, email FROM event_registration")
    assert [tuple(one) for one in found] == [("Erased", "cancel", None)] * 2


async def test_one_that_is_over_stays_counted_and_keeps_its_seat(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, owner: Database
) -> None:
    made = await planted(api, world)
    await execute(owner, "UPDATE event SET starts_at = now() - interval '2 day', ends_at = now() - interval '1 day'")
    address, token = held(made)
    await api.post(f"{address}/erasure", headers=token)
    await back_office.erase()
    async with owner.engine.connect() as connection:
        [row] = await connection.exec_driver_sql("SELECT state, contact_name, contact_email FROM registration")
    assert tuple(row) == ("confirmed", "Erased", "")
    assert await taken(owner) == [2, 0]


async def person(kernel: Kernel, client: httpx.AsyncClient) -> dict[str, str]:
    """Return the headers of somebody with an account."""
    async with unit_of_work(kernel) as uow:
        await accounts.register(uow, email=EMAIL, password=PASSWORD, name=NAME)
    return await sign_in(client, EMAIL)


async def test_an_account_goes_with_its_registrations_and_is_closed_at_once(
    api: httpx.AsyncClient, kernel: Kernel, world: World, back_office: BackOffice, places: Places, owner: Database
) -> None:
    headers = await person(kernel, api)
    answer = await api.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **PERSON), headers=headers)
    assert answer.status_code == 201, answer.text
    wrong = await api.post("/api/v1/me/erasure", json={"password": "not the password"}, headers=headers)
    assert wrong.status_code == 401
    assert (await api.post("/api/v1/me/erasure", json={}, headers=headers)).status_code == 401
    answer = await api.post("/api/v1/me/erasure", json={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 202, answer.text
    again = await api.post("/api/v1/auth/sessions", json={"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 401
    await back_office.erase()
    await back_office.drain()
    assert await back_office.erase() == 1
    assert places.found(PLANTED, PHONE) == {}
    async with owner.engine.connect() as connection:
        [(row,)] = await connection.exec_driver_sql("SELECT places FROM erasure")
    assert (row["account"], row["auth_session"], row["registration"]) == (1, 1, 1)


async def test_an_address_is_erased_wherever_it_stands_in_the_organization_and_nowhere_else(
    api: httpx.AsyncClient, kernel: Kernel, world: World, back_office: BackOffice, owner: Database
) -> None:
    other = await make_organization(kernel, "other")
    event, tickets, forms = await make_event(kernel, other, "other-retreat")
    await planted(api, world)
    body = whole(world, full_name="Somebody Else", email="else@example.org")
    body["steps"]["people"]["attendees"][0] = body["steps"]["people"]["attendees"][0] | {"name": NAME, "email": EMAIL}
    await api.post(f"/api/v1/events/{world.slug}/registrations", json=body)
    await planted(api, World(other, {}, event, "other-retreat", tickets, forms))
    admin = await sign_in(api, "administrator@example.org")
    inside = f"/api/v1/organizations/{world.organization.uid}/erasures"
    answer = await api.post(inside, json={"email": EMAIL.upper()}, headers=admin)
    assert answer.status_code == 202, answer.text
    await back_office.erase()
    async with owner.engine.connect() as connection:
        registrations = await connection.exec_driver_sql(
            "SELECT r.contact_name, o.slug FROM registration r JOIN organization o ON o.id = r.organization_id "
            "ORDER BY r.id"
        )
        assert [tuple(row) for row in registrations] == [
            ("Erased", "sahaya"), ("Somebody Else", "sahaya"), (NAME, "other")
        ]  # fmt: skip
        attendees = await connection.exec_driver_sql("SELECT name FROM attendee ORDER BY id")
        assert [name for (name,) in attendees] == ["Erased", "Erased", "Erased", NAME, GUEST]


class Killed(BaseException):
    """The process is gone, in the middle."""


class KilledAfter:
    """A part that is killed after its work and before its commit, a few times."""

    def __init__(self, part: PersonalData, times: int) -> None:
        self.name, self.tables, self.times, self.runs = part.name, part.tables, times, 0
        self.export, self.retain, self._part = part.export, part.retain, part

    async def erase(self, uow: UnitOfWork, subject: Subject) -> Erased:
        done = await self._part.erase(uow, subject)
        self.runs += 1
        if self.runs <= self.times:
            raise Killed
        return done


async def test_an_erasure_that_is_killed_goes_on_where_it_was_and_counts_once(
    api: httpx.AsyncClient, kernel: Kernel, world: World, back_office: BackOffice, owner: Database
) -> None:
    headers = await person(kernel, api)
    await api.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **PERSON), headers=headers)
    await api.post("/api/v1/me/erasure", json={"password": PASSWORD}, headers=headers)
    parts = [KilledAfter(part, 2) for part in wiring.PERSONAL_DATA]
    for _ in range(6):
        with pytest.raises(Killed):
            await erasures.run_due(back_office.kernel, parts)
    assert [part.runs for part in parts] == [3, 3, 2], "a part that was committed is not done again"
    await erasures.run_due(back_office.kernel, parts)
    await back_office.drain()
    assert await back_office.erase() == 1
    async with owner.engine.connect() as connection:
        [(places,)] = await connection.exec_driver_sql("SELECT places FROM erasure")
        [(events,)] = await connection.exec_driver_sql(
            "SELECT count(*) FROM audit_event WHERE action = 'registration.erased'"
        )
    assert (places["registration"], places["account"], places["odoo"], events) == (1, 1, 1, 1)


async def test_two_workers_erase_once(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, owner: Database
) -> None:
    for _ in range(3):
        address, token = held(await planted_anew(api, world))
        await api.post(f"{address}/erasure", headers=token)
    await asyncio.gather(*(erasures.run_due(back_office.kernel, wiring.PERSONAL_DATA) for _ in range(3)))
    await back_office.drain()
    # One of them may have been in another's hands at the moment: the job comes again.
    for _ in range(3):
        await back_office.erase()
        await back_office.drain()
    async with owner.engine.connect() as connection:
        [(done,)] = await connection.exec_driver_sql("SELECT count(*) FROM audit_event WHERE action = 'erasure.done'")
        [(rows,)] = await connection.exec_driver_sql(
            "SELECT count(*) FROM audit_event WHERE action = 'registration.erased'"
        )
    assert (done, rows) == (3, 3)


async def planted_anew(client: httpx.AsyncClient, world: World) -> dict[str, Any]:
    answer = await client.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **PERSON))
    made: dict[str, Any] = answer.json()
    return made


async def test_a_refusal_by_the_back_office_is_seen_and_replayed(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, owner: Database
) -> None:
    address, token = held(await planted(api, world))
    await back_office.drain()
    await api.post(f"{address}/erasure", headers=token)
    await back_office.erase()
    await execute(owner, "UPDATE outbox SET state = 'dead', error = 'no' WHERE aggregate = 'attendee.erasure'")
    await back_office.erase()
    admin = await sign_in(api, "administrator@example.org")
    seen = await erasure(api, world.organization.uid, admin)
    assert (seen["state"], seen["error"], seen["proof"]) == ("failed", "refused by odoo", None)
    async with unit_of_work(back_office.kernel, WORKER, SYSTEM) as uow:
        await sync.replay(uow, Destination.ODOO, [])
    await back_office.drain()
    await back_office.erase()
    assert (await erasure(api, world.organization.uid, admin))["state"] == "done"


async def test_what_is_purged_after_its_window_is_forgotten_by_the_back_office_too(
    api: httpx.AsyncClient, world: World, back_office: BackOffice, places: Places, owner: Database
) -> None:
    address, token = held(await planted(api, world))
    await api.post(f"{address}/cancel", headers=token)
    await back_office.drain()
    admin = await sign_in(api, "administrator@example.org")
    uid = address.rpartition("/")[2]
    inside = f"/api/v1/organizations/{world.organization.uid}/registrations/{uid}"
    assert (await api.delete(inside, headers=admin)).status_code == 204
    await back_office.drain()
    await execute(owner, "UPDATE registration SET deleted_at = deleted_at - interval '31 days'")
    assert await lifecycle.purge_deleted(back_office.kernel) == 1
    await back_office.drain()
    assert places.found(PLANTED, PHONE) == {}


async def test_nobody_erases_what_is_not_theirs(api: httpx.AsyncClient, kernel: Kernel, world: World) -> None:
    made = await planted(api, world)
    address, _ = held(made)
    headers = await person(kernel, api)
    assert (await api.post(f"{address}/erasure", headers=headers)).status_code == 404
    assert (await api.post(f"{address}/erasure")).status_code == 404
    desk = await sign_in(api, "front-desk@example.org")
    assert (await api.post(f"{address}/erasure", headers=desk)).status_code == 404
    inside = f"/api/v1/organizations/{world.organization.uid}/erasures"
    assert (await api.post(inside, json={"email": EMAIL}, headers=desk)).status_code == 403
    admin = await sign_in(api, "administrator@example.org")
    foreign = {"registration": "11111111-1111-4111-8111-111111111111"}
    assert (await api.post(inside, json=foreign, headers=admin)).status_code == 404
    for body in ({}, {"email": EMAIL, **foreign}):
        assert (await api.post(inside, json=body, headers=admin)).status_code == 422
