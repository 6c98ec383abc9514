"""Documents come from the nearest place that has them, and always come."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from socket import socket

import pytest

from api.lib.cache import DocumentCache, Memo, RedisGate
from api.lib.settings import Settings
from deploy.local.testing import TestServices

TIMEOUT = 0.05


class Source:
    """What is cached: counts how often it is read, and can be made to wait."""

    def __init__(self, text: bytes = b"old") -> None:
        self.text = text
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()
        self.reading = asyncio.Event()

    async def read(self) -> bytes:
        self.reads += 1
        found = self.text
        self.reading.set()
        await self.open.wait()
        return found


@asynccontextmanager
async def gate(url: str, longest: float = 1.0) -> AsyncIterator[RedisGate]:
    found = RedisGate(url, longest)
    yield found
    await found.close()


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[RedisGate]:
    async with gate(settings.redis_url) as found:
        await found.attempt(lambda client: client.flushdb())
        yield found


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_a_document_is_read_once_for_all_who_ask_at_once(redis: RedisGate) -> None:
    cache, source = DocumentCache(redis), Source()
    found = await asyncio.gather(*(cache.get("a", source.read) for _ in range(50)))
    assert set(found) == {b"old"}
    assert source.reads == 1


async def test_another_process_finds_it_in_redis(redis: RedisGate) -> None:
    one, two, source = DocumentCache(redis), DocumentCache(redis), Source()
    await one.get("a", source.read)
    assert await two.get("a", source.read) == b"old"
    assert source.reads == 1


async def test_a_change_reaches_this_process_and_the_others(redis: RedisGate, settings: Settings) -> None:
    source = Source()
    async with gate(settings.redis_url) as elsewhere:
        one, two = DocumentCache(redis, seconds=60), DocumentCache(elsewhere, seconds=60)
        listening = asyncio.create_task(two.listen())
        await two.get("other", source.read)
        await until_listening(redis)
        await one.get("a", source.read)
        await two.get("a", source.read)
        source.text = b"new"
        await one.invalidate("a")
        assert await one.get("a", source.read) == b"new"

        async def seen() -> bytes:
            return await two.get("a", source.read)

        for _ in range(100):
            if await seen() == b"new":
                break
            await asyncio.sleep(0.02)
        assert await seen() == b"new"
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(listening, 5)


async def until_listening(redis: RedisGate) -> None:
    for _ in range(200):
        found = await redis.attempt(lambda client: client.pubsub_numsub("prs:invalidate"))
        if isinstance(found, list) and found[0][1] >= 1:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_an_entry_of_the_process_heals_by_itself(redis: RedisGate, settings: Settings) -> None:
    source = Source()
    async with gate(settings.redis_url) as elsewhere:
        one, two = DocumentCache(redis, seconds=0.05), DocumentCache(elsewhere)
        await one.get("a", source.read)
        source.text = b"new"
        await two.invalidate("a")
        await asyncio.sleep(0.1)
        assert await one.get("a", source.read) == b"new"


async def test_a_slow_reader_does_not_bring_back_the_old_document(redis: RedisGate, settings: Settings) -> None:
    slow, source = DocumentCache(redis), Source()
    source.open.clear()
    reading = asyncio.create_task(slow.get("a", source.read))
    await source.reading.wait()
    source.text = b"new"
    async with gate(settings.redis_url) as elsewhere:
        await DocumentCache(elsewhere).invalidate("a")
        source.open.set()
        assert await reading == b"old"
        assert await DocumentCache(elsewhere).get("a", source.read) == b"new"


async def test_who_asks_after_a_change_does_not_share_the_reading_begun_before_it(redis: RedisGate) -> None:
    cache, source = DocumentCache(redis), Source()
    source.open.clear()
    before = asyncio.create_task(cache.get("a", source.read))
    await source.reading.wait()
    source.text = b"new"
    await cache.invalidate("a")
    after = asyncio.create_task(cache.get("a", source.read))
    await until(lambda: source.reads == 2)
    source.open.set()
    assert (await before, await after) == (b"old", b"new")
    assert await cache.get("a", source.read) == b"new"


async def test_who_leaves_does_not_take_the_document_from_those_who_wait(redis: RedisGate) -> None:
    cache, source = DocumentCache(redis), Source()
    source.open.clear()
    first = asyncio.create_task(cache.get("a", source.read))
    await source.reading.wait()
    second = asyncio.create_task(cache.get("a", source.read))
    await asyncio.sleep(0)
    first.cancel()
    source.open.set()
    assert await second == b"old"
    assert source.reads == 1


async def test_a_failure_is_told_to_all_who_wait_and_not_remembered(redis: RedisGate) -> None:
    cache, source = DocumentCache(redis), Source()

    async def fail() -> bytes:
        raise LookupError("nothing there")

    answers = await asyncio.gather(*(cache.get("a", fail) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 3
    assert await cache.get("a", source.read) == b"old"


async def test_only_so_many_documents_stay_in_the_process(redis: RedisGate) -> None:
    cache, source = DocumentCache(redis, entries=3), Source()
    for key in "abcd":
        await cache.get(key, source.read)
    assert source.reads == 4
    await redis.attempt(lambda client: client.flushdb())
    await cache.get("d", source.read)
    assert source.reads == 4
    await cache.get("a", source.read)
    assert source.reads == 5


async def measured(work: Awaitable[bytes]) -> tuple[bytes, float]:
    began = time.perf_counter()
    return await work, time.perf_counter() - began


async def test_a_redis_that_is_gone_costs_no_answer_and_little_time() -> None:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        async with gate(nobody, TIMEOUT) as gone:
            cache, source = DocumentCache(gone, seconds=0), Source()
            for _ in range(20):
                found, seconds = await measured(cache.get("a", source.read))
                assert found == b"old"
                assert seconds < 0.5
            source.text = b"new"
            await cache.invalidate("a")
            assert await cache.get("a", source.read) == b"new"


async def test_a_redis_that_does_not_answer_is_waited_for_once() -> None:
    async def listen_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    server = await asyncio.start_server(listen_only, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with gate(f"redis://127.0.0.1:{port}/0", TIMEOUT) as slow:
        cache, source = DocumentCache(slow, seconds=0), Source()
        found, first = await measured(cache.get("a", source.read))
        assert found == b"old"
        assert first < 6 * TIMEOUT
        assert slow.resting
        _, second = await measured(cache.get("a", source.read))
        assert second < TIMEOUT
    server.close()
    await asyncio.sleep(0.05)


async def test_a_redis_that_comes_back_is_used_again(services: TestServices) -> None:
    url = services.redis_url(15)
    async with gate(url, 1.0) as found:
        await found.attempt(lambda client: client.eval("no lua", 0))
        assert found.resting
        assert await found.attempt(lambda client: client.ping()) is None
        await asyncio.sleep(1.05)
        assert await found.attempt(lambda client: client.ping())


def test_a_memo_drops_what_was_used_least() -> None:
    memo = Memo(entries=2)
    memo.put("a", 1)
    memo.put("b", 2)
    assert memo.get("a") == 1
    memo.put("c", 3)
    assert (memo.get("a"), memo.get("b"), memo.get("c")) == (1, None, 3)
