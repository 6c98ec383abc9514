"""Regular expressions in RE2 syntax: linear time on any input, the same on the screen (re2js)."""

from __future__ import annotations

import functools
from typing import Protocol, cast

import re2  # type: ignore[import-untyped]

from api.domain.forms.engine.problems import ExpressionInvalid

MAX_PATTERN = 1_000


class _Pattern(Protocol):
    def fullmatch(self, text: str) -> object | None: ...


@functools.lru_cache(maxsize=128)
def compile_pattern(pattern: str) -> _Pattern:
    """`pattern` compiled. Raises ExpressionInvalid (code `pattern`) where RE2 cannot run it."""
    if len(pattern) > MAX_PATTERN:
        raise ExpressionInvalid("pattern", f"the pattern is longer than {MAX_PATTERN} characters")
    if "\\C" in pattern:
        raise ExpressionInvalid("pattern", "\\C, a single byte, is not a character on every side")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return cast("_Pattern", re2.compile(pattern, options))
    except (re2.error, UnicodeEncodeError) as error:
        raise ExpressionInvalid("pattern", _explain(pattern, error)) from None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` matches; False where `pattern` is none (it came from an answer)."""
    try:
        return compile_pattern(pattern).fullmatch(text) is not None
    except (ExpressionInvalid, UnicodeEncodeError):
        return False


def _explain(pattern: str, error: Exception) -> str:
    for look_around in ("(?=", "(?!", "(?<=", "(?<!"):
        if look_around in pattern:
            return "the pattern looks ahead or behind, which a linear-time engine cannot do"
    reason = error.args[0] if error.args else "invalid"
    if isinstance(reason, bytes):
        reason = reason.decode("utf-8", "replace")
    return f"the pattern cannot be used: {reason}"
