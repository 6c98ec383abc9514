"""JSON texts that every reader understands alike (I-JSON, RFC 7493).

msgspec lets pass what breaks later or means two things: ``\\u0000`` and integers above 2^63, which the database
refuses, nesting a thousand deep, and of two equal names the last. One pass of the standard library's scanner finds
them all, in time that grows with the text: 14 µs for the body of a registration.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from api.lib.errors import BadRequest, FieldProblem, Unprocessable

MAX_DEPTH = 32
_INT64 = 2**63
_MOST_PROBLEMS = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_NAME_DIGITS = 3


class _Wrong(msgspec.Struct, frozen=True):
    """Stands in the tree where a value cannot be used."""

    code: str
    message: str


_DUPLICATE = _Wrong("duplicate", "Give each name once.")
_TOO_LARGE = _Wrong("maximum", "Integers must fit into 64 bits.")
_NOT_FINITE = _Wrong("maximum", "Numbers must fit into a double.")
_NUL = _Wrong("format", "Text must not contain NUL characters.")
_SURROGATE = _Wrong("format", "Text must not contain half of a surrogate pair.")


class _Hooks:
    """What the scanner calls; ``wrong`` tells whether the tree holds something that cannot be used."""

    def __init__(self) -> None:
        self.wrong = False

    def pairs(self, found: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(found)
        if len(held) != len(found):
            self.wrong = True
            seen: set[str] = set()
            for name, _ in found:
                if name in seen:
                    held[name] = _DUPLICATE
                seen.add(name)
        return held

    def integer(self, digits: str) -> int | _Wrong:
        # The length first: the time to read an integer grows with the square of its digits.
        if len(digits) <= 20 and -_INT64 <= (number := int(digits)) < _INT64:
            return number
        self.wrong = True
        return _TOO_LARGE

    def real(self, digits: str) -> float | _Wrong:
        number = float(digits)
        if number - number == 0:
            return number
        self.wrong = True
        return _NOT_FINITE

    @staticmethod
    def constant(name: str) -> Any:
        raise BadRequest(f"{name} is not JSON. Leave the field out, or send null.")


def read(body: bytes) -> Any:
    """Return what the text says.

    Raises:
        BadRequest: it is not UTF-8, not JSON, or nested deeper than 32.
        Unprocessable: a name is given twice, a number does not fit, or a string holds NUL or half a character.
    """
    hooks = _Hooks()
    decoder = json.JSONDecoder(
        object_pairs_hook=hooks.pairs, parse_int=hooks.integer, parse_float=hooks.real, parse_constant=hooks.constant
    )
    try:
        text = body.decode()
        tree = decoder.decode(text)
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8. Encode it as UTF-8 and send it again.") from error
    except json.JSONDecodeError as error:
        raise BadRequest(
            f"The body is not valid JSON: {error.msg}, line {error.lineno} column {error.colno}. "
            "Correct it and send it again."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    if text.count("{") + text.count("[") > MAX_DEPTH and _deeper(tree, MAX_DEPTH):
        raise _too_deep()
    if hooks.wrong or "\\u0000" in text or "\\ud" in text or "\\uD" in text:
        problems = [problem for problem, _ in zip(_problems(tree), range(_MOST_PROBLEMS), strict=False)]
        if problems:
            raise Unprocessable(errors=tuple(problems))
    return tree


def _too_deep() -> BadRequest:
    return BadRequest(f"The body is nested deeper than {MAX_DEPTH}. Flatten it and send it again.")


def _deeper(tree: Any, depth: int) -> bool:
    level = [tree]
    for _ in range(depth):
        level = [
            item
            for node in level
            for item in (node.values() if isinstance(node, dict) else node)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def step(name: str | int) -> str:
    """Return a name as a step of a JSON pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def can_be_told(name: str) -> bool:
    """Tell whether a name of the sender's own reads like a name and not like a value.

    An error that repeated any name would repeat an identity number that a client put in the place of one, into whatever
    keeps the client's errors.
    """
    digits = sum(letter.isdigit() for letter in name)
    # Numbers of documents have digits and no small letters; however they are written, few have three digits or less.
    return _NAME.fullmatch(name) is not None and digits <= _NAME_DIGITS and not (digits and name.isupper())


def where(steps: Iterable[str | int]) -> str:
    """Return a JSON pointer; what cannot be told is told by the object it stands in."""
    found = ""
    for one in steps:
        if isinstance(one, str) and not can_be_told(one):
            break
        found += step(one)
    return found


def _problems(node: Any, steps: tuple[str | int, ...] = ()) -> Iterator[FieldProblem]:
    if isinstance(node, dict):
        for name, item in node.items():
            yield from _problems(name, steps)
            yield from _problems(item, (*steps, name))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _problems(item, (*steps, index))
    else:
        wrong = node if isinstance(node, _Wrong) else _wrong_text(node) if isinstance(node, str) else None
        if wrong is not None:
            yield FieldProblem(where(steps), wrong.code, wrong.message)


def _wrong_text(text: str) -> _Wrong | None:
    if "\x00" in text:
        return _NUL
    return _SURROGATE if any("\ud800" <= letter <= "\udfff" for letter in text) else None
