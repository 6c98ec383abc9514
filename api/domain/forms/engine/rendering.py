"""Answers in plain words: for mails, tickets, tables and whoever reads them outside the app.

Names, numbers and dates are Unicode's (CLDR, by Babel) in the reader's language; labels are the document's,
and its default language stands in where a text is missing. Nothing raises for what an answer contains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from api.domain.forms.engine.clock import zone
from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.document import Choice, Field, FormDocument, Text
from api.domain.forms.engine.fields.codes import CURRENCIES
from api.domain.forms.engine.masking import is_masked
from api.domain.forms.engine.scalars import as_scalar
from api.domain.forms.engine.types import CONTAINERS, UPLOADED, FieldType
from api.domain.forms.engine.values import to_string

_YES_NO = {
    "ar": ("نعم", "لا"),
    "bn": ("হ্যাঁ", "না"),
    "de": ("Ja", "Nein"),
    "en": ("Yes", "No"),
    "es": ("Sí", "No"),
    "fr": ("Oui", "Non"),
    "hi": ("हाँ", "नहीं"),
    "it": ("Sì", "No"),
    "nl": ("Ja", "Nee"),
    "pt": ("Sim", "Não"),
    "ta": ("ஆம்", "இல்லை"),
    "te": ("అవును", "కాదు"),
    "ur": ("ہاں", "نہیں"),
}


class Line(NamedTuple):
    """One answer in words: its label, its text, and how many repeats it stands in."""

    pointer: str
    label: str
    text: str
    depth: int


class _Reader(NamedTuple):
    locale: str
    words: Locale
    document: FormDocument
    timezone: str

    def label(self, text: Text | None) -> str:
        """`text` in the reader's language, or in the document's."""
        found = text or {}
        language = self.locale.partition("-")[0]
        for locale in (self.locale, language, self.document.default_locale):
            if found.get(locale, "").strip():
                return found[locale]
        return next(iter(found.values()), "")


def plain_answer(item: Item | Field, value: Any, locale: str, document: FormDocument, *, timezone: str = "UTC") -> str:
    """`value`, a stored answer to `item` of `document`, in words of `locale`; '' where there is none.

    Moments are shown in `timezone`, the event's. A masked answer stays as it is shown. The items of a repeat
    stand on a line each.
    """
    return _plain(item, value, _Reader(locale, _locale(locale), document, timezone))


def lines_of(document: FormDocument, answers: Mapping[str, Any], locale: str, *, timezone: str = "UTC") -> list[Line]:
    """Every answer of `answers` with its label, in the order of the document."""
    reader = _Reader(locale, _locale(locale), document, timezone)
    fields = [field for page in document.pages for section in page.sections for field in section.fields]
    return list(_lines(tuple(fields), answers, reader, "", 0))


def _lines(
    fields: tuple[Field, ...], answers: Mapping[str, Any], reader: _Reader, pointer: str, depth: int
) -> Iterator[Line]:
    for field in fields:
        if field.type is FieldType.GROUP:
            yield from _lines(field.fields, answers, reader, pointer, depth)
            continue
        value, place = answers.get(field.name), f"{pointer}/{field.name}"
        label = reader.label(field.label) or field.name
        if field.type is FieldType.REPEAT:
            for at, one in enumerate(value if isinstance(value, list) else ()):
                yield Line(f"{place}/{at}", f"{label} {at + 1}", "", depth)
                yield from _lines(
                    field.fields, one if isinstance(one, dict) else {}, reader, f"{place}/{at}", depth + 1
                )
        elif value is not None and field.type is not FieldType.NOTE:
            yield Line(place, label, _plain(field, value, reader), depth)


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    for wanted in (name, name.partition("-")[0], "en"):
        try:
            return Locale.parse(wanted, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _plain(item: Item | Field, value: Any, reader: _Reader) -> str:
    if value is None or item.type is None:
        return ""
    if is_masked(value):
        return str(value["masked"])
    write = _WRITERS.get(item.type)
    try:
        return _scalar(value, reader) if write is None else write(item, value, reader)
    except (ArithmeticError, AttributeError, KeyError, LookupError, TypeError, ValueError):
        # An answer from before the field had this type: as it is stored.
        return to_string(as_scalar(value))


def _scalar(value: Any, reader: _Reader) -> str:
    if isinstance(value, bool):
        return _boolean(None, value, reader)
    if isinstance(value, int | float):
        return _number(None, value, reader)
    return to_string(as_scalar(value))


def _boolean(_item: Item | Field | None, value: Any, reader: _Reader) -> str:
    yes, no = _YES_NO.get(reader.words.language, _YES_NO["en"])
    return yes if value else no


def _number(_item: Item | Field | None, value: Any, reader: _Reader) -> str:
    return str(format_decimal(Decimal(repr(value)), locale=reader.words, decimal_quantization=False))


def _rating(item: Item | Field, value: Any, reader: _Reader) -> str:
    most = item.maximum if isinstance(item.maximum, int | float) else 5
    return f"{_number(None, value, reader)} / {_number(None, most, reader)}"


def _listed(name: str | None, reader: _Reader) -> dict[str, Choice]:
    found: dict[str, Choice] = {}
    for choice in reader.document.choice_lists.get(name or "", ()):
        found.setdefault(choice.value, choice)
    return found


def _choice_label(listed: Mapping[str, Choice], value: str, reader: _Reader) -> str:
    choice = listed.get(value)
    return value if choice is None else reader.label(choice.label) or value


def _choice(item: Item | Field, value: Any, reader: _Reader) -> str:
    listed = _listed(item.choices, reader)
    values = value if isinstance(value, list) else [value]
    return ", ".join(_choice_label(listed, str(one), reader) for one in values)


def _ranking(item: Item | Field, value: Any, reader: _Reader) -> str:
    listed = _listed(item.choices, reader)
    return ", ".join(f"{at}. {_choice_label(listed, one, reader)}" for at, one in enumerate(value, start=1))


def _matrix(item: Item | Field, value: Any, reader: _Reader) -> str:
    rows = _listed(item.rows, reader)
    shown = [*(row for row in rows if row in value), *(row for row in value if row not in rows)]
    return "; ".join(f"{_choice_label(rows, row, reader)}: {_choice(item, value[row], reader)}" for row in shown)


def _date(_item: Item | Field, value: Any, reader: _Reader) -> str:
    return str(format_date(date.fromisoformat(value), "medium", locale=reader.words))


def _time(_item: Item | Field, value: Any, reader: _Reader) -> str:
    of_day = time.fromisoformat(value)
    return str(format_time(of_day, "medium" if of_day.second else "short", locale=reader.words))


def _datetime(_item: Item | Field, value: Any, reader: _Reader) -> str:
    moment = datetime.fromisoformat(value).astimezone(zone(reader.timezone))
    shown = str(format_datetime(moment, "medium", locale=reader.words))
    return f"{shown} ({reader.timezone})"


def _country(_item: Item | Field, value: Any, reader: _Reader) -> str:
    return str(reader.words.territories.get(value, value))


def _language(_item: Item | Field, value: Any, reader: _Reader) -> str:
    return str(reader.words.languages.get(value, value))


def _currency(_item: Item | Field, value: Any, reader: _Reader) -> str:
    return f"{reader.words.currencies.get(value, value)} ({value})"


def major(value: Mapping[str, Any]) -> Decimal:
    """An amount of money in its currency's major unit, exactly."""
    return Decimal(value["amount"]).scaleb(-CURRENCIES.get(value["currency"], 2))


def _money(_item: Item | Field, value: Any, reader: _Reader) -> str:
    currency = value["currency"]
    letters = get_currency_symbol(currency, locale=reader.words)[-1:].isalpha()
    # Unquantized, so that no digit is lost where CLDR shows fewer than ISO 4217 has.
    shown = format_currency(
        major(value),
        currency,
        "#,##0.00\u00a0¤" if letters else None,
        locale=reader.words,
        decimal_quantization=False,
    )
    return str(shown)


def _address(_item: Item | Field, value: Any, reader: _Reader) -> str:
    parts = {**value, "country": _country(_item, value["country"], reader)} if "country" in value else value
    return ", ".join(parts.values())


def _location(_item: Item | Field, value: Any, _reader: _Reader) -> str:
    place = f"{value['latitude']}, {value['longitude']}"
    more = [f"{value['altitude']} m"] if "altitude" in value else []
    more += [f"±{value['accuracy']} m"] if "accuracy" in value else []
    return f"{place} ({', '.join(more)})" if more else place


def _repeat(item: Item | Field, value: Any, reader: _Reader) -> str:
    source = _field_called(item.name, reader.document)
    fields = () if source is None else source.fields
    rows = []
    for at, one in enumerate(value, start=1):
        found = _lines(fields, one, reader, "", 0)
        rows.append(f"{at}. " + "; ".join(f"{line.label}: {line.text}" for line in found if line.text))
    return "\n".join(rows)


def _field_called(name: str, document: FormDocument) -> Field | None:
    waiting = [field for page in document.pages for section in page.sections for field in section.fields]
    while waiting:
        field = waiting.pop()
        if field.name == name and field.type in CONTAINERS:
            return field
        waiting.extend(field.fields)
    return None


def _nothing(_item: Item | Field, _value: Any, _reader: _Reader) -> str:
    return ""


def _file(_item: Item | Field, value: Any, _reader: _Reader) -> str:
    return str(value["name"])


_WRITERS: Mapping[FieldType, Callable[[Item | Field, Any, _Reader], str]] = MappingProxyType(
    {
        FieldType.INTEGER: _number,
        FieldType.DECIMAL: _number,
        FieldType.RATING: _rating,
        FieldType.BOOLEAN: _boolean,
        FieldType.CONSENT: _boolean,
        FieldType.ACKNOWLEDGE: _boolean,
        FieldType.SINGLE_CHOICE: _choice,
        FieldType.LIKERT: _choice,
        FieldType.MULTIPLE_CHOICE: _choice,
        FieldType.RANKING: _ranking,
        FieldType.MATRIX: _matrix,
        FieldType.DATE: _date,
        FieldType.TIME: _time,
        FieldType.DATETIME: _datetime,
        FieldType.COUNTRY: _country,
        FieldType.LANGUAGE: _language,
        FieldType.CURRENCY: _currency,
        FieldType.MONEY: _money,
        FieldType.ADDRESS: _address,
        FieldType.LOCATION: _location,
        FieldType.REPEAT: _repeat,
        FieldType.GROUP: _nothing,
        FieldType.NOTE: _nothing,
        **dict.fromkeys(UPLOADED, _file),
    }
)
"""Types that are not here are text, or a calculation whose value tells its own type."""
