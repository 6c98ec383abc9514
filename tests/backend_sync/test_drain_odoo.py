"""From the outbox into the back office: order, coalescing, refusals, and a back office that has lost its records."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.uow import Kernel
from backend_sync.delivery import OdooDelivery
from backend_sync.drain import drain
from backend_sync.odoo.client import OdooClient
from backend_sync.standin.injection import Fault
from tests.backend_sync.conftest import Standin
from tests.backend_sync.deliveries import execute, outbox
from tests.factories.client import register
from tests.factories.world import World, make_event

ODOO = Destination.ODOO


@pytest.fixture
async def delivery(standin: Standin) -> AsyncIterator[OdooDelivery]:
    """Deliveries into the stand-in, which does not answer for longer than a second."""
    client = OdooClient(standin.url, standin.database, standin.login, standin.password, timeout=1.0)
    yield OdooDelivery(client)
    await client.aclose()


def records(standin: Standin, model: str = "event.registration") -> dict[str, dict[str, Any]]:
    """Return what the stand-in holds, by uid."""
    found = httpx.get(f"{standin.url}/records.json", params={"model": model, "limit": "1000"}).json()
    assert found["total"] == len({item["ext_uuid"] for item in found["items"]})
    return {item["ext_uuid"]: item for item in found["items"]}


def calls(standin: Standin) -> int:
    """Return how many upserts the stand-in was asked for."""
    counts = standin.injection.state()["counts"]
    assert isinstance(counts, dict)
    return int(counts.get("call.ext_upsert", 0))


async def test_a_registration_arrives_behind_its_event_and_ticket(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, standin: Standin, delivery: OdooDelivery
) -> None:
    body = (await register(api, world))["registration"]
    await drain(worker_kernel, ODOO, delivery)
    person = records(standin)[body["attendees"][0]["uid"]]
    assert person["event_id"] == str(world.event)
    assert person["event_ticket_id"] == str(world.tickets[0])
    assert (person["ext_rev"], person["state"], person["name"]) == (body["revision"], "open", "Asha Kulkarni")
    assert set(records(standin, "event.event")) == {str(world.event)}
    assert set(records(standin, "event.event.ticket")) == {str(uid) for uid in world.tickets}


async def test_revisions_that_pile_up_go_in_one_row_and_the_newest_wins(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    made = await register(api, world)
    uid = made["registration"]["uid"]
    await api.post(f"/api/v1/registrations/{uid}/cancel", headers={"Registration-Token": made["token"]})
    await drain(worker_kernel, ODOO, delivery)
    person = records(standin)[made["registration"]["attendees"][0]["uid"]]
    assert (person["state"], person["deliveries"]) == ("cancel", 1)
    assert [row["state"] for row in await outbox(owner, ODOO)] == ["done"] * 3


async def test_an_older_row_that_comes_late_changes_nothing(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    made = await register(api, world)
    uid = made["registration"]["uid"]
    await execute(owner, "UPDATE outbox SET available_at = 'infinity' WHERE aggregate = 'registration'")
    await api.post(f"/api/v1/registrations/{uid}/cancel", headers={"Registration-Token": made["token"]})
    await drain(worker_kernel, ODOO, delivery)
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
    await drain(worker_kernel, ODOO, delivery)
    person = records(standin)[made["registration"]["attendees"][0]["uid"]]
    assert (person["state"], person["deliveries"]) == ("cancel", 2)


async def test_a_changed_event_is_sent_before_the_registration_that_hangs_on_it(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    await drain(worker_kernel, ODOO, delivery)
    await execute(owner, "UPDATE event SET revision = revision + 1, title = '{\"en\": \"Renamed\"}'")
    await register(api, world)
    await drain(worker_kernel, ODOO, delivery)
    [person] = records(standin).values()
    assert person["event_id_name"] == "Renamed"


async def test_one_bad_row_becomes_a_dead_letter_and_the_others_arrive(
    api: httpx.AsyncClient, kernel: Kernel, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    await make_event(kernel, world.organization, "large", capacity=None)
    world.slug = "large"
    event = (await api.get("/api/v1/events/large")).json()
    world.tickets = [event["tickets"][0]["uid"]]
    made = [(await register(api, world))["registration"] for _ in range(30)]
    bad = made[11]
    await execute(owner, "UPDATE registration SET revision = 3000000000 WHERE uid = :uid", uid=bad["uid"])
    await drain(worker_kernel, ODOO, delivery)
    dead = [row for row in await outbox(owner, ODOO) if row["state"] != "done"]
    assert [str(row["aggregate_uid"]) for row in dead] == [bad["uid"]]
    assert dead[0]["state"] == "dead"
    assert "ext_rev: an integer beyond 32 bits" in dead[0]["error"]
    assert set(records(standin)) == {one["attendees"][0]["uid"] for one in made if one is not bad}


async def test_a_back_office_that_lost_its_events_gets_them_again(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    first = (await register(api, world))["registration"]
    await drain(worker_kernel, ODOO, delivery)
    with standin.store.transaction():
        for table in ("event_registration", "event_event_ticket", "event_event"):
            standin.store.rows(f"DELETE FROM {table}")  # noqa: S608
    made = [(await register(api, world))["registration"] for _ in range(3)]
    before = calls(standin)
    await drain(worker_kernel, ODOO, delivery)
    assert {row["state"] for row in await outbox(owner, ODOO)} == {"done"}
    assert set(records(standin)) == {one["attendees"][0]["uid"] for one in made}
    assert first["attendees"][0]["uid"] not in records(standin)
    assert calls(standin) - before == 4


async def test_a_refused_event_holds_its_registrations_back_until_it_is_mended(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery,
) -> None:  # fmt: skip
    await execute(owner, "UPDATE event SET revision = 3000000000")
    made = (await register(api, world))["registration"]
    await drain(worker_kernel, ODOO, delivery)
    states = {row["aggregate"]: (row["state"], row["error"]) for row in await outbox(owner, ODOO)}
    assert states["event"][0] == "dead"
    assert states["registration"][0] == "pending"
    assert str(states["registration"][1]).startswith("its event was refused: ")
    await execute(owner, "UPDATE event SET revision = 7")
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
    await drain(worker_kernel, ODOO, delivery)
    assert set(records(standin)) == {made["attendees"][0]["uid"]}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("timeout_after_commit", seconds=1.5),
        Fault("drop_after_commit"),
        Fault("drop_before_commit"),
        Fault("error_500"),
        Fault("serialization"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_a_call_that_went_wrong_is_sent_again_and_leaves_one_record(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, owner: Database, standin: Standin,
    delivery: OdooDelivery, fault: Fault,
) -> None:  # fmt: skip
    await drain(worker_kernel, ODOO, delivery)
    made = (await register(api, world))["registration"]
    standin.injection.order(fault)
    await drain(worker_kernel, ODOO, delivery)
    row = (await outbox(owner, ODOO))[-1]
    assert row["state"] == "pending"
    assert str(row["error"]).startswith(("OdooUnavailable: ", "OdooConflict: "))
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
    await drain(worker_kernel, ODOO, delivery)
    person = records(standin)[made["attendees"][0]["uid"]]
    assert person["ext_rev"] == made["revision"]
    assert person["deliveries"] == (2 if "after_commit" in fault.kind else 1)
    assert (await outbox(owner, ODOO))[-1]["state"] == "done"


async def test_sensitive_answers_and_those_not_declared_stay_here(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, standin: Standin, delivery: OdooDelivery
) -> None:
    await register(api, world, passport="M1234567", children=[{"child_name": "Ravi", "child_passport": "N7654321"}])
    await drain(worker_kernel, ODOO, delivery)
    [person] = records(standin).values()
    assert '"children":[{"child_name":"Ravi"}]' in person["prs_answers"]
    assert "1234567" not in str(person)
    assert "7654321" not in str(person)
