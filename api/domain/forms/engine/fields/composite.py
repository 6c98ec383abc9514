"""Answers of several parts: money, address, a person's name, a place on earth.

A part that is missing is no error here: half an address is saved while its page is unfinished, and
`limits.py` asks for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, bound_length, empty, text_of
from api.domain.forms.engine.fields.codes import CURRENCIES
from api.domain.forms.engine.fields.countries import COUNTRIES
from api.domain.forms.engine.fields.number import bounded_number, plain_number, whole_number
from api.domain.forms.engine.values import number_text

MAX_AMOUNT = 10**15
MAX_PART = 200
MAX_POSTAL_CODE = 20
NOTHING = ("", "")

MONEY_PARTS = ("amount", "currency")
ADDRESS_PARTS = ("line1", "line2", "city", "region", "postal_code", "country")
NAME_PARTS = ("given", "additional", "family")
LOCATION_PARTS = ("latitude", "longitude", "altitude", "accuracy")
_ON_EARTH = {"latitude": (-90, 90), "longitude": (-180, 180), "altitude": (-100_000, 100_000), "accuracy": (0, 10**8)}


def parts_of(raw: Any, known: tuple[str, ...]) -> dict[str, Any]:
    """The answered parts of `raw`, in the order of `known`."""
    if raw.__class__ is not dict and not isinstance(raw, Mapping):
        raise AnswerRefused("type", f"This has to be an object with the parts {', '.join(known)}.")
    if any(name not in known for name in raw):
        raise AnswerRefused("type", f"This has no other parts than {', '.join(known)}.")
    return {name: raw[name] for name in known if name in raw and not empty(raw[name])}


def parse_money(item: Item, raw: Any) -> Answer:
    """An amount in minor units of its currency; to an expression it counts in major ones."""
    parts = parts_of(raw, MONEY_PARTS)
    if "amount" not in parts:
        return NOTHING
    amount = whole_number(parts["amount"], MAX_AMOUNT)
    currency = known_currency(parts.get("currency", ""))
    if item.currencies and currency not in item.currencies:
        raise AnswerRefused("choice", "This currency is not accepted here.")
    return ({"amount": amount, "currency": currency}, amount / 10 ** CURRENCIES[currency])


def known_currency(raw: Any) -> str:
    text = text_of(raw)
    if text not in CURRENCIES:
        raise AnswerRefused("choice", "This is not a currency's three-letter code (ISO 4217).")
    return text


def minor_text(amount: int, currency: str) -> str:
    """`19.99 EUR` of 1999: digits only, so that it reads the same everywhere."""
    digits = CURRENCIES.get(currency, 2)
    sign, figures = ("-" if amount < 0 else ""), str(abs(amount)).rjust(digits + 1, "0")
    whole, fraction = (figures[:-digits], f".{figures[-digits:]}") if digits else (figures, "")
    return f"{sign}{whole}{fraction} {currency}"


def parse_address(_item: Item, raw: Any) -> Answer:
    clean: dict[str, str] = {}
    for name, part in parts_of(raw, ADDRESS_PARTS).items():
        text = bound_length(text_of(part), MAX_POSTAL_CODE if name == "postal_code" else MAX_PART)
        if name == "country" and text not in COUNTRIES:
            raise AnswerRefused("choice", "This is not a country's two-letter code (ISO 3166-1).")
        clean[name] = text
    return (clean, ", ".join(clean.values())) if clean else NOTHING


def parse_person_name(_item: Item, raw: Any) -> Answer:
    clean = {name: bound_length(text_of(part), MAX_PART) for name, part in parts_of(raw, NAME_PARTS).items()}
    return (clean, " ".join(clean.values())) if clean else NOTHING


def parse_location(_item: Item, raw: Any) -> Answer:
    """Degrees and metres (WGS 84); to an expression ODK's geopoint, unknown parts as 0."""
    clean: dict[str, int | float] = {}
    for name, part in parts_of(raw, LOCATION_PARTS).items():
        least, most = _ON_EARTH[name]
        number = float(bounded_number(part, 1e15)) + 0.0
        if not least <= number <= most:
            raise AnswerRefused("format", f"The {name} lies between {least} and {most}.")
        clean[name] = plain_number(number)
    return (clean, geopoint(clean)) if clean else NOTHING


def geopoint(clean: Mapping[str, Any]) -> str:
    """`latitude longitude altitude accuracy`, or nothing where the place is not complete."""
    if "latitude" not in clean or "longitude" not in clean:
        return ""
    return " ".join(number_text(float(clean.get(name, 0))) for name in LOCATION_PARTS)
