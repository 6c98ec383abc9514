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
from tests.vectors import build
from tests.vectors.written_texts import TYPES

VECTORS: dict[str, Any] = msgspec.json.decode(build.PATH.read_bytes())
KNOWN = {name: ValueType(kind) for name, kind in TYPES.items()}


def as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_there_are_enough_cases_to_mean_something() -> None:
    assert len(build.WRITTEN) >= 300
    assert len(VECTORS["expressions"]) + len(VECTORS["cases"]) >= 1_000


def test_the_file_is_what_the_written_and_generated_cases_give() -> None:
    assert build.PATH.read_bytes() == build.encoded(), "run python -m tests.vectors.build"


@pytest.mark.parametrize("case", VECTORS["expressions"], ids=lambda case: case["text"][:60])
def test_expression_compiles_to_the_same_nodes_and_gives_the_same_value(case: dict[str, Any]) -> None:
    compiled = compile_condition(case["text"], {name: ValueType(kind) for name, kind in case["types"].items()})
    assert as_json(compiled) == case["compiled"]
    read_back = msgspec.convert(case["compiled"], CompiledExpression)
    assert build.shown(evaluate_expression(read_back, case["values"], build.clock_of(case))) == case["expect"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["form"])
def test_form_shows_and_refuses_the_same(case: dict[str, Any]) -> None:
    compiled = msgspec.convert(VECTORS["forms"][case["form"]]["compiled"], CompiledForm)
    outcome = build.form_case(case["form"], compiled, case["answers"], case["clock"], case["partial"], case["before"])
    assert as_json(outcome) == case


@pytest.mark.parametrize("case", VECTORS["openings"], ids=lambda case: case["form"])
def test_form_opens_with_the_same_answers(case: dict[str, Any]) -> None:
    compiled = msgspec.convert(VECTORS["forms"][case["form"]]["compiled"], CompiledForm)
    assert as_json(build.opening_case(case["form"], compiled, case["given"])) == case


@pytest.mark.parametrize("name", VECTORS["forms"])
def test_form_compiles_to_the_same_bytes_from_its_source(name: str) -> None:
    form = VECTORS["forms"][name]
    assert as_json(compile_form(parse_document(form["source"]))) == form["compiled"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["text"][:40] or "empty")
def test_expression_is_refused_with_its_code(case: dict[str, str]) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compile_condition(case["text"], KNOWN)
    assert refused.value.code == case["code"]
    assert 0 <= refused.value.position <= len(case["text"])
