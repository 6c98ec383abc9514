"""Functions that the compiler has to know: they choose, count, look up or read the clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from api.domain.forms.engine.clashes import common_type
from api.domain.forms.engine.emitter import Emitter, Typed
from api.domain.forms.engine.environment import Environment
from api.domain.forms.engine.functions import Takes
from api.domain.forms.engine.parser import Call, Expression, Parent, Reference, String
from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.types import ValueType


class Compiler(Protocol):
    emitter: Emitter
    environment: Environment

    def compile(self, tree: Expression) -> Typed: ...

    def single(self, tree: Expression) -> Typed: ...

    def argument(self, tree: Call, argument: Expression, takes: Takes) -> Typed: ...


Special = Callable[[Compiler, Call], Typed]

_QUOTED_REFERENCE = re.compile(r"\s*\$\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\s*")


def _constant(operation: str, gives: ValueType) -> Special:
    def compile_constant(compiler: Compiler, _tree: Call) -> Typed:
        return Typed(compiler.emitter.emit(operation), gives)

    return compile_constant


def _not(compiler: Compiler, tree: Call) -> Typed:
    value = compiler.single(tree.arguments[0])
    return Typed(compiler.emitter.emit("not", (value.node,)), ValueType.BOOLEAN)


def _boolean(compiler: Compiler, tree: Call) -> Typed:
    value = compiler.single(tree.arguments[0])
    return Typed(compiler.emitter.emit("and", (value.node,)), ValueType.BOOLEAN)


def _if(compiler: Compiler, tree: Call) -> Typed:
    condition, *branches = [compiler.single(argument) for argument in tree.arguments]
    node = compiler.emitter.emit("if", (condition.node, *(branch.node for branch in branches)))
    return Typed(node, common_type(branches), tainted=any(branch.tainted for branch in branches))


def _once(compiler: Compiler, tree: Call) -> Typed:
    value = compiler.single(tree.arguments[0])
    own = compiler.environment.itself()
    if own is None:
        return value
    node = compiler.emitter.emit("once", (value.node, own))
    return Typed(node, value.type, tainted=value.tainted, choices=value.choices)


def _count(compiler: Compiler, tree: Call) -> Typed:
    value = compiler.compile(tree.arguments[0])
    return Typed(compiler.emitter.emit("count", (value.node,)), ValueType.NUMBER)


def _position(compiler: Compiler, tree: Call) -> Typed:
    argument = tree.arguments[0]
    repeat = None
    if isinstance(argument, Reference):
        repeat = compiler.environment.item_of(argument.name, argument.at)
    elif isinstance(argument, Parent):
        repeat = compiler.environment.nearest_repeat(argument.up)
    else:
        raise ExpressionInvalid("arguments", "position() takes '..' or the repeat around it", argument.at)
    up = None if repeat is None else compiler.environment.scopes_up(repeat)
    if up is None:
        raise ExpressionInvalid("no_value", "position() works inside a repeat", tree.at)
    return Typed(compiler.emitter.emit("position", (up,)), ValueType.NUMBER)


def _choice_name(compiler: Compiler, tree: Call) -> Typed:
    value = compiler.single(tree.arguments[0])
    named = tree.arguments[1]
    match = _QUOTED_REFERENCE.fullmatch(named.text) if isinstance(named, String) else None
    if match is None:
        raise ExpressionInvalid("arguments", "the second argument names the field in quotes: '${field}'", named.at)
    choices = compiler.environment.choice_list(compiler.environment.item_of(match[1], named.at))
    if choices is None:
        raise ExpressionInvalid("type_clash", f"${{{match[1]}}} has no choices", named.at)
    node = compiler.emitter.emit("choice_name", (value.node,), choices)
    return Typed(node, ValueType.STRING, tainted=value.tainted)


def _indexed_repeat(compiler: Compiler, tree: Call) -> Typed:
    field, *rest = tree.arguments
    if not isinstance(field, Reference) or len(rest) % 2:
        raise ExpressionInvalid("arguments", "write indexed-repeat(${field}, ${repeat}, number)", tree.at)
    value = compiler.compile(field)
    indices = _indices(compiler, rest)
    if value.item is None:
        raise ExpressionInvalid("arguments", "the first argument is a field of a repeat", field.at)
    target = compiler.environment.target(value.item, indices)
    steps: list[int] = []
    for repeat in target.down:
        if repeat not in indices:
            raise ExpressionInvalid("arguments", "name every repeat around the field, with a number each", tree.at)
        steps += (repeat, indices[repeat])
    if not steps:
        raise ExpressionInvalid("arguments", "the field is in no repeat; write ${field} alone", field.at)
    node = compiler.emitter.emit("indexed", (target.item, target.up, *steps), value.part)
    return Typed(node, value.type, tainted=value.tainted, choices=value.choices)


def _indices(compiler: Compiler, arguments: list[Expression]) -> dict[int, int]:
    found: dict[int, int] = {}
    for repeat, number in zip(arguments[::2], arguments[1::2], strict=True):
        if not isinstance(repeat, Reference):
            raise ExpressionInvalid("arguments", "a repeat is written ${repeat}", repeat.at)
        item = compiler.environment.item_of(repeat.name, repeat.at)
        if not compiler.environment.is_repeat(item):
            raise ExpressionInvalid("type_clash", f"${{{repeat.name}}} is not a repeat", repeat.at)
        found[item] = compiler.single(number).node
    return found


def _weighted(compiler: Compiler, tree: Call) -> Typed:
    if len(tree.arguments) % 2:
        raise ExpressionInvalid("arguments", "write weighted-checklist(least, most, value, weight, …)", tree.at)
    takes = (Takes.NUMBER, Takes.NUMBER, *((Takes.ANY, Takes.NUMBER) * (len(tree.arguments) // 2 - 1)))
    values = [compiler.argument(tree, one, kind) for one, kind in zip(tree.arguments, takes, strict=True)]
    node = compiler.emitter.emit("call", tuple(value.node for value in values), tree.name)
    return Typed(node, ValueType.BOOLEAN)


SPECIAL: Mapping[str, Special] = MappingProxyType(
    {
        "true": _constant("true", ValueType.BOOLEAN),
        "false": _constant("false", ValueType.BOOLEAN),
        "today": _constant("today", ValueType.DATE),
        "now": _constant("now", ValueType.DATETIME),
        "not": _not,
        "boolean": _boolean,
        "if": _if,
        "once": _once,
        "count": _count,
        "weighted-checklist": _weighted,
        "position": _position,
        "jr:choice-name": _choice_name,
        "indexed-repeat": _indexed_repeat,
    }
)
