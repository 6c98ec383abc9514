"""Identity numbers: Aadhaar (UIDAI: 12 digits, Verhoeff), passports (ICAO 9303: at most 9), others."""

from __future__ import annotations

import re
from typing import Any, Literal

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, text_of
from api.domain.forms.engine.types import FieldType

_AADHAAR = re.compile(r"[2-9][0-9]{11}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,9}")
_OTHER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,38}[A-Za-z0-9])?")

# J. Verhoeff, Error Detecting Decimal Codes (1969): multiplication in the dihedral group of order 10 ...
_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
# ... and the permutation by position, of period 8.
_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def verhoeff_valid(digits: str) -> bool:
    """Whether the last of `digits` is the check digit of those before it."""
    check = 0
    for at, digit in enumerate(reversed(digits)):
        check = _PRODUCT[check][_PERMUTATION[at % 8][int(digit)]]
    return check == 0


def verhoeff_digit(digits: str) -> str:
    """The check digit to write behind `digits`."""
    return next(str(digit) for digit in range(10) if verhoeff_valid(f"{digits}{digit}"))


def parse_identity(item: Item, raw: Any) -> Answer:
    text = text_of(raw)
    if item.identity == "aadhaar":
        text = text.replace(" ", "").replace("-", "")
        if not _AADHAAR.fullmatch(text) or not verhoeff_valid(text):
            raise AnswerRefused(
                "format", "This is not an Aadhaar number: it has 12 digits, the last of which checks the others."
            )
    elif item.identity == "passport":
        text = text.replace(" ", "").upper() if text.isascii() else ""
        if not _PASSPORT.fullmatch(text):
            raise AnswerRefused("format", "This is not a passport number: it has 5 to 9 letters and digits.")
    elif not _OTHER.fullmatch(text):
        raise AnswerRefused("format", "This may have up to 40 letters, digits, spaces, dots, slashes and hyphens.")
    return (text, text)


def clean_identity(identity: Literal["aadhaar", "passport", "other"], raw: str) -> str | None:
    """`raw` as a number of that kind is stored; None where it cannot be one."""
    try:
        answer = parse_identity(
            Item(kind="field", name="number", type=FieldType.IDENTITY_NUMBER, identity=identity), raw
        )
    except AnswerRefused:
        return None
    return str(answer[0])
