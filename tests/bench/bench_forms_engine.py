"""The forms engine: one answer in a form of 600 fields and 400 conditions, and one submission of twelve answers.

``python -m tests.bench.bench_forms_engine [rounds]`` measures the form in Python and, with the same answers, in Node;
the reference of the submission is decoding and encoding its JSON. It fails where a bar is missed.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import msgspec

from api.domain.forms.engine import Clock, CompiledForm, compile_form, evaluate, parse_document, validate
from tests.bench import results
from tests.vectors.build import KOLKATA, clock_of
from tests.vectors.fuzz import in_node
from tests.vectors.written_forms import Form, choices, field, form

FIELDS, CONDITIONS = 600, 400
PYTHON_BAR, NODE_BAR, VALIDATION_BAR = 2.0, 4.0, 0.1
"""Milliseconds."""

_KINDS: tuple[tuple[str, Form, Any], ...] = (
    ("integer", {}, 7),
    ("text", {}, "Asha"),
    ("single_choice", {"choices": "abc"}, "a"),
    ("money", {"currencies": ["EUR"]}, {"amount": 1999, "currency": "EUR"}),
    ("date", {}, "2026-06-01"),
    ("multiple_choice", {"choices": "abc"}, ["a", "c"]),
    ("decimal", {}, 2.5),
    ("person_name", {}, {"given": "Asha", "family": "Rao"}),
    ("boolean", {}, True),
    ("rating", {}, 4),
    ("matrix", {"rows": "abc", "choices": "abc"}, {"a": "b", "c": "a"}),
    ("address", {}, {"line1": "12 MG Road", "city": "Pune", "country": "IN"}),
)
_CONDITIONS = (
    "${integer_0} > 3",
    "${text_0} != ''",
    "selected(${single_choice_0}, 'a') or ${integer_0} > 5",
    "${money_0} >= 10",
    "${date_0} < today()",
    "selected(${multiple_choice_0}, 'c') and ${integer_0} < 99",
    "${decimal_0} * 2 > ${integer_0} - 5",
    "contains(${person_name_0}, 'Asha')",
    "${boolean_0} and not(${text_0} = 'x')",
    "${rating_0} >= 2",
    "${matrix_0.a} = 'b'",
    "${address_0.country} = 'IN'",
)
LISTS = {"abc": choices("a", "b", "c")}


def large_form() -> tuple[Form, dict[str, Any]]:
    """The document, and an answer to every field of it."""
    fields: list[Form] = []
    answers: dict[str, Any] = {}
    for at in range(FIELDS):
        kind, more, answer = _KINDS[at % len(_KINDS)]
        name = f"{kind}_{at // len(_KINDS)}"
        condition = {"relevant": _CONDITIONS[at % len(_CONDITIONS)]} if at >= FIELDS - CONDITIONS else {}
        fields.append(field(name, kind, **more, **condition))
        answers[name] = answer
    pages = [(f"page_{at}", fields[at * 60 : at * 60 + 60]) for at in range(FIELDS // 60)]
    return form(*pages, lists=LISTS), answers


def submission_form() -> tuple[Form, dict[str, Any]]:
    """A page of twelve fields as registrations have them, and its answers."""
    fields = [
        field("name", "person_name", required=True, maps_to="registrant.name"),
        field("email", "email", required=True, maps_to="registrant.email"),
        field("phone", "phone"),
        field("birth", "date", required=True, constraint=". < today()"),
        field("country", "country", required=True),
        field("meal", "single_choice", choices="abc", required=True),
        field("days", "multiple_choice", choices="abc", min_choices=1),
        field("nights", "integer", minimum=0, maximum=10),
        field("share", "boolean", relevant="${nights} > 0"),
        field("guests", "integer", maximum=3),
        field("about", "text", max_length=200),
        field("terms", "consent", required=True),
    ]
    answers = {
        "name": {"given": "Asha", "family": "Rao"},
        "email": "asha.rao@example.org",
        "phone": "+919876543210",
        "birth": "2001-05-05",
        "country": "IN",
        "meal": "b",
        "days": ["a", "c"],
        "nights": 2,
        "share": True,
        "guests": 1,
        "about": "I have been looking forward to this.",
        "terms": True,
    }
    return form(("all", fields), lists=LISTS), answers


def milliseconds(run: Callable[[int], object], rounds: int) -> list[float]:
    """How long each round took."""
    taken = []
    for at in range(rounds):
        began = time.process_time()
        run(at)
        taken.append((time.process_time() - began) * 1000)
    return taken


def _best(values: list[float]) -> float:
    """The median of the fastest tenth: on a machine with other work the rest measures the others."""
    return median(sorted(values)[: max(1, len(values) // 10)])


def measured(rounds: int) -> list[dict[str, Any]]:
    """The three results, in the shape that is kept."""
    clock = clock_of({"clock": KOLKATA})
    raw, answers = large_form()
    document = parse_document(raw)
    compiled = compile_form(document)
    changes = [{"integer_0": at} for at in range(10)]
    python = milliseconds(lambda at: evaluate(compiled, {**answers, **changes[at % 10]}, clock), rounds)
    payload = {
        "source": msgspec.to_builtins(document),
        "compiled": msgspec.to_builtins(compiled),
        "answers": {**answers, "changes": changes},
        "clock": KOLKATA,
        "rounds": rounds * 2,
    }
    node = in_node("time", payload)["milliseconds"][rounds // 4 :]
    return [
        _result("forms_evaluation_python", _best(python), PYTHON_BAR),
        _result("forms_evaluation_node", _best(node), NODE_BAR),
        _validation(clock, rounds * 10),
    ]


def _result(name: str, taken: float, bar: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "ratio": round(taken / bar, 3), "milliseconds": round(taken, 4), "bar": bar, **more}


def _validation(clock: Clock, rounds: int) -> dict[str, Any]:
    raw, answers = submission_form()
    compiled: CompiledForm = compile_form(parse_document(raw))
    if (found := validate(compiled, answers, clock)).errors:
        raise RuntimeError(f"the submission is not valid: {found.errors}")
    taken = milliseconds(lambda _: validate(compiled, answers, clock), rounds)
    body = msgspec.json.encode(answers)
    json = milliseconds(lambda _: msgspec.json.encode(msgspec.json.decode(body)), rounds)
    return _result("forms_validation", _best(taken), VALIDATION_BAR, json_milliseconds=round(_best(json), 4))


def main(rounds: int) -> int:
    """Returns 1 where a bar is missed."""
    found = measured(rounds)
    for result in found:
        results.keep(result)
    return int(any(result["ratio"] > 1 for result in found))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
