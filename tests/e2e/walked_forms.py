"""Forms to be walked through: the public spreadsheets, and ones that are drawn by a seed with every type of field."""

import random
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.conftest import ROOT
from tests.e2e.organiser import Organiser, steps_around
from tests.e2e.stack import Stack
from tests.factories import documents
from tests.factories.documents import field, text

SHEETS = sorted(
    path for path in (ROOT / "tests" / "data" / "xlsform").iterdir() if path.suffix in (".xls", ".xlsx", ".csv")
)
CONTACT = documents.about()["pages"][0]["sections"][0]["fields"][:2]
PLAIN = (
    "text", "multiline", "integer", "decimal", "boolean", "date", "time", "datetime", "email", "phone", "country",
    "consent", "url", "language", "currency", "address", "person_name", "file", "image", "audio", "video", "barcode",
    "signature", "location", "acknowledge", "hidden",
)  # fmt: skip
CHOSEN = ("single_choice", "multiple_choice", "ranking", "likert")

_published: dict[tuple[str, str], str] = {}


def published(stack: Stack, path: Path) -> str:
    """Return the slug of an event that asks who comes and what a spreadsheet asks; made at its first use."""
    key = (stack.url, path.name)
    if key not in _published:
        with Organiser(stack.url) as organiser:
            _published[key] = _publish(organiser, path.stem, organiser.import_sheet(path))
    return _published[key]


def publish(stack: Stack, source: dict[str, Any]) -> str:
    """Return the slug of a new event that asks who comes and what a form asks."""
    with Organiser(stack.url) as organiser:
        return _publish(organiser, "drawn", organiser.make_form(source))


def _publish(organiser: Organiser, word: str, form: str) -> str:
    slug = "".join(char if char.isalnum() else "-" for char in word.lower())[:40].strip("-") + f"-{uuid4().hex[:8]}"
    contact = organiser.make_form(documents.document(f"contact_{uuid4().hex[:8]}", *CONTACT))
    organiser.make_event(slug, steps_around(("contact", contact), ("asked", form)))
    return slug


def drawn(seed: int) -> dict[str, Any]:
    """Return a form with every type of field, in an order and with conditions that the seed decides."""
    source = random.Random(seed)  # noqa: S311 (test data)
    fields = [field(f"a_{kind}", kind, required=source.random() < 0.5) for kind in PLAIN]
    fields += [field(f"a_{kind}", kind, choices="colours", required=source.random() < 0.5) for kind in CHOSEN]
    fields += [
        field("a_rating", "rating", maximum=7, required=True),
        field("a_range", "rating", minimum=-1, maximum=1, step=0.25),
        field("a_matrix", "matrix", rows="meals", choices="colours", required=True),
        field("matrices", "matrix", rows="meals", choices="colours", multiple=True),
        field("a_money", "money", currencies=["INR", "EUR"], minimum=100, maximum=5000),
        field("an_aadhaar", "identity_number", identity="aadhaar", sensitive=True),
        field("a_passport", "identity_number", identity="passport", sensitive=True),
        field("total", "calculated", calculation="coalesce(${a_integer}, 0) + 1"),
        field("words", "note"),
    ]
    for one in fields:
        if one["type"] in ("hidden", "note", "calculated", "consent"):
            one.pop("required", None)
    source.shuffle(fields)
    # Whoever answers one way is asked more.
    shown = [one for one in fields if one["type"] in ("text", "url", "barcode", "decimal", "location")]
    for one in shown[:3]:
        one["relevant"] = "${a_boolean} = 'true'" if source.random() < 0.5 else "${a_rating} > 3"
    half = len(fields) // 2
    again = field(
        "again", "repeat", min_items=1, max_items=3, fields=[field("inner_text"), field("inner_photo", "image")]
    )
    group = field("together", "group", fields=fields[:half])
    lists = {
        "colours": [{"value": value, "label": text(value)} for value in ("red", "green", "blue")],
        "meals": [{"value": value, "label": text(value)} for value in ("noon", "night")],
    }
    return documents.document(f"drawn_{seed}_{uuid4().hex[:8]}", group, again, *fields[half:], choice_lists=lists)
