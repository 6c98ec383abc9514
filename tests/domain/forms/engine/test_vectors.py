"""The shared vector file: Python's half. `frontend/src/lib/forms/vectors.test.ts` is the other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from api.domain.forms.engine import (
    CompiledExpression,
    CompiledForm,
    ExpressionInvalid,
    ValueType,
    compile_condition,
    compile_form,
    parse_document,
)
from api.domain.forms.engine.conditions import evaluate_expression
from tests.vectors import build, written_types
from tests.vectors.written_texts import TYPES

VECTORS: dict[str, Any] = msgspec.json.decode(build.PATH.read_bytes())
KNOWN = {name: ValueType(kind) for name, kind in TYPES.items()}


def as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_there_are_enough_cases_to_mean_something() -> None:
    assert len(build.WRITTEN) >= 400
    assert len(VECTORS["expressions"]) + len(VECTORS["cases"]) + len(VECTORS["openings"]) >= 2_000
    assert set(written_types.KEPT) == set(written_types.REFUSED) == {field["name"] for field in written_types.FIELDS}


def test_the_file_is_what_the_written_and_generated_cases_give() -> None:
    assert build.PATH.read_bytes() == build.encoded(), "run python -m tests.vectors.build"


def chunks(kind: str, size: int = 100) -> list[list[dict[str, Any]]]:
    """A test for each case would spend more on being a test than on the case."""
    return [VECTORS[kind][at : at + size] for at in range(0, len(VECTORS[kind]), size)]


@pytest.mark.parametrize("cases", chunks("expressions"), ids=lambda cases: cases[0]["text"][:40])
def test_expressions_compile_to_the_same_nodes_and_give_the_same_values(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        compiled = compile_condition(case["text"], {name: ValueType(kind) for name, kind in case["types"].items()})
        assert as_json(compiled) == case["compiled"], case["text"]
        read_back = msgspec.convert(case["compiled"], CompiledExpression)
        value = build.shown(evaluate_expression(read_back, case["values"], build.clock_of(case)))
        assert value == case["expect"], case["text"]


def compiled_form(name: str) -> CompiledForm:
    return msgspec.convert(VECTORS["forms"][name]["compiled"], CompiledForm)


@pytest.mark.parametrize("cases", chunks("cases"), ids=lambda cases: cases[0]["form"])
def test_forms_show_and_refuse_the_same(cases: list[dict[str, Any]]) -> None:
    compiled = {name: compiled_form(name) for name in {case["form"] for case in cases}}
    for case in cases:
        name = case["form"]
        outcome = build.form_case(name, compiled[name], case["answers"], case["clock"], case["partial"], case["before"])
        assert as_json(outcome) == case


def test_forms_open_with_the_same_answers() -> None:
    for case in VECTORS["openings"]:
        assert as_json(build.opening_case(case["form"], compiled_form(case["form"]), case["given"])) == case


@pytest.mark.parametrize("name", VECTORS["forms"])
def test_form_compiles_to_the_same_bytes_from_its_source(name: str) -> None:
    form = VECTORS["forms"][name]
    assert as_json(compile_form(parse_document(form["source"]))) == form["compiled"]


def test_expressions_are_refused_with_their_code() -> None:
    for case in VECTORS["refused"]:
        with pytest.raises(ExpressionInvalid) as refused:
            compile_condition(case["text"], KNOWN)
        assert refused.value.code == case["code"], case["text"]
        assert 0 <= refused.value.position <= len(case["text"])
