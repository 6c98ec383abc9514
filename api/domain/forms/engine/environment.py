"""What the names in an expression stand for: fields of a form, or steps of a flow."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from api.domain.forms.engine.compiled import NONE, Item
from api.domain.forms.engine.emitter import Emitter, Typed
from api.domain.forms.engine.parser import Path
from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.scopes import Target, route, value_type
from api.domain.forms.engine.types import PARTS, FieldType, ValueType


class Environment(Protocol):
    def reference(self, emitter: Emitter, name: str, at: int, /) -> Typed: ...

    def own_value(self, emitter: Emitter, at: int, /) -> Typed: ...

    def column(self, emitter: Emitter, name: str, at: int, /) -> Typed: ...

    def target(self, item: int, indexed: Collection[int] = ()) -> Target: ...

    def named_by(self, path: Path, /) -> str: ...

    def item_of(self, name: str, at: int, /) -> int: ...

    def nearest_repeat(self, up: int = 1) -> int | None: ...

    def itself(self) -> int | None: ...

    def scopes_up(self, repeat: int, /) -> int | None: ...

    def is_repeat(self, item: int, /) -> bool: ...

    def choice_list(self, item: int, /) -> str | None: ...


def unknown_name(name: str, known: Iterable[str], at: int) -> ExpressionInvalid:
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean ${{{close[0]}}}?" if close else ""
    return ExpressionInvalid("unknown_name", f"there is no field ${{{name}}}{hint}", at)


def base_name(name: str) -> str:
    """The field of `field.part`: no field's name has a dot."""
    return name.partition(".")[0]


def parts_of(item: Item, lists: Mapping[str, Collection[str]]) -> Mapping[str, ValueType]:
    """The parts of an item's answer that have a value of their own, with their types."""
    if item.type is FieldType.MATRIX:
        return dict.fromkeys(lists.get(item.rows or "", ()), ValueType.CHOICES if item.multiple else ValueType.CHOICE)
    return PARTS.get(item.type, {}) if item.type is not None else {}


@dataclass
class FormEnvironment:
    """Names as one item of a form sees them. `columns` is None outside a choice filter."""

    items: Sequence[Item]
    names: Mapping[str, int]
    lists: Mapping[str, frozenset[str]]
    calculated: Mapping[int, ValueType]
    scope: int
    item: int = NONE
    own: int | None = None
    columns: frozenset[str] | None = None
    read: set[int] = field(default_factory=set)

    def item_of(self, name: str, at: int) -> int:
        found = self.names.get(base_name(name))
        if found is None:
            raise unknown_name(name, self.names, at)
        return found

    def target(self, item: int, indexed: Collection[int] = ()) -> Target:
        return route(self.items, self.scope, item, indexed)

    def reference(self, emitter: Emitter, name: str, at: int) -> Typed:
        index = self.item_of(name, at)
        item = self.items[index]
        if item.kind == "group" or item.type == "note":
            what = "group" if item.kind == "group" else "note"
            raise ExpressionInvalid("no_value", f"${{{name}}} is a {what} and has no value", at)
        self.read.add(index)
        part = name.partition(".")[2]
        return self._part(emitter, index, part, at) if part else self._value(emitter, index, at)

    def _part(self, emitter: Emitter, index: int, part: str, at: int) -> Typed:
        item = self.items[index]
        known = parts_of(item, self.lists)
        if part not in known:
            offered = f"; it has {', '.join(sorted(known))}" if known else "; it has none"
            raise ExpressionInvalid("unknown_name", f"${{{item.name}}} has no part {part!r}{offered}", at)
        target = self.target(index)
        return Typed(
            emitter.emit("part", (index, target.up, *target.down), part),
            known[part],
            many=bool(target.down),
            item=index,
            part=part,
            tainted=item.sensitive,
            choices=self.lists.get(item.choices) if item.choices is not None else None,
        )

    def _value(self, emitter: Emitter, index: int, at: int) -> Typed:
        item = self.items[index]
        if item.type is FieldType.MATRIX:
            row = next(iter(sorted(self.lists.get(item.rows or "", ()))), "row")
            message = f"${{{item.name}}} has no value of its own; name one of its rows, such as ${{{item.name}.{row}}}"
            raise ExpressionInvalid("no_value", message, at)
        target = self.target(index)
        node = emitter.emit("items" if item.kind == "repeat" else "ref", (index, target.up, *target.down))
        return Typed(
            node,
            value_type(self.items, index, self.calculated),
            many=bool(target.down) or item.kind == "repeat",
            item=index,
            tainted=item.sensitive,
            choices=None if item.choices is None else self.lists.get(item.choices),
        )

    def own_value(self, emitter: Emitter, at: int) -> Typed:
        if self.own is None:
            raise ExpressionInvalid("no_value", "'.' has no meaning here", at)
        return self._value(emitter, self.own, at)

    def column(self, emitter: Emitter, name: str, at: int) -> Typed:
        if self.columns is None:
            hint = f"; write ${{{name}}}" if name in self.names else ""
            raise ExpressionInvalid("unknown_name", f"{name!r} is neither a function nor a value{hint}", at)
        if name not in self.columns:
            raise ExpressionInvalid("unknown_column", f"the choice list has no column {name!r}", at)
        return Typed(emitter.emit("column", (), name), ValueType.STRING)

    def nearest_repeat(self, up: int = 1) -> int | None:
        """The repeat that `..`, written `up` times, stands in."""
        place = self.item
        for _ in range(up):
            place = self.items[place].parent if place != NONE else NONE
        while place != NONE and self.items[place].kind != "repeat":
            place = self.items[place].parent
        return None if place == NONE else place

    def itself(self) -> int | None:
        return None if self.item == NONE else self.item

    def named_by(self, path: Path) -> str:
        """The field that `path` leads to. Its names have to be those of the containers around it."""
        *containers, last = path.names
        index = self.item_of(last, path.at)
        around: list[str] = []
        place = self.items[index].parent
        while place != NONE:
            around.append(self.items[place].name)
            place = self.items[place].parent
        for name in reversed(containers):
            if name not in around:
                message = f"the path leads through {name!r}, but {last!r} does not stand in it; write ${{{last}}}"
                raise ExpressionInvalid("unknown_name", message, path.at)
            del around[: around.index(name) + 1]
        return last

    def scopes_up(self, repeat: int) -> int | None:
        up, scope = 0, self.scope
        while scope not in (NONE, repeat):
            up, scope = up + 1, self.items[scope].scope
        return None if scope == NONE else up

    def is_repeat(self, item: int) -> bool:
        return self.items[item].kind == "repeat"

    def choice_list(self, item: int) -> str | None:
        return self.items[item].choices


@dataclass
class FlowEnvironment:
    """Dotted names `step.field` with their types; nothing repeats here."""

    types: Mapping[str, ValueType]
    read: set[str] = field(default_factory=set)

    def reference(self, emitter: Emitter, name: str, at: int) -> Typed:
        if name not in self.types:
            raise unknown_name(name, self.types, at)
        self.read.add(name)
        operation = "name_part" if name.count(".") > 1 else "name"
        return Typed(emitter.emit(operation, (), name), self.types[name])

    def own_value(self, _emitter: Emitter, at: int) -> Typed:
        raise ExpressionInvalid("no_value", "'.' has no meaning in a condition between steps", at)

    def column(self, _emitter: Emitter, name: str, at: int) -> Typed:
        hint = f"; write ${{{name}}}" if name in self.types else ""
        raise ExpressionInvalid("unknown_name", f"{name!r} is neither a function nor a value{hint}", at)

    def target(self, item: int, _indexed: Collection[int] = ()) -> Target:
        return Target(item, 0, ())

    def item_of(self, _name: str, at: int) -> int:
        raise ExpressionInvalid("unknown_function", "this function works inside a form only", at)

    def nearest_repeat(self, _up: int = 1) -> int | None:
        return None

    def itself(self) -> int | None:
        return None

    def named_by(self, path: Path) -> str:
        raise ExpressionInvalid("unknown_name", "between steps a field is named ${step.field}", path.at)

    def scopes_up(self, _repeat: int) -> int | None:
        return None

    def is_repeat(self, _item: int) -> bool:
        return False

    def choice_list(self, _item: int) -> str | None:
        return None
