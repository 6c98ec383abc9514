"""PostgreSQL killed under load: 503 meanwhile, and whoever was told 201 is there afterwards."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.people import Api, Counts, Registrar
from tests.e2e.stack import Stack, wait_for

EVENT = "youth-leadership-retreat"
LONGEST = 15.0


@dataclass
class Seen:
    """What clients were told. ``people`` are the bodies of 201, ``odd`` whatever is neither 201 nor a good 503."""

    statuses: Counter[int] = field(default_factory=Counter)
    people: list[dict[str, Any]] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@pytest.fixture
def durable() -> Iterator[Stack]:
    """A stack whose PostgreSQL keeps fsync, and may be killed."""
    with Stack.running(durable=True) as stack:
        yield stack


class Load:
    """Registers people one after the other, each once and whatever comes of it, until told to stop."""

    def __init__(self, stack: Stack) -> None:
        self.seen = Seen()
        self.over = asyncio.Event()
        self._stack = stack
        self._body: dict[str, Any] = {}

    async def prepare(self, client: httpx.AsyncClient) -> None:
        """Learn good answers once: under load each request is one registration."""
        registrar = Recording(await Api.discover(client), EVENT, counts=Counts())
        await registrar.read_flow()
        await registrar.register("first@people.example")
        self._body = registrar.good

    async def work(self, client: httpx.AsyncClient) -> None:
        while not self.over.is_set():
            started = time.monotonic()
            try:
                answer = await client.post(
                    f"/api/v1/events/{EVENT}/registrations", json=self._body, headers={"Idempotency-Key": uuid4().hex}
                )
            except httpx.HTTPError as error:
                self.seen.odd.append(type(error).__name__)
                continue
            self.seen.seconds.append(time.monotonic() - started)
            self._note(answer)

    def _note(self, answer: httpx.Response) -> None:
        self.seen.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self.seen.people.append(answer.json())
        elif not is_unavailable(answer):
            self.seen.odd.append(f"{answer.status_code} {answer.text}")


class Recording(Registrar):
    """Keeps the body that was taken."""

    good: dict[str, Any]

    def _learn(self, steps: dict[str, dict[str, Any]]) -> None:
        self.good = {"locale": "en", "steps": steps}


def is_unavailable(answer: httpx.Response) -> bool:
    """Tell whether an answer is the problem document that stands for an absent database."""
    return (
        answer.status_code == 503
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["type"] == "/problems/unavailable"
        and "Retry-After" in answer.headers
    )


async def load_through(stack: Stack, kills: int, away: float) -> Seen:
    """Keep registering while PostgreSQL is killed ``kills`` times and brought back after ``away`` seconds."""
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, limits=limits) as client:
        load = Load(stack)
        await load.prepare(client)
        workers = [asyncio.create_task(load.work(client)) for _ in range(8)]
        for _ in range(kills):
            await asyncio.sleep(random.uniform(1.0, 3.0))  # noqa: S311 (a moment in a test)
            await asyncio.to_thread(stack.services.postgres.kill9)
            await asyncio.sleep(away)
            await asyncio.to_thread(stack.services.postgres.restart)
        before = load.seen.statuses[201]
        await asyncio.to_thread(wait_for, "registrations again", lambda: load.seen.statuses[201] >= before + 10, 20.0)
        load.over.set()
        await asyncio.gather(*workers)
    return load.seen


@pytest.mark.timeout(240)
def test_who_was_told_201_is_there_after_postgresql_was_killed_under_load(durable: Stack) -> None:
    seen = asyncio.run(load_through(durable, kills=2, away=2.0))
    print(dict(seen.statuses), f"slowest {max(seen.seconds):.1f} s")  # noqa: T201 (the campaign's figures)
    assert seen.odd == []
    assert max(seen.seconds) < LONGEST
    assert seen.statuses[503] > 0
    assert seen.statuses[201] > 20
    told = {body["registration"]["uid"] for body in seen.people}
    kept = set(durable.sql("SELECT uid FROM registration WHERE state = 'confirmed'").split())
    assert told <= kept
    # Not the mails: drawing a ticket for each takes longer than all the rest.
    durable.wait_delivered_to("odoo", 60)
    attendees = {person["uid"]: body for body in seen.people for person in body["registration"]["attendees"]}
    found = durable.records(sorted(attendees))
    assert found.keys() == attendees.keys()
    assert int(durable.sql("SELECT count(*) FROM registration WHERE state = 'confirmed'")) == int(
        httpx.get(f"{durable.back_office}/totals.json").json()["event.registration"]["records"]
    )
    taken = int(durable.sql("SELECT sum(taken) FROM event_ticket_counter"))
    assert taken == len(kept)


@pytest.mark.timeout(120)
def test_reads_and_sign_ins_answer_503_while_postgresql_is_away(stack: Stack) -> None:
    stack.services.postgres.stop()
    try:
        for method, path, body in (
            ("GET", "/api/v1/events?q=x", None),
            ("GET", f"/api/v1/registrations/{uuid4()}", None),
            ("POST", "/api/v1/registrations", {"event": EVENT}),
            ("POST", "/api/v1/auth/sessions", {"email": "admin@sahaya.example", "password": "a demo password"}),
        ):
            answer = httpx.request(method, stack.url + path, json=body, timeout=LONGEST)
            assert is_unavailable(answer), f"{method} {path}: {answer.status_code} {answer.text}"
        ready = httpx.get(f"{stack.url}/health/ready", timeout=LONGEST)
        assert (ready.status_code, ready.json()["database"]) == (503, "away")
        assert httpx.get(f"{stack.url}/health/live").status_code == 200
    finally:
        stack.services.postgres.restart()
    wait_for("readiness", lambda: httpx.get(f"{stack.url}/health/ready").status_code == 200, 15)
    assert all(process.alive() for process in stack.processes.values())
