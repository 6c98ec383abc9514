"""Answers from anybody: errors with pointers, never exceptions, and nothing hidden or unbounded survives."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.forms.engine import Clock, CompiledForm, Validation, compile_form, evaluate, parse_document, validate
from api.domain.forms.engine.fields.identity import verhoeff_digit, verhoeff_valid
from tests.vectors.build import FORMS
from tests.vectors.generated_forms import SCRAPS
from tests.vectors.written_forms import field, form
from tests.vectors.written_types import KEPT

CLOCK = Clock(datetime(2026, 11, 20, 20, tzinfo=UTC), "Asia/Kolkata")
COMPILED = {name: compile_form(parse_document(raw)) for name, raw in FORMS.items()}
SECRET = "S3CR3T-" + "9" * 12

FITTING = [one[0] if isinstance(one, tuple) else one for kept in KEPT.values() for one in kept]
PARTS = (
    "amount",
    "currency",
    "line1",
    "country",
    "given",
    "latitude",
    "longitude",
    "upload",
    "name",
    "size",
    "food",
    "mon",
)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["yes", "texas", "2026-01-01", "\ud800", "a\x00b", "••••0124", "१२"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
parts = st.dictionaries(st.sampled_from(PARTS), st.sampled_from([*SCRAPS, *FITTING]), max_size=4)
answer = anything | parts | st.sampled_from(FITTING)


def names(compiled: CompiledForm) -> list[str]:
    return [item.name for item in compiled.items]


@st.composite
def hostile(draw: st.DrawFn) -> tuple[CompiledForm, Any, bool]:
    compiled = COMPILED[draw(st.sampled_from(sorted(COMPILED)))]
    keys = st.sampled_from(names(compiled)) | st.text(max_size=5)
    row = st.dictionaries(keys, answer, max_size=8)
    answers = draw(st.dictionaries(keys, answer | st.lists(row, max_size=4), max_size=12) | anything)
    return compiled, answers, draw(st.booleans())


@settings(max_examples=400, deadline=None)
@given(hostile())
def test_validate_and_evaluate_never_raise_and_keep_only_json(case: tuple[CompiledForm, Any, bool]) -> None:
    compiled, answers, partial = case
    found = validate(compiled, answers, CLOCK, partial=partial)
    text = json.dumps(found.answers, allow_nan=False, ensure_ascii=False).encode()
    assert b"\\u0000" not in text
    for error in found.errors:
        assert error.pointer == "" or error.pointer.startswith("/")
        error.pointer.encode()
    again = validate(compiled, found.answers, CLOCK, partial=True)
    assert again.answers == found.answers
    evaluate(compiled, answers if isinstance(answers, dict) else {}, CLOCK)


@settings(max_examples=200, deadline=None)
@given(hostile())
def test_an_answer_that_is_not_shown_never_survives(case: tuple[CompiledForm, Any, bool]) -> None:
    compiled, answers, partial = case
    kept = validate(compiled, answers, CLOCK, partial=partial).answers
    state = evaluate(compiled, answers if isinstance(answers, dict) else {}, CLOCK)
    allowed = state.visible | set(state.calculated)
    assert set(pointers(kept)) <= allowed


def pointers(kept: dict[str, Any], lead: str = "") -> list[str]:
    found = []
    for name, value in kept.items():
        found.append(f"{lead}/{name}")
        for at, row in enumerate(value if isinstance(value, list) else []):
            if isinstance(row, dict):
                found += pointers(row, f"{lead}/{name}/{at}")
    return found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["text", "integer", "date", "email", "phone", "identity_number", "decimal", "time"]), st.data())
def test_no_message_tells_a_sensitive_answer(kind: str, data: st.DataObject) -> None:
    more: dict[str, Any] = (
        {"identity": data.draw(st.sampled_from(["aadhaar", "passport", "other"]))} if kind == "identity_number" else {}
    )
    if kind == "text":
        more = {"pattern": "[a-z]+", "max_length": 5}
    compiled = compile_form(parse_document(form(("p", [field("s", kind, sensitive=True, constraint="1 = 2", **more)]))))
    raw = data.draw(st.sampled_from([SECRET, [SECRET], {"masked": SECRET}, f"{SECRET}\x00", {SECRET: 1}]))
    found = validate(compiled, {"s": raw}, CLOCK)
    assert found.errors
    assert SECRET not in msgspec.json.encode(found.errors).decode()


HOSTILE: list[tuple[str, Any, str]] = [
    ("text", "a\x00b", "format"),
    ("text", "\ud800", "format"),
    ("text", "a\x1bb", "format"),
    ("text", "x" * 1_001, "max_length"),
    ("multiline", "x" * 10_001, "max_length"),
    ("integer", 2**63, "maximum"),
    ("integer", -(2**63) - 1, "minimum"),
    ("integer", 2**53, "maximum"),
    ("integer", 10**400, "maximum"),
    ("integer", math.nan, "type"),
    ("integer", math.inf, "type"),
    ("integer", True, "type"),
    ("decimal", math.nan, "type"),
    ("decimal", -(10**400), "minimum"),
    ("decimal", 1e16, "maximum"),
    ("boolean", "true", "type"),
    ("date", "2026-02-30", "format"),
    ("date", "२०२६-०१-०१", "format"),
    ("datetime", "9999-12-31T23:59:59-23:59", "format"),
    ("email", "a@" + "b" * 300, "max_length"),
    ("country", "ZZ", "choice"),
    ("single_choice", "x" * 201, "max_length"),
    ("multiple_choice", ["yes"] * 1_001, "max_choices"),
    ("multiple_choice", [["yes"]], "type"),
    ("multiple_choice", {"yes": True}, "type"),
    ("phone", "+911234", "format"),
    ("phone", "+999999999999999", "format"),
]


@pytest.mark.parametrize(("kind", "raw", "code"), HOSTILE, ids=lambda value: repr(value)[:24])
def test_hostile_answer_is_named_and_dropped(kind: str, raw: Any, code: str) -> None:
    more = {"choices": "yes_no"} if kind.endswith("choice") else {}
    lists = {"yes_no": [{"value": "yes", "label": {"en": "Yes"}}]}
    compiled = compile_form(parse_document(form(("p", [field("a", kind, **more)]), lists=lists)))
    found = validate(compiled, {"a": raw}, CLOCK)
    assert [(error.pointer, error.code) for error in found.errors] == [("/a", code)]
    assert found.answers == {}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("answers", [{"birth": deep(500)}, {"zz": deep(500)}, deep(500), {"x" * 100_000: 1}])
def test_nesting_and_long_names_do_not_matter(answers: Any) -> None:
    found = validate(COMPILED["adult"], answers, CLOCK)
    assert found.errors
    assert all(len(error.pointer) < 200 for error in found.errors)


def test_unknown_fields_and_errors_are_bounded() -> None:
    found = validate(COMPILED["adult"], {f"x{at}": at for at in range(100_000)}, CLOCK)
    assert len(found.errors) < 30
    rows = [{"child_name": 5, "child_age": "x", "zz": 1}] * 50_000
    assert len(validate(COMPILED["family"], {"children": rows}, CLOCK).errors) < 20


def test_nested_repeats_cannot_multiply_without_end() -> None:
    counted = form(
        (
            "p",
            [
                field("n", "integer"),
                field("a", "repeat", count="${n}", fields=[
                    field("b", "repeat", count="${n}", fields=[
                        field("c", "repeat", count="${n}", fields=[field("x", "text")]),
                    ]),
                ]),
            ],
        )
    )  # fmt: skip
    found = validate(compile_form(parse_document(counted)), {"n": 100}, CLOCK)
    assert "max_items" in {error.code for error in found.errors}
    assert len(msgspec.json.encode(found.answers)) < 100_000


def test_calculated_text_cannot_double_without_end() -> None:
    fields = [field("f0", "text")]
    fields += [
        field(f"f{at}", "calculated", calculation=f"concat(${{f{at - 1}}}, ${{f{at - 1}}})") for at in range(1, 60)
    ]
    compiled = compile_form(parse_document(form(("p", fields))))
    found: Validation = validate(compiled, {"f0": "ab"}, CLOCK)
    assert max(len(value) for value in found.answers.values()) == 10_000


def test_a_masked_answer_counts_as_answered_and_is_pointed_out() -> None:
    found = validate(COMPILED["secret"], {"pan": {"masked": "••••234F"}}, CLOCK)
    assert found.ok
    assert found.masked == ("/pan",)
    assert validate(COMPILED["secret"], {"pan": {"masked": "ABCDE1234F"}}, CLOCK).errors[0].code == "type"


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.integers(0, 11), st.integers(1, 9))
def test_verhoeff_finds_every_changed_digit(digits: str, at: int, change: int) -> None:
    number = digits + verhoeff_digit(digits)
    assert verhoeff_valid(number)
    changed = str((int(number[at]) + change) % 10)
    assert not verhoeff_valid(number[:at] + changed + number[at + 1 :])


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.integers(0, 10))
def test_verhoeff_finds_every_swap_of_neighbours(digits: str, at: int) -> None:
    number = digits + verhoeff_digit(digits)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert verhoeff_valid(swapped) == (number[at] == number[at + 1])
