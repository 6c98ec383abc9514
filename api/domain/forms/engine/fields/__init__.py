"""Answers by field type: from JSON to what is stored and what expressions see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields import choice, composite, identity, moment, number, text, upload
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, empty
from api.domain.forms.engine.types import UPLOADED, FieldType

__all__ = ["PARSERS", "Answer", "AnswerRefused", "empty"]

PARSERS: Mapping[FieldType, Callable[[Item, Any], Answer]] = MappingProxyType(
    {
        FieldType.TEXT: text.parse_text,
        FieldType.MULTILINE: text.parse_multiline,
        FieldType.EMAIL: text.parse_email,
        FieldType.PHONE: text.parse_phone,
        FieldType.INTEGER: number.parse_integer,
        FieldType.DECIMAL: number.parse_decimal,
        FieldType.BOOLEAN: number.parse_boolean,
        FieldType.CONSENT: number.parse_boolean,
        FieldType.SINGLE_CHOICE: choice.parse_single,
        FieldType.MULTIPLE_CHOICE: choice.parse_multiple,
        FieldType.COUNTRY: choice.parse_country,
        FieldType.DATE: moment.parse_date,
        FieldType.TIME: moment.parse_time,
        FieldType.DATETIME: moment.parse_datetime,
        FieldType.IDENTITY_NUMBER: identity.parse_identity,
        FieldType.MONEY: composite.parse_money,
        FieldType.RANKING: choice.parse_multiple,
        FieldType.RATING: number.parse_decimal,
        FieldType.LIKERT: choice.parse_single,
        FieldType.MATRIX: choice.parse_matrix,
        FieldType.URL: text.parse_url,
        FieldType.LANGUAGE: choice.parse_language,
        FieldType.CURRENCY: choice.parse_currency,
        FieldType.ADDRESS: composite.parse_address,
        FieldType.PERSON_NAME: composite.parse_person_name,
        **dict.fromkeys(UPLOADED, upload.parse_upload),
        FieldType.BARCODE: text.parse_text,
        FieldType.LOCATION: composite.parse_location,
        FieldType.ACKNOWLEDGE: number.parse_acknowledge,
        FieldType.HIDDEN: text.parse_text,
    }
)
