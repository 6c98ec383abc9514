"""Logs are JSON lines without anybody's answers; metrics reach an agent that listens and need none."""

import asyncio
import io
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.lib import telemetry
from api.lib.settings import Settings
from api.lib.telemetry import NoMetrics, make_metrics
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running, structs
from tests.factories.client import Draft, register, sign_in
from tests.factories.world import PASSWORD, World

PLANTED = {"full_name": "Chandrasekhar Venkataraman", "email": "planted@example.org", "passport": "Z9876543"}


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Configures the logs as a process does; returns a function that gives the lines so far."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(sys, "stdout", written)
    telemetry.configure_logging("DEBUG", service="test")

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().splitlines() if line]

    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


def test_every_line_is_one_json_object(logged: Any) -> None:
    telemetry.request_id.set("request-1")
    structlog.stdlib.get_logger("ours").info("two\nlines", number=7, what={"a": [1]}, odd=object)
    logging.getLogger("theirs").warning("from a %s", "library")
    try:
        raise LookupError("lost")
    except LookupError:
        structlog.stdlib.get_logger("ours").exception("failed")
    telemetry.request_id.set("")
    ours, theirs, failed = logged()
    assert (ours["message"], ours["level"], ours["number"], ours["request_id"]) == (
        "two\nlines",
        "info",
        7,
        "request-1",
    )
    assert (theirs["message"], theirs["logger"], theirs["service"]) == ("from a library", "theirs", "test")
    assert "LookupError: lost" in failed["exception"]
    assert all(line["timestamp"].endswith("Z") for line in (ours, theirs, failed))


async def test_nothing_of_a_registration_is_logged(settings: Settings, world: World, logged: Any) -> None:
    async with running(settings) as found:
        await register(found.client, world, **PLANTED)
        draft = await Draft.start(found.client, world)
        await draft.send("about", answers=PLANTED | {"age": "wrong"})
        await draft.send("about", answers=PLANTED | {"age": 30})
        await draft.send("about", answers=PLANTED | {"unknown": "Z9876543"})
        headers = await sign_in(found.client, "administrator@example.org")
        await found.client.get(
            f"/api/v1/organizations/{world.organization.uid}/registrations?q={PLANTED['full_name']}", headers=headers
        )
        token = headers["Authorization"].removeprefix("Bearer ")
    lines = logged()
    assert [line for line in lines if line["message"] == "request" and line["http.status_code"] == 201]
    whole = json.dumps(lines)
    for secret in (*PLANTED.values(), PLANTED["full_name"].replace(" ", "%20"), PASSWORD, token, draft.token):
        assert secret not in whole


STATEMENTS = {
    "the driver's own check": "SELECT CAST(:value AS integer)",
    "a wrong type": "SELECT CAST(CAST(:value AS text) AS uuid)",
    "a row that breaks a rule": "INSERT INTO job_run (job, slot, state) VALUES (:value, now(), 'x')",
    "a row that lacks a column": "INSERT INTO auth_session (user_agent) VALUES (:value)",
    "a key that is taken": "INSERT INTO signing_key VALUES (:value, '', now()), (:value, '', now())",
    "a table that is none": "SELECT CAST(:value AS text) FROM nowhere",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
async def test_a_failing_statement_shows_none_of_its_values(kernel: Kernel, logged: Any, statement: str) -> None:
    value = PLANTED["passport"]

    async def fail() -> None:
        async with unit_of_work(kernel) as uow:
            await uow.session.execute(text(statement), {"value": value})

    with pytest.raises(SQLAlchemyError) as failed:
        await fail()
    logging.getLogger("a library").error("failed", exc_info=failed.value)
    (line,) = [line for line in logged() if line["message"] == "failed"]
    assert type(failed.value).__name__ in line["exception"]
    assert value not in json.dumps(line)


async def test_a_problem_of_ours_says_where_and_not_what(
    settings: Settings, world: World, logged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {PLANTED['passport']}")

    monkeypatch.setattr("api.domain.registrations.hot_path.members.prepare", fail)
    async with running(settings) as found:
        answer = await found.client.post(
            f"/api/v1/events/{world.slug}/registrations", json={"steps": {}}, headers={"X-Request-Id": "a-request-id"}
        )
    assert answer.status_code == 500
    assert answer.json()["request_id"] == "a-request-id"
    assert PLANTED["passport"] not in answer.text
    (line,) = [line for line in logged() if line["message"] == "request failed"]
    assert (line["error"], line["request_id"]) == ("RuntimeError", "a-request-id")
    assert any("controllers.py" in frame for frame in line["trace"])
    assert PLANTED["passport"] not in json.dumps(line)


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space in it", "a;b;c;d;e;f", "unicode-é-request", ""])
async def test_a_request_id_that_is_none_is_replaced(settings: Settings, world: World, given: str) -> None:  # noqa: ARG001
    async with running(settings) as found:
        answer = await found.client.get("/health/live", headers={b"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


class Agent:
    """A DogStatsD agent on loopback."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"udp://127.0.0.1:{self.socket.getsockname()[1]}"

    async def packets(self, count: int) -> list[str]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            return [(await loop.sock_recv(self.socket, 4096)).decode().strip() for _ in range(count)]


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    found = Agent()
    with closing(found.socket):
        yield found


async def test_metrics_reach_the_agent(agent: Agent) -> None:
    metrics = make_metrics(agent.url, service="api", region="in")
    metrics.increment("registration.confirmed")
    metrics.gauge("outbox.depth", 7, tags=["destination:odoo"])
    metrics.timing("http.request", 12.5)
    metrics.close()
    confirmed, depth, request = await agent.packets(3)
    assert confirmed.startswith("prs.registration.confirmed:1|c|#")
    assert {"service:api", "region:in"} <= set(confirmed.partition("|#")[2].split(","))
    assert depth.startswith("prs.outbox.depth:7|g|#")
    assert "destination:odoo" in depth
    assert request.startswith("prs.http.request:12.5|ms|#")


async def test_a_registration_is_counted(settings: Settings, world: World, agent: Agent) -> None:
    async with running(structs(settings, datadog_url=agent.url)) as found:
        await register(found.client, world)
        # Two of them are the pool's, which is reported from the start.
        packets = [packet for packet in await agent.packets(4) if not packet.startswith("prs.db.")]
    assert [packet.partition(":")[0] for packet in packets] == ["prs.registration.confirmed", "prs.http.request"]
    assert "status:201" in packets[1]
    assert not any(secret in packet for packet in packets for secret in ("Asha", "retreat", "asha@"))


async def test_an_agent_that_is_not_there_costs_nothing(settings: Settings, world: World, agent: Agent) -> None:
    agent.socket.close()
    async with running(structs(settings, datadog_url=agent.url)) as found:
        body = await register(found.client, world)
    assert body["registration"]["state"] == "confirmed"
    assert isinstance(make_metrics("", service="api", region="in"), NoMetrics)
