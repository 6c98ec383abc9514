"""Attributes that fit, or do not fit, the type of their field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from api.domain.forms.engine import regex
from api.domain.forms.engine.compiled import NONE
from api.domain.forms.engine.document import Field, FormDocument
from api.domain.forms.engine.fields import PARSERS, AnswerRefused, empty
from api.domain.forms.engine.fields.answer import MAX_MULTILINE
from api.domain.forms.engine.fields.codes import CURRENCIES
from api.domain.forms.engine.fields.composite import MAX_AMOUNT
from api.domain.forms.engine.fields.moment import moment_number
from api.domain.forms.engine.fields.upload import FAMILIES, MAX_SIZE, covers
from api.domain.forms.engine.frames import MAX_FRAMES
from api.domain.forms.engine.outline import is_expression, item_of
from api.domain.forms.engine.problems import ExpressionInvalid, Problem
from api.domain.forms.engine.scalars import WORKED_OUT
from api.domain.forms.engine.types import CHOICE_TYPES, CONTAINERS, TEXT_LIKE, UNANSWERED, UPLOADED, FieldType

MAX_RETAIN_DAYS = 3650
MAX_PURPOSE = 300
_NUMERIC = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_MOMENTS = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATETIME})
_ANSWERED = frozenset(FieldType) - UNANSWERED - {FieldType.REPEAT}
_LENGTHS = TEXT_LIKE
_REPEAT = frozenset({FieldType.REPEAT})
_MULTIPLE = frozenset({FieldType.MULTIPLE_CHOICE})
_MATRIX = frozenset({FieldType.MATRIX})
_RATING = frozenset({FieldType.RATING})
_MONEY = frozenset({FieldType.MONEY})
_RANGED = _NUMERIC | _MOMENTS | _RATING | _MONEY

_FITS: dict[str, frozenset[FieldType]] = {
    "required": _ANSWERED,
    "required_message": _ANSWERED,
    "constraint": _ANSWERED | {FieldType.CALCULATED},
    "constraint_message": _ANSWERED | {FieldType.CALCULATED},
    "calculation": frozenset({FieldType.CALCULATED}),
    "default": _ANSWERED,
    "read_only": _ANSWERED | {FieldType.CALCULATED, FieldType.NOTE},
    "choices": CHOICE_TYPES,
    "choice_filter": CHOICE_TYPES,
    "minimum": _RANGED,
    "maximum": _RANGED,
    "min_length": _LENGTHS,
    "max_length": _LENGTHS,
    "pattern": _LENGTHS,
    "min_choices": _MULTIPLE,
    "max_choices": _MULTIPLE,
    "sensitive": _ANSWERED | {FieldType.CALCULATED},
    "shared_with_back_office": _ANSWERED | {FieldType.CALCULATED},
    "maps_to": frozenset(
        {FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.PERSON_NAME, FieldType.CALCULATED}
    ),
    "identity": frozenset({FieldType.IDENTITY_NUMBER}),
    "consent_text_version": frozenset({FieldType.CONSENT}),
    "retain_days": _ANSWERED | {FieldType.CALCULATED},
    "purpose": _ANSWERED | {FieldType.CALCULATED},
    "fields": CONTAINERS,
    "min_items": _REPEAT,
    "max_items": _REPEAT,
    "count": _REPEAT,
    "rows": _MATRIX,
    "multiple": _MATRIX,
    "step": _RATING,
    "currencies": _MONEY,
    "accept": UPLOADED,
    "max_bytes": UPLOADED,
    "trigger": frozenset({FieldType.CALCULATED}),
}
_NEEDED: dict[FieldType, tuple[str, ...]] = {
    **dict.fromkeys(CHOICE_TYPES, ("choices",)),
    FieldType.MATRIX: ("rows", "choices"),
    FieldType.CALCULATED: ("calculation",),
    FieldType.IDENTITY_NUMBER: ("identity",),
    FieldType.GROUP: ("fields",),
    FieldType.REPEAT: ("fields",),
}
# What the law and every thief care for: nobody may forget to mark these.
_ALWAYS_SENSITIVE = frozenset({"aadhaar", "passport"})
_MAPPABLE: dict[str, frozenset[FieldType]] = {
    "registrant.name": frozenset({FieldType.TEXT, FieldType.PERSON_NAME, FieldType.CALCULATED}),
    "registrant.email": frozenset({FieldType.EMAIL}),
    "registrant.phone": frozenset({FieldType.PHONE}),
}


def check_field(field: Field, scope: int, pointer: str, document: FormDocument) -> Iterator[Problem]:
    """Every attribute of `field` that does not fit its type, or is missing."""
    for name, types in _FITS.items():
        if getattr(field, name) not in (None, False, ()) and field.type not in types:
            yield Problem(f"{pointer}/{name}", "misplaced", f"{name!r} means nothing to a field of type {field.type}")
    for needed in _NEEDED.get(field.type, ()):
        if getattr(field, needed) in (None, ()):
            yield Problem(f"{pointer}/{needed}", "missing", f"a field of type {field.type} needs {needed!r}")
    for name, listed in (("choices", field.choices), ("rows", field.rows)):
        if listed is not None and listed not in document.choice_lists:
            yield Problem(f"{pointer}/{name}", "unknown_list", f"there is no choice list {listed!r}")
    yield from _check_privacy(field, scope, pointer)
    yield from _check_pairs(field, pointer)
    yield from _check_range(field, pointer)
    yield from _check_pattern(field, pointer)
    yield from _check_codes(field, pointer)
    yield from _check_default(field, pointer, document)


def _check_privacy(field: Field, scope: int, pointer: str) -> Iterator[Problem]:
    if field.identity in _ALWAYS_SENSITIVE and not field.sensitive:
        message = f"a number of kind {field.identity} must be sensitive: it would be stored in plain otherwise"
        yield Problem(f"{pointer}/sensitive", "identity_sensitive", message)
    if field.sensitive and field.shared_with_back_office:
        message = "a sensitive answer never leaves its region, so it cannot be shared with the back office"
        yield Problem(f"{pointer}/shared_with_back_office", "sensitive_shared", message)
    if field.retain_days is not None and not 1 <= field.retain_days <= MAX_RETAIN_DAYS:
        message = f"an answer is kept from 1 to {MAX_RETAIN_DAYS} days after the event"
        yield Problem(f"{pointer}/retain_days", "limit", message)
    if field.purpose is not None and not 1 <= len(field.purpose.strip()) <= MAX_PURPOSE:
        yield Problem(f"{pointer}/purpose", "limit", f"a purpose has 1 to {MAX_PURPOSE} characters")
    if field.maps_to is None:
        return
    if field.sensitive or scope != NONE:
        where = "sensitive" if field.sensitive else "inside a repeat"
        yield Problem(f"{pointer}/maps_to", "mapping", f"a field that is {where} cannot name the registrant")
    if field.type not in _MAPPABLE[field.maps_to]:
        yield Problem(f"{pointer}/maps_to", "mapping", f"a field of type {field.type} cannot be the {field.maps_to}")


_PAIRS = (
    ("min_length", "max_length", MAX_MULTILINE),
    ("min_choices", "max_choices", 1_000),
    ("min_items", "max_items", MAX_FRAMES),
)


def _check_pairs(field: Field, pointer: str) -> Iterator[Problem]:
    for least_name, most_name, limit in _PAIRS:
        least, most = getattr(field, least_name), getattr(field, most_name)
        for name, value in ((least_name, least), (most_name, most)):
            if value is not None and not 0 <= value <= limit:
                yield Problem(f"{pointer}/{name}", "limit", f"{name!r} lies between 0 and {limit}")
        if most == 0:
            yield Problem(f"{pointer}/{most_name}", "limit", f"{most_name!r} has to be at least 1")
        if least is not None and most is not None and least > most:
            yield Problem(f"{pointer}/{least_name}", "limit", f"{least_name!r} is above {most_name!r}")


def _check_range(field: Field, pointer: str) -> Iterator[Problem]:
    numbers: list[float] = []
    for name in ("minimum", "maximum"):
        value = getattr(field, name)
        if value is None or field.type not in _RANGED:
            continue
        number = _limit(field, value)
        if number is None:
            wanted = _WANTED.get(field.type, f"a {field.type} in ISO 8601")
            yield Problem(f"{pointer}/{name}", "limit", f"{name!r} has to be {wanted}")
        else:
            numbers.append(number)
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        yield Problem(f"{pointer}/minimum", "limit", "'minimum' is above 'maximum'")
    if field.step is not None and not 0 < field.step < 1e15:
        yield Problem(f"{pointer}/step", "limit", "'step' has to be above 0")
    if field.max_bytes is not None and not 1 <= field.max_bytes <= MAX_SIZE:
        yield Problem(f"{pointer}/max_bytes", "limit", "'max_bytes' has to be at least 1")


_WANTED = {
    **dict.fromkeys(_NUMERIC | _RATING, "a number"),
    FieldType.MONEY: "a whole number, in the currency's minor unit",
}


def _limit(field: Field, value: int | float | str) -> float | None:
    if field.type in _NUMERIC | _RATING:
        finite = isinstance(value, int | float) and abs(value) < 1e300 and not math.isnan(value)
        return float(value) if finite else None
    if field.type is FieldType.MONEY:
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_AMOUNT
        return float(value) if whole else None
    return moment_number(field.type, value) if isinstance(value, str) else None


def _check_pattern(field: Field, pointer: str) -> Iterator[Problem]:
    if field.pattern is None:
        return
    try:
        regex.compile_pattern(field.pattern)
    except ExpressionInvalid as error:
        yield Problem(f"{pointer}/pattern", "pattern", error.message)


_MEDIA_RANGE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})")


def _check_codes(field: Field, pointer: str) -> Iterator[Problem]:
    for at, currency in enumerate(field.currencies):
        if currency not in CURRENCIES:
            yield Problem(f"{pointer}/currencies/{at}", "currency", f"{currency!r} is not a currency (ISO 4217)")
    families = FAMILIES.get(field.type, ())
    for at, pattern in enumerate(field.accept):
        if not _MEDIA_RANGE.fullmatch(pattern):
            message = f"{pattern!r} is not a media type, such as 'application/pdf' or 'image/*'"
            yield Problem(f"{pointer}/accept/{at}", "media_type", message)
        elif families and not any(covers(family, pattern) for family in families):
            message = f"a field of type {field.type} takes {', '.join(families)}, not {pattern!r}"
            yield Problem(f"{pointer}/accept/{at}", "media_type", message)


def _check_default(field: Field, pointer: str, document: FormDocument) -> Iterator[Problem]:
    parse = PARSERS.get(field.type)
    if field.default is None or parse is None:
        return
    if field.sensitive:
        yield Problem(f"{pointer}/default", "default", "a sensitive field has no default")
        return
    if field.type in UPLOADED:
        yield Problem(f"{pointer}/default", "default", "a file has no default: it is uploaded by the participant")
        return
    if is_expression(field.default):
        if field.type not in WORKED_OUT:
            message = f"a field of type {field.type} has several parts, so its default cannot be an expression"
            yield Problem(f"{pointer}/default", "default", message)
        return
    if empty(field.default):
        return
    item = item_of(field)
    try:
        clean = parse(item, field.default)[0]
    except AnswerRefused as refused:
        yield Problem(f"{pointer}/default", "default", f"the default is no answer to this field: {refused.message}")
        return
    if field.type in CHOICE_TYPES:
        known = {choice.value for choice in document.choice_lists.get(field.choices or "", ())}
        if known and not known.issuperset(_chosen(clean)):
            yield Problem(f"{pointer}/default", "default", "the default is not among the choices")


def _chosen(clean: Any) -> list[str]:
    if isinstance(clean, dict):
        return [value for row in clean.values() for value in _chosen(row)]
    return clean if isinstance(clean, list) else [clean]
