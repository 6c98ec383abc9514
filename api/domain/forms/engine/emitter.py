"""The growing node array, and what is known of a node while it grows."""

from __future__ import annotations

from dataclasses import dataclass

from api.domain.forms.engine.compiled import Node
from api.domain.forms.engine.types import ValueType

MAX_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Typed:
    """A node with its static type. `many` marks a nodeset, `item` a plain reference to a form's item."""

    node: int
    type: ValueType | None
    many: bool = False
    literal: str | float | None = None
    item: int | None = None
    part: str | None = None
    tainted: bool = False
    choices: frozenset[str] | None = None


class Emitter:
    """Collects nodes; equal ones are kept once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[tuple[str, tuple[int, ...], str | float | None], int] = {}

    def emit(self, operation: str, arguments: tuple[int, ...] = (), value: str | float | None = None) -> int:
        key = (operation, arguments, value)
        found = self._known.get(key)
        if found is None:
            found = len(self.nodes)
            self.nodes.append(Node(operation, arguments, value))
            self._known[key] = found
        return found
