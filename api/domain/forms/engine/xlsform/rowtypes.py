"""The type column of a survey: what a row is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from api.domain.forms.engine.types import FieldType

RowKind = Literal["field", "begin", "end", "unsupported"]


class RowType(NamedTuple):
    """`choices` and `other` belong to a select; `block` is group, repeat or loop."""

    kind: RowKind
    type: FieldType | None = None
    choices: str = ""
    other: bool = False
    block: str = ""
    reason: str = ""


_SIMPLE: Mapping[str, FieldType] = MappingProxyType(
    {
        "text": FieldType.TEXT,
        "string": FieldType.TEXT,
        "integer": FieldType.INTEGER,
        "int": FieldType.INTEGER,
        "decimal": FieldType.DECIMAL,
        "range": FieldType.RATING,
        "date": FieldType.DATE,
        "time": FieldType.TIME,
        "datetime": FieldType.DATETIME,
        "date time": FieldType.DATETIME,
        "note": FieldType.NOTE,
        "calculate": FieldType.CALCULATED,
        "hidden": FieldType.HIDDEN,
        "acknowledge": FieldType.ACKNOWLEDGE,
        "trigger": FieldType.ACKNOWLEDGE,
        "phone number": FieldType.PHONE,
        "geopoint": FieldType.LOCATION,
        "location": FieldType.LOCATION,
        "gps": FieldType.LOCATION,
        "barcode": FieldType.BARCODE,
        "image": FieldType.IMAGE,
        "photo": FieldType.IMAGE,
        "audio": FieldType.AUDIO,
        "video": FieldType.VIDEO,
        "file": FieldType.FILE,
        **{f"add {kind} prompt": FieldType(kind) for kind in ("image", "audio", "video", "file")},
        "add photo prompt": FieldType.IMAGE,
        "add barcode prompt": FieldType.BARCODE,
        "add location prompt": FieldType.LOCATION,
    }
)
_BLOCK = re.compile(r"(begin|end)[ _]+(group|repeat|loop)(?:\s+over\s+\S+)?")
_SELECT = re.compile(
    r"(?P<one>select[ _]one|select1|select one from|select_one from)"
    r"|(?P<many>select[ _]multiple|select all that apply)|(?P<rank>rank)\b"
)
_OTHER = re.compile(r"\s+or[ _]+(?:specify[ _]+)?other$", re.IGNORECASE)

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("geotrace", "geoshape"), "lines and areas on a map"),
        "osm": "buildings picked from OpenStreetMap",
        "start-geopoint": "a place recorded without asking",
        "background-geopoint": "a place recorded without asking",
        "background-audio": "a recording without asking",
        **dict.fromkeys(("start", "end", "today"), "times of the device; use a calculation with now() or today()"),
        **dict.fromkeys(
            ("deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "imei"),
            "data of the device or its user",
        ),
        "audit": "a log of the respondent's steps",
        **dict.fromkeys(("xml-external", "csv-external"), "data files beside the sheet"),
        "select_one_external": "choices in a sheet of their own (external_choices); put them into 'choices'",
        **dict.fromkeys(
            ("select_one_from_file", "select_multiple_from_file", "select one from file", "select multiple from file"),
            "choices in a file; put them into the sheet 'choices'",
        ),
        "cascading_select": "cascading selects of the old kind; use choice_filter",
        "cascading select": "cascading selects of the old kind; use choice_filter",
    }
)
_KINDS = {"one": FieldType.SINGLE_CHOICE, "many": FieldType.MULTIPLE_CHOICE, "rank": FieldType.RANKING}


def row_type(text: str) -> RowType:
    """What the type cell `text` asks for."""
    plain = " ".join(text.split())
    lower = plain.lower()
    block = _BLOCK.fullmatch(lower)
    if block is not None:
        return RowType("begin" if block[1] == "begin" else "end", block=block[2])
    simple = _SIMPLE.get(lower)
    if simple is not None:
        return RowType("field", simple)
    refused = _refused(lower)
    if refused is not None:
        return refused
    select = _SELECT.match(lower)
    if select is not None:
        return _select(plain[select.end() :], _KINDS[select.lastgroup or "one"])
    return RowType("unsupported", reason=f"there is no type {text!r}")


def _refused(lower: str) -> RowType | None:
    words = lower.split(" ")
    for name in (lower, " ".join(words[:4]), " ".join(words[:2]), words[0]):
        if name in _REASONS:
            return RowType("unsupported", reason=f"{name!r} is not supported: {_REASONS[name]}")
    return None


def _select(rest: str, kind: FieldType) -> RowType:
    without = _OTHER.sub("", f" {rest.strip()}")
    other = without.strip() != rest.strip()
    words = without.split()
    if words and words[0].lower() == "from":
        words = words[1:]
    if len(words) != 1:
        return RowType("unsupported", reason="write the name of one choice list, such as 'select_one yes_no'")
    if other and kind is FieldType.RANKING:
        return RowType("unsupported", reason="a ranking has no 'or_other': every choice gets a rank")
    return RowType("field", kind, choices=words[0], other=other)
