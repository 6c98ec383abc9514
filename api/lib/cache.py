"""Documents that are read far more often than they change: process ← Redis ← database.

Everything in Redis can be rebuilt. A Redis that is empty, slow or gone costs speed, never an answer: each call waits at
most ``redis_timeout``, and after a failure Redis is left alone for a second.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.lib import telemetry

log = telemetry.logger(__name__)

_CHANNEL = "prs:invalidate"
_REST_SECONDS = 1.0
_REDIS_SECONDS = 3600

# Store a document only where nobody has invalidated it since it was read: a slow reader must not bring back
# the old one.
_STORE = """
if (redis.call('GET', KEYS[2]) or '0') == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
"""
_INVALIDATE = """
redis.call('DEL', KEYS[1])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
"""


class RedisGate:
    """Redis behind a short timeout and a rest after each failure."""

    def __init__(self, url: str, timeout: float) -> None:
        self.client: Redis = Redis.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, health_check_interval=30, retry=None
        )
        # A subscriber waits for the next message, so its socket has no read timeout.
        self._subscriber: Redis = Redis.from_url(url, socket_connect_timeout=timeout, retry=None)
        self._timeout = timeout
        self._rests_until = 0.0

    @property
    def resting(self) -> bool:
        return time.monotonic() < self._rests_until

    async def attempt(self, call: Callable[[Redis], Awaitable[object]]) -> object | None:
        """Return what ``call`` answers, or ``None`` where Redis fails, is too slow or rests."""
        if self.resting:
            return None
        try:
            async with asyncio.timeout(self._timeout * 2):
                return await call(self.client)
        except (RedisError, OSError, TimeoutError) as error:
            if not self.resting:
                log.warning("redis is unavailable; going on without it", error=type(error).__name__)
            self._rests_until = time.monotonic() + _REST_SECONDS
            return None

    async def insist(self, call: Callable[[Redis], Awaitable[object]]) -> object | None:
        """Return what ``call`` answers, or ``None`` where Redis stays away.

        For what cannot go on without it: tries three times, and whether Redis rests or not.
        """
        for pause in (0.0, 0.05, 0.2):
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(self._timeout * 2):
                    return await call(self.client)
            except (RedisError, OSError, TimeoutError):
                continue
        return None

    @contextlib.asynccontextmanager
    async def subscription(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self._subscriber.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(channel)

            async def messages() -> AsyncIterator[bytes]:
                async for message in pubsub.listen():
                    yield message["data"]

            yield messages()

    async def close(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self.client.aclose()
            await self._subscriber.aclose()


def _document(key: str) -> str:
    return f"prs:doc:{{{key}}}"


def _generation(key: str) -> str:
    return f"prs:gen:{{{key}}}"


class Memo:
    """What a process has made of immutable documents (decoded, compiled), the least used dropped first."""

    def __init__(self, entries: int = 512) -> None:
        self._entries = entries
        self._held: OrderedDict[str, Any] = OrderedDict()

    def get(self, key: str) -> Any | None:
        """Return what was kept under ``key``."""
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        return None

    def put(self, key: str, value: Any) -> None:
        """Keep ``value``."""
        self._held[key] = value
        while len(self._held) > self._entries:
            self._held.popitem(last=False)


class DocumentCache:
    """Bytes by key. An entry of the process lives ``seconds`` at most, so that a lost invalidation heals by itself."""

    def __init__(self, gate: RedisGate, *, entries: int = 512, seconds: float = 2.0) -> None:
        self._gate = gate
        self._entries = entries
        self._seconds = seconds
        self._local: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._building: dict[str, asyncio.Task[bytes]] = {}
        self._store = gate.client.register_script(_STORE)
        self._invalidate = gate.client.register_script(_INVALIDATE)

    async def get(self, key: str, build: Callable[[], Awaitable[bytes]], *, immutable: bool = False) -> bytes:
        """Return the document, from the nearest place that has it.

        ``immutable`` documents (published versions, keyed by their uid) never expire in the process.
        Concurrent callers of a cold key share one ``build``.
        """
        held = self._local.get(key)
        if held is not None and time.monotonic() < held[0]:
            self._local.move_to_end(key)
            return held[1]
        running = self._building.get(key)
        if running is None:
            # A task of its own: whoever asked first may leave while others still wait for the document.
            running = asyncio.create_task(self._fill(key, build))
            self._building[key] = running
            running.add_done_callback(lambda done: self._built(key, done, immutable=immutable))
        return await asyncio.shield(running)

    def _built(self, key: str, done: "asyncio.Task[bytes]", *, immutable: bool) -> None:
        failed = done.cancelled() or done.exception() is not None
        if self._building.get(key) is not done:
            # Invalidated meanwhile: it answers those who had asked before, and nobody after them.
            return
        del self._building[key]
        if not failed:
            self._remember(key, done.result(), immutable=immutable)

    def _forget(self, key: str) -> None:
        self._local.pop(key, None)
        self._building.pop(key, None)

    async def _fill(self, key: str, build: Callable[[], Awaitable[bytes]]) -> bytes:
        found = await self._gate.attempt(lambda redis: redis.mget(_document(key), _generation(key)))
        cached, generation = found if isinstance(found, list) else (None, None)
        if isinstance(cached, bytes):
            return cached
        value = await build()
        arguments: list[bytes | str | int | float] = [generation or b"0", value, _REDIS_SECONDS]
        await self._gate.attempt(lambda _: self._store(keys=[_document(key), _generation(key)], args=arguments))
        return value

    def _remember(self, key: str, value: bytes, *, immutable: bool) -> None:
        until = float("inf") if immutable else time.monotonic() + self._seconds
        self._local[key] = (until, value)
        self._local.move_to_end(key)
        while len(self._local) > self._entries:
            self._local.popitem(last=False)

    async def invalidate(self, key: str) -> None:
        """Forget a document here, in Redis, and in the other processes."""
        self._forget(key)
        arguments: list[str | int] = [_REDIS_SECONDS * 2, _CHANNEL, key]
        keys = [_document(key), _generation(key)]
        await self._gate.attempt(lambda _: self._invalidate(keys=keys, args=arguments))

    async def listen(self) -> None:
        """Follow the other processes' invalidations until cancelled; reconnect by itself."""
        while True:
            try:
                async with self._gate.subscription(_CHANNEL) as messages:
                    async for key in messages:
                        self._forget(key.decode())
            except (RedisError, OSError):
                await asyncio.sleep(_REST_SECONDS)
