"""One expression: syntax tree to typed nodes."""

from __future__ import annotations

import difflib

from api.domain.forms.engine import clashes, regex
from api.domain.forms.engine.emitter import MAX_NODES, Emitter, Typed
from api.domain.forms.engine.environment import Environment
from api.domain.forms.engine.functions import FUNCTIONS, REFUSED, Signature, Takes
from api.domain.forms.engine.parser import (
    Binary,
    Call,
    Column,
    Expression,
    Logical,
    Negative,
    Number,
    Path,
    Reference,
    Self,
    String,
)
from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.special import SPECIAL
from api.domain.forms.engine.types import TEMPORAL, ValueType

_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "div": "divide", "mod": "mod"}
_ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def compile_expression(tree: Expression, emitter: Emitter, environment: Environment) -> Typed:
    """The node of `tree`'s value, a single one. Raises ExpressionInvalid with all that is wrong with it."""
    compiler = ExpressionCompiler(emitter, environment)
    value = compiler.single(tree)
    if compiler.problems:
        first, *rest = sorted(compiler.problems, key=lambda problem: problem.position)
        first.further = tuple(rest)
        raise first
    return value


class ExpressionCompiler:
    def __init__(self, emitter: Emitter, environment: Environment) -> None:
        self.emitter = emitter
        self.environment = environment
        self.problems: list[ExpressionInvalid] = []

    def single(self, tree: Expression) -> Typed:
        """`tree` as one value: of a nodeset the first node, as XPath has it."""
        return self.first(self.compile(tree))

    def first(self, value: Typed) -> Typed:
        if not value.many:
            return value
        return Typed(
            self.emitter.emit("first", (value.node,)), value.type, tainted=value.tainted, choices=value.choices
        )

    def compile(self, tree: Expression) -> Typed:
        """The node of `tree`; a stand-in of no type for one that is wrong, so that its neighbours are looked at too."""
        try:
            return self._compile(tree)
        except ExpressionInvalid as problem:
            self.problems.append(problem)
            if problem.code in ("too_long", "too_deep"):
                raise
            return Typed(self.emitter.emit("string", (), ""), None)

    def _compile(self, tree: Expression) -> Typed:
        if len(self.emitter.nodes) > MAX_NODES:
            raise ExpressionInvalid("too_long", "the form's expressions are too long altogether", tree.at)
        match tree:
            case Number(value, _):
                return Typed(self.emitter.emit("number", (), value), ValueType.NUMBER, literal=value)
            case String(text, _):
                return Typed(self.emitter.emit("string", (), text), ValueType.STRING, literal=text)
            case Negative(operand, at):
                return self._negative(operand, at)
            case Binary():
                return self._binary(tree)
            case Logical(operator, operands, _):
                nodes = tuple(self.single(operand).node for operand in operands)
                return Typed(self.emitter.emit(operator, nodes), ValueType.BOOLEAN)
            case Call():
                return self._call(tree)
        return self._name(tree)

    def _name(self, tree: Expression) -> Typed:
        match tree:
            case Reference(name, at):
                return self.environment.reference(self.emitter, name, at)
            case Path():
                return self.environment.reference(self.emitter, self.environment.named_by(tree), tree.at)
            case Self(at):
                return self.environment.own_value(self.emitter, at)
            case Column(name, at):
                return self.environment.column(self.emitter, name, at)
        raise ExpressionInvalid(
            "syntax", "'..' is understood in position(..) and in paths such as ../name only", tree.at
        )

    def _negative(self, operand: Expression, at: int) -> Typed:
        value = self.single(operand)
        clashes.require_number(value, "'-'", at)
        node = self.emitter.emit("negate", (value.node,))
        return Typed(node, ValueType.NUMBER, tainted=value.tainted)

    def _binary(self, tree: Binary) -> Typed:
        left, right = self.compile(tree.left), self.compile(tree.right)
        if tree.operator in _ARITHMETIC:
            return self._arithmetic(tree, self.first(left), self.first(right))
        self._no_items(left, tree.left.at)
        self._no_items(right, tree.right.at)
        if tree.operator in _ORDER:
            clashes.require_ordered(left, right, tree.at)
            return self._compared(_ORDER[tree.operator], left, right)
        return self._equality(tree, left, right)

    def _arithmetic(self, tree: Binary, left: Typed, right: Typed) -> Typed:
        for value in (left, right):
            clashes.require_number(value, f"{tree.operator!r}", tree.at)
        node = self.emitter.emit(_ARITHMETIC[tree.operator], (left.node, right.node))
        return Typed(node, ValueType.NUMBER, tainted=left.tainted or right.tainted)

    def _equality(self, tree: Binary, left: Typed, right: Typed) -> Typed:
        clashes.require_comparable(left, right, tree.at)
        moments = left.type in TEMPORAL or right.type in TEMPORAL
        names = ("same", "differ") if moments else ("eq", "ne")
        if ValueType.STRING in (left.type, right.type):
            # XPath compares an answered false with '' as booleans, and finds them equal; ODK's
            # answers are nodes, whose text is compared.
            left, right = self._as_text(left), self._as_text(right)
        return self._compared(names[0] if tree.operator == "=" else names[1], left, right)

    def _as_text(self, value: Typed) -> Typed:
        if value.type is not ValueType.BOOLEAN or value.many:
            return value
        return Typed(self.emitter.emit("call", (value.node,), "string"), ValueType.STRING, tainted=value.tainted)

    def _compared(self, operation: str, left: Typed, right: Typed) -> Typed:
        nodes = (left.node, right.node)
        if left.many or right.many:
            # XPath 1.0 section 3.4: true where any node of the set makes it true.
            return Typed(self.emitter.emit("any", nodes, operation), ValueType.BOOLEAN)
        return Typed(self.emitter.emit(operation, nodes), ValueType.BOOLEAN)

    def _no_items(self, value: Typed, at: int) -> None:
        if value.item is not None and self.environment.is_repeat(value.item):
            raise ExpressionInvalid("no_value", "a repeat has no value of its own; count(${…}) counts its items", at)

    def _call(self, tree: Call) -> Typed:
        if tree.name in REFUSED:
            raise ExpressionInvalid("refused_function", f"{tree.name}() is not offered: {REFUSED[tree.name]}", tree.at)
        signature = FUNCTIONS.get(tree.name)
        if signature is None:
            close = difflib.get_close_matches(tree.name, FUNCTIONS, n=1)
            hint = f"; did you mean {close[0]}()?" if close else ""
            raise ExpressionInvalid("unknown_function", f"there is no function {tree.name}(){hint}", tree.at)
        _require_arity(tree, signature)
        special = SPECIAL.get(tree.name)
        return self._ordinary(tree, signature) if special is None else special(self, tree)

    def _ordinary(self, tree: Call, signature: Signature) -> Typed:
        values: list[Typed] = []
        for at, argument in enumerate(tree.arguments):
            takes = signature.takes[min(at, len(signature.takes) - 1)]
            values.append(self.argument(tree, argument, takes))
        if tree.name == "regex" and isinstance(values[1].literal, str):
            _require_pattern(values[1].literal, tree.arguments[1].at)
        if tree.name == "selected":
            clashes.require_choice(values[0], values[1], tree.arguments[1].at)
        node = self.emitter.emit("call", tuple(value.node for value in values), tree.name)
        gives = clashes.common_type(values) if signature.gives is None else signature.gives
        return Typed(node, gives, tainted=signature.discloses and any(value.tainted for value in values))

    def argument(self, tree: Call, argument: Expression, takes: Takes) -> Typed:
        """`argument` compiled and held against what the function takes there."""
        value = self.compile(argument)
        self._no_items(value, argument.at)
        if takes is not Takes.SET:
            value = self.first(value)
        what = f"{tree.name}()"
        if takes is Takes.NUMBER:
            clashes.require_number(value, what, argument.at)
        elif takes is Takes.SELECTION:
            clashes.require_selection(value, what, argument.at)
        elif takes is Takes.TEMPORAL:
            clashes.require_temporal(value, what, argument.at)
        elif takes is Takes.SET and tree.name in ("sum", "min", "max"):
            clashes.require_number(value, what, argument.at)
        return value


def _require_arity(tree: Call, signature: Signature) -> None:
    given = len(tree.arguments)
    if signature.least <= given <= signature.most:
        return
    exact = signature.least == signature.most
    wanted = str(signature.least) if exact else f"{signature.least} to {signature.most}"
    raise ExpressionInvalid("arguments", f"{tree.name}() takes {wanted} arguments, not {given}", tree.at)


def _require_pattern(pattern: str, at: int) -> None:
    try:
        regex.compile_pattern(pattern)
    except ExpressionInvalid as error:
        raise ExpressionInvalid("pattern", error.message, at) from None
