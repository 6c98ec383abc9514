"""Seats held, released, taken and given back: the counter always equals the seats, and never exceeds the capacity."""

import httpx

from api.domain.registrations import lifecycle
from api.lib.db import Database
from api.lib.uow import Kernel
from tests.api.test_last_seat import counter, execute, let_holds_run_out
from tests.factories import documents
from tests.factories.client import Draft
from tests.factories.world import World

SOLD_OUT = 409


def wanting(world: World, quantity: int = 1) -> list[dict[str, object]]:
    return [{"ticket": str(world.tickets[0]), "quantity": quantity}]


async def available(client: httpx.AsyncClient, world: World) -> int:
    found: int = (await client.get(f"/api/v1/events/{world.slug}")).json()["tickets"][0]["available"]
    return found


async def test_a_draft_holds_its_seats_and_gives_them_back_when_it_chooses_others(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("about", answers=documents.ANSWERS)
    await draft.save("seats", tickets=wanting(world, 3))
    assert await available(api, world) == 7
    await draft.save("seats", tickets=wanting(world, 1))
    assert await available(api, world) == 9
    await draft.save("seats", tickets=[{"ticket": str(world.tickets[1]), "quantity": 2}])
    assert await counter(owner, world) == {"taken": 0, "held": 0}


async def test_a_choice_that_is_sold_out_leaves_the_former_seats_held(api: httpx.AsyncClient, world: World) -> None:
    others = [await Draft.start(api, world) for _ in range(2)]
    for other in others:
        await other.save("seats", tickets=wanting(world, 4))
    draft = await Draft.start(api, world)
    before = await draft.save("seats", tickets=wanting(world, 2))
    refused = await draft.send("seats", tickets=wanting(world, 3))
    assert refused.status_code == SOLD_OUT
    assert refused.json()["type"] == "/problems/ticket-sold-out"
    assert refused.json()["ticket"] == str(world.tickets[0])
    assert (await api.get(draft.address, headers=draft.headers)).json() == before


async def test_the_job_gives_back_the_seats_of_drafts_that_were_left(
    api: httpx.AsyncClient, world: World, owner: Database, worker_kernel: Kernel
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("seats", tickets=wanting(world, 4))
    await let_holds_run_out(owner)
    assert await lifecycle.release_expired_holds(worker_kernel) == 4
    assert await lifecycle.release_expired_holds(worker_kernel) == 0
    assert await counter(owner, world) == {"taken": 0, "held": 0}
    seen = (await api.get(draft.address, headers=draft.headers)).json()
    assert [seat["state"] for seat in seen["tickets"]] == ["wanted"]


async def test_a_draft_that_ran_out_of_time_gives_its_seats_back(
    api: httpx.AsyncClient, world: World, owner: Database, worker_kernel: Kernel
) -> None:
    draft = await Draft.start(api, world)
    await draft.save("seats", tickets=wanting(world, 4))
    await execute(owner, "UPDATE registration SET expires_at = now() - interval '1 minute'")
    assert await lifecycle.expire_drafts(worker_kernel) == 1
    assert await counter(owner, world) == {"taken": 0, "held": 0}
    refused = await draft.submit()
    assert (await api.get(draft.address, headers=draft.headers)).json()["state"] == "expired"
    assert refused.status_code in (409, 412)


async def test_cancelling_frees_the_seat_once(api: httpx.AsyncClient, world: World, owner: Database) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world, quantity=2)
    assert (await draft.submit()).status_code == 200
    assert await counter(owner, world) == {"taken": 2, "held": 0}
    for _ in range(2):
        cancelled = await api.post(f"{draft.address}/cancel", headers=draft.headers)
        assert cancelled.status_code == 200
        assert cancelled.json()["state"] == "cancelled"
    assert await counter(owner, world) == {"taken": 0, "held": 0}
