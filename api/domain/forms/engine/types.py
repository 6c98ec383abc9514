"""Types: of fields as the document names them, and of values as expressions see them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class FieldType(StrEnum):
    TEXT = "text"
    MULTILINE = "multiline"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    EMAIL = "email"
    PHONE = "phone"
    COUNTRY = "country"
    IDENTITY_NUMBER = "identity_number"
    CONSENT = "consent"
    MONEY = "money"
    RANKING = "ranking"
    RATING = "rating"
    LIKERT = "likert"
    MATRIX = "matrix"
    URL = "url"
    LANGUAGE = "language"
    CURRENCY = "currency"
    ADDRESS = "address"
    PERSON_NAME = "person_name"
    FILE = "file"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    BARCODE = "barcode"
    SIGNATURE = "signature"
    LOCATION = "location"
    ACKNOWLEDGE = "acknowledge"
    HIDDEN = "hidden"
    CALCULATED = "calculated"
    NOTE = "note"
    GROUP = "group"
    REPEAT = "repeat"


class ValueType(StrEnum):
    """What an expression knows of a value when it is compiled."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"


TEMPORAL = frozenset({ValueType.DATE, ValueType.TIME, ValueType.DATETIME})
TEXT_LIKE = frozenset(
    {
        FieldType.TEXT,
        FieldType.MULTILINE,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.IDENTITY_NUMBER,
        FieldType.URL,
        FieldType.BARCODE,
        FieldType.HIDDEN,
    }
)
CHOICE_TYPES = frozenset(
    {
        FieldType.SINGLE_CHOICE,
        FieldType.MULTIPLE_CHOICE,
        FieldType.RANKING,
        FieldType.LIKERT,
        FieldType.MATRIX,
    }
)
UPLOADED = frozenset({FieldType.FILE, FieldType.IMAGE, FieldType.AUDIO, FieldType.VIDEO, FieldType.SIGNATURE})
CONTAINERS = frozenset({FieldType.GROUP, FieldType.REPEAT})
UNANSWERED = frozenset({FieldType.CALCULATED, FieldType.NOTE, FieldType.GROUP})

VALUE_TYPES: Mapping[FieldType, ValueType] = MappingProxyType(
    {
        FieldType.TEXT: ValueType.STRING,
        FieldType.MULTILINE: ValueType.STRING,
        FieldType.INTEGER: ValueType.NUMBER,
        FieldType.DECIMAL: ValueType.NUMBER,
        FieldType.BOOLEAN: ValueType.BOOLEAN,
        FieldType.SINGLE_CHOICE: ValueType.CHOICE,
        FieldType.MULTIPLE_CHOICE: ValueType.CHOICES,
        FieldType.DATE: ValueType.DATE,
        FieldType.TIME: ValueType.TIME,
        FieldType.DATETIME: ValueType.DATETIME,
        FieldType.EMAIL: ValueType.STRING,
        FieldType.PHONE: ValueType.STRING,
        FieldType.COUNTRY: ValueType.STRING,
        FieldType.IDENTITY_NUMBER: ValueType.STRING,
        FieldType.CONSENT: ValueType.BOOLEAN,
        FieldType.MONEY: ValueType.NUMBER,
        FieldType.RANKING: ValueType.CHOICES,
        FieldType.RATING: ValueType.NUMBER,
        FieldType.LIKERT: ValueType.CHOICE,
        FieldType.URL: ValueType.STRING,
        FieldType.LANGUAGE: ValueType.STRING,
        FieldType.CURRENCY: ValueType.STRING,
        FieldType.ADDRESS: ValueType.STRING,
        FieldType.PERSON_NAME: ValueType.STRING,
        **dict.fromkeys(UPLOADED, ValueType.STRING),
        FieldType.BARCODE: ValueType.STRING,
        FieldType.LOCATION: ValueType.STRING,
        FieldType.ACKNOWLEDGE: ValueType.STRING,
        FieldType.HIDDEN: ValueType.STRING,
    }
)
"""A matrix has none: each of its rows is a part of its own."""

PARTS: Mapping[FieldType, Mapping[str, ValueType]] = MappingProxyType(
    {
        FieldType.MONEY: {"amount": ValueType.NUMBER, "currency": ValueType.STRING},
        FieldType.ADDRESS: dict.fromkeys(
            ("line1", "line2", "city", "region", "postal_code", "country"), ValueType.STRING
        ),
        FieldType.PERSON_NAME: dict.fromkeys(("given", "additional", "family"), ValueType.STRING),
        FieldType.LOCATION: dict.fromkeys(("latitude", "longitude", "altitude", "accuracy"), ValueType.NUMBER),
    }
)
"""What an expression may ask of an answer as `${field.part}`."""
