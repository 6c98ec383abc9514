"""What is sent, for any value; and that what was sent is read back."""

from __future__ import annotations

import math
import xmlrpc.client
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_sync.odoo.errors import OdooUnsendable
from backend_sync.odoo.wire import INT_MAX, INT_MIN, clean_text, parse_response, request_body, sendable, unmarshal


class State(StrEnum):
    OPEN = "open"


class Level(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, False),
        (True, True),
        (0, 0),
        (INT_MAX, INT_MAX),
        (INT_MIN, INT_MIN),
        (1.5, 1.5),
        (Decimal("1.25"), 1.25),
        ("", ""),
        ("a\x00b\x0bc", "abc"),
        ("a\r\nb\rc", "a\nb\nc"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2030, 1, 7, 3, 30, 0, 999_999, tzinfo=UTC), "2030-01-07 03:30:00"),
        (date(2030, 1, 7), "2030-01-07"),
        (State.OPEN, "open"),
        (Level.ONE, 1),
        ((1, [None]), [1, [False]]),
        ({"a": {"b": None}}, {"a": {"b": False}}),
    ],
)
def test_value_is_sent_as_odoo_reads_it(value: object, sent: object) -> None:
    got = sendable(value)
    assert got == sent
    assert type(got) is type(sent)


@pytest.mark.parametrize(
    "value",
    [INT_MAX + 1, INT_MIN - 1, 2**70, math.inf, math.nan, b"x", object(), {1: "x"}, datetime(2030, 1, 1)],  # noqa: DTZ001
)
def test_value_without_a_form_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(OdooUnsendable) as caught:
        sendable({"rows": [0, {"field": value}]})
    assert caught.value.path == "rows[1].field"


def test_deep_nesting_is_refused_and_not_a_stack_overflow() -> None:
    value: list[object] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(OdooUnsendable, match="nested"):
        sendable(value)


def test_refused_value_is_not_in_the_message() -> None:
    with pytest.raises(OdooUnsendable) as caught:
        sendable({"name": b"123412341234"})
    assert "1234" not in str(caught.value)


SENT = st.recursive(
    st.booleans()
    | st.integers(INT_MIN, INT_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text().map(clean_text),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text().map(clean_text), inner, max_size=4),
    max_leaves=12,
)


@given(SENT)
def test_what_is_sent_reads_back_equal(value: object) -> None:
    sent = sendable(value)
    values, method = unmarshal(request_body("execute_kw", [sent]))
    assert (method, values) == ("execute_kw", [sent])
    assert parse_response(xmlrpc.client.dumps((sent,), methodresponse=True).encode()) == sent


@given(st.text())
def test_any_text_can_be_sent(text: str) -> None:
    values, _ = unmarshal(request_body("m", [sendable(text)]))
    assert values == [clean_text(text)]
