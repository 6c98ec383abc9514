"""Handing work that arrives at the same time over in groups: it queues in the process rather than in a lock.

What comes in while a group is on its way waits and goes with the next one, so that nobody waits for a timer and a busy
process makes few, large calls.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Grouping(Generic[Item, Result]):
    """Calls ``run`` with groups of at most ``most`` items, of which at most ``flights`` are on their way.

    ``run`` returns for each item what came of it, in order: a result, or the error to raise to whoever waits for it.
    What ``run`` itself raises goes to the whole group.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        *,
        most: int,
        flights: int,
    ) -> None:
        self._run = run
        self._most = most
        self._free = flights
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        """Return what came of an item. Who leaves meanwhile takes nothing back: the item goes with its group."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._serve(group)
        finally:
            self._free += 1

    async def _serve(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        results: Sequence[Result | BaseException]
        try:
            results = await self._run([item for item, _ in group])
        except BaseException as error:
            _settle(group, [error] * len(group))
            if not isinstance(error, Exception):
                raise
        else:
            _settle(group, results)


def _settle(group: Sequence[tuple[Item, asyncio.Future[Result]]], results: Sequence[Result | BaseException]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
