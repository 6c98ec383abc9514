"""Does to the application what it does to the model of its seats, and compares the two after every step."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text

from api.domain.accounts import keyring
from api.domain.catalog import flows, ticket_service
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.registrations import lifecycle, reinstating
from api.domain.registrations.contracts import RegistrationView
from api.domain.registrations.hot_path import completions
from api.lib.db import Database
from api.lib.errors import Problem
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import UnitOfWork, make_kernel, unit_of_work
from tests.conftest import running, structs
from tests.domain.registrations.capacity_model import DRAFT_MINUTES, HOLD_MINUTES, TICKETS, Model, Person, Wanted
from tests.factories import documents
from tests.factories.client import Draft
from tests.factories.world import World, make_event, make_organization, organiser

CAPACITY = (4, 3)
MOST_PER_ORDER = 3
PEOPLE = 7
NAME = {"full_name": "Asha", "email": "asha@example.org"}

_BOOKS = """
SELECT t.position, c.capacity, c.taken, c.held,
  coalesce(sum(s.quantity) FILTER (WHERE s.state = 'taken'), 0) AS seats_taken,
  coalesce(sum(s.quantity) FILTER (WHERE s.state = 'held'), 0) AS seats_held
FROM event_ticket t JOIN event_ticket_counter c ON c.ticket_id = t.id
LEFT JOIN registration_seat s ON s.ticket_id = t.id
GROUP BY t.id, c.ticket_id ORDER BY t.position
"""
_PEOPLE = "SELECT uid, state, deleted_at IS NOT NULL AS deleted, revision FROM registration"


class Ground:
    """An application over one event with two tickets. Time passes by moving what is kept of it into the past: the
    application's clock and the database's then agree."""

    def __init__(self, settings: Settings) -> None:
        self._settings = structs(settings, hold_seconds=HOLD_MINUTES * 60, draft_seconds=DRAFT_MINUTES * 60)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.world: World
        self.client: httpx.AsyncClient

    def run(self, act: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await act

        return self._runner.run(wait())

    async def open(self) -> None:
        self.kernel = make_kernel(self._settings, service="test", database_url=self._settings.api_database_url)
        self.worker = make_kernel(
            self._settings, service="test-worker", database_url=self._settings.worker_database_url
        )
        for kernel in (self.kernel, self.worker):
            self._stack.push_async_callback(kernel.close)
        await self.kernel.redis.attempt(lambda redis: redis.flushdb())
        self.owner = Database(self._settings.database_url, pool=2, application="test-owner")
        self._stack.push_async_callback(self.owner.close)
        async with unit_of_work(self.kernel) as uow:
            await keyring.ensure(uow)
        organization = await make_organization(self.kernel, "sahaya")
        self.principal, self.scope = organiser(organization), Scope(frozenset({organization.id}))
        async with unit_of_work(self.kernel, self.principal, self.scope) as uow:
            source = documents.document("contact", *documents.about()["pages"][0]["sections"][0]["fields"][:2])
            contact = (await forms.create(uow, organization, source)).uid
            await forms.publish(uow, contact)
        event, tickets, made = await make_event(
            self.kernel, organization, "walk", capacity=CAPACITY[0], most=MOST_PER_ORDER, steps=_steps(contact)
        )
        self.world = World(organization, {}, event, "walk", tickets, made)
        await self.again()
        self.client = (await self._stack.enter_async_context(running(self._settings))).client

    async def again(self) -> None:
        """Forget everybody; the event is as it was."""
        async with self.owner.engine.begin() as connection:
            await connection.execute(text("DELETE FROM registration"))
            for uid, seats in zip(self.world.tickets, CAPACITY, strict=True):
                await connection.execute(
                    text(
                        "UPDATE event_ticket_counter SET taken = 0, held = 0, capacity = :seats "
                        "WHERE ticket_id = (SELECT id FROM event_ticket WHERE uid = :uid)"
                    ),
                    {"seats": seats, "uid": uid},
                )

    async def pass_minutes(self, minutes: int) -> None:
        """Let time pass for holds and drafts."""
        async with self.owner.engine.begin() as connection:
            for table, column in (("registration_seat", "held_until"), ("registration", "expires_at")):
                statement = f"UPDATE {table} SET {column} = {column} - make_interval(mins => :minutes)"  # noqa: S608
                await connection.execute(text(statement), {"minutes": minutes})

    async def books(self) -> tuple[list[Any], dict[str, Any]]:
        """Return the tickets' counters beside the sums of their seats, and the registrations by uid."""
        async with self.owner.engine.connect() as connection:
            tickets = (await connection.execute(text(_BOOKS))).mappings().all()
            people = (await connection.execute(text(_PEOPLE))).mappings().all()
        return list(tickets), {str(row["uid"]): row for row in people}

    async def as_staff(self, act: Callable[[UnitOfWork], Awaitable[object]]) -> str:
        """Do something as the organiser; returns how it ended."""
        try:
            async with unit_of_work(self.kernel, self.principal, self.scope) as uow:
                await act(uow)
        except Problem as problem:
            return problem.slug
        return "ok"

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()


@contextmanager
def ground(settings: Settings) -> Iterator[Ground]:
    """Lay the ground, and clear it away at the end.

    Without the moment for which a process remembers that a ticket was sold out: what it answers then is as typed, and
    only late.
    """
    found = Ground(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completions, "_HINT_SECONDS", 0.0)
        try:
            found.run(found.open())
            yield found
        finally:
            found.close()


def _steps(contact: UUID) -> Callable[[dict[str, UUID]], list[flows.DraftStep]]:
    step = flows.DraftStep
    return lambda _: [
        step("about", StepKind.FORM, {"en": "About you"}, contact),
        step("seats", StepKind.TICKETS, {"en": "Tickets"}),
        step("people", StepKind.ATTENDEES, {"en": "Who comes"}),
        step("review", StepKind.REVIEW, {"en": "Review"}),
        step("done", StepKind.CONFIRMATION, {"en": "Done"}),
    ]


def ended(answer: httpx.Response) -> str:
    """Return how a request ended: ``ok``, or the problem's slug."""
    if answer.status_code in (200, 201):
        return "ok"
    return str(answer.json()["type"]).removeprefix("/problems/")


quantities = st.tuples(st.integers(0, MOST_PER_ORDER), st.integers(0, 2))
someone = st.integers(0, PEOPLE - 1)


class Capacity(RuleBasedStateMachine):
    """People who choose, submit, cancel and come back; an organiser who changes her mind; time that passes."""

    def __init__(self, laid: Ground) -> None:
        super().__init__()
        self.ground = laid
        self.model = Model(list(CAPACITY))
        self.drafts: list[Draft] = []
        laid.run(laid.again())

    # People.

    @rule()
    @precondition(lambda self: len(self.drafts) < PEOPLE)
    def begin(self) -> None:
        async def act() -> Draft:
            draft = await Draft.start(self.ground.client, self.ground.world)
            await draft.save("about", answers=NAME)
            return draft

        self.drafts.append(self.ground.run(act()))
        self.model.begin()

    @rule(who=someone, quantity=quantities)
    @precondition(lambda self: self.drafts)
    def choose(self, who: int, quantity: tuple[int, int]) -> None:
        draft, person = self._one(who)
        wanted = _wanted(quantity)
        answer = self.ground.run(draft.send("seats", complete=False, tickets=self._tickets(wanted)))
        self._same(ended(answer), self.model.choose(person, wanted))

    @rule(who=someone)
    @precondition(lambda self: self.drafts)
    def submit(self, who: int) -> None:
        draft, person = self._one(who)

        async def act() -> httpx.Response:
            named = await draft.send("people", complete=False, attendees=self._people(person))
            if named.status_code == 200:
                draft.body = named.json()
            return await draft.submit()

        self._same(ended(self.ground.run(act())), self.model.submit(person))

    @rule(quantity=quantities)
    @precondition(lambda self: len(self.drafts) < PEOPLE)
    def register(self, quantity: tuple[int, int]) -> None:
        wanted = _wanted(quantity)
        tickets = self._tickets(wanted)
        people = [{"ticket": seat["ticket"], "name": "Ravi"} for seat in tickets for _ in range(seat["quantity"])]
        steps = {"about": {"answers": NAME}, "seats": {"tickets": tickets}, "people": {"attendees": people}}
        address = f"/api/v1/events/{self.ground.world.slug}/registrations"
        answer = self.ground.run(self.ground.client.post(address, json={"steps": steps}))
        self._same(ended(answer), self.model.register(wanted))
        if answer.status_code == 201:
            self.drafts.append(Draft(self.ground.client, answer.json()))

    @rule(who=someone)
    @precondition(lambda self: self.drafts)
    def cancel(self, who: int) -> None:
        draft, person = self._one(who)
        answer = self.ground.run(draft.client.post(f"{draft.address}/cancel", headers=draft.headers))
        self._same(ended(answer), self.model.cancel(person))

    # The organiser.

    @rule(who=someone)
    @precondition(lambda self: self.drafts)
    def cancel_as_staff(self, who: int) -> None:
        self._as_staff(who, lifecycle.cancel, self.model.cancel)

    @rule(who=someone)
    @precondition(lambda self: self.drafts)
    def delete(self, who: int) -> None:
        self._as_staff(who, lifecycle.delete, self.model.delete)

    @rule(who=someone)
    @precondition(lambda self: any(person.deleted for person in self.model.people))
    def restore(self, who: int) -> None:
        self._as_staff(who, lifecycle.restore, self.model.restore)

    @rule(who=someone)
    @precondition(lambda self: any(person.state in ("cancelled", "expired") for person in self.model.people))
    def reinstate(self, who: int) -> None:
        self._as_staff(who, reinstating.reinstate, self.model.reinstate)

    @rule(ticket=st.sampled_from(TICKETS), capacity=st.one_of(st.none(), st.integers(0, 6)))
    def set_capacity(self, ticket: int, capacity: int | None) -> None:
        uid = self.ground.world.tickets[ticket]
        done = self.ground.as_staff(lambda uow: ticket_service.update(uow, uid, None, {"capacity": capacity}))
        self._same(self.ground.run(done), self.model.set_capacity(ticket, capacity))

    # Time.

    # No sum of them is just as long as a hold or a draft lives: the time that the steps take decides nothing.
    @rule(minutes=st.sampled_from((7, HOLD_MINUTES + 1, DRAFT_MINUTES + 1)))
    def wait(self, minutes: int) -> None:
        self.ground.run(self.ground.pass_minutes(minutes))
        self.model.minute += minutes

    @rule()
    def release(self) -> None:
        before = sum(self.model.total(ticket, "held") for ticket in TICKETS)
        freed = self.ground.run(lifecycle.release_expired_holds(self.ground.worker))
        self.model.release()
        assert freed == before - sum(self.model.total(ticket, "held") for ticket in TICKETS)

    @rule()
    def expire(self) -> None:
        self.ground.run(lifecycle.expire_drafts(self.ground.worker))
        self.model.expire()

    @invariant()
    def the_books_agree(self) -> None:
        tickets, rows = self.ground.run(self.ground.books())
        for number, ticket in zip(TICKETS, tickets, strict=True):
            assert (ticket["taken"], ticket["held"]) == (ticket["seats_taken"], ticket["seats_held"])
            assert ticket["taken"] == self.model.total(number, "taken")
            assert ticket["held"] == self.model.total(number, "held")
            assert ticket["capacity"] == self.model.capacity[number]
            assert ticket["taken"] >= 0
            assert ticket["held"] >= 0
            assert ticket["capacity"] is None or ticket["taken"] + ticket["held"] <= ticket["capacity"]
        assert len(rows) == len(self.drafts)
        for draft, person in zip(self.drafts, self.model.people, strict=True):
            row = rows[draft.body["uid"]]
            assert (row["state"], row["deleted"]) == (person.state, person.deleted)
            # What staff and time changed counts as a change; the person's next request knows of it.
            draft.body["revision"] = row["revision"]

    def _one(self, who: int) -> tuple[Draft, Person]:
        at = who % len(self.drafts)
        return self.drafts[at], self.model.people[at]

    def _as_staff(
        self,
        who: int,
        act: Callable[[UnitOfWork, UUID], Awaitable[RegistrationView | None]],
        expected: Callable[[Person], str],
    ) -> None:
        draft, person = self._one(who)
        uid = UUID(draft.body["uid"])
        self._same(self.ground.run(self.ground.as_staff(lambda uow: act(uow, uid))), expected(person))

    def _tickets(self, wanted: Wanted) -> list[dict[str, Any]]:
        tickets = self.ground.world.tickets
        return [{"ticket": str(tickets[ticket]), "quantity": quantity} for ticket, quantity in wanted.items()]

    def _people(self, person: Person) -> list[dict[str, str]]:
        return [
            {"ticket": str(self.ground.world.tickets[ticket]), "name": f"Person {number}"}
            for ticket, seats in person.seats.items()
            for number in range(seats.quantity)
        ]

    @staticmethod
    def _same(happened: str, expected: str) -> None:
        assert happened == expected, f"it ended with {happened}, the model with {expected}"


def _wanted(quantity: tuple[int, int]) -> Wanted:
    return {ticket: number for ticket, number in enumerate(quantity) if number}
