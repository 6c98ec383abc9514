"""Random answers, and random forms of fields that read each other, from a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from api.domain.forms.engine import check_document
from tests.vectors.generated import Expressions

SCRAPS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    3,
    17,
    18,
    2.5,
    1e20,
    "",
    " ",
    "yes",
    "no",
    "go",
    "a",
    "king",
    "texas",
    "washington",
    "2026-01-01",
    "2010-05-05",
    "2026-13-01",
    "10:30",
    "2026-06-01T10:00:00Z",
    "a@b.in",
    "+919876543210",
    "IN",
    "MH12",
    "234567890124",
    "a\u0000",
    [],
    ["king"],
    ["king", "pierce", "cameron"],
    {},
    {"masked": "••••0124"},
    "🍔",
    "x" * 30,
)


def answers(fields: list[dict[str, Any]], random: Random) -> dict[str, Any]:
    """Answers of any type to `fields`; one that fits is likelier than chance."""
    found: dict[str, Any] = {}
    for field in fields:
        if field["type"] == "group":
            found.update(answers(field["fields"], random))
        elif random.random() < 0.2:
            continue
        elif field["type"] == "repeat":
            found[field["name"]] = _items(field, random)
        else:
            found[field["name"]] = _scrap(field, random)
    if random.random() < 0.1:
        found["stray"] = 1
    return found


def _items(field: dict[str, Any], random: Random) -> Any:
    if random.random() < 0.1:
        return random.choice(SCRAPS)
    return [answers(field["fields"], random) for _ in range(random.randint(0, 4))]


_FITTING: dict[str, tuple[Any, ...]] = {
    "integer": (0, 1, 5, 6, 13, 17, 44),
    "date": ("2000-05-05", "2015-05-05", "2026-06-01", "2026-03-29", "2026-10-25"),
    "text": ("go", "Asha", "MH12", "abc", "ABCDE1234F", "🍔 a\u0301", "שלום"),
    "consent": (True, False),
    "multiple_choice": (["king"], ["cameron"], ["king", "pierce"], ["a", "b"], ["red", "blue"]),
    "single_choice": ("yes", "texas", "washington", "king", "ski", "run", "a", "b", "red"),
    "decimal": (0.5, 2.25, -1, 1e15, 0.1),
    "boolean": (True, False),
    "datetime": ("2026-03-29T01:00:00Z", "2026-10-25T02:30:00+02:00", "2026-11-20T18:29:59Z", "2026-11-01T05:30:00Z"),
    "time": ("00:00", "09:30", "23:59:59"),
    "money": (
        {"amount": 1999, "currency": "EUR"},
        {"amount": 5, "currency": "JPY"},
        {"amount": -1, "currency": "KWD"},
        {"currency": "EUR"},
        {"amount": 1.5, "currency": "EUR"},
        {"amount": 150},
    ),
    "ranking": (["green", "red", "blue"], ["red"], ["b", "a", "x"], ["tue", "mon"], ["meat", "soup"]),
    "rating": (1, 3, 5, 0.3, 2.5, -1),
    "likert": ("no", "partly", "yes", "a"),
    "matrix": (
        {"food": "yes"},
        {"food": "yes", "rooms": "no", "bus": "no"},
        {"mon": "salad", "tue": "soup"},
        {"mon": ["meat", "salad"]},
        {"meat": "mon", "salad": "tue"},
        {"x": "y"},
        {},
        {"a": "b"},
        {"food": ["yes", "no"]},
    ),
    "url": ("https://example.org/ä", "ftp://x.y", "https://a..b"),
    "language": ("hi", "yue", "xx"),
    "currency": ("EUR", "eur"),
    "address": ({"line1": "1 A", "country": "IN"}, {"city": "Ulm"}, {"line1": " x ", "postal_code": 5}, {}),
    "person_name": ({"given": "Asha", "family": "Rao"}, {"additional": "M."}, {"family": "李"}, {"given": ""}),
    "file": (
        {
            "upload": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
            "name": "a.pdf",
            "media_type": "application/pdf",
            "size": 12,
        },
        {"upload": "x"},
    ),
    "location": (
        {"latitude": 18.5, "longitude": 73},
        {"latitude": -90},
        {"latitude": 91, "longitude": 0},
        {"longitude": 5, "altitude": 1e-7},
    ),
    "acknowledge": (True, False),
}


def _scrap(field: dict[str, Any], random: Random) -> Any:
    fitting = _FITTING.get(field["type"])
    return random.choice(fitting if fitting and random.random() < 0.75 else SCRAPS)


class _Outside(Expressions):
    """Leaves that a calculation outside the repeat may read."""

    numbers = (
        "sum(${rn})",
        "max(${rn})",
        "min(${rn}, 3)",
        "count(${rows})",
        "count-non-empty(${rt})",
        "${price}",
        "${price.amount}",
        "sum(${fee})",
        "${spot.latitude}",
        "${rate}",
        "indexed-repeat(${rn}, ${rows}, 2)",
        "sum(${rows}/fee)",
        "once(${n})",
    )
    texts = (
        "join('-', ${rt})",
        "concat(${rt})",
        "${who}",
        "${who.given}",
        "${price.currency}",
        "${spot}",
        "${home}",
        "${grid.a}",
        "${many.b}",
        "${order}",
        "indexed-repeat(${rt}, ${rows}, ${n})",
        "jr:choice-name(${c}, '${c}')",
        "${seen}",
        "selected-at(${order}, 1)",
        "../t",
    )
    truths = (
        "${rn} > 2",
        "${rt} = 'abc'",
        "${rt} != ${t}",
        "${grid.a} = 'x'",
        "selected(${many.b}, 'x')",
        "${home.country} = 'IN'",
    )


class _Inside(Expressions):
    """Leaves that a calculation of an item may read."""

    numbers = (
        "position(..)",
        "${rn}",
        "${fee}",
        "count(${rows})",
        "indexed-repeat(${rn}, ${rows}, position(..) - 1)",
        "${price}",
    )
    texts = ("${rt}", "../rt", "${who.family}", "${fee.currency}", "string(position(..))")
    truths = ("${rn} > 2", "${rn} = ''", "position(..) = 1")


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"en": name}, **more}


def document(random: Random, calculations: int = 8) -> dict[str, Any]:
    """A form with a field of most types, a repeat, and random calculations and conditions over all of them.

    Some of them do not compile (a choice that there is not, for example): the caller leaves those out.
    """
    outside, inside = _Outside(random), _Inside(random)
    repeated = [
        _field("rn", "decimal", relevant=inside.truth(1)),
        _field("rt", "text"),
        _field("fee", "money"),
        *(_field(f"r{at}", "calculated", calculation=_any(inside, random)) for at in range(calculations // 2)),
    ]
    fields = [
        _field("n", "decimal"),
        _field("m2", "integer"),
        _field("t", "text", required=outside.truth(1)),
        _field("b", "boolean"),
        _field("c", "single_choice", choices="abx"),
        _field("m", "multiple_choice", choices="abx"),
        _field("d", "date"),
        _field("dt", "datetime"),
        _field("price", "money", constraint=outside.truth(1)),
        _field("who", "person_name"),
        _field("home", "address"),
        _field("spot", "location"),
        _field("rate", "rating"),
        _field("order", "ranking", choices="abx"),
        _field("seen", "acknowledge"),
        _field("grid", "matrix", rows="abx", choices="abx", relevant=outside.truth(1)),
        _field("many", "matrix", rows="abx", choices="abx", multiple=True),
        _field("rows", "repeat", fields=repeated),
        *(_field(f"c{at}", "calculated", calculation=_any(outside, random)) for at in range(calculations)),
        *(
            _field(
                f"t{at}", "calculated", calculation=_any(outside, random), trigger=random.choice(("c", "b", "price"))
            )
            for at in range(2)
        ),
        _field("o1", "text", default="=" + outside.text(1)),
        _field("o2", "decimal", default="=" + outside.number(1)),
        _field("shown", "text", relevant=outside.truth(2)),
    ]
    choices = [{"value": one, "label": {"en": one.upper()}} for one in "abx"]
    choices[1]["relevant"] = outside.truth(1)
    return {
        "schema": "prs-form/1",
        "name": "f",
        "title": {"en": "F"},
        "default_locale": "en",
        "locales": ["en"],
        "choice_lists": {"abx": choices},
        "pages": [{"name": "p", "sections": [{"name": "s", "fields": fields}]}],
    }


def _any(grow: Expressions, random: Random) -> str:
    return random.choice((grow.number, grow.text, grow.truth))(random.randint(1, 2))


def compiling(random: Random) -> dict[str, Any]:
    """A random document without the expressions that do not compile."""
    while True:
        raw = document(random)
        for problem in check_document(raw):
            *parents, name = problem.pointer.split("/")[1:]
            node: Any = raw
            for step in parents:
                node = node[int(step)] if isinstance(node, list) else node.get(step, {})
            if isinstance(node, dict) and name in (
                "calculation",
                "default",
                "trigger",
                "relevant",
                "constraint",
                "required",
            ):
                node.pop(name, None)
                if node.get("type") == "calculated" and "calculation" not in node:
                    node.update(type="note")
                    node.pop("trigger", None)
        if not check_document(raw):
            return raw
