"""Requests for help on their way to Freshdesk: one ticket each, whatever happens in between."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel
from backend_sync.drain import drain
from deploy.local.ports import free_port
from tests.backend_sync.deliveries import execute, outbox
from tests.conftest import structs
from tests.e2e.stack import wait_for
from tests.factories.client import register
from tests.factories.world import World
from tests.worker.freshdesk import KEY, Freshdesk
from worker.delivery.support import SupportDelivery

SUPPORT = Destination.SUPPORT
AT_ONCE = timedelta(0)


@pytest.fixture
def freshdesk() -> Iterator[Freshdesk]:
    """A help desk."""
    peer = Freshdesk()
    yield peer
    peer.close()


@pytest.fixture
def desk(settings: Settings, freshdesk: Freshdesk) -> Settings:
    """Settings with the help desk set up."""
    return structs(settings, freshdesk_url=freshdesk.url, freshdesk_key=KEY)


async def ask(api: httpx.AsyncClient, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Ask for help."""
    body = {"subject": "Where?", "message": "I cannot find the place.", "email": "asha@example.org", **more}
    answer = await api.post("/api/v1/support-requests", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def again(owner: Database) -> None:
    """Let what was put off be due."""
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")


async def run(kernel: Kernel, settings: Settings, settle: timedelta = AT_ONCE) -> None:
    await drain(kernel, SUPPORT, SupportDelivery(settings, settle=settle, timeout=0.4))


async def states(owner: Database) -> list[tuple[str, str | None]]:
    return [(row["state"], row["error"]) for row in await outbox(owner, SUPPORT)]


async def test_a_request_becomes_one_ticket_that_can_be_answered(
    api: httpx.AsyncClient, world: World, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    registered = await register(api, world, passport="Z1234567")
    registration = registered["registration"]
    made = await ask(
        api,
        {"Registration-Token": registered["token"]},
        registration=registration["uid"],
        email=None,
        message="Line one\n<script>alert(1)</script> & so on",
    )
    await run(worker_kernel, desk)
    [ticket] = freshdesk.tickets
    assert ticket["email"] == "asha@example.org"
    assert ticket["name"] == "Asha Kulkarni"
    assert ticket["subject"] == f"Where? [{made['reference']}]"
    assert ticket["tags"] == ["global-prs", made["uid"].replace("-", "")]
    assert "Line one<br>&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in ticket["description"]
    assert registration["confirmation_number"] in ticket["description"]
    assert await states(owner) == [("done", None)]
    async with owner.sessions() as session:
        assert (await session.execute(text("SELECT ticket FROM support_request"))).scalar_one() == ticket["id"]


async def test_nothing_sensitive_of_a_registration_reaches_the_help_desk(
    api: httpx.AsyncClient, world: World, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel
) -> None:
    registered = await register(api, world, passport="Z1234567", age=30)
    message = "My Aadhaar is 2341 2341 2346, or 234123412346, and my phone is 9876 5432 1098."
    await ask(
        api,
        {"Registration-Token": registered["token"]},
        registration=registered["registration"]["uid"],
        subject="About 2341-2341-2346",
        message=message,
    )
    await run(worker_kernel, desk)
    sent = str(freshdesk.tickets)
    assert "Z1234567" not in sent
    assert "4567" not in sent
    assert "2341" not in sent
    assert sent.count("•••• •••• 2346") == 3
    assert "9876 5432 1098" in sent


@pytest.mark.parametrize("fault", ["silent", "hang-up", "502-after", "html"])
async def test_a_ticket_whose_answer_was_lost_is_found_and_not_opened_again(
    fault: str, api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    freshdesk.ordered = [fault]
    await ask(api)
    await ask(api, subject="Another")
    await run(worker_kernel, desk)
    for _ in range(3):
        await again(owner)
        await run(worker_kernel, desk)
    assert [one["subject"].split(" [")[0] for one in freshdesk.tickets] == ["Where?", "Another"]
    assert await states(owner) == [("done", None)] * 2


async def test_without_the_look_for_an_earlier_ticket_there_would_be_two(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def blind(*_: object) -> None:
        return None

    monkeypatch.setattr(SupportDelivery, "_earlier", blind)
    freshdesk.ordered = ["hang-up"]
    await ask(api)
    await run(worker_kernel, desk)
    await again(owner)
    await run(worker_kernel, desk)
    assert len(freshdesk.tickets) == 2


async def test_an_earlier_try_is_given_time_to_arrive(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    freshdesk.ordered = ["hang-up"]
    await ask(api)
    await run(worker_kernel, desk, settle=timedelta(seconds=30))
    await again(owner)
    freshdesk.calls.clear()
    await run(worker_kernel, desk, settle=timedelta(seconds=30))
    assert freshdesk.calls == []
    [(state, error)] = await states(owner)
    assert (state, error) == ("pending", "an earlier try may still arrive; waiting before looking for it")


async def test_a_ticket_among_hundreds_of_the_same_person_is_found(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    now = "2999-01-01T00:00:00Z"
    others = [
        {"id": 1000 + index, "email": "asha@example.org", "subject": "Other", "updated_at": now, "tags": []}
        for index in range(250)
    ]
    freshdesk.tickets = list(others)
    freshdesk.ordered = ["hang-up"]
    await ask(api)
    for _ in range(2):
        await run(worker_kernel, desk)
        await again(owner)
    assert len(freshdesk.tickets) == 251
    assert await states(owner) == [("done", None)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("401", "Freshdesk does not accept the key (401); see PRS_FRESHDESK_KEY"),
        ("403", "Freshdesk does not accept the key (403); see PRS_FRESHDESK_KEY"),
        ("404", "nobody opens tickets there (404); see PRS_FRESHDESK_URL"),
        ("500", "Freshdesk answered 500"),
        ("503", "Freshdesk answered 503"),
        ("302", "nobody opens tickets there (302); see PRS_FRESHDESK_URL"),
    ],
)
async def test_what_may_pass_is_tried_again_and_says_why(
    fault: str, reason: str, api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel,
    owner: Database,
) -> None:  # fmt: skip
    freshdesk.ordered = [fault]
    await ask(api)
    await run(worker_kernel, desk)
    assert await states(owner) == [("pending", reason)]
    await again(owner)
    await run(worker_kernel, desk)
    assert await states(owner) == [("done", None)]
    assert len(freshdesk.tickets) == 1


async def test_a_wrong_key_is_told_as_such(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    await ask(api)
    await run(worker_kernel, structs(desk, freshdesk_key="wrong"))
    assert [error for _, error in await states(owner)] == [
        "Freshdesk does not accept the key (401); see PRS_FRESHDESK_KEY"
    ]
    assert freshdesk.tickets == []


async def test_a_refusal_is_a_dead_letter_that_names_the_field_and_not_the_person(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    await ask(api, email="asha@refused.example")
    await ask(api)
    await run(worker_kernel, desk)
    assert await states(owner) == [("dead", "Freshdesk refused it (400): email: invalid_value"), ("done", None)]
    assert len(freshdesk.tickets) == 1


async def test_a_help_desk_that_is_busy_is_left_alone_as_long_as_it_asks(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, worker_kernel: Kernel, owner: Database
) -> None:
    freshdesk.ordered = ["429"]
    for _ in range(3):
        await ask(api)
    deliver = SupportDelivery(desk, settle=AT_ONCE)
    await drain(worker_kernel, SUPPORT, deliver)
    assert len(freshdesk.calls) == 1
    await again(owner)
    await drain(worker_kernel, SUPPORT, deliver)
    assert len(freshdesk.calls) == 1
    await asyncio.sleep(1.1)
    await again(owner)
    await drain(worker_kernel, SUPPORT, deliver)
    assert len(freshdesk.tickets) == 3
    assert await states(owner) == [("done", None)] * 3


async def test_a_help_desk_that_is_away_costs_one_try_for_a_batch(
    api: httpx.AsyncClient, settings: Settings, worker_kernel: Kernel, owner: Database
) -> None:
    for _ in range(3):
        await ask(api)
    await run(worker_kernel, structs(settings, freshdesk_url=f"http://127.0.0.1:{free_port()}", freshdesk_key=KEY))
    assert await states(owner) == [("pending", "Freshdesk cannot be reached: ConnectError")] * 3


def _work(settings: Settings) -> None:
    """A worker that delivers until it is killed."""

    async def forever() -> None:
        kernel = make_kernel(settings, service="test-worker", database_url=settings.worker_database_url)
        while True:
            await drain(kernel, SUPPORT, SupportDelivery(settings, settle=AT_ONCE), size=4, lease=0.5)
            await asyncio.sleep(0.02)

    asyncio.run(forever())


async def test_workers_that_are_killed_while_they_deliver_open_each_ticket_once(
    api: httpx.AsyncClient, desk: Settings, freshdesk: Freshdesk, owner: Database, worker_kernel: Kernel
) -> None:
    wanted = [(await ask(api, email=f"person-{index % 3}@example.org"))["uid"] for index in range(10)]
    # Every answer comes late: whoever waits for it is killed after the ticket is there.
    freshdesk.slow, freshdesk.ordered = 0.3, ["silent"] * len(wanted)
    spawn = multiprocessing.get_context("spawn")
    for _ in range(3):
        worker = spawn.Process(target=_work, args=(desk,), daemon=True)
        worker.start()
        before = len(freshdesk.tickets)

        def opened(before: int = before) -> bool:
            return len(freshdesk.tickets) > before

        await asyncio.to_thread(wait_for, "a ticket of the worker", opened, 60, 0.005)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        await again(owner)
    assert 3 <= len(freshdesk.tickets) < len(wanted)
    assert (await states(owner)).count(("done", None)) < len(freshdesk.tickets)
    freshdesk.ordered = []
    for _ in range(4):
        await again(owner)
        await run(worker_kernel, desk)
    tags = [one["tags"][1] for one in freshdesk.tickets]
    assert sorted(tags) == sorted(uid.replace("-", "") for uid in wanted)
    assert {state for state, _ in await states(owner)} == {"done"}
