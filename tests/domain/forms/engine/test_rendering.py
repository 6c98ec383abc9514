"""Answers in words."""

from __future__ import annotations

from typing import Any

import pytest

from api.domain.forms.engine import (
    Clock,
    FieldType,
    compile_form,
    lines_of,
    parse_document,
    plain_answer,
    validate,
)
from tests.vectors import generated_forms
from tests.vectors.build import KOLKATA, clock_of
from tests.vectors.written_forms import FORMS, choices, field, form
from tests.vectors.written_types import HOME, KEPT, TYPES, UPLOAD

DOCUMENT = parse_document(TYPES)
COMPILED = compile_form(DOCUMENT)
ITEMS = {item.name: item for item in COMPILED.items}
CLOCK: Clock = clock_of({"clock": KOLKATA})

WORDS: list[tuple[str, Any, str, str]] = [
    ("text", "abc", "en", "abc"),
    ("integer", 1234567, "en", "1,234,567"),
    ("integer", 1234567, "hi", "12,34,567"),
    ("decimal", 0.1, "de", "0,1"),
    ("boolean", True, "hi", "हाँ"),
    ("boolean", False, "ar", "لا"),
    ("consent", True, "pt-BR", "Sim"),
    ("acknowledge", True, "xx", "Yes"),
    ("single_choice", "red", "en", "Red"),
    ("single_choice", "pink", "en", "pink"),
    ("multiple_choice", ["red", "blue"], "en", "Red, Blue"),
    ("ranking", ["blue", "red", "green"], "en", "1. Blue, 2. Red, 3. Green"),
    ("rating", 4, "en", "4 / 5"),
    ("matrix", {"rooms": "no", "food": "yes"}, "en", "Food: Yes; Rooms: No"),
    ("grid", {"food": ["yes", "partly"]}, "en", "Food: Yes, Partly"),
    ("date", "2026-11-20", "en", "Nov 20, 2026"),
    ("date", "2026-11-20", "de", "20.11.2026"),
    ("time", "09:30", "en", "9:30\u202fAM"),
    ("datetime", "2026-11-20T18:30:00Z", "de", "21.11.2026, 00:00:00 (Asia/Kolkata)"),
    ("country", "IN", "hi", "भारत"),
    ("language", "hi", "en", "Hindi"),
    ("currency", "EUR", "en", "Euro (EUR)"),
    ("money", {"amount": 1999, "currency": "EUR"}, "en", "€19.99"),
    ("money", {"amount": 1999, "currency": "JPY"}, "en", "¥1,999"),
    ("money", {"amount": 1999, "currency": "KWD"}, "en", "1.999\u00a0KWD"),
    ("address", HOME, "en", "12 MG Road, Pune, 411001, India"),
    ("person_name", {"given": "Ana", "family": "Šiš"}, "en", "Ana Šiš"),
    ("file", UPLOAD, "en", "a.pdf"),
    ("location", {"latitude": 18.52, "longitude": 73.85, "accuracy": 4}, "en", "18.52, 73.85 (±4 m)"),
    ("identity_number", {"masked": "••••1234"}, "en", "••••1234"),
    ("address", {"masked": "••••"}, "en", "••••"),
]


@pytest.mark.parametrize(("name", "value", "locale", "words"), WORDS)
def test_an_answer_reads_in_the_words_of_its_reader(name: str, value: Any, locale: str, words: str) -> None:
    assert plain_answer(ITEMS[name], value, locale, DOCUMENT, timezone="Asia/Kolkata") == words


def test_every_type_that_has_an_answer_has_words() -> None:
    unanswered = {FieldType.CALCULATED, FieldType.NOTE, FieldType.GROUP, FieldType.REPEAT}
    assert {item.type for item in ITEMS.values() if item.type} == set(FieldType) - unanswered
    for name, kept in KEPT.items():
        raw = kept[0][0] if isinstance(kept[0], tuple) else kept[0]
        result = validate(COMPILED, {name: raw}, CLOCK)
        assert plain_answer(ITEMS[name], result.answers[name], "en", DOCUMENT)


@pytest.mark.parametrize("name", KEPT)
def test_an_answer_of_another_shape_is_shown_as_it_is_stored(name: str) -> None:
    for stray in generated_forms.SCRAPS:
        assert isinstance(plain_answer(ITEMS[name], stray, "hi", DOCUMENT), str)


FAMILY = parse_document(
    form(
        (
            "all",
            [
                field("kids", "repeat", fields=[
                    field("kid", "person_name"),
                    field("born", "date"),
                    field("group", "group", fields=[field("fee", "money", currencies=["EUR"])]),
                    field("toys", "repeat", fields=[field("toy", "text")]),
                ], label={"en": "Child"}),
                field("total", "calculated", calculation="sum(${fee})"),
                field("many", "calculated", calculation="count(${kids}) > 1"),
                field("secret", "integer", sensitive=True),
            ],
        ),
        lists={"x": choices("a")},
    )
)  # fmt: skip
ANSWERS = {
    "kids": [
        {
            "kid": {"given": "Ana"},
            "born": "2020-02-29",
            "fee": {"amount": 250, "currency": "EUR"},
            "toys": [{"toy": "Bär"}, {}],
        },
        {"kid": {"given": "Bo"}},
    ],
    "total": 2.5,
    "many": True,
    "secret": {"masked": "••••"},
}


def test_a_repeat_in_words_has_a_line_for_each_item() -> None:
    item = next(item for item in compile_form(FAMILY).items if item.name == "kids")
    assert plain_answer(item, ANSWERS["kids"], "en", FAMILY) == (
        "1. kid: Ana; born: Feb 29, 2020; fee: €2.50; toy: Bär\n2. kid: Bo"
    )
    lines = lines_of(FAMILY, ANSWERS, "en")
    assert [(line.pointer, line.label, line.text, line.depth) for line in lines][:3] == [
        ("/kids/0", "Child 1", "", 0),
        ("/kids/0/kid", "kid", "Ana", 1),
        ("/kids/0/born", "born", "Feb 29, 2020", 1),
    ]


def test_labels_fall_back_to_the_documents_language() -> None:
    raw = FORMS["adult"]
    document = parse_document({**raw, "locales": ["en", "hi"]})
    lines = lines_of(document, {"birth": "2000-05-05"}, "hi")
    assert lines[0].label == "birth"
    assert "2000" in lines[0].text
