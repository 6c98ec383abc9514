"""What `${name}` means where an expression stands: one value, or all of a repeat's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from api.domain.forms.engine.compiled import NONE, Item
from api.domain.forms.engine.types import VALUE_TYPES, FieldType, ValueType


class Target(NamedTuple):
    """A value some scopes up and then down through repeats; `down` is empty for a single value."""

    item: int
    up: int
    down: tuple[int, ...]


def chain(items: Sequence[Item], scope: int) -> tuple[int, ...]:
    """The repeats around a scope, outermost first."""
    found: list[int] = []
    while scope != NONE:
        found.append(scope)
        scope = items[scope].scope
    return tuple(reversed(found))


def route(items: Sequence[Item], scope: int, item: int, indexed: Collection[int] = ()) -> Target:
    """How to reach `item` from an expression that stands in `scope`.

    A repeat in `indexed` is left and entered again, even where the expression stands in one of its items.
    """
    here, there = chain(items, scope), chain(items, items[item].scope)
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared] and here[shared] not in indexed:
        shared += 1
    return Target(item, len(here) - shared, there[shared:])


def value_type(items: Sequence[Item], item: int, calculated: Mapping[int, ValueType]) -> ValueType | None:
    """The type of an item's value as far as it is known, None for a calculation not yet compiled."""
    field_type = items[item].type
    if field_type is FieldType.CALCULATED:
        return calculated.get(item)
    return None if field_type is None else VALUE_TYPES.get(field_type)
