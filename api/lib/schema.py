"""Bases of what comes in and what goes out over HTTP."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

# A text per locale, e.g. {"en": "Name", "hi": "नाम"}.
Text = dict[str, str]


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of request bodies: an unknown field is an error, not a silent loss."""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Base of answers. No defaults: a generated client then knows every property is there."""


class Page(Output, Generic[T], frozen=True, kw_only=True):
    """One page of a list; ``next_cursor`` is null on the last one."""

    items: list[T]
    next_cursor: str | None
