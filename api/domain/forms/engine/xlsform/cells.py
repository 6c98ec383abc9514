"""Fields, pages and choices of a document as cells of a spreadsheet, by the column's meaning and locale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine.document import Choice, Field, Media, Page, Section, Text
from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.xlsform.columns import SURVEY_ATTRIBUTES, read_heading
from api.domain.forms.engine.xlsform.defaults import write_default
from api.domain.forms.engine.xlsform.media import ADDRESS
from api.domain.forms.engine.xlsform.parameters import RATING_DEFAULTS
from api.domain.forms.engine.xlsform.reader import MAX_CELL
from api.domain.forms.engine.xlsform.report import Notes

Key = tuple[str, str]
"""What a column holds, and its locale; '' for a column without one."""
Cells = dict[Key, str]

_TYPES: Mapping[FieldType, str] = MappingProxyType(
    {
        FieldType.TEXT: "text",
        FieldType.MULTILINE: "text",
        FieldType.INTEGER: "integer",
        FieldType.DECIMAL: "decimal",
        FieldType.BOOLEAN: "acknowledge",
        FieldType.SINGLE_CHOICE: "select_one",
        FieldType.MULTIPLE_CHOICE: "select_multiple",
        FieldType.DATE: "date",
        FieldType.TIME: "time",
        FieldType.DATETIME: "dateTime",
        FieldType.CONSENT: "acknowledge",
        FieldType.MONEY: "decimal",
        FieldType.RANKING: "rank",
        FieldType.RATING: "range",
        FieldType.LIKERT: "select_one",
        FieldType.FILE: "file",
        FieldType.IMAGE: "image",
        FieldType.AUDIO: "audio",
        FieldType.VIDEO: "video",
        FieldType.BARCODE: "barcode",
        FieldType.SIGNATURE: "image",
        FieldType.LOCATION: "geopoint",
        FieldType.ACKNOWLEDGE: "acknowledge",
        FieldType.HIDDEN: "hidden",
        FieldType.CALCULATED: "calculate",
        FieldType.NOTE: "note",
        FieldType.GROUP: "begin group",
        FieldType.REPEAT: "begin repeat",
    }
)
"""The standard's type of each; what is not here is a text with a `prs::type`."""
_LISTED = ("select_one", "select_multiple", "rank")
_APPEARANCES = {
    FieldType.MULTILINE: "multiline",
    FieldType.URL: "url",
    FieldType.LIKERT: "likert",
    FieldType.SIGNATURE: "signature",
}
_NAMED = frozenset(
    {
        FieldType.EMAIL, FieldType.PHONE, FieldType.COUNTRY, FieldType.IDENTITY_NUMBER, FieldType.LANGUAGE,
        FieldType.CURRENCY, FieldType.ADDRESS, FieldType.PERSON_NAME, FieldType.MONEY, FieldType.MATRIX,
        FieldType.BOOLEAN, FieldType.CONSENT,
    }
)  # fmt: skip
"""Types that only `prs::type` can name."""
_RENDERED = frozenset({FieldType.TEXT, FieldType.IMAGE, FieldType.SINGLE_CHOICE})
"""Types that an appearance may turn into another."""
_TEXTS = {
    "label": "label",
    "hint": "hint",
    "guidance_hint": "guidance",
    "required_message": "required_message",
    "constraint_message": "constraint_message",
}
_WORDS = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculation": "calculation",
    "choice_filter": "choice_filter",
    "repeat_count": "count",
}
_RANGE = {"minimum": "start", "maximum": "end", "step": "step"}
# What neither XML nor a cell keeps, and the escape that workbooks read for themselves.
_LOST = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|x005F_")


def cell(text: str) -> str:
    """`text` as a cell keeps it."""
    return _LOST.sub("", text)[:MAX_CELL].strip()


def field_cells(field: Field) -> Cells:
    """The row of `field`; groups and repeats are begun by it."""
    cells: Cells = {("type", ""): _type(field), ("name", ""): field.name}
    for key, attribute in _TEXTS.items():
        _text(cells, key, getattr(field, attribute))
    _media(cells, field.media)
    for key, attribute in _WORDS.items():
        _put(cells, key, getattr(field, attribute) or "")
    _put(cells, "required", "yes" if field.required is True else field.required or "")
    _put(cells, "read_only", "yes" if field.read_only else "")
    _put(cells, "trigger", f"${{{field.trigger}}}" if field.trigger else "")
    if field.default is not None:
        _put(cells, "default", write_default(field.default, field.type))
    for attribute in SURVEY_ATTRIBUTES:
        _put(cells, f"prs:{attribute}", _plain(getattr(field, attribute)))
    _appearance(cells, field)
    if field.type is FieldType.RATING:
        _range(cells, field)
    return cells


def container_cells(source: Page | Section) -> Cells:
    """The row that begins a page or a section."""
    cells: Cells = {("type", ""): "begin group", ("name", ""): source.name}
    _text(cells, "label", source.title)
    _text(cells, "description", source.description)
    _put(cells, "relevant", source.relevant or "")
    return cells


def choice_cells(choice: Choice, list_name: str) -> Cells:
    """The row of `choice` in the list of that name."""
    cells: Cells = {("list_name", ""): list_name, ("name", ""): choice.value}
    _text(cells, "label", choice.label)
    _media(cells, choice.media)
    _put(cells, "prs:relevant", choice.relevant or "")
    for column, value in choice.columns.items():
        key = f"column:{column}"
        if read_heading(column, "choices", 1, Notes(skip_unsupported=False)).key == key:
            _put(cells, key, value)
    return cells


def _type(field: Field) -> str:
    if field.type is FieldType.MATRIX:
        return f"select_{'multiple' if field.multiple else 'one'} {field.choices}"
    name = _TYPES.get(field.type, "text")
    if field.type is FieldType.RATING and not _is_range(field):
        return "decimal"
    return f"{name} {field.choices}" if name in _LISTED else name


def _appearance(cells: Cells, field: Field) -> None:
    own = field.appearance or ""
    said = _APPEARANCES.get(field.type, "")
    if field.type is FieldType.SIGNATURE and "draw" in own.split():
        said = ""
    if field.type is FieldType.RATING and _is_range(field) and not _says_all(field):
        said = "rating"
    _put(cells, "appearance", f"{said} {own}".strip())
    plain = cells[("type", "")] == "decimal" and field.type is FieldType.RATING
    words = set(own.split())
    misread = field.type in _RENDERED and words & {"multiline", "url", "likert", "signature", "draw"}
    if field.type in _NAMED or plain or misread:
        _put(cells, "prs:type", field.type.value)
    if field.type is FieldType.CONSENT and field.consent_text_version:
        cells.pop(("prs:type", ""))


def _says_all(field: Field) -> bool:
    return None not in (field.minimum, field.maximum, field.step)


def _is_range(field: Field) -> bool:
    """Whether the standard's range can ask for it: numbers, and a step that fits between them."""
    values = _bounds(field)
    if not all(isinstance(value, int | float) and abs(value) < 1e15 for value in values.values()):
        return False
    return bool(0 < values["step"] <= values["maximum"] - values["minimum"])


def _bounds(field: Field) -> dict[str, Any]:
    given = {attribute: getattr(field, attribute) for attribute in _RANGE}
    return {name: RATING_DEFAULTS[name] if value is None else value for name, value in given.items()}


def _range(cells: Cells, field: Field) -> None:
    if not _is_range(field):
        return
    values = _bounds(field)
    _put(cells, "parameters", " ".join(f"{name}={_plain(values[key])}" for key, name in _RANGE.items()))
    for attribute in _RANGE:
        # Stars are read back without what goes without saying, so that is said in a column of its own.
        goes_without_saying = getattr(field, attribute) == RATING_DEFAULTS[attribute]
        if _says_all(field) or not goes_without_saying:
            cells.pop((f"prs:{attribute}", ""), None)


def _plain(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value)


def _put(cells: Cells, key: str, text: str, locale: str = "") -> None:
    kept = cell(text)
    if kept:
        cells[(key, locale)] = kept


def _text(cells: Cells, key: str, text: Text | None) -> None:
    for locale, words in (text or {}).items():
        _put(cells, key, words, locale)


def _media(cells: Cells, media: Media | None) -> None:
    for kind in ("image", "audio", "video") if media is not None else ():
        addresses: Text = getattr(media, kind) or {}
        _text(cells, f"media:{kind}", {locale: one for locale, one in addresses.items() if ADDRESS.fullmatch(one)})
