"""A server is killed with signal 9 while it takes a file, and takes a large one in little memory."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine
from sqlalchemy import text

from api.domain.registrations.uploads import collecting
from api.lib import clock
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from tests.factories import documents
from tests.factories.files import MIB, Sender, film
from tests.factories.world import World
from tests.processes import server

PIECE = 256 * 1024


@asynccontextmanager
async def at(url: str, sender: Sender) -> AsyncIterator[Sender]:
    """Let a guest go on at another address."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        sender.draft.client = sender.client = client
        yield sender


@asynccontextmanager
async def guest(url: str, papers: World) -> AsyncIterator[Sender]:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        sender = await Sender.start(client, papers)
        await sender.draft.save("about", answers=documents.ANSWERS)
        yield sender


async def killed_while_sending(
    pid: int, sender: Sender, uid: str, data: bytes, acknowledged: list[int], chance: random.Random
) -> None:
    """Send chunks, noting each that was acknowledged, and kill the server in the middle of one of the next."""
    wanted = len(acknowledged) + 8
    while acknowledged[-1] < len(data):
        start = acknowledged[-1]
        try:
            answer = await sender.chunk(uid, start, data[start : start + PIECE])
        except httpx.TransportError:
            return
        assert answer.status_code == 204, answer.text
        acknowledged.append(int(answer.headers["upload-offset"]))
        if len(acknowledged) == wanted:
            asyncio.get_running_loop().call_later(chance.uniform(0, 0.05), os.kill, pid, signal.SIGKILL)
    raise AssertionError("the file was sent before the server was killed")


@pytest.mark.timeout(240)
async def test_a_server_that_is_killed_in_the_middle_of_chunks_loses_and_doubles_nothing(
    settings: Settings, papers: World, tmp_path: Path, owner: Database, worker_kernel: Kernel
) -> None:
    chance = random.Random(20261120)  # noqa: S311 (when to kill)
    data = film(8 * MIB + 4321)
    acknowledged = [0]
    with server(settings, tmp_path) as (process, url):
        async with guest(url, papers) as sender:
            uid: str = (await sender.begin("/clip", data, "video/mp4")).json()["uid"]
            await killed_while_sending(process.pid, sender, uid, data, acknowledged, chance)
    for last in (False, True):
        with server(settings, tmp_path) as (process, url):
            async with at(url, sender):
                stands = (await sender.look(uid)).json()["offset"]
                assert acknowledged[-1] <= stands <= acknowledged[-1] + PIECE, "what was acknowledged is there"
                acknowledged.append(stands)
                if not last:
                    await killed_while_sending(process.pid, sender, uid, data, acknowledged, chance)
                    continue
                assert (await sender.send(uid, data, stands, PIECE)).status_code == 204
                assert (await sender.content(uid)).content == data
    stored = len(list((tmp_path / "files").rglob("part.bin")))
    async with owner.engine.connect() as connection:
        named = await connection.scalar(text("SELECT count(*) FROM registration_upload_part"))
    assert 0 <= stored - named <= 2, "at most one chunk is left for each kill"
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect_strays(worker_kernel) == stored - named


def peak(pid: int) -> float:
    """Return the most memory that a process has held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM"))


async def grown(settings: Settings, papers: World, logs: Path, size: int) -> float:
    """Send a film of ``size`` bytes, fetch it and one's own data, and return by how many MB the server grew."""
    with server(settings, logs) as (process, url):
        async with guest(url, papers) as sender:
            await sender.upload("/anything", film(4 * MIB), "video/mp4")
            before = peak(process.pid)
            answer = await sender.upload("/anything", film(size), "video/mp4")
            for method, address in (("GET", f"uploads/{answer['upload']}/content"), ("POST", "data-export")):
                total = 0
                async with sender.client.stream(
                    method, f"{sender.draft.address}/{address}", headers=sender.token
                ) as found:
                    async for chunk in found.aiter_bytes():
                        total += len(chunk)
                assert total >= size
            return peak(process.pid) - before


@pytest.mark.timeout(180)
async def test_a_large_file_takes_little_memory(settings: Settings, papers: World, tmp_path: Path) -> None:
    assert await grown(settings, papers, tmp_path, 32 * MIB) < 24


@pytest.mark.campaign
@pytest.mark.timeout(600)
async def test_a_film_of_two_hundred_megabytes_takes_little_memory(
    settings: Settings, papers: World, tmp_path: Path
) -> None:
    found = await grown(settings, papers, tmp_path, 200 * 1000 * 1000)
    print(f"grown by {found:.1f} MB")  # noqa: T201 (the figure of the campaign)
    assert found < 24
