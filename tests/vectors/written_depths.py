"""Forms for what reaches deeper: parts of answers, paths, repeats in repeats, triggers, once(), defaults worked out."""

from __future__ import annotations

from typing import Any

from tests.vectors.written_forms import Form, choices, field, form

EUR = ["EUR"]
LISTS = {
    "meals": [
        {"value": "meat", "label": {"en": "Meat"}, "columns": {"kind": "warm"}},
        {"value": "salad", "label": {"en": "Salad"}, "columns": {"kind": "cold"}},
        {"value": "soup", "label": {"en": "Soup"}, "columns": {"kind": "warm"}, "relevant": "${guests} > 2"},
    ],
    "days": choices("mon", "tue"),
}

FORMS: dict[str, Form] = {
    "parts": form(
        (
            "all",
            [
                field("price", "money", currencies=["EUR", "JPY", "KWD"]),
                field("name", "person_name"),
                field("home", "address"),
                field("spot", "location"),
                field("plan", "matrix", rows="days", choices="meals"),
                field("plans", "matrix", rows="days", choices="meals", multiple=True),
                field("doc", "file"),
                field("order", "ranking", choices="days"),
                field("seen", "acknowledge"),
                field("guests", "integer"),
                field("double", "calculated", calculation="${price} * 2"),
                field("minor", "calculated", calculation="${price.amount} + 1"),
                field("coin", "calculated", calculation="concat(${price.currency}, '!')"),
                field("hello", "calculated", calculation="concat(${name}, '/', ${name.family})"),
                field("where", "calculated", calculation="if(${home.country} = 'IN', ${home.postal_code}, ${home})"),
                field("north", "calculated", calculation="${spot.latitude} > 0"),
                field("point", "calculated", calculation="${spot}"),
                field("monday", "calculated", calculation="jr:choice-name(${plan.mon}, '${plan}')"),
                field("warm", "calculated", calculation="selected(${plans.tue}, 'meat')"),
                field("count", "calculated", calculation="count-selected(${plans.tue})"),
                field("first", "calculated", calculation="selected-at(${order}, 0)"),
                field("file", "calculated", calculation="${doc}"),
                field("ok", "calculated", calculation="${seen} = 'OK'"),
                field("paid", "note", relevant="${price} >= 20"),
            ],
        ),
        lists=LISTS,
    ),
    "homes": form(
        (
            "all",
            [
                field(
                    "homes",
                    "repeat",
                    fields=[
                        field("street", "text"),
                        field(
                            "inside",
                            "group",
                            fields=[
                                field(
                                    "people",
                                    "repeat",
                                    fields=[
                                        field("who", "person_name"),
                                        field("fee", "money", currencies=EUR),
                                        field(
                                            "place",
                                            "calculated",
                                            calculation="concat(position(../../..), '.', position(..), ' ', ../../../street)",
                                        ),
                                        field("mates", "calculated", calculation="count(${people})"),
                                        field(
                                            "before",
                                            "calculated",
                                            calculation="indexed-repeat(${who.given}, ${homes}, position(../../..), ${people}, position(..) - 1)",
                                        ),
                                    ],
                                ),
                            ],
                        ),
                        field("rent", "calculated", calculation="sum(${fee})"),
                        field("dear", "calculated", calculation="max(./inside/people/fee)"),
                    ],
                ),
                field("total", "calculated", calculation="sum(/f/all/homes/people/fee)"),
                field("cents", "calculated", calculation="sum(${homes}/fee)"),
                field("names", "calculated", calculation="join(', ', ${who.given})"),
                field("first", "calculated", calculation="indexed-repeat(${who}, ${homes}, 1, ${people}, 1)"),
                field("any", "calculated", calculation="${who.family} = 'Rao'"),
                field("full", "calculated", calculation="count-non-empty(${street})"),
                field(
                    "checks", "calculated", calculation="checklist(1, 2, ${street} = 'A', ${total} > 1, 'true', '0')"
                ),
                field("weighs", "calculated", calculation="weighted-checklist(3, -1, ${total} > 1, 2, 1, 1.5)"),
            ],
        ),
    ),
    "triggered": form(
        (
            "all",
            [
                field("button", "single_choice", choices="days"),
                field("amount", "integer"),
                field("taken", "calculated", calculation="concat(${amount}, ' at ', ${button})", trigger="button"),
                field("first", "calculated", calculation="once(${amount})"),
                field("both", "calculated", calculation="concat(once(${amount} * 2), '+', ${amount})"),
                field(
                    "rows",
                    "repeat",
                    fields=[
                        field("go", "boolean"),
                        field("value", "decimal"),
                        field("held", "calculated", calculation="${value} + 1", trigger="go"),
                        field("outer", "calculated", calculation="${value} + ${amount}", trigger="button"),
                    ],
                ),
            ],
        ),
        lists=LISTS,
    ),
    "opened": form(
        (
            "all",
            [
                field("day", "date", default="=today()"),
                field("next", "date", default="=date(${day} + 1)"),
                field("at", "datetime", default="=now()"),
                field("n", "integer", default="=2 * 3"),
                field("bad", "integer", default="=1 div 0"),
                field("whole", "integer", default="=7 div 2"),
                field("static", "decimal", default=2.5),
                field("sum", "decimal", default="=${static} + ${n}"),
                field("yes", "boolean", default="=${n} = 6"),
                field("pick", "multiple_choice", choices="days", default="='mon tue'"),
                field("text", "text", default="=concat(${pick}, '|', ${n})"),
                field("note_", "text", default="='='"),
                field("price", "money", currencies=EUR, default={"amount": 500, "currency": "EUR"}),
                field("source", "hidden", default="web"),
                field("fixed", "integer", default="=${n} + 1", read_only=True),
                field("after", "calculated", calculation="${fixed} * 10"),
                field(
                    "kids",
                    "repeat",
                    min_items=1,
                    fields=[
                        field("kid", "text", default="=concat('Child ', position(..))"),
                        field("age", "integer", default=3),
                    ],
                ),
            ],
        ),
        lists=LISTS,
    ),
    "rows": form(
        (
            "all",
            [
                field("guests", "integer"),
                field("menu", "matrix", rows="meals", choices="days", required=True),
                field("soup_day", "calculated", calculation="${menu.soup}"),
                field("likes", "ranking", choices="meals", choice_filter="kind = 'warm'"),
                field("table", "matrix", rows="days", choices="meals", choice_filter="kind = 'warm'", multiple=True),
            ],
        ),
        lists=LISTS,
    ),
}

_PERSON = {"given": "Asha", "family": "Rao"}
_HOMES = [
    {
        "street": "A",
        "people": [
            {"who": _PERSON, "fee": {"amount": 150, "currency": "EUR"}},
            {"who": {"given": "Bo"}, "fee": {"amount": 99, "currency": "EUR"}},
        ],
    },
    {"people": [{"who": {"family": "Li"}}]},
]

CASES: list[tuple[str, Any, dict[str, Any]]] = [
    (
        "parts",
        {"price": {"amount": 1999, "currency": "EUR"}},
        {"calculated": {"/double": 39.98, "/minor": 2000, "/coin": "EUR!"}, "hidden": ["/paid"], "errors": []},
    ),
    (
        "parts",
        {"price": {"amount": 1999, "currency": "JPY"}},
        {"calculated": {"/double": 3998, "/coin": "JPY!"}, "visible": ["/paid"], "errors": []},
    ),
    ("parts", {"price": {"amount": 1999, "currency": "KWD"}}, {"calculated": {"/double": 3.998}, "errors": []}),
    ("parts", {"name": _PERSON}, {"calculated": {"/hello": "Asha Rao/Rao"}, "errors": []}),
    ("parts", {"name": {"family": "李"}}, {"calculated": {"/hello": "李/李"}, "errors": []}),
    (
        "parts",
        {},
        {"calculated": {"/hello": "/", "/coin": "!", "/north": False, "/count": 0, "/ok": False}, "errors": []},
    ),
    (
        "parts",
        {"home": {"line1": "1 A", "postal_code": "411001", "country": "IN"}},
        {"calculated": {"/where": "411001"}, "errors": []},
    ),
    (
        "parts",
        {"home": {"line1": "1 A", "city": "Ulm", "country": "DE"}},
        {"calculated": {"/where": "1 A, Ulm, DE"}, "errors": []},
    ),
    (
        "parts",
        {"spot": {"latitude": 18.5, "longitude": -73, "accuracy": 4.25}},
        {"calculated": {"/north": True, "/point": "18.5 -73 0 4.25"}, "errors": []},
    ),
    ("parts", {"spot": {"latitude": -1}}, {"calculated": {"/north": False}, "errors": [("/spot", "incomplete")]}),
    (
        "parts",
        {"plan": {"mon": "salad"}, "plans": {"tue": ["meat", "salad"]}},
        {"calculated": {"/monday": "Salad", "/warm": True, "/count": 2}, "errors": []},
    ),
    ("parts", {"plan": {"mon": "soup"}}, {"errors": [("/plan", "choice")]}),
    ("parts", {"plan": {"mon": "soup"}, "guests": 3}, {"calculated": {"/monday": "Soup"}, "errors": []}),
    ("parts", {"order": ["tue", "mon"], "seen": True}, {"calculated": {"/first": "tue", "/ok": True}, "errors": []}),
    (
        "parts",
        {
            "doc": {
                "upload": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
                "name": "x.txt",
                "media_type": "text/plain",
                "size": 1,
            }
        },
        {"calculated": {"/file": "x.txt"}, "errors": []},
    ),
    (
        "homes",
        {"homes": _HOMES},
        {
            "calculated": {
                "/homes/0/people/0/place": "1.1 A",
                "/homes/0/people/1/place": "1.2 A",
                "/homes/1/people/0/place": "2.1 ",
                "/homes/0/people/0/mates": 2,
                "/homes/0/people/1/before": "Asha",
                "/homes/0/rent": 2.49,
                "/homes/0/dear": 1.5,
                "/homes/1/rent": 0,
                "/total": 2.49,
                "/cents": 2.49,
                "/names": "Asha, Bo, ",
                "/first": "Asha Rao",
                "/any": True,
                "/full": 1,
                "/checks": False,
                "/weighs": True,
            },
            "errors": [],
        },
    ),
    ("homes", {}, {"calculated": {"/total": 0, "/any": False, "/checks": True, "/weighs": False}, "errors": []}),
    ("triggered", {"amount": 5}, {"answers": {"amount": 5, "first": 5, "both": "10+5"}, "errors": []}),
    (
        "triggered",
        {"amount": 5, "button": "mon"},
        {"calculated": {"/taken": "5 at mon", "/first": 5}, "errors": []},
    ),
    (
        "triggered",
        {"amount": 5, "button": "mon", "taken": "mine", "rows": [{"go": False, "value": 1}, {"value": 2}]},
        {
            "calculated": {"/taken": "5 at mon", "/rows/0/held": 2, "/rows/0/outer": 6, "/rows/1/outer": 7},
            "errors": [],
        },
    ),
    ("opened", {}, {"calculated": {}, "errors": [("/kids", "min_items")]}),
    (
        "opened",
        {"n": 4, "fixed": 99, "kids": [{}]},
        {"answers": {"n": 4, "fixed": 5, "after": 50, "kids": [{}]}, "errors": []},
    ),
    ("rows", {}, {"rows": {"/menu": ["meat", "salad"]}, "errors": [("/menu", "required")]}),
    ("rows", {"menu": {"meat": "mon"}}, {"errors": [("/menu", "incomplete")]}),
    (
        "rows",
        {"menu": {"meat": "mon", "salad": "tue", "soup": "mon"}},
        {"answers": {"menu": {"meat": "mon", "salad": "tue"}}, "errors": []},
    ),
    (
        "rows",
        {"menu": {"meat": "mon", "salad": "tue", "soup": "mon"}, "guests": 3},
        {"calculated": {"/soup_day": "mon"}, "rows": {"/menu": ["meat", "salad", "soup"]}, "errors": []},
    ),
    (
        "rows",
        {"menu": {"meat": "mon", "salad": "tue"}, "likes": ["meat"], "table": {"mon": ["meat"]}},
        {"choices": {"/likes": ["meat"], "/table": ["meat"]}, "errors": []},
    ),
    (
        "rows",
        {"menu": {"meat": "mon", "salad": "tue", "soup": "tue"}, "guests": 3, "likes": ["meat"]},
        {"choices": {"/likes": ["meat", "soup"]}, "errors": [("/likes", "incomplete")]},
    ),
    (
        "rows",
        {"menu": {"meat": "mon", "salad": "tue"}, "likes": ["salad"], "table": {"mon": ["salad"]}},
        {"errors": [("/likes", "choice"), ("/table", "choice")]},
    ),
]

HELD = {"amount": 5, "button": "mon", "taken": "5 at mon", "first": 5, "both": "10+5"}
BEFORE: list[tuple[str, Any, Any, dict[str, Any]]] = [
    # form, answers, answers kept so far, outcome
    (
        "triggered",
        {"amount": 6, "button": "mon"},
        HELD,
        {"calculated": {"/taken": "5 at mon", "/first": 5}, "errors": []},
    ),
    (
        "triggered",
        {"amount": 6, "button": "tue"},
        HELD,
        {"calculated": {"/taken": "6 at tue", "/first": 5}, "errors": []},
    ),
    ("triggered", {"amount": 6}, HELD, {"calculated": {"/taken": "6 at "}, "errors": []}),
    ("triggered", {"amount": 6}, {"amount": 5}, {"answers": {"amount": 6, "first": 6, "both": "12+6"}, "errors": []}),
    ("triggered", {"amount": 6}, {}, {"calculated": {"/first": 6}, "errors": []}),
    ("triggered", {"amount": 6, "button": "tue"}, {}, {"calculated": {"/taken": "6 at tue"}, "errors": []}),
    ("triggered", {"amount": 6, "first": 1}, HELD, {"calculated": {"/first": 5}, "errors": []}),
    (
        "triggered",
        {"amount": 1, "button": "mon", "rows": [{"go": True, "value": 9}, {"go": True, "value": 9}]},
        {"amount": 5, "button": "mon", "rows": [{"go": True, "value": 1, "held": 2, "outer": 6}]},
        {
            "calculated": {"/rows/0/held": 2, "/rows/0/outer": 6, "/rows/1/held": 10, "/rows/1/outer": 10},
            "errors": [],
        },
    ),
    ("triggered", {"amount": 6}, {"rows": 5, "first": {"masked": 3}}, {"calculated": {"/first": 6}, "errors": []}),
]

TODAY = "2026-11-21"
OPENED = {
    "day": TODAY,
    "next": "2026-11-22",
    "at": "2026-11-20T20:00:00Z",
    "n": 6,
    "static": 2.5,
    "sum": 8.5,
    "yes": True,
    "pick": ["mon", "tue"],
    "text": "mon tue|6",
    "note_": "=",
    "price": {"amount": 500, "currency": "EUR"},
    "source": "web",
    "kids": [{"kid": "Child 1", "age": 3}],
}
OPENINGS: list[tuple[str, Any, dict[str, Any]]] = [
    ("opened", {}, OPENED),
    (
        "opened",
        {"n": 1, "source": "ad"},
        {**OPENED, "n": 1, "source": "ad", "sum": 3.5, "yes": False, "text": "mon tue|1"},
    ),
    (
        "opened",
        {"kids": [{"kid": "Ana"}, {}]},
        {**OPENED, "kids": [{"kid": "Ana", "age": 3}, {"kid": "Child 2", "age": 3}]},
    ),
    ("opened", {"day": None, "kids": []}, {**OPENED, "day": None, "kids": [], "next": None}),
    ("adult", {}, {}),
    ("every_type", {"text": "x"}, {"text": "x"}),
]
