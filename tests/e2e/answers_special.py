"""Valid answers of the rarer types of fields, and the files that some of them name."""

import io
import random
import wave
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.factories.files import film, pdf
from tests.factories.pictures import picture

Field = dict[str, Any]
Document = dict[str, Any]
Drawer = Callable[[random.Random, Document, Field], Any]


@dataclass(frozen=True)
class File:
    """A file that has to be uploaded before the answer can be given."""

    name: str
    media_type: str
    content: bytes


def _sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(1)
        track.setframerate(8000)
        track.writeframes(b"\x80" * 800)
    return out.getvalue()


def _values(document: Document, name: str) -> list[str]:
    return [choice["value"] for choice in document["choice_lists"][name]]


def _money(source: random.Random, _: Document, field: Field) -> dict[str, Any]:
    low = int(field.get("minimum") or 0)
    most = int(field["maximum"]) if field.get("maximum") is not None else low + 100_000
    currency = source.choice(field.get("currencies") or ["EUR", "INR", "JPY"])
    return {"amount": source.randint(low, most), "currency": currency}


def _ranking(source: random.Random, document: Document, field: Field) -> list[str]:
    values = _values(document, field["choices"])
    return source.sample(values, len(values))


def _rating(source: random.Random, _: Document, field: Field) -> int | float:
    step = field.get("step") or 1
    low = field["minimum"] if field.get("minimum") is not None else 1
    high = field["maximum"] if field.get("maximum") is not None else 5
    value = round(low + step * source.randint(0, int((high - low) / step)), 6)
    return int(value) if value == int(value) else value


def _matrix(source: random.Random, document: Document, field: Field) -> dict[str, Any]:
    rows, columns = _values(document, field["rows"]), _values(document, field["choices"])
    if field.get("multiple"):
        return {row: sorted(source.sample(columns, source.randint(1, len(columns)))) for row in rows}
    return {row: source.choice(columns) for row in rows}


def _address(source: random.Random, _: Document, __: Field) -> dict[str, str]:
    return {"line1": f"{source.randint(1, 99)} Lamp Street", "city": "Pune", "postal_code": "411001", "country": "IN"}


def _location(source: random.Random, _: Document, __: Field) -> dict[str, float]:
    return {"latitude": round(source.uniform(-89, 89), 5), "longitude": round(source.uniform(-179, 179), 5)}


DRAWERS: dict[str, Drawer] = {
    "money": _money,
    "ranking": _ranking,
    "rating": _rating,
    "likert": lambda source, document, field: source.choice(_values(document, field["choices"])),
    "matrix": _matrix,
    "url": lambda source, _, __: f"https://people.example/{source.randrange(1000)}",
    "language": lambda source, _, __: source.choice(("hi", "ar", "en", "de", "yue")),
    "currency": lambda source, _, __: source.choice(("EUR", "INR", "JPY", "KWD")),
    "address": _address,
    "person_name": lambda source, _, __: {"given": source.choice(("Asha", "Bilal")), "family": "Kulkarni"},
    "barcode": lambda source, _, __: f"{source.randrange(10**12):012d}",
    "location": _location,
    "acknowledge": lambda _, __, ___: True,
    "file": lambda _, __, ___: File("paper.pdf", "application/pdf", pdf()),
    "image": lambda source, _, __: File("photo.png", "image/png", picture("PNG", (source.randint(20, 60), 40))),
    "signature": lambda source, _, __: File("signed.png", "image/png", picture("PNG", (source.randint(20, 60), 20))),
    "audio": lambda _, __, ___: File("said.wav", "audio/wav", _sound()),
    "video": lambda _, __, ___: File("film.mp4", "video/mp4", film(2000)),
}
