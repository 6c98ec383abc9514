"""A process that is killed while people register: whoever was told so is registered, and nobody is counted twice."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import text

from api.lib.db import Database
from api.lib.settings import Settings
from tests.factories.client import whole
from tests.factories.world import World
from tests.server.serving import Server, servers

CLIENTS = 16


async def people(server: Server, world: World, acknowledged: list[str], lost: list[str], busy: asyncio.Event) -> None:
    """Register one person after the other until the server is gone; keys of lost answers go to ``lost``."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        while True:
            key = uuid4().hex
            try:
                answer = await client.post(
                    f"/api/v1/events/{world.slug}/registrations",
                    json=whole(world, ticket=world.tickets[1]),
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                lost.append(key)
                return
            assert answer.status_code == 201, answer.text
            acknowledged.append(answer.json()["registration"]["uid"])
            if len(acknowledged) == 5 * CLIENTS:
                busy.set()


async def test_what_was_acknowledged_is_there_after_a_kill(
    settings: Settings, world: World, owner: Database, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    lost: list[str] = []
    busy = asyncio.Event()
    with servers(settings, tmp_path, {"PRS_RATE_LIMIT_SCALE": "0"}, {"PRS_RATE_LIMIT_SCALE": "0"}) as (one, other):
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CLIENTS):
                tasks.create_task(people(one, world, acknowledged, lost, busy))
            await busy.wait()
            one.process.kill()
        assert len(lost) == CLIENTS
        # Whose answer was lost asks again with the same key: made now, or long ago.
        async with httpx.AsyncClient(base_url=other.url, timeout=30) as client:
            for key in lost:
                answer = await client.post(
                    f"/api/v1/events/{world.slug}/registrations",
                    json=whole(world, ticket=world.tickets[1]),
                    headers={"Idempotency-Key": key},
                )
                assert answer.status_code == 201, answer.text
                acknowledged.append(answer.json()["registration"]["uid"])
    async with owner.engine.connect() as connection:
        stored = {str(uid) for uid in await connection.scalars(text("SELECT uid FROM registration"))}
        taken = await connection.scalar(text("SELECT sum(taken) FROM event_ticket_counter"))
        told = await connection.scalar(text("SELECT count(*) FROM outbox WHERE aggregate = 'registration'"))
        steps = await connection.scalar(text("SELECT count(DISTINCT registration_id) FROM registration_step"))
        audited = await connection.scalar(
            text("SELECT count(*) FROM audit_event WHERE action = 'registration.confirmed'")
        )
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) == stored
    assert taken == told == steps == audited == len(stored)
