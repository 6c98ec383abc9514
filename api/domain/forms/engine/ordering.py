"""The order of evaluation: what an item depends on comes before it; a circle is a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def evaluation_order(needs: Mapping[int, frozenset[int]]) -> tuple[list[int], list[list[int]]]:
    """Keys of `needs` with dependencies first, and the circles among them.

    Depth-first with an own stack (a chain of 2,000 calculations is deeper than Python's), so that the
    order follows the document where dependencies leave a choice.
    """
    order: list[int] = []
    circles: list[list[int]] = []
    done: set[int] = set()
    in_circle: set[int] = set()
    for start in sorted(needs):
        if start not in done:
            _visit(start, needs, done, order, circles, in_circle)
    return order, circles


def _visit(
    start: int,
    needs: Mapping[int, frozenset[int]],
    done: set[int],
    order: list[int],
    circles: list[list[int]],
    in_circle: set[int],
) -> None:
    path: list[int] = [start]
    on_path = {start}
    waiting = [iter(sorted(needs[start]))]
    while path:
        step = next((one for one in waiting[-1] if one in needs and one not in done), None)
        if step is None:
            finished = path.pop()
            on_path.discard(finished)
            waiting.pop()
            done.add(finished)
            order.append(finished)
        elif step in on_path:
            _note(path[path.index(step) :], circles, in_circle)
        else:
            path.append(step)
            on_path.add(step)
            waiting.append(iter(sorted(needs[step])))


def _note(circle: Sequence[int], circles: list[list[int]], in_circle: set[int]) -> None:
    if in_circle.isdisjoint(circle):
        circles.append(list(circle))
    in_circle.update(circle)
