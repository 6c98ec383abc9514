"""Every type of field with answers that are kept, as they are kept, and answers that are refused, with their code.

One form holds a field of each type; each answer is a case of its own.
"""

from __future__ import annotations

from typing import Any

from api.domain.forms.engine.fields.identity import verhoeff_digit
from tests.vectors.written_forms import choices, field, form

UPLOAD = {
    "upload": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "name": "a.pdf",
    "media_type": "application/pdf",
    "size": 1234,
}
PHOTO = {**UPLOAD, "name": "ज़ैद.png", "media_type": "image/png"}
SOUND = {**UPLOAD, "name": "🎧.ogg", "media_type": "audio/ogg"}
FILM = {**UPLOAD, "name": "a b.mp4", "media_type": "video/mp4"}
HOME = {"line1": "12 MG Road", "city": "Pune", "postal_code": "411001", "country": "IN"}
AADHAAR = f"23456789012{verhoeff_digit('23456789012')}"

LISTS = {
    "colours": choices("red", "green", "blue"),
    "scale": choices("no", "partly", "yes"),
    "rows": [
        {"value": "food", "label": {"en": "Food"}},
        {"value": "rooms", "label": {"en": "Rooms"}},
        {"value": "bus", "label": {"en": "Bus"}, "relevant": "${integer} > 3"},
    ],
}
TYPES = form(
    (
        "all",
        [
            field("text", "text", max_length=20),
            field("multiline", "multiline"),
            field("integer", "integer", minimum=-5, maximum=10),
            field("decimal", "decimal", minimum=0.5),
            field("boolean", "boolean"),
            field("single_choice", "single_choice", choices="colours"),
            field("multiple_choice", "multiple_choice", choices="colours", max_choices=2),
            field("date", "date", minimum="2026-01-01"),
            field("time", "time", maximum="18:00"),
            field("datetime", "datetime", minimum="2026-01-01T00:00:00Z"),
            field("email", "email"),
            field("phone", "phone"),
            field("country", "country"),
            field("identity_number", "identity_number", identity="aadhaar", sensitive=True),
            field("consent", "consent"),
            field("money", "money", currencies=["EUR", "JPY", "KWD"], minimum=100, maximum=500_000),
            field("ranking", "ranking", choices="colours"),
            field("rating", "rating"),
            field("range", "rating", minimum=-1, maximum=1, step=0.1),
            field("likert", "likert", choices="scale"),
            field("matrix", "matrix", rows="rows", choices="scale", required="${rating} = 2"),
            field("grid", "matrix", rows="rows", choices="scale", multiple=True),
            field("url", "url"),
            field("language", "language"),
            field("currency", "currency"),
            field("address", "address"),
            field("person_name", "person_name"),
            field("file", "file", accept=["application/pdf", "image/*"], max_bytes=5000),
            field("image", "image"),
            field("audio", "audio", max_bytes=2000),
            field("video", "video"),
            field("signature", "signature"),
            field("barcode", "barcode", pattern="[0-9]{8,13}"),
            field("location", "location"),
            field("acknowledge", "acknowledge"),
            field("hidden", "hidden", max_length=10),
        ],
    ),
    lists=LISTS,
)
FIELDS = TYPES["pages"][0]["sections"][0]["fields"]

NOTHING = object()
"""Expected where an answer counts as none."""

KEPT: dict[str, list[Any]] = {
    "text": ["abc", (" a ", "a"), "🍔", "e\u0301", "שלום", ("", NOTHING), (" \t\n", NOTHING), (None, NOTHING)],
    "multiline": ["a\nb", ("a\r\nb\rc", "a\nb\nc"), "\u202eab", ("\n\n", NOTHING)],
    "integer": [0, -5, 10, (5.0, 5), (-0.0, 0)],
    "decimal": [0.5, 1e15, (2.0, 2), 0.7],
    "boolean": [True, False],
    "single_choice": ["red", (" red ", "red")],
    "multiple_choice": [["red"], ["blue", "red"], (["red", "red"], ["red"]), ([], NOTHING), ([""], NOTHING)],
    "date": ["2026-01-01", "9999-12-31", "2028-02-29"],
    "time": ["00:00", "18:00", ("09:30:00", "09:30"), "09:30:15", ("09:30:15.9", "09:30:15")],
    "datetime": [
        "2026-01-01T00:00:00Z",
        ("2026-06-01T12:00:00+05:30", "2026-06-01T06:30:00Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ],
    "email": ["a@b.in", "o'hara+x@sub.example.org"],
    "phone": [("+91 98765-43210", "+919876543210"), "+4930123456"],
    "country": ["IN", "AX"],
    "identity_number": [AADHAAR, (f" {AADHAAR[:4]} {AADHAAR[4:]}", AADHAAR), {"masked": "••••1234"}],
    "consent": [True, False],
    "money": [
        {"amount": 1999, "currency": "EUR"},
        {"amount": 500_000, "currency": "JPY"},
        ({"currency": "KWD", "amount": 1999.0}, {"amount": 1999, "currency": "KWD"}),
        ({"currency": "EUR"}, NOTHING),
        ({"amount": None, "currency": "EUR"}, NOTHING),
        ({}, NOTHING),
    ],
    "ranking": [["green", "red", "blue"], (["green", "red", "green", "blue"], ["green", "red", "blue"])],
    "rating": [1, 5, (3.0, 3)],
    "range": [-1, 0, 0.3, 0.7, 1, (-0.0, 0)],
    "likert": ["partly"],
    "matrix": [{"food": "yes", "rooms": "no"}, {"food": "yes"}, ({"food": ""}, NOTHING), ({}, NOTHING)],
    "grid": [{"food": ["yes", "no"]}, ({"food": [], "rooms": ["no", "no"]}, {"rooms": ["no"]})],
    "url": [
        "https://example.org",
        "http://a.b/c?d=e#f",
        "HTTPS://Example.ORG:8443/ä/%20",
        "https://münchen.example/🍔",
        "https://xn--mnchen-3ya.example",
    ],
    "language": ["hi", "yue", "en"],
    "currency": ["EUR", "XOF"],
    "address": [
        HOME,
        ({**HOME, "line2": " ", "region": " MH "}, {**HOME, "region": "MH"}),
        ({"line1": None, "country": ""}, NOTHING),
    ],
    "person_name": [{"given": "Zaïd"}, {"given": "Ana", "additional": "M.", "family": "Šiš"}, {"family": "李"}],
    "file": [UPLOAD, PHOTO, ({**UPLOAD, "size": 0}, {**UPLOAD, "size": 0})],
    "image": [PHOTO],
    "audio": [SOUND],
    "video": [FILM],
    "signature": [PHOTO],
    "barcode": ["4006381333931", (" 12345678 ", "12345678")],
    "location": [
        {"latitude": 18.52, "longitude": 73.85},
        {"latitude": -90, "longitude": 180, "altitude": -3.5, "accuracy": 4.25},
        ({"latitude": 1.0, "longitude": -0.0}, {"latitude": 1, "longitude": 0}),
    ],
    "acknowledge": [True, (False, NOTHING)],
    "hidden": ["utm-42", (" x ", "x")],
}

REFUSED: dict[str, list[tuple[Any, str]]] = {
    "text": [
        (1, "type"), (True, "type"), ([], "ok"), (["a"], "type"), ({"a": 1}, "type"), ("a\nb", "format"), ("a\u0000", "format"),
        ("\ufffe", "format"), ("x" * 21, "max_length"), ("🍔" * 21, "max_length"),
    ],
    "multiline": [("a\u0007", "format"), ("x" * 10_001, "max_length"), (5, "type")],
    "integer": [("5", "type"), (1.5, "type"), (True, "type"), (11, "maximum"), (-6, "minimum"), (2**53, "maximum"), ([1], "type")],
    "decimal": [("0.5", "type"), (0.4, "minimum"), (1e16, "maximum"), (-1e16, "minimum"), (False, "type")],
    "boolean": [(1, "type"), ("true", "type"), (["x"], "type")],
    "single_choice": [("pink", "choice"), (1, "type"), (["red"], "type"), ("x" * 201, "max_length"), ("RED", "choice")],
    "multiple_choice": [("red", "type"), (["pink"], "choice"), ([1], "type"), (["red", "green", "blue"], "max_choices")],
    "date": [("2026-02-29", "format"), ("2026-1-1", "format"), ("2025-12-31", "minimum"), (20260101, "type"), ("0000-01-01", "format")],
    "time": [("24:00", "format"), ("18:00:01", "maximum"), ("9:30", "format"), (930, "type")],
    "datetime": [
        ("2026-06-01T12:00:00", "format"), ("2026-06-01 12:00:00Z", "format"), ("2025-12-31T23:59:59Z", "minimum"), ("2026-06-31T12:00:00Z", "format"),
    ],
    "email": [("a@b", "format"), ("a b@c.de", "format"), ("@b.in", "format"), ("x" * 65 + "@b.in", "format"), ({}, "type")],
    "phone": [("12345", "format"), ("+0123456789", "format"), (919876543210, "type")],
    "country": [("in", "choice"), ("XX", "choice"), ("IND", "choice"), (91, "type")],
    "identity_number": [("234567890123", "format"), ("1", "format"), ({"masked": "9012"}, "type"), (234567890124, "type")],
    "consent": [("yes", "type"), (1, "type")],
    "money": [
        (1999, "type"), ("19.99 EUR", "type"), ({"amount": 19.99, "currency": "EUR"}, "type"), ({"amount": "1999", "currency": "EUR"}, "type"),
        ({"amount": 1999}, "choice"), ({"amount": 1999, "currency": "USD"}, "choice"), ({"amount": 1999, "currency": "eur"}, "choice"),
        ({"amount": 99, "currency": "EUR"}, "minimum"), ({"amount": 500_001, "currency": "KWD"}, "maximum"),
        ({"amount": 1999, "currency": "EUR", "note": "x"}, "type"), ({"amount": 10**16, "currency": "EUR"}, "maximum"), ([1999, "EUR"], "type"),
    ],
    "ranking": [(["green", "red"], "incomplete"), (["green", "red", "pink"], "choice"), ("green", "type"), ({"1": "green"}, "type")],
    "rating": [(0, "minimum"), (6, "maximum"), (2.5, "step"), ("3", "type"), (True, "type")],
    "range": [(0.25, "step"), (1.1, "maximum"), (-1.1, "minimum")],
    "likert": [("maybe", "choice"), (2, "type"), (["yes"], "type")],
    "matrix": [
        ({"food": "maybe"}, "choice"), ({"drinks": "yes"}, "choice"), ({"food": ["yes"]}, "type"), (["yes"], "type"), ("yes", "type"),
        ({"__proto__": "yes"}, "choice"), ({"food": {"a": 1}}, "type"),
    ],
    "grid": [({"food": "yes"}, "type"), ({"food": ["maybe"]}, "choice"), ({"constructor": ["yes"]}, "choice")],
    "url": [
        ("example.org", "format"), ("ftp://example.org", "format"), ("javascript:alert(1)", "format"), ("https://localhost", "format"),
        ("https://a:b@example.org", "format"), ("https://example.org/a b", "format"), ("https://example.org/\u202ea", "format"),
        ("https://exa mple.org", "format"), ("https:///x", "format"), ("https://example.org:port", "format"), (5, "type"),
        ("https://example.org/" + "x" * 2_000, "max_length"), ("https://-a.example", "format"), ("https://a..example", "format"),
    ],
    "language": [("HI", "choice"), ("xx", "choice"), ("hin-IN", "choice"), ("en-GB", "choice"), (1, "type")],
    "currency": [("eur", "choice"), ("XYZ", "choice"), ("DEM", "choice"), (978, "type")],
    "address": [
        ({"line1": "x"}, "incomplete"), ({"country": "IN"}, "incomplete"), ({**HOME, "country": "India"}, "choice"),
        ({**HOME, "line1": 5}, "type"), ({**HOME, "line1": "x" * 201}, "max_length"), ({**HOME, "postal_code": "x" * 21}, "max_length"),
        ({**HOME, "planet": "Earth"}, "type"), ("12 MG Road", "type"), ({**HOME, "city": "a\nb"}, "format"),
    ],
    "person_name": [({"additional": "M."}, "incomplete"), ("Ana", "type"), ({"given": 5}, "type"), ({"first": "Ana"}, "type"), ({"given": "x" * 201}, "max_length")],
    "file": [
        ("a.pdf", "type"), ({**UPLOAD, "size": -1}, "type"), ({**UPLOAD, "size": 1.5}, "type"), ({**UPLOAD, "size": True}, "type"),
        ({**UPLOAD, "upload": "1"}, "type"), ({**UPLOAD, "name": "../x"}, "format"), ({**UPLOAD, "name": ""}, "format"),
        ({**UPLOAD, "media_type": "text/html"}, "media_type"), ({**UPLOAD, "media_type": "pdf"}, "type"), ({**UPLOAD, "size": 5001}, "max_bytes"),
        ({**UPLOAD, "x": 1}, "type"), ({"upload": UPLOAD["upload"]}, "type"), ({**UPLOAD, "name": "x" * 256}, "max_length"),
    ],
    "image": [(UPLOAD, "media_type"), ([PHOTO], "type")],
    "audio": [(PHOTO, "media_type"), ({**SOUND, "size": 2001}, "max_bytes")],
    "video": [(SOUND, "media_type"), (5, "type")],
    "signature": [(FILM, "media_type"), ("data:image/png;base64,AA", "type")],
    "barcode": [("12", "pattern"), (4006381333931, "type"), ("1234\u00005678", "format")],
    "location": [
        ({"latitude": 91, "longitude": 0}, "format"), ({"latitude": 0, "longitude": -180.5}, "format"), ({"latitude": "18", "longitude": 73}, "type"),
        ({"latitude": 18.5}, "incomplete"), ({"altitude": 3}, "incomplete"), ({"latitude": 1, "longitude": 1, "accuracy": -1}, "format"),
        ("18.52 73.85 0 0", "type"), ([18.52, 73.85], "type"), ({"lat": 1, "lon": 1}, "type"), ({"latitude": True, "longitude": 1}, "type"),
    ],
    "acknowledge": [("OK", "type"), (1, "type")],
    "hidden": [("x" * 11, "max_length"), (5, "type")],
}  # fmt: skip


def cases() -> list[tuple[str, Any, dict[str, Any]]]:
    """Each answer alone in the form `every_type`, with what is written of it."""
    found: list[tuple[str, Any, dict[str, Any]]] = []
    for name, kept in KEPT.items():
        for one in kept:
            raw, clean = one if isinstance(one, tuple) else (one, one)
            answers = {} if clean is NOTHING else {name: clean}
            found.append(("every_type", {name: raw}, {"errors": [], "answers": answers}))
    for name, refused in REFUSED.items():
        for raw, code in refused:
            errors = [] if code == "ok" else [(f"/{name}", code)]
            found.append(("every_type", {name: raw}, {"errors": errors}))
    return [*found, *TOGETHER]


_BOTH = {"food": "yes", "rooms": "no"}
TOGETHER: list[tuple[str, Any, dict[str, Any]]] = [
    ("every_type", {"rating": 2}, {"required": ["/matrix"], "errors": [("/matrix", "required")]}),
    ("every_type", {"rating": 2, "matrix": {"food": "yes"}}, {"errors": [("/matrix", "incomplete")]}),
    ("every_type", {"rating": 2, "matrix": _BOTH}, {"rows": {"/matrix": ["food", "rooms"]}, "errors": []}),
    ("every_type", {"rating": 2, "matrix": _BOTH, "integer": 5}, {"errors": [("/matrix", "incomplete")]}),
    ("every_type", {"rating": 2, "matrix": {**_BOTH, "bus": "no"}, "integer": 5}, {"errors": []}),
    # A row that is not shown has no answer.
    ("every_type", {"matrix": {"food": "yes", "bus": "no"}}, {"answers": {"matrix": {"food": "yes"}}, "errors": []}),
    ("every_type", {"matrix": {"bus": "no"}}, {"answers": {}, "errors": []}),
    ("every_type", {"matrix": {"bus": "maybe"}}, {"answers": {}, "errors": []}),
]
