"""The answers while they are evaluated: one frame for the form, and one for every item of a repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.domain.forms.engine.compiled import NONE, Item
from api.domain.forms.engine.fields import AnswerRefused
from api.domain.forms.engine.values import Scalar

MAX_FRAMES = 1_000
DEFAULT_ITEMS = 100
"""Items of a repeat that names no maximum of its own."""


class Frame:
    """Slots run parallel to the items of one scope. An item that is not visible has the value ''."""

    __slots__ = (
        "before",
        "children",
        "clean",
        "over",
        "parent",
        "pointer",
        "position",
        "raw",
        "refused",
        "scope",
        "unknown",
        "values",
        "visible",
    )

    def __init__(self, scope: int, size: int, parent: Frame | None, position: int, pointer: str) -> None:
        self.scope = scope
        self.values: list[Scalar] = [""] * size
        self.visible: list[bool] = [True] * size
        self.clean: dict[int, Any] = {}
        self.raw: dict[int, Any] = {}
        self.refused: dict[int, AnswerRefused] = {}
        self.unknown: list[str] = []
        self.over: dict[int, int] = {}
        self.before: Mapping[str, Any] | None = None
        self.parent = parent
        self.position = position
        self.pointer = pointer
        self.children: dict[int, list[Frame]] = {}


@dataclass
class Layout:
    """Which items a scope holds, and in which slot each."""

    items: tuple[Item, ...]
    slots: list[int] = field(default_factory=list)
    members: dict[int, list[int]] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: tuple[Item, ...]) -> Layout:
        layout = cls(items)
        layout.members[NONE], layout.names[NONE] = [], {}
        for index, item in enumerate(items):
            members = layout.members[item.scope]
            layout.slots.append(len(members))
            members.append(index)
            if item.kind in ("field", "repeat"):
                layout.names[item.scope][item.name] = index
            if item.kind == "repeat":
                layout.members[index], layout.names[index] = [], {}
        return layout

    def frame(self, scope: int, parent: Frame | None = None, position: int = 0, pointer: str = "") -> Frame:
        return Frame(scope, len(self.members[scope]), parent, position, pointer)


def below(frame: Frame, up: int, down: tuple[int, ...]) -> list[Frame]:
    """The frames that lie `up` scopes above `frame` and then down through repeats."""
    start: Frame | None = frame
    for _ in range(up):
        start = start.parent if start is not None else None
    frames = [] if start is None else [start]
    for repeat in down:
        frames = [child for one in frames for child in one.children.get(repeat, ())]
    return frames


Answers = Mapping[str, Any]
