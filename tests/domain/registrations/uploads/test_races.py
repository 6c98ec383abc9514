"""Two at once: one chunk is counted once. Each race fails where what decides it is taken away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.registrations.models import Upload
from api.domain.registrations.uploads import parts, repository
from api.lib.storage import Storage
from api.lib.uow import Kernel
from tests.factories.files import MIB, Sender, film, pdf
from tests.factories.pictures import picture

WRONG, OVER = "/problems/upload-offset-wrong", "/problems/upload-over"
Put = Callable[..., Awaitable[parts.Part]]


def meeting(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let nobody write into the storage before ``count`` have come so far."""
    put: Put = parts.put
    barrier = asyncio.Barrier(count)

    async def together(*arguments: Any) -> parts.Part:
        await barrier.wait()
        return await put(*arguments)

    monkeypatch.setattr(parts, "put", together)


def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what decides: everybody moves the upload on."""

    async def moved(*_: Any) -> bool:
        return True

    monkeypatch.setattr(repository, "advance", moved)


async def outcomes(*requests: Awaitable[httpx.Response]) -> list[str]:
    """Return what requests sent at once are told."""
    answers = await asyncio.gather(*requests)
    return sorted("done" if answer.status_code == 204 else answer.json()["type"] for answer in answers)


async def count(storage: Storage | None) -> int:
    assert storage is not None
    return len([item async for item in storage.items()])


async def begun(sender: Sender, pointer: str, data: bytes, media_type: str) -> str:
    uid: str = (await sender.begin(pointer, data, media_type)).json()["uid"]
    return uid


async def test_of_two_chunks_for_one_place_one_is_taken(
    sender: Sender, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = film(2 * MIB)
    uid = await begun(sender, "/clip", data, "video/mp4")
    with monkeypatch.context() as patched:
        meeting(patched, 2)
        assert await outcomes(*(sender.chunk(uid, 0, data[:MIB]) for _ in range(2))) == [WRONG, "done"]
    assert (await sender.look(uid)).json()["offset"] == MIB
    assert await count(kernel.storage) == 1
    await sender.send(uid, data, MIB)
    assert (await sender.content(uid)).content == data


async def test_the_race_for_one_place_shows_where_nothing_decides_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = film(2 * MIB)
    uid = await begun(sender, "/clip", data, "video/mp4")
    with monkeypatch.context() as patched:
        meeting(patched, 2)
        undecided(patched)
        told = await outcomes(*(sender.chunk(uid, 0, data[:MIB]) for _ in range(2)))
    # The key of the chunks is a second wall: nothing is doubled even so.
    assert told == ["/problems/conflict", "done"]


async def test_of_two_who_finish_one_does(sender: Sender, kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture("PNG", (300, 200))
    uid = await begun(sender, "/photo", data, "image/png")
    with monkeypatch.context() as patched:
        meeting(patched, 2)
        assert await outcomes(*(sender.chunk(uid, 0, data) for _ in range(2))) == [OVER, "done"]
    assert await count(kernel.storage) == 1
    assert (await sender.content(uid)).content.startswith(b"\x89PNG")


async def test_the_race_for_the_end_shows_where_nothing_decides_it(
    sender: Sender, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture("PNG", (300, 200))
    uid = await begun(sender, "/photo", data, "image/png")
    with monkeypatch.context() as patched:
        meeting(patched, 2)
        undecided(patched)
        await outcomes(*(sender.chunk(uid, 0, data) for _ in range(2)))
    assert await count(kernel.storage) == 2


async def test_a_chunk_of_an_upload_that_is_removed_meanwhile_leaves_nothing(
    sender: Sender, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await removed_meanwhile(sender, monkeypatch) == 404
    assert await count(kernel.storage) == 0


async def test_the_race_with_a_removal_shows_where_nothing_decides_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    undecided(monkeypatch)
    assert await removed_meanwhile(sender, monkeypatch) != 404


async def removed_meanwhile(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> int:
    """Remove an upload while a chunk of it is written; returns what the chunk's sender is told."""
    data = film(2 * MIB)
    uid = await begun(sender, "/clip", data, "video/mp4")
    writing, removed, put = asyncio.Event(), asyncio.Event(), parts.put

    async def slow(*arguments: Any) -> parts.Part:
        writing.set()
        await removed.wait()
        return await put(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(parts, "put", slow)
        sending = asyncio.create_task(sender.chunk(uid, 0, data[:MIB]))
        await writing.wait()
        gone = await sender.client.delete(f"{sender.uploads}/{uid}", headers=sender.token)
        assert gone.status_code == 204
        removed.set()
        return (await sending).status_code


async def removed_while_saved(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Remove a file while an answer that names it is saved; returns what both are told."""
    answer = await sender.upload("/letter", pdf(), "application/pdf")
    saving, go_on, keep = asyncio.Event(), asyncio.Event(), repository.keep

    async def slow(*arguments: Any) -> None:
        saving.set()
        await go_on.wait()
        await keep(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(repository, "keep", slow)
        save = asyncio.create_task(sender.draft.send("papers", answers={"letter": answer}))
        await saving.wait()
        address = f"{sender.uploads}/{answer['upload']}"
        remove = asyncio.create_task(sender.client.delete(address, headers=sender.token))
        await asyncio.wait({remove}, timeout=1)
        go_on.set()
        return (await save).status_code, (await remove).status_code


async def test_a_file_is_not_removed_while_an_answer_that_names_it_is_saved(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await removed_while_saved(sender, monkeypatch) == (200, 409)


async def test_the_race_of_saving_and_removing_shows_where_nothing_is_locked(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = repository.finished

    async def unlocked(session: AsyncSession, registration_id: int) -> list[Upload]:
        return await finished(session, [registration_id])

    monkeypatch.setattr(repository, "held", unlocked)
    assert await removed_while_saved(sender, monkeypatch) == (200, 204)


class Killed(BaseException):
    """Stands for a process that ends between the storage and the row."""


async def test_a_chunk_that_was_stored_and_not_counted_is_sent_again_and_counted_once(
    sender: Sender, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = film(2 * MIB + 9)
    uid = await begun(sender, "/clip", data, "video/mp4")

    async def killed(*_: Any) -> bool:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(repository, "advance", killed)
        with pytest.raises(Killed):
            await sender.chunk(uid, 0, data[:MIB])
    assert await count(kernel.storage) == 1
    assert (await sender.look(uid)).json()["offset"] == 0
    assert (await sender.send(uid, data)).status_code == 204
    assert (await sender.content(uid)).content == data
