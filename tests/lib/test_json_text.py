"""What a body may not say, and that it is found in time that grows with the text."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.lib.errors import BadRequest, FieldProblem, Problem, Unprocessable
from api.lib.http import json_text
from api.lib.http.body import problem_of

UNREADABLE = {
    "nothing": b"",
    "half": b'{"a":',
    "more than one text": b"{} {}",
    "comment": b"{} // x",
    "single quotes": b"{'a':1}",
    "trailing comma": b"[1,]",
    "leading zero": b"[01]",
    "NaN": b"[NaN]",
    "Infinity": b"[-Infinity]",
    "raw NUL": b'"a\x00b"',
    "raw newline": b'"a\nb"',
    "byte order mark": b"\xef\xbb\xbf{}",
    "Latin-1": b'"\xe9"',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "overlong NUL": b'"\xc0\x80"',
    "encoded surrogate": b'"\xed\xa0\x80"',
    "unknown escape": b'"\\x41"',
    "33 deep": b"[" * 33 + b"]" * 33,
    "33 deep, mixed": b'{"a":[' * 16 + b"[]" + b"]}" * 16,
    "1500 deep": b"[" * 1500 + b"]" * 1500,
    "a million deep, never closed": b"[" * 1_000_000,
}
UNUSABLE = {
    "NUL": (b'{"a":["x\\u0000"]}', "/a/0", "format"),
    "NUL in a name": (b'{"a":{"\\u0000":1}}', "/a", "format"),
    "2^63": (b'{"a":9223372036854775808}', "/a", "maximum"),
    "-2^63-1": (b'{"a":-9223372036854775809}', "/a", "maximum"),
    "an integer of a hundred thousand digits": (b"[" + b"9" * 100_000 + b"]", "/0", "maximum"),
    "1e400": (b'{"a":{"b":1e400}}', "/a/b", "maximum"),
    "-1e400": (b'{"a":{"b":-1e400}}', "/a/b", "maximum"),
    "a name given twice": (b'{"a":{"b":1,"b":1}}', "/a/b", "duplicate"),
    "a name given twice, once escaped": (b'{"b":1,"\\u0062":2}', "/b", "duplicate"),
    "the first half of a pair": (b'{"a":"\\ud800"}', "/a", "format"),
    "the second half of a pair": (b'{"a":"\\uDC00x"}', "/a", "format"),
    "a name that is none": (b'{"a":{"a/b~c":"\\u0000"}}', "/a", "format"),
    "a number for a name": (b'{"a":{"918273645010":{"b":"\\u0000"}}}', "/a", "format"),
    "a passport for a name, twice": (b'{"a":{"z1234567":1,"z1234567":1}}', "/a", "duplicate"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        json_text.read(body)


@pytest.mark.parametrize(("body", "pointer", "code"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_is_named(body: bytes, pointer: str, code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        json_text.read(body)
    assert [(problem.pointer, problem.code) for problem in refused.value.errors] == [(pointer, code)]


def test_what_is_good_passes() -> None:
    assert json_text.read(b"[" * 32 + b"]" * 32)
    assert json_text.read(b"[9223372036854775807,-9223372036854775808,1e308]") == [2**63 - 1, -(2**63), 1e308]
    assert json_text.read(b'"a\\\\u0000 \\ud83d\\ude00"') == "a\\u0000 \N{GRINNING FACE}"


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(), st.lists, max_leaves=8))
def test_what_msgspec_writes_is_read_the_same(value: object) -> None:
    try:
        assert json_text.read(msgspec.json.encode(value)) == value
    except Unprocessable:
        assert "\\u0000" in msgspec.json.encode(value).decode()


@pytest.mark.parametrize("unit", [b'\\"', b"\\\\", b"[", b'"', b"{", b'{"":', b"9", b"-"])
def test_five_megabytes_of_anything_are_refused_in_a_second(unit: bytes) -> None:
    body = b'{"a":"' + unit * (5_000_000 // len(unit))
    began = time.perf_counter()
    with pytest.raises(Problem):
        json_text.read(body)
    assert time.perf_counter() - began < 1.0


class Seat(msgspec.Struct, forbid_unknown_fields=True):
    quantity: int


class Step(msgspec.Struct, forbid_unknown_fields=True):
    seats: list[Seat] = []


class Body(msgspec.Struct, forbid_unknown_fields=True):
    steps: dict[str, Step]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (
            b'{"steps":{"a":{},"b-c":{"seats":[{"quantity":1},{"quantity":"2"}]}}}',
            "/steps/b-c/seats/1/quantity",
            "type",
        ),
        (b'{"steps":{"a":{},"b/c":{"seats":[{"quantity":"2"}]}}}', "/steps", "type"),
        (b'{"steps":{"a":{},"9182 7364 5010":null}}', "/steps", "type"),
        (b'{"steps":{"a":{"918273645010":1}}}', "/steps/a", "unknown_field"),
        (b'{"steps":{},"Z1234567":1}', "", "unknown_field"),
        (b'{"steps":{},"a`918273645010":1}', "", "unknown_field"),
        # Names that imitate how msgspec tells where an error is.
        (b'{"steps":{},"918273645010 - at `$.steps[...]":1}', "/steps", "unknown_field"),
        (b'{"steps":{},"918273645010 - at `$.nowhere[...].x":1}', "/nowhere", "unknown_field"),
        (b'{"steps":{},"x - at `$.918273645010":1}', "", "unknown_field"),
        (b'{"steps":{"a":{},"b":{"sets":[]}}}', "/steps/b/sets", "unknown_field"),
        (b'{"steps":{"a":{},"b":{"seats":[{}]}}}', "/steps/b/seats/0/quantity", "required"),
        (b'{"steps":{"...":null}}', "/steps", "type"),
        (b"{}", "/steps", "required"),
        (b"[]", "", "type"),
    ],
)
def test_a_wrong_field_is_named_through_any_mapping(body: bytes, pointer: str, code: str) -> None:
    decoder = msgspec.json.Decoder(Body)
    with pytest.raises(msgspec.ValidationError) as raised:
        decoder.decode(body)
    (problem,) = problem_of(raised.value, json_text.read(body), decoder).errors
    assert (problem.pointer, problem.code) == (pointer, code)
    assert "91827" not in problem.message
    assert isinstance(problem, FieldProblem)


@pytest.mark.parametrize(
    "name",
    ["918273645010", "z1234567", "Z1234567", "ZX1", "a" * 65, "9182-7364", "asha@example.org", "Asha Rao", "", "1"],
)
def test_a_name_that_reads_like_a_value_is_not_told(name: str) -> None:
    assert not json_text.can_be_told(name)
    assert json_text.where(["answers", 0, name, "b"]) == "/answers/0"


@pytest.mark.parametrize(
    "name", ["a", "full_name", "aadharNumber", "line-2", "g.child_1", "__proto__", "PAN", "day_365"]
)
def test_a_name_that_reads_like_one_is_told(name: str) -> None:
    assert json_text.where(["answers", 0, name]) == f"/answers/0/{name}"
