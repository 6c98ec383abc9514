"""A person registers, step by step and in one call."""

import httpx

from tests.factories.client import Draft, register, whole
from tests.factories.world import World


async def test_a_guest_registers_step_by_step(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world, quantity=2)
    answer = await draft.submit(key="first")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["state"] == "confirmed"
    assert len(body["confirmation_number"]) == 12
    assert [seat["state"] for seat in body["tickets"]] == ["taken"]
    assert {person["state"] for person in body["attendees"]} == {"registered"}
    event = (await api.get(f"/api/v1/events/{world.slug}")).json()
    assert event["tickets"][0]["available"] == 8


async def test_an_integrator_registers_in_one_call(api: httpx.AsyncClient, world: World) -> None:
    body = await register(api, world)
    assert body["registration"]["state"] == "confirmed"
    assert body["token"]
    again = await api.get(
        f"/api/v1/registrations/{body['registration']['uid']}", headers={"Registration-Token": body["token"]}
    )
    assert again.json() == body["registration"]


async def test_the_same_key_registers_once_and_another_body_is_refused(api: httpx.AsyncClient, world: World) -> None:
    address = f"/api/v1/events/{world.slug}/registrations"
    first = await api.post(address, json=whole(world), headers={"Idempotency-Key": "k1"})
    second = await api.post(address, json=whole(world), headers={"Idempotency-Key": "k1"})
    assert second.status_code == 201
    assert second.json()["registration"] == first.json()["registration"]
    other = await api.post(address, json=whole(world, age=31), headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"
