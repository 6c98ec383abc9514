"""Capacity, holds, cancelling, expiring and coming back against a model of them: no difference in any run."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.catalog import ticket_service
from api.domain.registrations import repository as registrations
from api.lib.settings import Settings
from tests.api.test_last_seat import take_the_guard_out
from tests.domain.registrations.capacity_machine import Capacity, Ground, ground
from tests.domain.registrations.capacity_model import HOLD_MINUTES

SHORT = settings(
    max_examples=40, stateful_step_count=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
LONG = settings(SHORT, max_examples=2000, stateful_step_count=30, derandomize=False, print_blob=True)
SEARCH = settings(SHORT, max_examples=200, phases=[Phase.generate])


@pytest.fixture
def laid(settings: Settings) -> Iterator[Ground]:
    """The application, one event and a clock."""
    with ground(settings) as found:
        yield found


def walk(laid: Ground, how: settings) -> None:
    run_state_machine_as_test(lambda: Capacity(laid), settings=how)  # type: ignore[arg-type]


def test_no_walk_leaves_the_model(laid: Ground) -> None:
    walk(laid, SHORT)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_two_thousand_walks_do_not_leave_the_model(laid: Ground) -> None:
    walk(laid, LONG)


def test_a_missing_guard_is_found(laid: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    laid.run(take_the_guard_out(laid.owner, monkeypatch))
    with pytest.raises(AssertionError):
        walk(laid, SEARCH)


def test_seats_that_do_not_come_back_are_found(laid: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    async def keep(*_: object) -> None:
        return

    monkeypatch.setattr(ticket_service, "give_back", keep)
    with pytest.raises(AssertionError):
        walk(laid, SEARCH)


def renewed(laid: Ground) -> None:
    """Two hold all seats until their time is over; one of them then wants one more."""
    machine = Capacity(laid)
    for act in (machine.begin, machine.begin):
        act()
    for who in (0, 1):
        machine.choose(who, (2, 0))
        machine.the_books_agree()
    machine.wait(HOLD_MINUTES + 1)
    machine.choose(0, (3, 0))
    machine.the_books_agree()


def test_a_hold_that_is_over_is_not_given_back_to_the_one_who_renews_it(laid: Ground) -> None:
    renewed(laid)


def test_a_hold_given_back_while_it_is_renewed_is_found(laid: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    careful = registrations.expire_holds

    async def careless(session: AsyncSession, now: datetime, ticket_id: int | None = None, *, but: int | None = None
                       ) -> list[tuple[int, int]]:  # fmt: skip
        del but
        return await careful(session, now, ticket_id)

    monkeypatch.setattr(registrations, "expire_holds", careless)
    with pytest.raises(AssertionError):
        renewed(laid)


def test_what_is_reinstated_finds_its_seats_or_stays_as_it_was(laid: Ground) -> None:
    machine = Capacity(laid)
    machine.register((3, 0))
    machine.cancel(0)
    machine.register((2, 0))
    machine.the_books_agree()
    machine.reinstate(0)
    machine.the_books_agree()
    assert machine.model.people[0].state == "cancelled"
    machine.cancel(1)
    machine.reinstate(0)
    machine.the_books_agree()
    assert machine.model.people[0].state == "confirmed"
