"""Nodes to callables, once per compiled form: what is left to do per answer is calling them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine import clock as clocks
from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import CompiledChoice, Node
from api.domain.forms.engine.frames import Frame, Layout, below
from api.domain.forms.engine.operations import OPERATIONS
from api.domain.forms.engine.operations.arguments import scalar
from api.domain.forms.engine.operations.numbers import divide, remainder
from api.domain.forms.engine.scalars import as_scalar, part_of
from api.domain.forms.engine.values import (
    Scalar,
    Value,
    equal,
    not_equal,
    same_moment,
    to_boolean,
    to_number,
    to_string,
)


class Context:
    """What an evaluation knows beside the answers. Few forms ask for the time, so it is worked out when they do."""

    __slots__ = ("_clock", "_now", "_today", "choice", "named", "zone")

    def __init__(self, clock: Clock) -> None:
        self.zone = clock.timezone
        self.choice: Mapping[str, str] = {}
        self.named: Mapping[str, Any] = {}
        self._clock = clock
        self._today: str | None = None
        self._now: str | None = None

    @property
    def today(self) -> str:
        if self._today is None:
            self._today = clocks.date_text(clocks.to_wall(clocks.instant(self._clock.now), self.zone) // clocks.DAY)
        return self._today

    @property
    def now(self) -> str:
        if self._now is None:
            self._now = clocks.zoned_text(clocks.instant(self._clock.now), self.zone)
        return self._now


Run = Callable[[Frame, Context], Any]
Compare = Callable[[Scalar, Scalar, str], bool]
Build = Callable[["_Builder", Node], Run]


def _differ(left: Scalar, right: Scalar, zone: str) -> bool:
    return not same_moment(left, right, zone)


COMPARISONS: Mapping[str, Compare] = MappingProxyType(
    {
        "eq": equal,
        "ne": not_equal,
        "same": same_moment,
        "differ": _differ,
        "lt": lambda left, right, zone: to_number(left, zone) < to_number(right, zone),
        "le": lambda left, right, zone: to_number(left, zone) <= to_number(right, zone),
        "gt": lambda left, right, zone: to_number(left, zone) > to_number(right, zone),
        "ge": lambda left, right, zone: to_number(left, zone) >= to_number(right, zone),
    }
)

_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {
        "add": lambda left, right: left + right,
        "subtract": lambda left, right: left - right,
        "multiply": lambda left, right: left * right,
        "divide": divide,
        "mod": remainder,
    }
)


class UnknownOperation(ValueError):
    """The compiled form was made by another compiler: compile it again."""


@dataclass
class _Builder:
    layout: Layout
    lists: Mapping[str, Sequence[CompiledChoice]]
    runs: list[Run] = field(default_factory=list)

    def operands(self, node: Node) -> list[Run]:
        return [self.runs[argument] for argument in node.arguments]


def build(nodes: Sequence[Node], layout: Layout, lists: Mapping[str, Sequence[CompiledChoice]]) -> list[Run]:
    """One callable per node. Raises UnknownOperation for a node that no version of this compiler writes."""
    builder = _Builder(layout, lists)
    for node in nodes:
        make = _BUILDERS.get(node.operation)
        if make is None:
            raise UnknownOperation(node.operation)
        builder.runs.append(make(builder, node))
    return builder.runs


def _constant(_builder: _Builder, node: Node) -> Run:
    value = float(node.value) if node.operation == "number" and node.value is not None else node.value
    return lambda _frame, _context: value


def _truth(_builder: _Builder, node: Node) -> Run:
    value = node.operation == "true"
    return lambda _frame, _context: value


def _reference(builder: _Builder, node: Node) -> Run:
    item, up, *rest = node.arguments
    slot, down = builder.layout.slots[item], tuple(rest)
    if down:
        return lambda frame, _context: [one.values[slot] for one in below(frame, up, down) if one.visible[slot]]
    if up == 0:
        return lambda frame, _context: frame.values[slot]

    def climb(frame: Frame, _context: Context) -> Scalar:
        found = below(frame, up, ())
        return found[0].values[slot] if found else ""

    return climb


def _part(builder: _Builder, node: Node) -> Run:
    item, up, *rest = node.arguments
    slot, down, part = builder.layout.slots[item], tuple(rest), str(node.value)
    if down:
        return lambda frame, _context: [
            part_of(one.clean.get(slot), part) for one in below(frame, up, down) if one.visible[slot]
        ]

    def take(frame: Frame, _context: Context) -> Scalar:
        found = below(frame, up, ())
        return part_of(found[0].clean.get(slot), part) if found else ""

    return take


def _items(_builder: _Builder, node: Node) -> Run:
    item, up, *rest = node.arguments
    down = (*rest, item)
    return lambda frame, _context: [float(one.position) for one in below(frame, up, down)]


def _indexed(builder: _Builder, node: Node) -> Run:
    item, up, *steps = node.arguments
    slot, part = builder.layout.slots[item], None if node.value is None else str(node.value)
    pairs = [(steps[at], builder.runs[steps[at + 1]]) for at in range(0, len(steps), 2)]

    def indexed(frame: Frame, context: Context) -> Scalar:
        found = below(frame, up, ())
        place = found[0] if found else None
        for repeat, number in pairs:
            items = [] if place is None else place.children.get(repeat, [])
            wanted = to_number(number(frame, context), context.zone)
            place = items[int(wanted) - 1] if 1 <= wanted < len(items) + 1 else None
        if place is None:
            return ""
        return place.values[slot] if part is None else part_of(place.clean.get(slot), part)

    return indexed


def _position(_builder: _Builder, node: Node) -> Run:
    up = node.arguments[0]
    return lambda frame, _context: float(below(frame, up, ())[0].position)


def _column(_builder: _Builder, node: Node) -> Run:
    name = str(node.value)
    return lambda _frame, context: context.choice.get(name, "")


def _name(_builder: _Builder, node: Node) -> Run:
    name = str(node.value)
    return lambda _frame, context: as_scalar(context.named.get(name))


def _choice_name(builder: _Builder, node: Node) -> Run:
    value = builder.runs[node.arguments[0]]
    labels: dict[str, str] = {}
    for choice in builder.lists.get(str(node.value), ()):
        labels.setdefault(choice.value, choice.label)
    return lambda frame, context: labels.get(to_string(value(frame, context)), "")


def _name_part(_builder: _Builder, node: Node) -> Run:
    step, field, part = str(node.value).split(".", 2)
    name = f"{step}.{field}"
    return lambda _frame, context: part_of(context.named.get(name), part)


def _first(builder: _Builder, node: Node) -> Run:
    value = builder.runs[node.arguments[0]]
    return lambda frame, context: scalar(value(frame, context))


def _count(builder: _Builder, node: Node) -> Run:
    value = builder.runs[node.arguments[0]]

    def count(frame: Frame, context: Context) -> float:
        found = value(frame, context)
        return float(len(found)) if isinstance(found, list) else 1.0

    return count


def _negate(builder: _Builder, node: Node) -> Run:
    value = builder.runs[node.arguments[0]]
    return lambda frame, context: -to_number(value(frame, context), context.zone)


def _arithmetic(builder: _Builder, node: Node) -> Run:
    left, right = builder.operands(node)
    compute = _ARITHMETIC[node.operation]

    def calculate(frame: Frame, context: Context) -> float:
        zone = context.zone
        return compute(to_number(left(frame, context), zone), to_number(right(frame, context), zone))

    return calculate


def _comparison(builder: _Builder, node: Node) -> Run:
    left, right = builder.operands(node)
    compare = COMPARISONS[node.operation]
    return lambda frame, context: compare(left(frame, context), right(frame, context), context.zone)


def _any(builder: _Builder, node: Node) -> Run:
    left, right = builder.operands(node)
    compare = COMPARISONS[str(node.value)]

    def any_of(frame: Frame, context: Context) -> bool:
        ones, others = _as_list(left(frame, context)), _as_list(right(frame, context))
        return any(compare(one, other, context.zone) for one in ones for other in others)

    return any_of


def _as_list(value: Value) -> list[Scalar]:
    return value if isinstance(value, list) else [value]


def _and(builder: _Builder, node: Node) -> Run:
    operands = builder.operands(node)

    return lambda frame, context: all(to_boolean(operand(frame, context)) for operand in operands)


def _or(builder: _Builder, node: Node) -> Run:
    operands = builder.operands(node)

    return lambda frame, context: any(to_boolean(operand(frame, context)) for operand in operands)


def _not(builder: _Builder, node: Node) -> Run:
    value = builder.runs[node.arguments[0]]
    return lambda frame, context: not to_boolean(value(frame, context))


def _if(builder: _Builder, node: Node) -> Run:
    condition, then, otherwise = builder.operands(node)

    def choose(frame: Frame, context: Context) -> Scalar:
        taken = then if to_boolean(condition(frame, context)) else otherwise
        found: Scalar = taken(frame, context)
        return found

    return choose


def _once(builder: _Builder, node: Node) -> Run:
    compute, item = builder.runs[node.arguments[0]], builder.layout.items[node.arguments[1]]

    def once(frame: Frame, context: Context) -> Scalar:
        before = as_scalar(frame.before.get(item.name, "")) if frame.before else ""
        found: Scalar = compute(frame, context) if before == "" else before
        return found

    return once


def _call(builder: _Builder, node: Node) -> Run:
    operands = builder.operands(node)
    operation = OPERATIONS.get(str(node.value))
    if operation is None:
        raise UnknownOperation(str(node.value))
    return lambda frame, context: operation([operand(frame, context) for operand in operands], context.zone)


_BUILDERS: Mapping[str, Build] = MappingProxyType(
    {
        "number": _constant,
        "string": _constant,
        "true": _truth,
        "false": _truth,
        "today": lambda _builder, _node: lambda _frame, context: context.today,
        "now": lambda _builder, _node: lambda _frame, context: context.now,
        "ref": _reference,
        "part": _part,
        "items": _items,
        "indexed": _indexed,
        "position": _position,
        "column": _column,
        "name": _name,
        "name_part": _name_part,
        "choice_name": _choice_name,
        "first": _first,
        "count": _count,
        "negate": _negate,
        **dict.fromkeys(_ARITHMETIC, _arithmetic),
        **dict.fromkeys(COMPARISONS, _comparison),
        "any": _any,
        "and": _and,
        "or": _or,
        "not": _not,
        "if": _if,
        "once": _once,
        "call": _call,
    }
)
