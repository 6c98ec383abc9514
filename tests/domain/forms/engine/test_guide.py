"""Every example of the guide to expressions is executed, and every function has one."""

from __future__ import annotations

import re
from pathlib import Path

from api.domain.forms.engine import compile_form, evaluate, parse_document
from api.domain.forms.engine.evaluation import Evaluation
from api.domain.forms.engine.functions import FUNCTIONS, REFUSED
from api.domain.forms.engine.values import Scalar, to_string
from tests.vectors.build import KOLKATA, clock_of
from tests.vectors.written_forms import Form, field, form

GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "expressions.md"
TEXT = GUIDE.read_text(encoding="utf-8")
OUTSIDE = re.findall(r"`([^`\n]+)` → `([^`\n]*)`", TEXT)
INSIDE = re.findall(r"`([^`\n]+)` ⇒ `([^`\n]*)`", TEXT)

ANSWERS = {
    "n": 5,
    "note": "  two  words ",
    "size": "L",
    "days": ["mon", "tue"],
    "start": "2026-11-20",
    "birth": "2001-05-05",
    "breakfast": "09:30:00",
    "arrival": "2026-11-20T18:30:00Z",
    "price": {"amount": 1999, "currency": "EUR"},
    "who": {"given": "Asha", "family": "Rao"},
    "home": {"line1": "12 MG Road", "city": "Pune", "country": "IN"},
    "spot": {"latitude": 18.52, "longitude": 73.85},
    "plan": {"mon": "L"},
    "children": [{"child": "Ana", "age": 7}, {"child": "Bo", "age": 12}],
}
LISTS = {
    "sizes": [{"value": "S", "label": {"en": "Small"}}, {"value": "L", "label": {"en": "Large"}}],
    "week": [{"value": "mon", "label": {"en": "Monday"}}, {"value": "tue", "label": {"en": "Tuesday"}}],
}


def guide_form() -> Form:
    def calculations(lead: str, examples: list[tuple[str, str]]) -> list[Form]:
        return [field(f"{lead}{at}", "calculated", calculation=text) for at, (text, _) in enumerate(examples)]

    return form(
        (
            "p",
            [
                field("n", "integer"),
                field("none", "integer"),
                field("note", "text"),
                field("size", "single_choice", choices="sizes"),
                field("days", "multiple_choice", choices="week"),
                field("start", "date"),
                field("birth", "date"),
                field("breakfast", "time"),
                field("arrival", "datetime"),
                field("price", "money", currencies=["EUR"]),
                field("who", "person_name"),
                field("home", "address"),
                field("spot", "location"),
                field("plan", "matrix", rows="week", choices="sizes"),
                field(
                    "children",
                    "repeat",
                    fields=[field("child", "text"), field("age", "integer"), *calculations("in", INSIDE)],
                ),
                *calculations("out", OUTSIDE),
            ],
        ),
        lists=LISTS,
    )


def written(value: Scalar) -> str:
    return f"'{value}'" if isinstance(value, str) else to_string(value)


def test_every_example_of_the_guide_gives_what_it_says() -> None:
    assert len(OUTSIDE) > 60
    assert len(INSIDE) >= 5
    compiled = compile_form(parse_document(guide_form()))
    evaluation = Evaluation(compiled, {**ANSWERS, "note": "x"}, clock_of({"clock": KOLKATA}))
    slots = {item.name: evaluation.program.layout.slots[at] for at, item in enumerate(compiled.items)}
    # White space around a text is never stored, so this one comes from elsewhere.
    evaluation.root.values[slots["note"]] = "  two  words "
    items = {item.name: item for item in compiled.items}
    (repeat,) = evaluation.root.children
    bo = evaluation.root.children[repeat][1]
    wrong = []
    for lead, examples, frame in (("out", OUTSIDE, evaluation.root), ("in", INSIDE, bo)):
        for at, (text, value) in enumerate(examples):
            found = written(evaluation.run(items[f"{lead}{at}"].calculation, frame))
            if found != value:
                wrong.append(f"{text}: the guide says {value}, it is {found}")
    assert not wrong, "\n".join(wrong)
    evaluate(compiled, ANSWERS, clock_of({"clock": KOLKATA}))


def test_every_function_has_an_example_and_every_refusal_is_named() -> None:
    called = set(re.findall(r"([a-z][a-z:-]*)\(", " ".join(text for text, _ in [*OUTSIDE, *INSIDE])))
    assert set(FUNCTIONS) - called == {"format-date-time"}
    named = set(re.findall(r"`([a-z:-]+)`", TEXT.split("**Refused")[1].split("## Repeats")[0]))
    assert named <= set(REFUSED)
