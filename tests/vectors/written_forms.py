"""Whole forms, for the cases in written_cases.py and for tests."""

from __future__ import annotations

from typing import Any

Form = dict[str, Any]


def field(name: str, kind: str, **more: Any) -> Form:
    label = {} if kind in ("calculated", "group", "repeat") else {"label": {"en": name}}
    return {"name": name, "type": kind, **label, **more}


def form(*pages: tuple[str, list[Form]] | Form, lists: dict[str, Any] | None = None) -> Form:
    """A document of pages with one section each; a page given as a dict is taken as it is."""
    made = [page if isinstance(page, dict) else _page(*page) for page in pages]
    document = {"schema": "prs-form/1", "name": "f", "title": {"en": "F"}, "default_locale": "en", "locales": ["en"]}
    return {**document, "pages": made, "choice_lists": lists or {}}


def _page(name: str, fields: list[Form], **more: Any) -> Form:
    return {"name": name, "sections": [{"name": f"{name}_section", "fields": fields}], **more}


def choices(*values: str, **columns: dict[str, str]) -> list[Form]:
    return [{"value": value, "label": {"en": value.title()}, **_columns(value, columns)} for value in values]


def _columns(value: str, columns: dict[str, dict[str, str]]) -> Form:
    return {"columns": columns[value]} if value in columns else {}


YES_NO = {"yes_no": choices("yes", "no")}

FORMS: dict[str, Form] = {
    "adult": form(
        (
            "you",
            [
                field(
                    "birth", "date", required=True, constraint=". <= today()", constraint_message={"en": "Not born yet"}
                ),
                field("age", "calculated", calculation="int((today() - ${birth}) div 365.25)"),
                field("email", "email", required="${age} >= 18"),
            ],
        ),
        _page("guardian", [field("guardian_name", "text", required=True)], relevant="${age} < 18"),
        ("end", [field("thanks", "note"), field("ok", "consent", required=True)]),
    ),
    "family": form(
        (
            "all",
            [
                field(
                    "children",
                    "repeat",
                    min_items=1,
                    max_items=3,
                    fields=[
                        field("child_name", "text", required=True),
                        field("child_age", "integer", minimum=0, maximum=17),
                        field("school", "text", relevant="${child_age} >= 6"),
                        field(
                            "line",
                            "calculated",
                            calculation="concat(position(..), '/', count(${children}), ' ', ${child_name})",
                        ),
                        field("older", "calculated", calculation="${child_age} > 10"),
                    ],
                ),
                field("total", "calculated", calculation="sum(${child_age})"),
                field("oldest", "calculated", calculation="max(${child_age})"),
                field("any_teen", "calculated", calculation="${child_age} >= 13"),
                field("names", "calculated", calculation="join(', ', ${child_name})"),
                field("second", "calculated", calculation="indexed-repeat(${child_name}, ${children}, 2)"),
                field("crowd", "text", relevant="count(${children}) > 2"),
                field("schools", "calculated", calculation="count(${school})"),
            ],
        )
    ),
    "places": form(
        (
            "where",
            [
                field("state", "single_choice", choices="states", required=True),
                field("county", "single_choice", choices="counties", choice_filter="state = ${state}"),
                field(
                    "visited",
                    "multiple_choice",
                    choices="counties",
                    choice_filter="${state} = state or ${state} = ''",
                    min_choices=1,
                    max_choices=2,
                ),
                field("label", "calculated", calculation="jr:choice-name(${state}, '${state}')"),
                field("sport", "single_choice", choices="sports"),
            ],
        ),
        lists={
            "states": choices("texas", "washington"),
            "counties": choices(
                "king",
                "pierce",
                "cameron",
                king={"state": "washington"},
                pierce={"state": "washington"},
                cameron={"state": "texas"},
            ),
            "sports": [
                {"value": "ski", "label": {"en": "Ski"}, "relevant": "${state} = 'washington'"},
                {"value": "run", "label": {"en": "Run"}},
            ],
        },
    ),
    "chain": form(
        (
            "p",
            [
                field("a", "single_choice", choices="yes_no"),
                field("b", "text", relevant="${a} = 'yes'"),
                field("c", "text", relevant="${b} != ''"),
                field("d", "calculated", calculation="concat(${b}, '-', ${c})"),
                field(
                    "g",
                    "group",
                    relevant="${c} = 'go'",
                    fields=[
                        field("in_group", "integer"),
                        field("inner", "group", fields=[field("deep", "text", required=True)]),
                    ],
                ),
                field("after", "calculated", calculation="${in_group} + 1"),
            ],
        ),
        lists=YES_NO,
    ),
    "types": form(
        (
            "p",
            [
                field("text", "text", min_length=2, max_length=5),
                field("lines", "multiline", max_length=20),
                field("whole", "integer", minimum=-5, maximum=10),
                field("part", "decimal", minimum=0.5),
                field("flag", "boolean"),
                field("day", "date", minimum="2026-01-01", maximum="2026-12-31"),
                field("clock", "time", minimum="08:00", maximum="18:00"),
                field("moment", "datetime", minimum="2026-01-01T00:00:00Z"),
                field("mail", "email"),
                field("tel", "phone"),
                field("land", "country"),
                field("aadhaar", "identity_number", identity="aadhaar", sensitive=True),
                field("passport", "identity_number", identity="passport", sensitive=True),
                field("other", "identity_number", identity="other"),
                field("code", "text", pattern="[A-Z]{2}[0-9]+"),
                field("fixed", "text", read_only=True, default="set"),
            ],
        )
    ),
    "nested": form(
        (
            "p",
            [
                field("factor", "integer"),
                field(
                    "outer",
                    "repeat",
                    fields=[
                        field("x", "integer"),
                        field(
                            "inner",
                            "repeat",
                            relevant="${x} > 0",
                            fields=[
                                field("y", "integer"),
                                field("product", "calculated", calculation="${x} * ${y} * ${factor}"),
                                field(
                                    "place", "calculated", calculation="concat(position(${outer}), '.', position(..))"
                                ),
                                field(
                                    "previous",
                                    "calculated",
                                    calculation="indexed-repeat(${y}, ${inner}, position(..) - 1)",
                                ),
                            ],
                        ),
                        field("inner_sum", "calculated", calculation="sum(${y})"),
                    ],
                ),
                field("grand", "calculated", calculation="sum(${product})"),
                field("cell", "calculated", calculation="indexed-repeat(${y}, ${outer}, 2, ${inner}, 1)"),
            ],
        )
    ),
    "counted": form(
        (
            "p",
            [
                field("how_many", "integer"),
                field(
                    "people",
                    "repeat",
                    count="${how_many}",
                    max_items=4,
                    fields=[field("person", "text", required=True)],
                ),
            ],
        )
    ),
    "secret": form(
        (
            "p",
            [
                field("pan", "text", sensitive=True, required=True, constraint="string-length(.) = 10"),
                field("has_pan", "calculated", calculation="${pan} != ''"),
                field("more", "text", relevant="${pan} != ''"),
            ],
        )
    ),
}
