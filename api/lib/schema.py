"""Bases of what comes in and what goes out over HTTP."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

# A text per locale, e.g. {"en": "Name", "hi": "नाम"}.
Text = dict[str, str]

# In Python `$` also matches before a last newline; in JSON Schema's dialect the look-ahead says nothing new.
END = r"$(?!\n)"
# Without control characters: XML 1.0 (section 2.2) cannot carry them to the back office, and in one line of a name or
# an address they would begin another header of a mail.
LINE = rf"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]*{END}"
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*$"
LOCALE = rf"^[a-z]{{2,3}}(-[A-Za-z0-9]{{2,8}})*{END}"
SLUG = rf"^[a-z0-9](-?[a-z0-9]){{1,60}}{END}"
# The form of HTML's input type=email, with a dot in the domain: what a mail can be sent to from outside.
EMAIL = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)

Slug = Annotated[str, Meta(pattern=SLUG)]
Moment = Annotated[datetime, Meta(tz=True)]

_YEARS = (1970, 2999)


def sensible(moment: datetime) -> bool:
    """Tell whether a moment can be stored and shown in every time zone: year 1 in Kolkata is none in UTC."""
    try:
        return _YEARS[0] <= moment.astimezone(UTC).year <= _YEARS[1]
    except OverflowError:
        return False


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of request bodies: an unknown field is an error, not a silent loss."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime) and not sensible(value):
                raise ValueError(f"field `{name}` must lie in the years {_YEARS[0]} to {_YEARS[1]}")


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Base of answers. No defaults: a generated client then knows every property is there."""
