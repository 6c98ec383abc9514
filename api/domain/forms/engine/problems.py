"""What can be wrong with a form document or an expression in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One thing an editor has to mend.

    `pointer` is an RFC 6901 pointer into the document; `position` is the 0-based character within
    an expression, where the problem lies in one.
    """

    pointer: str
    code: str
    message: str
    position: int | None = None


class DocumentInvalid(ValueError):
    """The document cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.pointer or '/'}: {first.message}{more}")


class ExpressionInvalid(ValueError):
    """An expression cannot be compiled. `position` is the 0-based character where it went wrong.

    `further` holds what else is wrong with it.
    """

    def __init__(self, code: str, message: str, position: int = 0) -> None:
        self.further: tuple[ExpressionInvalid, ...] = ()
        self.code = code
        self.message = message
        self.position = position
        super().__init__(message)


def pointer_token(name: str) -> str:
    """`name` as one reference token of an RFC 6901 pointer."""
    return name.replace("~", "~0").replace("/", "~1")
