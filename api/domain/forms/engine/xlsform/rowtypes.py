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
        "date": FieldType.DATE,
        "time": FieldType.TIME,
        "datetime": FieldType.DATETIME,
        "date time": FieldType.DATETIME,
        "note": FieldType.NOTE,
        "calculate": FieldType.CALCULATED,
        "acknowledge": FieldType.CONSENT,
        "trigger": FieldType.CONSENT,
        "phone number": FieldType.PHONE,
    }
)
_BLOCK = re.compile(r"(begin|end)[ _]+(group|repeat|loop)(?:\s+over\s+\S+)?")
_SELECT = re.compile(
    r"(?P<one>select[ _]one|select1|select one from|select_one from)|(?P<many>select[ _]multiple|select all that apply)"
)
_OTHER = re.compile(r"\s+or[ _]+(?:specify[ _]+)?other$", re.IGNORECASE)

_UNSUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("geopoint", "geotrace", "geoshape", "start-geopoint", "location", "gps"), "locations"),
        **dict.fromkeys(("image", "photo", "audio", "video", "file", "background-audio"), "files"),
        **dict.fromkeys(("start", "end", "today", "deviceid", "subscriberid", "simserial", "username"), "device data"),
        **dict.fromkeys(("phonenumber", "email", "audit", "imei"), "device data"),
        **dict.fromkeys(("xml-external", "csv-external", "select_one_external"), "data files"),
        **dict.fromkeys(("select_one_from_file", "select_multiple_from_file"), "data files"),
        "barcode": "barcodes",
        "range": "ranges",
        "rank": "rankings",
        "hidden": "hidden fields",
        "osm": "maps",
    }
)


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
    word = lower.split(" ")[0] if lower else ""
    for name in (lower, word):
        if name in _UNSUPPORTED:
            return RowType("unsupported", reason=f"{_UNSUPPORTED[name]} ({name!r}) are not supported")
    select = _SELECT.match(lower)
    if select is not None:
        return _select(plain[select.end() :], FieldType.SINGLE_CHOICE if select["one"] else FieldType.MULTIPLE_CHOICE)
    return RowType("unsupported", reason=f"there is no type {text!r}")


def _select(rest: str, kind: FieldType) -> RowType:
    without = _OTHER.sub("", f" {rest.strip()}")
    other = without.strip() != rest.strip()
    words = without.split()
    if words and words[0].lower() == "from":
        words = words[1:]
    if len(words) != 1:
        return RowType("unsupported", reason="write the name of one choice list, such as 'select_one yes_no'")
    return RowType("field", kind, choices=words[0], other=other)
