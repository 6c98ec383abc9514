"""Documents: what is a problem, and where it is named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.forms.engine import (
    DocumentInvalid,
    Problem,
    canonical_bytes,
    check_document,
    compile_form,
    content_hash,
    parse_document,
)
from tests.vectors.written_forms import FORMS, YES_NO, choices, field, form

Json = dict[str, Any]


def found(raw: Any) -> set[tuple[str, str]]:
    return {(problem.pointer, problem.code) for problem in check_document(raw)}


def one(**more: Any) -> Json:
    """A form whose only field is given."""
    return form(("p", [{"name": "a", "type": "text", "label": {"en": "A"}, **more}]), lists=YES_NO)


YES = {"type": "single_choice", "choices": "yes_no"}
AT = "/pages/0/sections/0/fields/0"

WRONG: list[tuple[Json, str, str]] = [
    ({"name": "1a"}, "/name", "name"),
    ({"name": "a b"}, "/name", "name"),
    ({"label": {}}, "/label", "missing_text"),
    ({"label": {"hi": "नाम"}}, "/label", "missing_text"),
    ({"label": {"en": "A", "fr": "A"}}, "/label/fr", "locale"),
    ({"label": {"en": "Hello ${nobody}"}}, "/label/en", "unknown_name"),
    ({"type": "integer", "pattern": "x"}, "/pattern", "misplaced"),
    ({"type": "note", "required": True}, "/required", "misplaced"),
    ({"type": "single_choice"}, "/choices", "missing"),
    ({"type": "single_choice", "choices": "nope"}, "/choices", "unknown_list"),
    ({"type": "calculated"}, "/calculation", "missing"),
    ({"type": "identity_number"}, "/identity", "missing"),
    ({"type": "repeat"}, "/fields", "missing"),
    ({"min_length": 5, "max_length": 2}, "/min_length", "limit"),
    ({"max_length": 100_000}, "/max_length", "limit"),
    ({"max_length": 0}, "/max_length", "limit"),
    ({"min_length": -1}, "/min_length", "limit"),
    ({"type": "integer", "minimum": "2026-01-01"}, "/minimum", "limit"),
    ({"type": "date", "minimum": 3}, "/minimum", "limit"),
    ({"type": "date", "maximum": "2026-02-30"}, "/maximum", "limit"),
    ({"type": "decimal", "minimum": 3, "maximum": 2.5}, "/minimum", "limit"),
    ({"pattern": "(?=x)"}, "/pattern", "pattern"),
    ({"pattern": "["}, "/pattern", "pattern"),
    ({"default": 5}, "/default", "default"),
    ({"type": "single_choice", "choices": "yes_no", "default": "maybe"}, "/default", "default"),
    ({"sensitive": True, "default": "x"}, "/default", "default"),
    ({"sensitive": True, "shared_with_back_office": True}, "/shared_with_back_office", "sensitive_shared"),
    ({"type": "identity_number", "identity": "aadhaar"}, "/sensitive", "identity_sensitive"),
    ({"type": "identity_number", "identity": "passport", "sensitive": False}, "/sensitive", "identity_sensitive"),
    ({"sensitive": True, "maps_to": "registrant.name"}, "/maps_to", "mapping"),
    ({"type": "integer", "maps_to": "registrant.name"}, "/maps_to", "misplaced"),
    ({"type": "phone", "maps_to": "registrant.email"}, "/maps_to", "mapping"),
    ({"relevant": "${a} = 'x'"}, "/relevant", "cycle"),
    ({"relevant": "${b} = 1"}, "/relevant", "unknown_name"),
    ({"relevant": "1 ="}, "/relevant", "syntax"),
    ({"relevant": "${p} = 1"}, "/relevant", "unknown_name"),
    ({"required": "1 = "}, "/required", "syntax"),
    ({"constraint": "frob(.)"}, "/constraint", "unknown_function"),
    ({"constraint": "pulldata('x', 'y', 'z', .)"}, "/constraint", "refused_function"),
    ({"type": "calculated", "calculation": "."}, "/calculation", "no_value"),
    ({"type": "single_choice", "choices": "yes_no", "constraint": ". = 'maybe'"}, "/constraint", "unknown_choice"),
    ({**YES, "choice_filter": "region = 'x'"}, "/choice_filter", "unknown_column"),
    ({**YES, "constraint": "jr:choice-name(., 'a') = ''"}, "/constraint", "arguments"),
    ({"type": "ranking"}, "/choices", "missing"),
    ({"type": "matrix", "choices": "yes_no"}, "/rows", "missing"),
    ({"type": "matrix", "choices": "yes_no", "rows": "nope"}, "/rows", "unknown_list"),
    ({"type": "matrix", "choices": "yes_no", "rows": "yes_no", "constraint": ". = 'yes'"}, "/constraint", "no_value"),
    ({"rows": "yes_no"}, "/rows", "misplaced"),
    ({"currencies": ["EUR"]}, "/currencies", "misplaced"),
    ({"step": 2}, "/step", "misplaced"),
    ({"accept": ["image/*"]}, "/accept", "misplaced"),
    ({"type": "money", "currencies": ["EUR", "DEM"]}, "/currencies/1", "currency"),
    ({"type": "money", "minimum": 1.5}, "/minimum", "limit"),
    ({"type": "money", "minimum": 5, "maximum": 1}, "/minimum", "limit"),
    ({"type": "money", "currencies": ["EUR"], "default": {"amount": 5, "currency": "USD"}}, "/default", "default"),
    ({"type": "rating", "step": 0}, "/step", "limit"),
    ({"type": "rating", "minimum": "1"}, "/minimum", "limit"),
    ({"type": "file", "max_bytes": 0}, "/max_bytes", "limit"),
    ({"type": "file", "accept": ["pdf"]}, "/accept/0", "media_type"),
    ({"type": "image", "accept": ["image/png", "video/*"]}, "/accept/1", "media_type"),
    ({"type": "image", "default": "x"}, "/default", "default"),
    ({"type": "person_name", "default": {"first": "x"}}, "/default", "default"),
    ({"type": "address", "default": "='x'"}, "/default", "default"),
    ({"type": "matrix", "choices": "yes_no", "rows": "yes_no", "default": {"yes": "maybe"}}, "/default", "default"),
    ({"type": "date", "default": "=tomorrow()"}, "/default", "unknown_function"),
    ({"default": "=${b}"}, "/default", "unknown_name"),
    ({"sensitive": True, "default": "=today()"}, "/default", "default"),
    ({"trigger": "a"}, "/trigger", "misplaced"),
    ({"type": "address", "maps_to": "registrant.name"}, "/maps_to", "misplaced"),
    ({"type": "person_name", "maps_to": "registrant.email"}, "/maps_to", "mapping"),
    ({"label": {"en": "Hello ${nobody.given}"}}, "/label/en", "unknown_name"),
    ({"guidance": {"fr": "x"}}, "/guidance/fr", "locale"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "place", "code"), WRONG, ids=lambda value: str(value)[:50])
def test_problem_is_named_where_it_is(more: Json, place: str, code: str) -> None:
    assert (AT + place, code) in found(one(**more))


def test_every_problem_is_listed_at_once_structure_and_meaning_alike() -> None:
    raw = form(
        ("p", [field("a", "text", colour="red", minimum=[], relevant="${zz}"), {"type": "text"}, field("a", "note")]),
        ("p", [field("c", "calculated", calculation="${d}"), field("d", "calculated", calculation="${c} + 1")]),
        lists={"empty": [], "twice": choices("x", "x")},
    )
    raw["pages"].append(7)
    raw["extra"] = 1
    assert found(raw) >= {
        (f"{AT}/colour", "unknown_attribute"),
        (f"{AT}/minimum", "type"),
        ("/pages/0/sections/0/fields/1/name", "missing"),
        ("/pages/0/sections/0/fields/2/name", "duplicate_name"),
        ("/pages/1/name", "duplicate_name"),
        ("/pages/1/sections/0/fields/0/calculation", "cycle"),
        ("/pages/2", "type"),
        ("/choice_lists/twice/1/value", "duplicate_choice"),
        ("/extra", "unknown_attribute"),
    }


def test_every_problem_of_one_expression_is_listed_at_once() -> None:
    text = "${nobody} > 1 and frob(1) and ${n} = 'x' and selected(${n}, 'a', 2) and ${who.first} = '' and pulldata('a')"
    fields = [field("n", "integer"), field("who", "person_name"), field("c", "text", relevant=text)]
    problems = [one for one in check_document(form(("p", fields))) if one.pointer.endswith("/2/relevant")]
    assert [
        (one.code, text[one.position or 0 :][:6]) for one in sorted(problems, key=lambda one: one.position or 0)
    ] == [
        ("unknown_name", "${nobo"),
        ("unknown_function", "frob(1"),
        ("type_clash", "= 'x' "),
        ("arguments", "select"),
        ("unknown_name", "${who."),
        ("refused_function", "pullda"),
    ]
    assert any("given" in one.message for one in problems)


def test_a_trigger_is_another_field_that_is_answered_where_the_calculation_stands() -> None:
    def calculated(trigger: str) -> Json:
        return field("c", "calculated", calculation="1", trigger=trigger)

    inside = field("rep", "repeat", fields=[field("x", "text"), field("i", "calculated", calculation="1", trigger="a")])
    fields = [field("a", "text"), field("note", "note"), inside]
    for trigger, code in (("nobody", "unknown_name"), ("note", "no_value"), ("c", "no_value"), ("x", "no_value")):
        assert (f"{AT[:-1]}3/trigger", code) in found(form(("p", [*fields, calculated(trigger)]))), trigger
    assert found(form(("p", [*fields, calculated("a")]))) == set()


def test_a_circle_through_a_trigger_or_a_default_that_is_followed_is_found() -> None:
    fields = [
        field("a", "calculated", calculation="1", trigger="b"),
        field("b", "text", default="=${a}", read_only=True),
    ]
    assert "cycle" in {code for _, code in found(form(("p", fields)))}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../b", None),
        ("./b", None),
        ("/data/p/rep/b", None),
        ("${rep}/b", None),
        ("../../a", None),
        ("/data/b", None),
        ("${rep}/a", "unknown_name"),
        ("/data/other/b", "unknown_name"),
        ("../nobody", "unknown_name"),
        ("//b", "syntax"),
        ("../b/", "syntax"),
        ("/", "syntax"),
        ("b/a", "unknown_name"),
        ("${a}[1]", "syntax"),
    ],
)
def test_a_path_leads_to_a_field_through_the_containers_around_it(path: str, code: str | None) -> None:
    fields = [field("a", "text"), field("rep", "repeat", fields=[field("b", "text"), field("c", "text")])]
    fields[1]["fields"][1]["relevant"] = f"concat({path}, '') != ''"
    codes = {one for _, one in found(form(("p", fields)))}
    assert codes == (set() if code is None else {code}) or (code == "unknown_name" and "syntax" in codes)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b"[" * 2000 + b"]" * 2000,
        {},
        {"schema": "prs-form/1"},
        {"pages": 1},
    ],
    ids=lambda raw: repr(raw)[:20],
)
def test_what_is_no_document_is_a_problem_not_an_exception(raw: Any) -> None:
    assert check_document(raw)


def test_parse_raises_with_all_problems() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        parse_document(one(label={}, pattern="["))
    assert len(refused.value.problems) == 2
    assert isinstance(refused.value.problems[0], Problem)


def test_nesting_and_number_of_fields_are_bounded() -> None:
    nested: Json = field("leaf", "text")
    for depth in range(8):
        nested = field(f"g{depth}", "group", fields=[nested])
    assert "nesting" in {code for _, code in found(form(("p", [nested])))}
    many = [field(f"f{at}", "text") for at in range(2_001)]
    assert ("/pages", "too_many_fields") in found(form(("p", many)))
    assert found(form(("p", many[:2_000]))) == set()


def test_a_chain_of_two_thousand_calculations_compiles() -> None:
    chain = [field("f0", "integer")]
    chain += [field(f"f{at}", "calculated", calculation=f"${{f{at - 1}}} + 1") for at in range(1, 2_000)]
    compiled = compile_form(parse_document(form(("p", list(reversed(chain))))))
    assert len(compiled.order) == 1_999


def test_a_page_cannot_depend_on_its_own_field() -> None:
    page = {**form(("p", [field("a", "text")]))["pages"][0], "relevant": "${a} = 'x'"}
    problems = check_document({**form(), "pages": [page]})
    assert [(one.pointer, one.code) for one in problems] == [("/pages/0/relevant", "cycle")]
    assert "a" in problems[0].message
    assert "p" in problems[0].message


@pytest.mark.parametrize(
    ("calculation", "leaks"),
    [
        ("concat(${secret}, '')", True),
        ("if(1 = 1, ${secret}, '')", True),
        ("substr(${secret}, 0, 4)", True),
        ("${secret} != ''", False),
        ("string-length(${secret})", False),
        ("if(${secret} = 'x', 'a', 'b')", False),
    ],
)
def test_a_calculation_that_shows_a_sensitive_answer_has_to_be_sensitive(calculation: str, leaks: bool) -> None:
    fields = [field("secret", "text", sensitive=True), field("c", "calculated", calculation=calculation)]
    problems = {code for _, code in found(form(("p", fields)))}
    assert problems == ({"sensitive_calculation"} if leaks else set())
    fields[1]["sensitive"] = True
    assert found(form(("p", fields))) == set()


@pytest.mark.parametrize("name", FORMS)
def test_canonical_bytes_are_stable_through_a_round_trip(name: str) -> None:
    document = parse_document(FORMS[name])
    data = canonical_bytes(document)
    assert canonical_bytes(parse_document(data)) == data
    assert content_hash(data) == content_hash(canonical_bytes(parse_document(data)))
    assert compile_form(parse_document(data)).source_hash == content_hash(data)


@given(st.permutations(list(one(min_length=2, hint={"en": "H"}).items())), st.booleans())
def test_canonical_bytes_do_not_depend_on_order_or_written_defaults(items: list[tuple[str, Any]], spelt: bool) -> None:
    shuffled = msgspec.json.decode(msgspec.json.encode(dict(items)))
    target = shuffled["pages"][0]["sections"][0]["fields"][0]
    if spelt:
        target.update(required=False, read_only=False, maximum=None, default=None, min_length=2.0)
    plain = canonical_bytes(parse_document(one(min_length=2, hint={"en": "H"})))
    assert canonical_bytes(parse_document(shuffled)) == plain
