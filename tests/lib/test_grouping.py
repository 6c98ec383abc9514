"""Work that arrives at the same time goes in groups, and each gets what came of its own."""

import asyncio
from collections.abc import Sequence

import pytest

from api.lib.grouping import Grouping


async def test_what_comes_while_a_group_is_on_its_way_goes_with_the_next() -> None:
    groups: list[list[int]] = []
    at_once = 0
    most_at_once = 0

    async def run(items: Sequence[int]) -> list[int]:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        groups.append(list(items))
        await asyncio.sleep(0.01)
        at_once -= 1
        return [item * 10 for item in items]

    found: Grouping[int, int] = Grouping(run, most=4, flights=2)
    assert await asyncio.gather(*(found.submit(item) for item in range(11))) == [item * 10 for item in range(11)]
    assert sorted(item for group in groups for item in group) == list(range(11))
    assert max(map(len, groups)) == 4
    assert most_at_once == 2
    # Nobody waits for a group that is not there.
    assert await found.submit(7) == 70


async def test_an_error_goes_to_whom_it_is_about() -> None:
    async def run(items: Sequence[int]) -> list[int | BaseException]:
        return [LookupError(str(item)) if item % 2 else item for item in items]

    found: Grouping[int, int] = Grouping(run, most=8, flights=1)
    answers = await asyncio.gather(*(found.submit(item) for item in range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, LookupError, int, LookupError]


async def test_what_breaks_a_whole_group_is_told_to_each_and_not_to_the_next() -> None:
    broken = True

    async def run(items: Sequence[int]) -> list[int]:
        if broken:
            raise ConnectionError
        return list(items)

    found: Grouping[int, int] = Grouping(run, most=8, flights=1)
    answers = await asyncio.gather(*(found.submit(item) for item in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError] * 3
    broken = False
    assert await found.submit(1) == 1


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    done: list[int] = []

    async def run(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.02)
        done.extend(items)
        return list(items)

    found: Grouping[int, int] = Grouping(run, most=8, flights=1)
    first, second = asyncio.create_task(found.submit(1)), asyncio.create_task(found.submit(2))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second == 2
    assert done == [1, 2]
    with pytest.raises(asyncio.CancelledError):
        await first
