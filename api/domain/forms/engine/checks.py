"""What the document's own rules ask for: names, texts, choice lists, and attributes that fit their field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.domain.forms.engine.document import MAX_CHOICES, Choice, Field, FormDocument, Text
from api.domain.forms.engine.environment import base_name
from api.domain.forms.engine.field_checks import check_field
from api.domain.forms.engine.outline import Outline
from api.domain.forms.engine.problems import Problem, pointer_token
from api.domain.forms.engine.types import CONTAINERS, FieldType

# Two underscores in front are kept back: `__proto__` is no name for a key in JavaScript.
NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]*")
LOCALE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
MAX_NAME = 64
MAX_TEXT = 10_000
_UNLABELLED = CONTAINERS | {FieldType.CALCULATED, FieldType.HIDDEN}
_SPACED = frozenset({FieldType.MULTIPLE_CHOICE, FieldType.RANKING})
"""Types whose values stand in one text with spaces between them, to an expression."""


def check_rules(document: FormDocument, found: Outline) -> Iterator[Problem]:
    """Every rule that `document` breaks, expressions aside."""
    yield from _check_head(document)
    yield from _check_names(found)
    yield from _check_choice_lists(document, found)
    for index, item in enumerate(found.items):
        pointer, source = found.pointers[index], found.fields[index]
        if source is not None:
            yield from check_field(source, item.scope, pointer, document)
            yield from _check_field_texts(source, pointer, document)
    yield from _check_container_texts(document)
    yield from _check_registrant(found)
    yield from _check_references(document, found)


def _check_head(document: FormDocument) -> Iterator[Problem]:
    yield from _name_problem(document.name, "/name")
    if document.default_locale not in document.locales:
        yield Problem("/default_locale", "locale", "the default locale is not among the locales")
    for at, locale in enumerate(document.locales):
        if not LOCALE.fullmatch(locale):
            yield Problem(f"/locales/{at}", "locale", f"{locale!r} is not a locale, such as 'en' or 'pt-BR'")
        if locale in document.locales[:at]:
            yield Problem(f"/locales/{at}", "locale", f"the locale {locale!r} is listed twice")
    yield from _text_problems(document.title, "/title", document, needed=True)
    if not document.pages:
        yield Problem("/pages", "empty", "a form needs at least one page")


def _name_problem(name: str, pointer: str) -> Iterator[Problem]:
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        message = f"a name begins with a letter, and has up to {MAX_NAME} letters, digits, - and _"
        yield Problem(pointer, "name", message)


def _check_names(found: Outline) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for index, item in enumerate(found.items):
        pointer = f"{found.pointers[index]}/name"
        yield from _name_problem(item.name, pointer)
        space = item.kind if item.kind in ("page", "section") else "field"
        first = seen.setdefault((space, item.name), pointer)
        if first != pointer:
            yield Problem(pointer, "duplicate_name", f"the name {item.name!r} is already used at {first}")


def _check_choice_lists(document: FormDocument, found: Outline) -> Iterator[Problem]:
    spaced = {item.choices for item in found.items if item.type in _SPACED or item.multiple}
    if sum(len(choices) for choices in document.choice_lists.values()) > MAX_CHOICES:
        yield Problem("/choice_lists", "too_many_choices", f"a form may have {MAX_CHOICES} choices")
    for name, choices in document.choice_lists.items():
        pointer = f"/choice_lists/{pointer_token(name)}"
        if not choices:
            yield Problem(pointer, "empty", f"the choice list {name!r} is empty")
        seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
        for at, choice in enumerate(choices):
            place = f"{pointer}/{at}"
            yield from _text_problems(choice.label, f"{place}/label", document, needed=True)
            for column in choice.columns:
                yield from _name_problem(column, f"{place}/columns/{pointer_token(column)}")
            yield from _value_problems(choice, f"{place}/value", name in spaced)
            key = (choice.value, tuple(sorted(choice.columns.items())))
            if key in seen:
                yield Problem(f"{place}/value", "duplicate_choice", f"the choice {choice.value!r} is listed twice")
            seen.add(key)


def _value_problems(choice: Choice, pointer: str, in_multiple: bool) -> Iterator[Problem]:
    value = choice.value
    if not value or value != value.strip() or len(value) > 200 or not value.isprintable():
        yield Problem(pointer, "choice_value", "a choice's value has 1 to 200 characters and no space around them")
    elif in_multiple and " " in value:
        yield Problem(pointer, "choice_value", "a value in a multiple choice has no space")


def _text_problems(text: Text | None, pointer: str, document: FormDocument, needed: bool = False) -> Iterator[Problem]:
    if text is None or not text:
        if needed:
            yield Problem(pointer, "missing_text", "a text is missing here")
        return
    # A text that may be missing altogether may also be missing in one language: another stands in.
    if needed and document.default_locale in document.locales and not text.get(document.default_locale, "").strip():
        yield Problem(pointer, "missing_text", f"the text in the default locale {document.default_locale!r} is missing")
    for locale, words in text.items():
        if locale not in document.locales:
            place = f"{pointer}/{pointer_token(locale)}"
            yield Problem(place, "locale", f"{locale!r} is not among the form's locales")
        if len(words) > MAX_TEXT:
            yield Problem(f"{pointer}/{pointer_token(locale)}", "too_long", f"a text may have {MAX_TEXT} characters")


_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


def _check_references(document: FormDocument, found: Outline) -> Iterator[Problem]:
    """A text may show an answer, as `${name}`; then there has to be such a field."""
    for pointer, text in _texts(document, found):
        for locale, words in text.items():
            for name in _REFERENCE.findall(words):
                if base_name(name) not in found.names:
                    place = f"{pointer}/{pointer_token(locale)}"
                    yield Problem(place, "unknown_name", f"the text shows ${{{name}}}, but there is no such field")


def _texts(document: FormDocument, found: Outline) -> Iterator[tuple[str, Text]]:
    for index, source in enumerate(found.fields):
        for name in (
            ("label", "hint", "guidance", "required_message", "constraint_message") if source is not None else ()
        ):
            yield f"{found.pointers[index]}/{name}", getattr(source, name) or {}
    for page_at, page in enumerate(document.pages):
        pointer = f"/pages/{page_at}"
        yield from ((f"{pointer}/title", page.title or {}), (f"{pointer}/description", page.description or {}))
        for section_at, section in enumerate(page.sections):
            inner = f"{pointer}/sections/{section_at}"
            yield from ((f"{inner}/title", section.title or {}), (f"{inner}/description", section.description or {}))


def _check_field_texts(field: Field, pointer: str, document: FormDocument) -> Iterator[Problem]:
    yield from _text_problems(field.label, f"{pointer}/label", document, needed=field.type not in _UNLABELLED)
    for name in ("hint", "guidance", "required_message", "constraint_message"):
        yield from _text_problems(getattr(field, name), f"{pointer}/{name}", document)


def _check_container_texts(document: FormDocument) -> Iterator[Problem]:
    for page_at, page in enumerate(document.pages):
        yield from _text_problems(page.title, f"/pages/{page_at}/title", document)
        yield from _text_problems(page.description, f"/pages/{page_at}/description", document)
        for section_at, section in enumerate(page.sections):
            pointer = f"/pages/{page_at}/sections/{section_at}"
            yield from _text_problems(section.title, f"{pointer}/title", document)
            yield from _text_problems(section.description, f"{pointer}/description", document)


def _check_registrant(found: Outline) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(found.items):
        if item.maps_to is None:
            continue
        if item.maps_to in seen:
            yield Problem(f"{found.pointers[index]}/maps_to", "duplicate_mapping", f"{item.maps_to} is already mapped")
        seen.add(item.maps_to)
