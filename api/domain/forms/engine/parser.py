"""Expression text to syntax tree: the grammar of XPath 1.0 without predicates, axes and unions.

A path names a field: `../age`, `/data/family/age`, `${children}/age`. Names are unique in a form, so the last
step says which; the steps before it have to be the containers around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.domain.forms.engine.lexer import Kind, Token, tokenize
from api.domain.forms.engine.problems import ExpressionInvalid

MAX_DEPTH = 40
MAX_HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: int


@dataclass(frozen=True, slots=True)
class String:
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Self:
    at: int


@dataclass(frozen=True, slots=True)
class Parent:
    at: int
    up: int = 1


@dataclass(frozen=True, slots=True)
class Path:
    """`root` for one that begins with `/`, `up` for how many `..` it climbs."""

    names: tuple[str, ...]
    root: bool
    up: int
    at: int


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Logical:
    """A chain of `and` or of `or`: flat, so that a condition over a hundred answers is not deep."""

    operator: str
    operands: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression
    at: int


Expression = Number | String | Reference | Self | Parent | Path | Column | Call | Binary | Logical | Negative

_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
_FIRST_BINARY = 2


def parse(text: str) -> Expression:
    """The syntax tree of `text`. Raises ExpressionInvalid with the position of the first error."""
    parser = _Parser(tokenize(text))
    if parser.peek().kind is Kind.END:
        raise ExpressionInvalid("syntax", "the expression is empty")
    tree = parser.binary(0)
    left_over = parser.peek()
    if left_over.kind is not Kind.END:
        raise ExpressionInvalid("syntax", f"unexpected {left_over.text!r}", left_over.position)
    _bound_height(tree)
    return tree


def _bound_height(tree: Expression) -> None:
    level = [tree]
    for _ in range(MAX_HEIGHT):
        level = [child for parent in level for child in children(parent)]
        if not level:
            return
    raise ExpressionInvalid("too_deep", "the expression is nested too deeply", level[0].at)


def children(tree: Expression) -> tuple[Expression, ...]:
    """The operands or arguments of `tree`, in order."""
    match tree:
        case Binary(_, left, right, _):
            return (left, right)
        case Logical(_, operands, _):
            return operands
        case Call(_, arguments, _):
            return arguments
        case Negative(operand, _):
            return (operand,)
    return ()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._take()
        if token.kind is not Kind.PUNCTUATION or token.text != text:
            found = f"{token.text!r}" if token.text else "the end"
            raise ExpressionInvalid("syntax", f"expected {text!r} but found {found}", token.position)

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        operands = [left]
        first: Token | None = None
        while self.peek().kind is Kind.OPERATOR and self.peek().text in _LEVELS[level]:
            operator = self._take()
            first = first or operator
            right = self.binary(level + 1)
            operands.append(right)
            if level >= _FIRST_BINARY:
                left = Binary(operator.text, left, right, operator.position)
        if first is not None and level < _FIRST_BINARY:
            return Logical(first.text, tuple(operands), first.position)
        return left

    def _unary(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionInvalid("too_deep", "the expression is nested too deeply", self.peek().position)
        token = self.peek()
        if token.kind is Kind.OPERATOR and token.text == "-":
            self._take()
            tree: Expression = Negative(self._unary(), token.position)
        else:
            tree = self._primary()
        self._depth -= 1
        return tree

    def _primary(self) -> Expression:
        token = self._take()
        if token.kind is Kind.NUMBER:
            return Number(float(token.text), token.position)
        if token.kind is Kind.STRING:
            return String(token.text, token.position)
        if token.kind is Kind.REFERENCE:
            return self._path(token, (token.text,)) if self._follows("/") else Reference(token.text, token.position)
        if token.kind is Kind.NAME:
            return self._named(token)
        if token.text == "(":
            tree = self.binary(0)
            self._expect(")")
            return tree
        if token.kind is Kind.PUNCTUATION and token.text in (".", "..", "/"):
            return self._place(token)
        what = f"unexpected {token.text!r}" if token.text else "the expression ends too early"
        raise ExpressionInvalid("syntax", what, token.position)

    def _follows(self, text: str) -> bool:
        following = self.peek()
        return following.kind is Kind.PUNCTUATION and following.text == text

    def _place(self, token: Token) -> Expression:
        if token.text == "/":
            # The root's name is the form's, whatever it is called.
            self._step()
            return self._path(token, (), root=True)
        if not self._follows("/"):
            return Self(token.position) if token.text == "." else Parent(token.position)
        up = int(token.text == "..")
        while self._follows("/"):
            following = self._tokens[self._next + 1]
            if following.kind is not Kind.PUNCTUATION or following.text not in (".", ".."):
                return self._path(token, (), up=up)
            self._next += 2
            up += int(following.text == "..")
        return Parent(token.position, up) if up else Self(token.position)

    def _path(self, token: Token, names: tuple[str, ...], *, root: bool = False, up: int = 0) -> Path:
        found = list(names)
        while self._follows("/"):
            self._take()
            found.append(self._step())
        if not found:
            raise ExpressionInvalid("syntax", "the path names no field", token.position)
        return Path(tuple(found), root, up, token.position)

    def _step(self) -> str:
        token = self._take()
        if token.kind is not Kind.NAME or ":" in token.text:
            shown = f"{token.text!r}" if token.text else "the end"
            raise ExpressionInvalid("syntax", f"a path goes on with a name, not with {shown}", token.position)
        return token.text

    def _named(self, token: Token) -> Expression:
        following = self.peek()
        if following.kind is not Kind.PUNCTUATION or following.text != "(":
            return Column(token.text, token.position)
        self._take()
        arguments: list[Expression] = []
        if not (self.peek().kind is Kind.PUNCTUATION and self.peek().text == ")"):
            arguments.append(self.binary(0))
            while self.peek().kind is Kind.PUNCTUATION and self.peek().text == ",":
                self._take()
                arguments.append(self.binary(0))
        self._expect(")")
        return Call(token.text, tuple(arguments), token.position)
