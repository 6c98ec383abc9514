"""Text, several lines of text, e-mail, telephone and web addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import phonenumbers

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import (
    MAX_MULTILINE,
    MAX_TEXT,
    Answer,
    AnswerRefused,
    bound_length,
    lines_of,
    text_of,
)

# The form of HTML's input type=email, with a dot in the domain: what a mail can be sent to from outside.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})+"
)
# An absolute http(s) address with a dotted host and without a password in it. Letters beyond ASCII are allowed,
# invisible ones and those that turn the direction of writing are not: they make one address look like another.
_LETTER = "A-Za-z0-9\u00a1-\u1fff\u2c00-\ufdff"
_HOST = f"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_URL = re.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?:\.{_HOST})+(?::[0-9]{{1,5}})?"
    '(?:[/?#][^ "<>\\\\^`{|}\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*)?'
)
MAX_URL = 2_000
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_FILLERS = re.compile(r"[ ().-]")


def parse_text(item: Item, raw: Any) -> Answer:
    text = bound_length(text_of(raw), item.max_length or MAX_TEXT)
    return (text, text)


def parse_multiline(item: Item, raw: Any) -> Answer:
    text = bound_length(lines_of(raw), item.max_length or MAX_MULTILINE)
    return (text, text)


def parse_email(item: Item, raw: Any) -> Answer:
    text = bound_length(text_of(raw), min(item.max_length or 254, 254))
    local, _, _ = text.partition("@")
    if len(local) > 64 or not _EMAIL.fullmatch(text):
        raise AnswerRefused("format", "This is not an e-mail address, such as name@example.org.")
    return (text, text)


def parse_phone(_item: Item, raw: Any) -> Answer:
    """E.164 (`+919876543210`); spaces, hyphens, dots and brackets between digits are dropped."""
    text = text_of(raw)
    if not text[1:].isdigit():
        text = _PHONE_FILLERS.sub("", text)
    refused = AnswerRefused("format", "This is not a telephone number with its country code, such as +91 98765 43210.")
    if not _PHONE.fullmatch(text):
        raise refused
    if _plainly_possible(text):
        return (text, text)
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise refused from None
    if not phonenumbers.is_possible_number(number):
        raise refused
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return (text, text)


def _plainly_possible(text: str) -> bool:
    """Whether the library would give back just this number; asking it took a fifth of the time of a validation.

    True only where the length is one of the country's and the library would take no prefix away.
    """
    for digits in (1, 2, 3):
        plan = _numbering(text[1 : 1 + digits])
        if plan is not None:
            lengths, prefix = plan
            national = text[1 + digits :]
            return len(national) in lengths and national[0] != "0" and (prefix is None or not prefix.match(national))
    return False


@lru_cache(maxsize=2_048)
def _numbering(country_code: str) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """How long national numbers are, and what stands before some of them within the country."""
    region = phonenumbers.region_code_for_country_code(int(country_code))
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(country_code), region)
    if plan is None or plan.general_desc is None:
        return None
    prefix = plan.national_prefix_for_parsing
    return frozenset(plan.general_desc.possible_length), None if prefix is None else re.compile(prefix)


def parse_url(item: Item, raw: Any) -> Answer:
    text = bound_length(text_of(raw), min(item.max_length or MAX_URL, MAX_URL))
    if not _URL.fullmatch(text):
        raise AnswerRefused("format", "This is not a web address, such as https://example.org/page.")
    return (text, text)
