"""What evaluation and validation need of every item, worked out once per compiled form.

A submission is looked at item by item; what can be known beforehand (its place, its parser, its limits, the
callables of its conditions) is not looked up again for every registration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.domain.forms.engine.compiled import NONE, CompiledForm, Item
from api.domain.forms.engine.fields import PARSERS, Answer
from api.domain.forms.engine.frames import Layout
from api.domain.forms.engine.limits import Broken, limit_of
from api.domain.forms.engine.problems import pointer_token
from api.domain.forms.engine.program import Run
from api.domain.forms.engine.types import CHOICE_TYPES, FieldType


class Entry:
    """One item. `parent` and `containers` are slots of the same scope, the innermost container first."""

    __slots__ = (
        "calculated",
        "constraint",
        "containers",
        "index",
        "item",
        "lead",
        "limit",
        "narrowed",
        "parent",
        "parse",
        "relevant",
        "repeat",
        "required",
        "slot",
    )

    def __init__(self, index: int, item: Item, layout: Layout, runs: Sequence[Run]) -> None:
        self.index = index
        self.item = item
        self.slot = layout.slots[index]
        self.lead = f"/{pointer_token(item.name)}"
        self.repeat = item.kind == "repeat"
        self.calculated = item.type is FieldType.CALCULATED
        self.parse: Callable[[Item, Any], Answer] | None = (
            PARSERS.get(item.type) if item.kind == "field" and item.type is not None else None
        )
        self.limit: Callable[[Any], Broken] | None = limit_of(item)
        self.narrowed = item.type in CHOICE_TYPES and (item.choice_filter != NONE or bool(item.choice_conditions))
        self.relevant = _run(item.relevant, runs)
        self.required = _run(item.required, runs)
        self.constraint = _run(item.constraint, runs)
        self.containers = _containers(item, layout)
        self.parent = self.containers[0] if self.containers else NONE


def _run(node: int, runs: Sequence[Run]) -> Run | None:
    return None if node == NONE else runs[node]


def _containers(item: Item, layout: Layout) -> tuple[int, ...]:
    found: list[int] = []
    place = item.parent
    while place != NONE and layout.items[place].scope == item.scope and place != item.scope:
        found.append(layout.slots[place])
        place = layout.items[place].parent
    return tuple(found)


@dataclass
class Scope:
    """The items of one scope: the form itself, or a repeat."""

    names: dict[str, Entry] = field(default_factory=dict)
    leaves: list[Entry] = field(default_factory=list)
    """Fields and repeats, calculations apart, in document order."""
    calculated: list[Entry] = field(default_factory=list)
    containers: list[Entry] = field(default_factory=list)
    checked: list[Entry] = field(default_factory=list)
    """What validation looks at: fields, repeats, and calculations that have a constraint."""
    given: list[Entry] = field(default_factory=list)
    """Fields whose answer is their default, whatever is sent."""


@dataclass
class Entries:
    scopes: Mapping[int, Scope]
    order: tuple[Entry, ...]


def entries_of(form: CompiledForm, layout: Layout, runs: Sequence[Run]) -> Entries:
    """The entries of `form` by scope, and those that evaluation has to visit, in its order."""
    scopes = {scope: Scope() for scope in layout.members}
    made = []
    for index, item in enumerate(form.items):
        entry = Entry(index, item, layout, runs)
        made.append(entry)
        _place(scopes[item.scope], entry)
    return Entries(scopes, tuple(made[index] for index in form.order))


def _place(scope: Scope, entry: Entry) -> None:
    if not entry.repeat and entry.item.kind != "field":
        scope.containers.append(entry)
        return
    scope.names[entry.item.name] = entry
    if entry.calculated:
        scope.calculated.append(entry)
        if entry.constraint is not None:
            scope.checked.append(entry)
        return
    scope.leaves.append(entry)
    if entry.item.type is not FieldType.NOTE:
        scope.checked.append(entry)
    if entry.item.read_only and not entry.repeat:
        scope.given.append(entry)
