"""Seats held, released, taken and given back: the counter always equals the seats, and never exceeds the capacity."""

from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.domain.registrations import lifecycle
from api.lib.db import Database
from api.lib.uow import Kernel
from tests.api.test_last_seat import counter, execute, let_holds_run_out, short
from tests.factories import documents
from tests.factories.client import Draft
from tests.factories.world import World, make_event

CAPACITY = 3
SOLD_OUT = 409


async def small_event(kernel: Kernel, world: World, slug: str) -> World:
    event, tickets, forms = await make_event(kernel, world.organization, slug, capacity=CAPACITY, most=1, steps=short)
    return World(world.organization, world.staff, event, slug, tickets, forms)


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


@dataclass
class Seat:
    quantity: int
    state: str
    over: bool = False


@dataclass
class Model:
    """What should be, written without the code's help: seats by person, and who is done."""

    seats: dict[int, Seat] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    def gone(self, but: int, *, live: bool) -> int:
        """Seats that others hold or have; without the holds that have run out where ``live``."""
        return sum(
            seat.quantity
            for person, seat in self.seats.items()
            if person != but and (seat.state == "taken" or (seat.state == "held" and not (live and seat.over)))
        )

    def sweep(self, but: int = -1) -> None:
        for person, seat in self.seats.items():
            if person != but and seat.state == "held" and seat.over:
                seat.state, seat.over = "wanted", False

    def room(self, person: int, quantity: int) -> bool:
        if self.gone(person, live=False) + quantity <= CAPACITY:
            return True
        if self.gone(person, live=True) + quantity > CAPACITY:
            return False
        self.sweep(but=person)
        return True

    def counted(self) -> dict[str, int]:
        return {
            "taken": sum(seat.quantity for seat in self.seats.values() if seat.state == "taken"),
            "held": sum(seat.quantity for seat in self.seats.values() if seat.state == "held"),
        }


people = st.integers(0, 3)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), people),
        st.tuples(st.just("hold"), people),
        st.tuples(st.just("submit"), people),
        st.tuples(st.just("cancel"), people),
        st.tuples(st.just("run out"), people),
        st.tuples(st.just("sweep"), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


class Walk:
    """Does to the application what it does to the model, and compares after every step."""

    def __init__(self, world: World, owner: Database, worker_kernel: Kernel, drafts: list[Draft]) -> None:
        self.world, self.owner, self.worker_kernel, self.drafts = world, owner, worker_kernel, drafts
        self.model = Model()

    async def hold(self, person: int) -> None:
        draft, model = self.drafts[person], self.model
        answer = await draft.send("seats", tickets=wanting(self.world))
        if person in model.closed:
            assert answer.status_code == 409
        elif model.room(person, 1):
            assert answer.status_code == 200, answer.text
            draft.body = answer.json()
            model.seats[person] = Seat(1, "held")
        else:
            assert answer.status_code == SOLD_OUT

    async def submit(self, person: int) -> None:
        model, seat = self.model, self.model.seats.get(person)
        answer = await self.drafts[person].submit()
        if person in model.closed:
            assert answer.status_code == 409
        elif seat is None:
            assert answer.status_code == 422
        elif seat.state == "held" or model.room(person, seat.quantity):
            assert answer.status_code == 200, answer.text
            seat.state, seat.over = "taken", False
            model.closed.add(person)
        else:
            assert answer.status_code == SOLD_OUT

    async def cancel(self, person: int) -> None:
        draft = self.drafts[person]
        answer = await draft.client.post(f"{draft.address}/cancel", headers=draft.headers)
        assert answer.status_code == 200
        draft.body = answer.json()
        self.model.seats.pop(person, None)
        self.model.closed.add(person)

    async def run_out(self, person: int) -> None:
        await execute(
            self.owner,
            "UPDATE registration_seat SET held_until = now() - interval '1 minute' WHERE state = 'held' "
            "AND registration_id = (SELECT id FROM registration WHERE uid = :uid)",
            uid=self.drafts[person].body["uid"],
        )
        seat = self.model.seats.get(person)
        if seat is not None and seat.state == "held":
            seat.over = True

    async def sweep(self, _: int) -> None:
        await lifecycle.release_expired_holds(self.worker_kernel)
        self.model.sweep()

    async def step(self, action: str, person: int) -> None:
        await getattr(self, action.replace(" ", "_"))(person)
        assert await counter(self.owner, self.world) == self.model.counted()
        assert sum(self.model.counted().values()) <= CAPACITY


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(plan=actions)
async def test_any_walk_through_holding_submitting_and_cancelling_keeps_the_books(
    api: httpx.AsyncClient,
    kernel: Kernel,
    worker_kernel: Kernel,
    owner: Database,
    world: World,
    plan: list[tuple[str, int]],
) -> None:
    small = await small_event(kernel, world, f"walk-{uuid4().hex}")
    drafts = [await Draft.start(api, small) for _ in range(4)]
    for draft in drafts:
        await draft.save("about", answers=documents.ANSWERS)
    walk = Walk(small, owner, worker_kernel, drafts)
    for action, person in plan:
        await walk.step(action, person)
    async with owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT bool_and(held >= 0 AND taken >= 0) FROM event_ticket_counter"))
