"""Tokens of the expression language (XPath 1.0 section 3.7, with `${name}` of XLSForm)."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from api.domain.forms.engine.problems import ExpressionInvalid

MAX_EXPRESSION = 10_000


class Kind(Enum):
    NUMBER = "number"
    STRING = "string"
    REFERENCE = "reference"
    NAME = "name"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"
    END = "end"


class Token(NamedTuple):
    kind: Kind
    text: str
    position: int


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<reference>\$\{[ ]*(?P<referred>[A-Za-z_][A-Za-z0-9_.-]*)[ ]*\})
      | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
      | (?P<string>'[^']*'|"[^"]*")
      | (?P<name>[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?)
      | (?P<operator><=|>=|!=|[=<>+*-])
      | (?P<punctuation>\.\.|[(),./])
    """,
    re.VERBOSE,
)

_HINTS = {
    "==": "write = instead of ==",
    "<>": "write != instead of <>",
    "&&": "write and instead of &&",
    "||": "write or instead of ||",
    "≤": "write <= instead of ≤",
    "≥": "write >= instead of ≥",
    "\u2018": "use straight quotes (')",
    "\u2019": "use straight quotes (')",
    "\u201c": 'use straight quotes (")',
    "\u201d": 'use straight quotes (")',
    "'": "the text in quotes is not closed",
    '"': "the text in quotes is not closed",
    "$": "a reference is written ${name}",
    "//": "write the path from the form's root, or refer to the field as ${name}",
    "[": "predicates are not supported; use indexed-repeat() or a choice filter",
    "@": "attributes are not supported",
    "|": "unions are not supported",
}
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind END.

    Raises ExpressionInvalid at the first character that begins no token.
    """
    if len(text) > MAX_EXPRESSION:
        raise ExpressionInvalid("too_long", f"the expression is longer than {MAX_EXPRESSION} characters")
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        _refuse_foreign(text, position)
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unexpected(text, position)
        token = _token(match, tokens)
        if token is not None:
            tokens.append(token)
        position = match.end()
    tokens.append(Token(Kind.END, "", len(text)))
    return tokens


def _token(match: re.Match[str], before: list[Token]) -> Token | None:
    group = match.lastgroup if match.lastgroup != "referred" else "reference"
    at = match.start()
    if match.group("space") is not None:
        return None
    if match.group("reference") is not None:
        return Token(Kind.REFERENCE, match.group("referred"), at)
    if match.group("string") is not None:
        return Token(Kind.STRING, match.group()[1:-1], at)
    if match.group("name") is not None:
        word = match.group()
        # XPath 1.0 section 3.7: after an operand, these words are operators, elsewhere names.
        if word in _WORD_OPERATORS and _ends_operand(before):
            return Token(Kind.OPERATOR, word, at)
        return Token(Kind.NAME, word, at)
    return Token(Kind(group), match.group(), at)


def _ends_operand(before: list[Token]) -> bool:
    if not before:
        return False
    last = before[-1]
    if last.kind in (Kind.NUMBER, Kind.STRING, Kind.REFERENCE, Kind.NAME):
        return True
    return last.kind is Kind.PUNCTUATION and last.text in (")", ".", "..")


def _refuse_foreign(text: str, position: int) -> None:
    pair = text[position : position + 2]
    if pair in ("==", "<>", "//"):
        raise ExpressionInvalid("syntax", _HINTS[pair], position)


def _unexpected(text: str, position: int) -> ExpressionInvalid:
    hint = _HINTS.get(text[position : position + 2]) or _HINTS.get(text[position])
    message = hint or f"unexpected character {text[position]!r}"
    return ExpressionInvalid("syntax", message, position)
