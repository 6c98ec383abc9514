"""Redis, the back office and the worker away, alone and together; calls that go wrong; a row that cannot be sent."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.people import Registered
from tests.e2e.stack import Stack, wait_for
from tests.e2e.walker import Walker

pytestmark = pytest.mark.timeout(180)

# What a person would call at once: a poll, its delivery, and the retries of a back office that was just away.
AT_ONCE = 2.5


@pytest.fixture
def walker(stack: Stack) -> Iterator[Walker]:
    """Somebody who registers people one after the other."""
    with Walker(stack.url) as found:
        yield found


def arrived(stack: Stack, one: Registered) -> bool:
    """Tell whether a person is in the back office."""
    return len(stack.records(one.attendees)) == len(one.attendees)


def expect(stack: Stack, people: list[Registered], seconds: float) -> float:
    """Wait until people are in the back office, once each and at their revision; returns how long it took."""
    took = wait_for("the people", lambda: all(arrived(stack, one) for one in people), seconds)
    stack.wait_delivered(seconds)
    for one in people:
        for record in stack.records(one.attendees).values():
            assert record["ext_rev"] == one.revision
    return took


def test_without_redis_people_register_and_arrive_while_it_is_away_and_at_once_when_it_is_back(
    stack: Stack, walker: Walker
) -> None:
    stack.services.redis.stop()
    people = [walker.register() for _ in range(5)]
    assert max(walker.seconds) < 5
    assert expect(stack, people, 10) < AT_ONCE
    assert httpx.get(f"{stack.url}/health/ready").json()["redis"] == "away"
    stack.services.redis.restart()
    wait_for("redis", lambda: httpx.get(f"{stack.url}/health/ready").json()["redis"] == "ok", 10)
    assert expect(stack, [walker.register()], 10) < AT_ONCE


def test_a_redis_that_goes_in_the_middle_of_the_work_does_not_end_the_worker(stack: Stack, walker: Walker) -> None:
    for _ in range(4):
        people = [walker.register() for _ in range(3)]
        stack.services.redis.stop()
        people += [walker.register() for _ in range(2)]
        expect(stack, people, 30)
        assert stack.processes["worker"].alive()
        stack.services.redis.restart()
    expect(stack, [walker.register()], 20)


def test_the_worker_takes_nudges_again_after_redis_was_away(stack: Stack, walker: Walker) -> None:
    stack.services.redis.kill9()
    expect(stack, [walker.register()], 10)
    stack.services.redis.restart()
    log = stack.processes["worker"].log
    wait_for("redis", lambda: httpx.get(f"{stack.url}/health/ready").json()["redis"] == "ok", 10)

    def nudged() -> bool:
        mark = log.stat().st_size
        walker.register()
        time.sleep(1.0)
        return b"Task sync.drain_odoo" in log.read_bytes()[mark:]

    assert wait_for("a nudge that is taken", nudged, 40, pause=0.5) < 40


def test_without_the_back_office_people_register_and_arrive_once_it_is_back(stack: Stack, walker: Walker) -> None:
    stack.processes["back-office"].stop()
    people = [walker.register() for _ in range(5)]
    wait_for("a first try", lambda: bool(stack.sql("SELECT 1 FROM outbox WHERE error LIKE 'OdooUnavailable%'")), 10)
    status = stack.prs("sync", "status")
    assert "odoo" in status
    stack.start_one("back-office")
    expect(stack, people, 20)


def test_without_the_worker_people_register_and_arrive_once_it_is_back(stack: Stack, walker: Walker) -> None:
    stack.processes["worker"].stop()
    people = [walker.register() for _ in range(5)]
    assert stack.waiting() >= 5
    stack.start_one("worker")
    expect(stack, people, 20)


def test_with_all_three_away_people_register_and_arrive_once_they_are_back(stack: Stack, walker: Walker) -> None:
    stack.processes["worker"].kill9()
    stack.services.redis.kill9()
    stack.processes["back-office"].kill9()
    people = [walker.register() for _ in range(5)]
    for name in ("back-office", "worker"):
        stack.start_one(name)
    stack.services.redis.restart()
    expect(stack, people, 30)


def test_a_worker_that_starts_while_redis_is_away_delivers(stack: Stack, walker: Walker) -> None:
    stack.processes["worker"].stop()
    stack.services.redis.stop()
    people = [walker.register()]
    stack.start_one("worker")
    expect(stack, people, 20)
    assert stack.processes["worker"].alive()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("timeout_after_commit", {"seconds": 4.0}),
        ("drop_after_commit", {"times": 3}),
        ("drop_before_commit", {"times": 2}),
        ("error_500", {"times": 2}),
        ("serialization", {"times": 2}),
        ("delay", {"seconds": 2.0}),
    ],
)
def test_a_back_office_that_fails_in_the_middle_holds_each_person_once(
    stack: Stack, walker: Walker, kind: str, more: dict[str, Any]
) -> None:
    stack.order_fault(kind, **more)
    people = [walker.register() for _ in range(4)]
    expect(stack, people, 40)
    counts = httpx.get(f"{stack.back_office}/faults").json()["counts"]
    assert counts[f"fault.{kind}"] >= 1


def test_a_row_that_cannot_be_sent_becomes_one_dead_letter_that_can_be_replayed(stack: Stack, walker: Walker) -> None:
    stack.processes["worker"].stop()
    people = [walker.register() for _ in range(6)]
    bad, good = people[2], [one for one in people if one is not people[2]]
    stack.sql(f"UPDATE registration SET revision = 3000000000 WHERE uid = '{bad.uid}'")  # noqa: S608
    stack.start_one("worker")
    assert expect(stack, good, 20) < 20
    status = stack.prs("sync", "status")
    [line] = [line for line in status.splitlines() if bad.uid in line]
    assert line.startswith(f"dead  odoo  registration {bad.uid} revision ")
    assert "ext_rev: an integer beyond 32 bits" in line
    assert not arrived(stack, bad)
    stack.sql(f"UPDATE registration SET revision = {bad.revision} WHERE uid = '{bad.uid}'")  # noqa: S608
    stack.prs("sync", "replay", "--destination", "odoo", bad.uid)
    expect(stack, [bad], 20)
    [record] = stack.records(bad.attendees).values()
    assert record["deliveries"] == 1
    assert bad.uid not in stack.prs("sync", "status")
