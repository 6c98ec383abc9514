"""Everybody who registered is in the back office exactly once, however often the worker is killed meanwhile."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from tests.e2e.people import Api, Counts, Registered, register_many
from tests.e2e.stack import Stack, wait_for

EVENT = "youth-leadership-retreat"


class Killer:
    """Kills the worker with signal 9 at random moments of the registrations, and starts it again."""

    def __init__(self, stack: Stack, counts: Counts, people: int, times: int, seed: int) -> None:
        source = random.Random(seed)  # noqa: S311 (moments in a test)
        self.killed = 0
        self._stack = stack
        self._counts = counts
        self._moments = sorted(source.randrange(people // 10, people) for _ in range(times))
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        worker = self._stack.processes["worker"]
        for moment in self._moments:
            while self._counts.registered < moment:
                time.sleep(0.01)
            worker.kill9()
            self.killed += 1
            worker.start()
            # Time enough to hold a batch again, or to be in the middle of the start.
            time.sleep(random.uniform(0.5, 4.0))  # noqa: S311

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()


@contextmanager
def killing(stack: Stack, counts: Counts, people: int, times: int) -> Iterator[Killer]:
    """Kill the worker while the block registers ``people``, and until it was killed ``times``.

    The back office takes its time, so that a worker dies with answers under way: committed there, not yet known here.
    """
    for _ in range(20):
        stack.order_fault("delay", seconds=0.5, times=1000)
    killer = Killer(stack, counts, people, times, seed=1)
    killer.start()
    try:
        yield killer
    finally:
        killer.join()
        httpx.delete(f"{stack.back_office}/faults")


async def register(stack: Stack, people: int, prefix: str, counts: Counts) -> list[Registered]:
    """Register people over HTTP."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, limits=httpx.Limits(max_connections=16)) as client:
        api = await Api.discover(client, counts)
        return await register_many(api, EVENT, people, counts=counts, prefix=prefix)


def check_arrived(stack: Stack, done: list[Registered]) -> None:
    """Check that the back office holds each person once, at the newest revision, and nobody else twice."""
    wanted = {uid: one for one in done for uid in one.attendees}
    found = stack.records(sorted(wanted))
    assert len(wanted) == len(found)
    for uid, record in found.items():
        assert (record["ext_rev"], record["state"]) == (wanted[uid].revision, "open")
        assert (record["prs_number"], record["email"]) == (wanted[uid].number, wanted[uid].email)
    prefix = {one.email.split("-")[0] for one in done}.pop()
    listed = httpx.get(f"{stack.back_office}/records.json", params={"q": f"{prefix}-", "limit": "1"}).json()
    assert listed["total"] == len(wanted)


def check_mails(stack: Stack, done: list[Registered]) -> int:
    """Check that each person has a confirmation; returns how many copies arrived, all with the first one's id."""
    mails = [mail for mail in stack.mails() if mail["Subject"].startswith("Confirmed")]
    ids: dict[str, set[str]] = {}
    for mail in mails:
        ids.setdefault(mail["To"], set()).add(mail["Message-ID"])
    ours = {one.email: ids.get(one.email) for one in done}
    assert [email for email, seen in ours.items() if seen is None or len(seen) != 1] == []
    copies = Counter(mail["Message-ID"] for mail in mails)
    return sum(count - 1 for count in copies.values())


def prove(stack: Stack, people: int, kills: int) -> None:
    """Register people while the worker is killed, and find each of them once."""
    prefix = f"p{uuid4().hex[:8]}"
    started = time.monotonic()
    counts = Counts()
    with killing(stack, counts, people, kills) as killer:
        done = asyncio.run(register(stack, people, prefix, counts))
        took = time.monotonic() - started
    waited = stack.wait_delivered(90)
    assert killer.killed == kills
    assert len({one.uid for one in done}) == people
    check_arrived(stack, done)
    copies = check_mails(stack, done)
    deliveries = [record["deliveries"] for record in stack.records([u for one in done for u in one.attendees]).values()]
    report = {
        "people": people, "kills": kills, "seconds": round(took, 1), "per_second": round(people / took, 1),
        "delivered_after_the_last_kill": round(waited, 1), "copies_of_mails": copies,
        "sent_again": sum(deliveries) - len(deliveries), "requests": counts.requests,
        "by_drafts": counts.by_drafts, "statuses": counts.statuses,
    }  # fmt: skip
    print(report)  # noqa: T201 (the campaign's figures)


@pytest.mark.timeout(180)
def test_a_hundred_people_arrive_once_while_the_worker_is_killed_three_times(stack: Stack) -> None:
    prove(stack, 100, 3)


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_a_thousand_people_arrive_once_while_the_worker_is_killed_ten_times(stack: Stack) -> None:
    prove(stack, 1000, 10)


@pytest.mark.timeout(120)
def test_the_check_finds_a_person_who_is_missing_or_doubled(stack: Stack) -> None:
    """The proof's negative control: with a record taken away, or one too many, the same check fails."""
    done = asyncio.run(register(stack, 3, "control", Counts()))
    stack.wait_delivered()
    check_arrived(stack, done)
    stolen = replace(done[0], attendees=[str(uuid4())])
    with pytest.raises(AssertionError):
        check_arrived(stack, [*done, stolen])
    stack.sql(f"UPDATE attendee SET uid = gen_random_uuid() WHERE uid = '{done[1].attendees[0]}'")  # noqa: S608
    stack.sql(
        "INSERT INTO outbox (destination, aggregate, aggregate_uid, revision, organization_id, state, attempts,"  # noqa: S608
        " available_at, created_at) SELECT 'odoo', 'registration', uid, revision + 1, organization_id, 'pending', 0,"
        f" now(), now() FROM registration WHERE uid = '{done[1].uid}'"
    )
    stack.wait_delivered()
    wait_for("the doubled record", lambda: len(stack.records(done[1].attendees)) == 1, 5)
    with pytest.raises(AssertionError):
        check_arrived(stack, done)
