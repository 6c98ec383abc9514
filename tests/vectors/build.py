"""Builds expressions.json from the written and the generated cases: `python -m tests.vectors.build`.

The file holds what both evaluators need: TypeScript has no parser, so each case carries its nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from api.domain.forms.engine import (
    Clock,
    CompiledForm,
    ValueType,
    compile_condition,
    compile_form,
    evaluate,
    opening_answers,
    parse_document,
    validate,
)
from api.domain.forms.engine.conditions import evaluate_expression
from api.domain.forms.engine.values import Scalar, to_string
from tests.vectors import (
    generated,
    generated_forms,
    written_cases,
    written_depths,
    written_forms,
    written_numbers,
    written_scripts,
    written_texts,
    written_types,
)

PATH = Path(__file__).with_name("expressions.json")
KOLKATA = {"now": "2026-11-20T20:00:00Z", "timezone": "Asia/Kolkata"}
CLOCKS = (
    KOLKATA,
    {"now": "2026-03-29T01:00:00Z", "timezone": "Europe/Berlin"},
    {"now": "2026-10-25T00:30:00.250Z", "timezone": "Europe/Berlin"},
    {"now": "2026-11-01T05:59:59Z", "timezone": "America/New_York"},
    {"now": "2026-12-31T11:00:00Z", "timezone": "Pacific/Auckland"},
    {"now": "2027-01-01T03:44:59Z", "timezone": "Asia/Kathmandu"},
    {"now": "2028-02-28T23:59:59.999Z", "timezone": "UTC"},
    {"now": "2026-06-30T10:00:00Z", "timezone": "America/St_Johns"},
)
WRITTEN = [
    *written_numbers.NUMBERS,
    *written_numbers.TRUTH,
    *written_texts.TEXTS,
    *written_texts.CHOICES,
    *written_texts.DATES,
    *written_scripts.SCRIPTS,
]
SEED = 20270117
FORMS = {**written_forms.FORMS, **written_depths.FORMS, "every_type": written_types.TYPES}


def clock_of(case: dict[str, Any]) -> Clock:
    return msgspec.convert(case["clock"], Clock)


def shown(value: Scalar) -> dict[str, Any]:
    """A value with its type, numbers as XPath writes them: JSON has no NaN."""
    if isinstance(value, bool):
        return {"boolean": value}
    return {"number": to_string(value)} if isinstance(value, float) else {"string": value}


def expression_case(text: str, values: dict[str, Any], types: dict[str, str], clock: dict[str, str]) -> dict[str, Any]:
    known = {name: ValueType(kind) for name, kind in types.items()}
    compiled = compile_condition(text, known)
    used = {name: values[name] for name in compiled.names if name in values}
    case = {"text": text, "types": {name: types[name] for name in compiled.names}, "values": used, "clock": clock}
    value = evaluate_expression(compiled, used, clock_of(case))
    return {**case, "compiled": msgspec.to_builtins(compiled), "expect": shown(value)}


def types_of(text: str, values: dict[str, Any]) -> dict[str, str]:
    """`m` stands for choices, or for a second number where the case gives it one."""
    number = isinstance(values.get("m"), int | float) or "coalesce(${n}, ${m}" in text
    return {**written_texts.TYPES, "m": "number"} if number else written_texts.TYPES


def written_expressions() -> list[dict[str, Any]]:
    cases = []
    for text, expected, *rest in WRITTEN:
        values = rest[0] if rest else {}
        case = expression_case(text, values, types_of(text, values), KOLKATA)
        if case["expect"] != shown(expected):
            raise AssertionError(f"{text} with {values}: {case['expect']}, written {shown(expected)}")
        cases.append(case)
    return cases


def generated_expressions(count: int, seed: int) -> list[dict[str, Any]]:
    found = generated.expressions(count, seed)
    return [
        expression_case(text, values, generated.TYPES, CLOCKS[at % len(CLOCKS)])
        for at, (text, values) in enumerate(found)
    ]


def form_case(
    name: str, compiled: CompiledForm, answers: Any, clock: dict[str, str], partial: bool, before: Any = None
) -> dict[str, Any]:
    case = {"form": name, "answers": answers, "clock": clock, "partial": partial, "before": before}
    state = evaluate(compiled, answers, clock_of(case), before)
    validation = validate(compiled, answers, clock_of(case), partial=partial, before=before)
    expect = {
        "pages": list(state.pages),
        "visible": sorted(state.visible),
        "required": sorted(state.required),
        "choices": {pointer: list(values) for pointer, values in state.choices.items()},
        "rows": {pointer: list(values) for pointer, values in state.rows.items()},
        "calculated": state.calculated,
        "answers": validation.answers,
        "errors": [[error.pointer, error.code] for error in validation.errors],
        "messages": [error.message for error in validation.errors],
        "masked": list(validation.masked),
    }
    return {**case, "expect": expect}


def check_written(case: dict[str, Any], written: dict[str, Any]) -> None:
    """Raises AssertionError where the outcome is not what was written."""
    expect = case["expect"]
    wrong = [part for part, value in written.items() if not _holds(part, value, expect)]
    if wrong:
        raise AssertionError(f"{case['form']} with {case['answers']}: {wrong} of {expect}, written {written}")


def _holds(part: str, value: Any, expect: dict[str, Any]) -> bool:
    match part:
        case "errors":
            return bool(expect["errors"] == [list(pair) for pair in value])
        case "required":
            return bool(expect["required"] == sorted(value))
        case "visible":
            return set(value) <= set(expect["visible"])
        case "hidden":
            return not set(value) & set(expect["visible"])
        case "choices" | "rows":
            return all(expect[part].get(pointer) == values for pointer, values in value.items())
        case "calculated":
            return all(expect["calculated"].get(pointer) == one for pointer, one in value.items())
    return bool(expect[part] == value)


def form_cases(compiled: dict[str, CompiledForm]) -> list[dict[str, Any]]:
    whole = [*written_cases.CASES, *written_types.cases(), *written_depths.CASES]
    written = [
        *((name, answers, False, None, expected) for name, answers, expected in whole),
        *((name, answers, True, None, expected) for name, answers, expected in written_cases.PARTIAL),
        *((name, answers, False, before, expected) for name, answers, before, expected in written_depths.BEFORE),
    ]
    cases = []
    for name, answers, partial, before, expected in written:
        case = form_case(name, compiled[name], answers, KOLKATA, partial, before)
        check_written(case, expected)
        cases.append(case)
    return cases


def opening_case(name: str, compiled: CompiledForm, given: Any) -> dict[str, Any]:
    case = {"form": name, "given": given, "clock": KOLKATA}
    return {**case, "expect": opening_answers(compiled, given, clock_of(case))}


def openings(compiled: dict[str, CompiledForm]) -> list[dict[str, Any]]:
    cases = []
    for name, given, expected in written_depths.OPENINGS:
        case = opening_case(name, compiled[name], given)
        if case["expect"] != {key: value for key, value in expected.items() if value is not None or key in given}:
            raise AssertionError(f"{name} opened with {given}: {case['expect']}, written {expected}")
        cases.append(case)
    return cases


def generated_form_cases(
    documents: Mapping[str, Any], compiled: Mapping[str, CompiledForm], count: int, random: Random
) -> list[dict[str, Any]]:
    """`count` cases over `documents` in turn; one in three holds on to answers that were kept before."""
    names = list(documents)
    cases = []
    for at in range(count):
        name = names[at % len(names)]
        sections = [section for page in documents[name]["pages"] for section in page["sections"]]
        fields = [field for section in sections for field in section["fields"]]
        answers, clock = generated_forms.answers(fields, random), CLOCKS[at % len(CLOCKS)]
        before = None
        if at % 3 == 2:
            earlier = generated_forms.answers(fields, random)
            before = validate(compiled[name], earlier, clock_of({"clock": clock}), partial=True).answers
        cases.append(form_case(name, compiled[name], answers, clock, at % 4 == 0, before))
    return cases


def random_forms(count: int, random: Random) -> dict[str, Any]:
    """Random documents by name."""
    return {f"random_{at}": generated_forms.compiling(random) for at in range(count)}


def build() -> dict[str, Any]:
    random = Random(SEED)  # noqa: S311 -- test data, not secrets
    grown = random_forms(8, random)
    documents = {name: parse_document(raw) for name, raw in {**FORMS, **grown}.items()}
    compiled = {name: compile_form(document) for name, document in documents.items()}
    return {
        "expressions": [*written_expressions(), *generated_expressions(700, SEED)],
        "refused": [{"text": text, "code": code} for text, code in written_texts.REFUSED],
        "forms": {
            name: {"source": msgspec.to_builtins(documents[name]), "compiled": msgspec.to_builtins(compiled[name])}
            for name in documents
        },
        "openings": [*openings(compiled), *(opening_case(name, compiled[name], {}) for name in grown)],
        "cases": [
            *form_cases(compiled),
            *generated_form_cases(FORMS, compiled, 240, random),
            *generated_form_cases(grown, compiled, 160, random),
        ],
    }


def encoded() -> bytes:
    """The file's bytes: one case a line, so that a change shows as the lines it touches."""
    vectors = build()
    parts = []
    for key, value in vectors.items():
        rows = (
            [msgspec.json.encode(row) for row in value]
            if isinstance(value, list)
            else [msgspec.json.encode(name) + b":" + msgspec.json.encode(row) for name, row in value.items()]
        )
        opening, closing = (b"[", b"]") if isinstance(value, list) else (b"{", b"}")
        parts.append(msgspec.json.encode(key) + b": " + opening + b"\n" + b",\n".join(rows) + b"\n" + closing)
    return b"{" + b",\n".join(parts) + b"}\n"


if __name__ == "__main__":
    PATH.write_bytes(encoded())
