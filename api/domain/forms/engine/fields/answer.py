"""An answer as stored and as expressions see it, and why one is refused."""

from __future__ import annotations

import re
from typing import Any

from api.domain.forms.engine.values import XPATH_SPACE, Scalar

MAX_TEXT = 1_000
MAX_MULTILINE = 10_000


Answer = tuple[Any, Scalar]
"""The JSON to be stored, and the same to an expression. A plain tuple: a form makes hundreds of them at a time."""


class AnswerRefused(ValueError):
    """The message never holds the answer: it may be a sensitive one."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


# What XML 1.0 (section 2.2) cannot carry to the back office, and what a line of text has no use for.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def empty(raw: Any) -> bool:
    """Whether `raw` counts as no answer: null, an empty list, or text of white space only."""
    if raw is None:
        return True
    if isinstance(raw, str):
        return not raw.strip(XPATH_SPACE)
    return isinstance(raw, list | tuple) and not raw


def text_of(raw: Any) -> str:
    """`raw` as one line of text without white space around it."""
    if not isinstance(raw, str):
        raise AnswerRefused("type", "This has to be text.")
    text = raw.strip(XPATH_SPACE)
    # What can be printed holds none of them; that is quicker to ask.
    if not text.isprintable() and _CONTROL.search(text):
        raise AnswerRefused("format", "This contains characters that cannot be stored.")
    return text


def lines_of(raw: Any) -> str:
    """`raw` as text of several lines, ended by a line feed each."""
    if not isinstance(raw, str):
        raise AnswerRefused("type", "This has to be text.")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip(XPATH_SPACE)
    if _CONTROL_BUT_LINES.search(text):
        raise AnswerRefused("format", "This contains characters that cannot be stored.")
    return text


def bound_length(text: str, most: int) -> str:
    if len(text) > most:
        raise AnswerRefused("max_length", f"This may have at most {most} characters.")
    return text
