"""What is done quickly gives what the slow way gives."""

from __future__ import annotations

import re
from datetime import date
from random import Random

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.domain.forms.engine import clock
from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields import AnswerRefused, answer
from api.domain.forms.engine.fields.text import parse_phone

ITEM = Item(kind="field", name="phone")


def by_library(text: str) -> str | None:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        return None
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None


def by_us(text: str) -> str | None:
    try:
        return str(parse_phone(ITEM, text)[0])
    except AnswerRefused:
        return None


def test_telephone_numbers_of_every_country_are_what_the_library_makes_of_them() -> None:
    random = Random(7)  # noqa: S311 -- test data, not secrets
    codes = [*phonenumbers.COUNTRY_CODE_TO_REGION_CODE, 0, 210, 999]
    for code in codes:
        for _ in range(12):
            lead = random.choice(("", "", "", "0", "1", "8", "06", "15", "9"))
            text = f"+{code}{lead}" + "".join(random.choices("0123456789", k=random.randint(4, 12)))
            assert by_us(text) == by_library(text), text


@given(st.text(max_size=12))
@example("2026-W01-1")
@example("20260101-1")
@example("2026-01-31")
@example("\uff12\uff10\uff12\uff16-01-01")
@example("-026-01-01")
@example("2026-02-30")
@example("0000-01-01")
def test_a_date_is_four_two_and_two_digits_of_the_calendar(text: str) -> None:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    try:
        wanted = date(int(match[1]), int(match[2]), int(match[3])).toordinal() if match else None
    except ValueError:
        wanted = None
    found = clock.parse_date(text)
    assert (found is None) == (wanted is None)
    assert found is None or found + date(1970, 1, 1).toordinal() == wanted


@pytest.mark.parametrize("first", range(0, 0x110000, 0x8000))
def test_what_can_be_printed_holds_no_control_character(first: int) -> None:
    for code in range(first, first + 0x8000):
        character = chr(code)
        assert not (character.isprintable() and answer._CONTROL.search(character)), hex(code)  # noqa: SLF001
