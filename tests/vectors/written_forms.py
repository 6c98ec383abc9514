"""Whole forms with answers: what is shown, calculated, kept and refused.

A case names only what it is about: `pages`, `visible` and `hidden` (pointers), `required`, `choices`,
`calculated`, `answers`, and `errors` as pairs of pointer and code, which are always compared in full.
"""

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
                field("passport", "identity_number", identity="passport"),
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

ADULT = {"birth": "2000-05-05"}
CHILD = {"birth": "2015-05-05"}

CASES: list[tuple[str, Any, dict[str, Any]]] = [
    ("adult", {}, {"pages": ["you", "end"], "errors": [("/birth", "required"), ("/ok", "required")]}),
    (
        "adult",
        {**ADULT, "ok": True},
        {"calculated": {"/age": 26}, "required": ["/birth", "/email", "/ok"], "errors": [("/email", "required")]},
    ),
    (
        "adult",
        {**ADULT, "email": "a@b.in", "ok": True},
        {"answers": {**ADULT, "age": 26, "email": "a@b.in", "ok": True}, "errors": []},
    ),
    ("adult", {**ADULT, "email": "a@b.in", "ok": False}, {"errors": [("/ok", "required")]}),
    (
        "adult",
        {**CHILD, "ok": True},
        {
            "pages": ["you", "guardian", "end"],
            "visible": ["/guardian_name"],
            "errors": [("/guardian_name", "required")],
        },
    ),
    (
        "adult",
        {**ADULT, "email": "a@b.in", "ok": True, "guardian_name": "X"},
        {"answers": {**ADULT, "age": 26, "email": "a@b.in", "ok": True}, "errors": []},
    ),
    (
        "adult",
        {**ADULT, "email": "a@b.in", "ok": True, "guardian_name": 7},
        {"hidden": ["/guardian_name"], "errors": []},
    ),
    (
        "adult",
        {"birth": "2030-01-01", "ok": True},
        {"errors": [("/birth", "constraint"), ("/guardian_name", "required")]},
    ),
    ("adult", {"birth": "2030-02-30", "ok": True}, {"errors": [("/birth", "format")]}),
    ("adult", {**ADULT, "age": 12, "email": "a@b.in", "ok": True}, {"calculated": {"/age": 26}, "errors": []}),
    ("adult", {**ADULT, "thanks": "x", "email": "a@b.in", "ok": True}, {"errors": []}),
    (
        "adult",
        {**ADULT, "zzz": 1, "aaa": None, "email": "a@b.in", "ok": True},
        {"errors": [("/aaa", "unknown_field"), ("/zzz", "unknown_field")]},
    ),
    ("adult", {"a/b~c": 1, **ADULT, "email": "a@b.in", "ok": True}, {"errors": [("/a~1b~0c", "unknown_field")]}),
    ("adult", [], {"errors": [("", "type"), ("/birth", "required"), ("/ok", "required")]}),
    ("adult", {"birth": "", "email": " ", "ok": None}, {"errors": [("/birth", "required"), ("/ok", "required")]}),
    (
        "family",
        {},
        {
            "errors": [("/children", "min_items")],
            "calculated": {"/total": 0, "/any_teen": False, "/names": None, "/oldest": None, "/schools": 0},
        },
    ),
    ("family", {"children": []}, {"errors": [("/children", "min_items")]}),
    (
        "family",
        {"children": [{}]},
        {
            "errors": [("/children/0/child_name", "required")],
            "answers": {"children": [{"line": "1/1 ", "older": False}], "total": 0, "any_teen": False, "schools": 0},
        },
    ),
    (
        "family",
        {
            "children": [
                {"child_name": "Asha", "child_age": 14, "school": "A"},
                {"child_name": "Ravi", "child_age": 5, "school": "B"},
            ]
        },
        {
            "visible": ["/children/0/school"],
            "hidden": ["/children/1/school", "/crowd"],
            "calculated": {
                "/total": 19,
                "/oldest": 14,
                "/any_teen": True,
                "/names": "Asha, Ravi",
                "/second": "Ravi",
                "/schools": 1,
                "/children/1/line": "2/2 Ravi",
                "/children/0/older": True,
            },
            "answers": {
                "children": [
                    {"child_name": "Asha", "child_age": 14, "school": "A", "line": "1/2 Asha", "older": True},
                    {"child_name": "Ravi", "child_age": 5, "line": "2/2 Ravi", "older": False},
                ],
                "total": 19,
                "oldest": 14,
                "any_teen": True,
                "names": "Asha, Ravi",
                "second": "Ravi",
                "schools": 1,
            },
            "errors": [],
        },
    ),
    (
        "family",
        {"children": [{"child_name": "A"}] * 4},
        {"errors": [("/children", "max_items")], "visible": ["/crowd"]},
    ),
    (
        "family",
        {"children": [{"child_name": "A", "child_age": 18}, {"child_name": 5, "x": 1}]},
        {
            "errors": [
                ("/children/0/child_age", "maximum"),
                ("/children/1/x", "unknown_field"),
                ("/children/1/child_name", "type"),
            ]
        },
    ),
    ("family", {"children": {"0": {}}}, {"errors": [("/children", "type"), ("/children", "min_items")]}),
    ("family", {"children": "x"}, {"errors": [("/children", "type"), ("/children", "min_items")]}),
    (
        "family",
        {"children": [1, None, {"child_name": "B"}]},
        {
            "errors": [
                ("/children/0", "type"),
                ("/children/0/child_name", "required"),
                ("/children/1", "type"),
                ("/children/1/child_name", "required"),
            ]
        },
    ),
    (
        "places",
        {"state": "texas"},
        {
            "choices": {"/county": ["cameron"], "/visited": ["cameron"], "/sport": ["run"]},
            "calculated": {"/label": "Texas"},
            "errors": [],
        },
    ),
    (
        "places",
        {"state": "washington"},
        {"choices": {"/county": ["king", "pierce"], "/sport": ["ski", "run"]}, "errors": []},
    ),
    (
        "places",
        {},
        {
            "choices": {"/county": [], "/visited": ["king", "pierce", "cameron"], "/sport": ["run"]},
            "errors": [("/state", "required")],
        },
    ),
    ("places", {"state": "texas", "county": "king"}, {"errors": [("/county", "choice")]}),
    ("places", {"state": "texas", "county": "cameron", "sport": "ski"}, {"errors": [("/sport", "choice")]}),
    ("places", {"state": "nowhere"}, {"errors": [("/state", "choice")]}),
    ("places", {"state": "washington", "visited": ["king", "pierce"]}, {"errors": []}),
    (
        "places",
        {"state": "washington", "visited": ["king", "king"]},
        {"answers": {"state": "washington", "visited": ["king"], "label": "Washington"}, "errors": []},
    ),
    (
        "places",
        {"visited": ["king", "pierce", "cameron"], "state": ""},
        {"errors": [("/state", "required"), ("/visited", "max_choices")]},
    ),
    ("places", {"state": "texas", "visited": ["king"]}, {"errors": [("/visited", "choice")]}),
    ("places", {"state": ["texas"]}, {"errors": [("/state", "type")]}),
    ("places", {"state": "texas", "visited": "cameron"}, {"errors": [("/visited", "type")]}),
    ("places", {"state": "texas", "visited": ["cameron", 3]}, {"errors": [("/visited", "type")]}),
    (
        "chain",
        {},
        {
            "visible": ["/a"],
            "hidden": ["/b", "/c", "/g", "/g/in_group", "/in_group"],
            "calculated": {"/d": "-"},
            "errors": [],
        },
    ),
    (
        "chain",
        {"a": "yes", "b": "x", "c": "go", "in_group": 4},
        {
            "visible": ["/b", "/c", "/g", "/inner", "/in_group", "/deep"],
            "calculated": {"/d": "x-go", "/after": 5},
            "errors": [("/deep", "required")],
        },
    ),
    (
        "chain",
        {"a": "no", "b": "x", "c": "go", "in_group": 4, "deep": "z"},
        {
            "hidden": ["/b", "/c", "/g", "/deep"],
            "calculated": {"/d": "-", "/after": None},
            "answers": {"a": "no", "d": "-"},
            "errors": [],
        },
    ),
    ("chain", {"g": {"in_group": 4}}, {"errors": [("/g", "unknown_field")]}),
    ("types", {"text": "abc"}, {"answers": {"text": "abc", "fixed": "set"}, "errors": []}),
    ("types", {"text": "  abc  "}, {"answers": {"text": "abc", "fixed": "set"}, "errors": []}),
    ("types", {"text": "a"}, {"errors": [("/text", "min_length")]}),
    ("types", {"text": "abcdef"}, {"errors": [("/text", "max_length")]}),
    ("types", {"text": "🍔🍔🍔🍔🍔"}, {"errors": []}),
    ("types", {"text": "🍔"}, {"errors": [("/text", "min_length")]}),
    ("types", {"text": 5}, {"errors": [("/text", "type")]}),
    ("types", {"text": True}, {"errors": [("/text", "type")]}),
    ("types", {"text": {"a": 1}}, {"errors": [("/text", "type")]}),
    ("types", {"text": ["abc"]}, {"errors": [("/text", "type")]}),
    ("types", {"text": "a\u0000b"}, {"errors": [("/text", "format")]}),
    ("types", {"text": "a\u0007b"}, {"errors": [("/text", "format")]}),
    ("types", {"text": "a\nb"}, {"errors": [("/text", "format")]}),
    ("types", {"text": "a\u0085b"}, {"errors": [("/text", "format")]}),
    ("types", {"text": "a\uffffb"}, {"errors": [("/text", "format")]}),
    ("types", {"lines": "a\r\nb\rc\n"}, {"answers": {"lines": "a\nb\nc", "fixed": "set"}, "errors": []}),
    ("types", {"lines": "a\tb"}, {"errors": []}),
    ("types", {"lines": "a\u000bb"}, {"errors": [("/lines", "format")]}),
    ("types", {"lines": "x" * 21}, {"errors": [("/lines", "max_length")]}),
    ("types", {"whole": 10}, {"errors": []}),
    ("types", {"whole": 5.0}, {"answers": {"whole": 5, "fixed": "set"}, "errors": []}),
    ("types", {"whole": 11}, {"errors": [("/whole", "maximum")]}),
    ("types", {"whole": -6}, {"errors": [("/whole", "minimum")]}),
    ("types", {"whole": 1.5}, {"errors": [("/whole", "type")]}),
    ("types", {"whole": "5"}, {"errors": [("/whole", "type")]}),
    ("types", {"whole": True}, {"errors": [("/whole", "type")]}),
    ("types", {"whole": 9223372036854775808}, {"errors": [("/whole", "maximum")]}),
    ("types", {"whole": -9223372036854775809}, {"errors": [("/whole", "minimum")]}),
    ("types", {"whole": 0}, {"answers": {"whole": 0, "fixed": "set"}, "errors": []}),
    ("types", {"part": 0.5}, {"errors": []}),
    ("types", {"part": 0.49}, {"errors": [("/part", "minimum")]}),
    ("types", {"part": 1e300}, {"errors": [("/part", "maximum")]}),
    ("types", {"part": "1"}, {"errors": [("/part", "type")]}),
    ("types", {"flag": False}, {"answers": {"flag": False, "fixed": "set"}, "errors": []}),
    ("types", {"flag": "true"}, {"errors": [("/flag", "type")]}),
    ("types", {"flag": 1}, {"errors": [("/flag", "type")]}),
    ("types", {"day": "2026-02-28"}, {"errors": []}),
    ("types", {"day": "2026-02-29"}, {"errors": [("/day", "format")]}),
    ("types", {"day": "2025-12-31"}, {"errors": [("/day", "minimum")]}),
    ("types", {"day": "2027-01-01"}, {"errors": [("/day", "maximum")]}),
    ("types", {"day": "28.02.2026"}, {"errors": [("/day", "format")]}),
    ("types", {"day": "2026-2-8"}, {"errors": [("/day", "format")]}),
    ("types", {"day": 20260228}, {"errors": [("/day", "type")]}),
    ("types", {"clock": "08:00:00"}, {"answers": {"clock": "08:00", "fixed": "set"}, "errors": []}),
    ("types", {"clock": "17:59:59"}, {"answers": {"clock": "17:59:59", "fixed": "set"}, "errors": []}),
    ("types", {"clock": "18:00:01"}, {"errors": [("/clock", "maximum")]}),
    ("types", {"clock": "07:59"}, {"errors": [("/clock", "minimum")]}),
    ("types", {"clock": "24:00"}, {"errors": [("/clock", "format")]}),
    ("types", {"clock": "9:30"}, {"errors": [("/clock", "format")]}),
    (
        "types",
        {"moment": "2026-06-01T10:00:00+05:30"},
        {"answers": {"moment": "2026-06-01T04:30:00Z", "fixed": "set"}, "errors": []},
    ),
    (
        "types",
        {"moment": "2026-06-01T10:00:00.5Z"},
        {"answers": {"moment": "2026-06-01T10:00:00.500Z", "fixed": "set"}, "errors": []},
    ),
    (
        "types",
        {"moment": "2026-06-01T10:00-08:00"},
        {"answers": {"moment": "2026-06-01T18:00:00Z", "fixed": "set"}, "errors": []},
    ),
    ("types", {"moment": "2026-06-01T10:00:00"}, {"errors": [("/moment", "format")]}),
    ("types", {"moment": "2026-06-01T23:59:60Z"}, {"errors": [("/moment", "format")]}),
    ("types", {"moment": "2025-06-01T10:00:00Z"}, {"errors": [("/moment", "minimum")]}),
    ("types", {"moment": "0001-01-01T00:00:00+23:59"}, {"errors": [("/moment", "format")]}),
    ("types", {"mail": "asha.rao+x@example.co.in"}, {"errors": []}),
    ("types", {"mail": "asha@example"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "asha @example.org"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "@example.org"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "a..b@example.org"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "a@-x.org"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "a@b.org\n"}, {"answers": {"mail": "a@b.org", "fixed": "set"}, "errors": []}),
    ("types", {"mail": "x" * 65 + "@b.org"}, {"errors": [("/mail", "format")]}),
    ("types", {"mail": "x@" + "b" * 260 + ".org"}, {"errors": [("/mail", "max_length")]}),
    ("types", {"tel": "+91 98765 43210"}, {"answers": {"tel": "+919876543210", "fixed": "set"}, "errors": []}),
    ("types", {"tel": "+49 (30) 901820-0"}, {"answers": {"tel": "+49309018200", "fixed": "set"}, "errors": []}),
    ("types", {"tel": "98765 43210"}, {"errors": [("/tel", "format")]}),
    ("types", {"tel": "+91 98x"}, {"errors": [("/tel", "format")]}),
    ("types", {"tel": "+0123456789"}, {"errors": [("/tel", "format")]}),
    ("types", {"land": "IN"}, {"errors": []}),
    ("types", {"land": "in"}, {"errors": [("/land", "choice")]}),
    ("types", {"land": "XX"}, {"errors": [("/land", "choice")]}),
    ("types", {"aadhaar": "2345 6789 0124"}, {"answers": {"aadhaar": "234567890124", "fixed": "set"}, "errors": []}),
    ("types", {"aadhaar": "2345-6789-0124"}, {"errors": []}),
    ("types", {"aadhaar": "234567890123"}, {"errors": [("/aadhaar", "format")]}),
    ("types", {"aadhaar": "134567890124"}, {"errors": [("/aadhaar", "format")]}),
    ("types", {"aadhaar": "23456789012"}, {"errors": [("/aadhaar", "format")]}),
    ("types", {"aadhaar": 234567890124}, {"errors": [("/aadhaar", "type")]}),
    (
        "types",
        {"aadhaar": {"masked": "••••0124"}},
        {"masked": ["/aadhaar"], "answers": {"aadhaar": {"masked": "••••0124"}, "fixed": "set"}, "errors": []},
    ),
    ("types", {"aadhaar": {"masked": "234567890123"}}, {"errors": [("/aadhaar", "type")]}),
    ("types", {"aadhaar": {"masked": "••••0124", "x": 1}}, {"errors": [("/aadhaar", "type")]}),
    ("types", {"aadhaar": {"masked": "••••\u000012"}}, {"errors": [("/aadhaar", "type")]}),
    ("types", {"text": {"masked": "••••0124"}}, {"errors": [("/text", "type")]}),
    ("types", {"passport": "m 123 4567"}, {"answers": {"passport": "M1234567", "fixed": "set"}, "errors": []}),
    ("types", {"passport": "M12"}, {"errors": [("/passport", "format")]}),
    ("types", {"passport": "ß1234567"}, {"errors": [("/passport", "format")]}),
    ("types", {"other": "DL-14 2011/0012345"}, {"errors": []}),
    ("types", {"other": "#1"}, {"errors": [("/other", "format")]}),
    ("types", {"code": "MH12"}, {"errors": []}),
    ("types", {"code": "MH12x"}, {"errors": [("/code", "pattern")]}),
    ("types", {"fixed": "changed"}, {"answers": {"fixed": "set"}, "errors": []}),
    ("types", {"fixed": 5}, {"answers": {"fixed": "set"}, "errors": []}),
    (
        "nested",
        {"factor": 2, "outer": [{"x": 3, "inner": [{"y": 1}, {"y": 5}]}, {"x": 0, "inner": [{"y": 9}]}, {"x": 1}]},
        {
            "calculated": {
                "/outer/0/inner/1/product": 30,
                "/outer/0/inner/1/place": "1.2",
                "/outer/0/inner/1/previous": 1,
                "/outer/0/inner/0/previous": None,
                "/outer/0/inner_sum": 6,
                "/outer/1/inner_sum": 0,
                "/grand": 36,
                "/cell": None,
            },
            "visible": ["/outer/0/inner", "/outer/2/inner"],
            "hidden": ["/outer/1/inner"],
            "errors": [],
        },
    ),
    (
        "nested",
        {"factor": 1, "outer": [{"x": 1, "inner": [{"y": 4}]}, {"x": 2, "inner": [{"y": 7}]}]},
        {"calculated": {"/cell": 7, "/grand": 18}, "errors": []},
    ),
    (
        "nested",
        {"outer": [{"x": 1, "inner": [{"y": "a"}, {"z": 1}]}]},
        {"errors": [("/outer/0/inner/0/y", "type"), ("/outer/0/inner/1/z", "unknown_field")]},
    ),
    ("counted", {}, {"answers": {}, "errors": []}),
    (
        "counted",
        {"how_many": 2, "people": [{"person": "A"}]},
        {"visible": ["/people/1/person"], "errors": [("/people/1/person", "required")]},
    ),
    (
        "counted",
        {"how_many": 1, "people": [{"person": "A"}, {"person": "B"}]},
        {"answers": {"how_many": 1, "people": [{"person": "A"}]}, "errors": []},
    ),
    ("counted", {"how_many": 2.0, "people": [{"person": "A"}, {"person": "B"}]}, {"errors": []}),
    ("counted", {"how_many": -3, "people": [{"person": "A"}]}, {"answers": {"how_many": -3}, "errors": []}),
    (
        "counted",
        {"how_many": 1000, "people": []},
        {"errors": [(f"/people/{at}/person", "required") for at in range(4)]},
    ),
    ("secret", {"pan": "ABCDE1234F"}, {"calculated": {"/has_pan": True}, "visible": ["/more"], "errors": []}),
    ("secret", {"pan": "ABC"}, {"errors": [("/pan", "constraint")]}),
    ("secret", {}, {"calculated": {"/has_pan": False}, "hidden": ["/more"], "errors": [("/pan", "required")]}),
    (
        "secret",
        {"pan": {"masked": "••••234F"}},
        {"calculated": {"/has_pan": True}, "visible": ["/more"], "masked": ["/pan"], "errors": []},
    ),
]

PARTIAL: list[tuple[str, Any, dict[str, Any]]] = [
    ("adult", {}, {"errors": []}),
    ("adult", {"birth": "2030-01-01"}, {"errors": []}),
    ("adult", {"birth": "x"}, {"errors": [("/birth", "format")]}),
    ("adult", {"nope": 1}, {"errors": [("/nope", "unknown_field")]}),
    ("adult", {**ADULT, "guardian_name": "X"}, {"answers": {**ADULT, "age": 26}, "errors": []}),
    ("family", {"children": [{"child_age": 44}]}, {"errors": []}),
    ("family", {"children": [{}, {}, {}, {}]}, {"errors": [("/children", "max_items")]}),
    ("places", {"state": "texas", "county": "king"}, {"errors": []}),
    ("places", {"state": "mars"}, {"errors": [("/state", "choice")]}),
    ("types", {"text": "a", "whole": 99, "code": "x"}, {"errors": []}),
    ("types", {"text": "abcdef", "whole": "x"}, {"errors": [("/text", "max_length"), ("/whole", "type")]}),
    ("secret", {"pan": "ABC"}, {"errors": []}),
]
