"""The document as a flat list of items, each with its place, and every expression in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.domain.forms.engine.compiled import NONE, Item, ItemKind
from api.domain.forms.engine.document import Choice, Field, FormDocument, Page, Section
from api.domain.forms.engine.types import FieldType


@dataclass(frozen=True, slots=True)
class Written:
    """An expression as written: for which part of which item, and where in the document."""

    item: int
    part: str
    text: str
    pointer: str
    choice: int = NONE


@dataclass
class Outline:
    """Items in document order; `pointers`, `fields` run parallel to them."""

    items: list[Item] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    fields: list[Field | None] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def add(self, item: Item, pointer: str, source: Field | None = None) -> int:
        self.items.append(item)
        self.pointers.append(pointer)
        self.fields.append(source)
        index = len(self.items) - 1
        if source is not None:
            self.names.setdefault(source.name, index)
        return index


def outline(document: FormDocument) -> Outline:
    """Every page, section and field of `document`, containers before what they contain."""
    found = Outline()
    for page_at, page in enumerate(document.pages):
        pointer = f"/pages/{page_at}"
        page_item = found.add(Item(kind="page", name=page.name), pointer)
        for section_at, section in enumerate(page.sections):
            inner = f"{pointer}/sections/{section_at}"
            section_item = found.add(Item(kind="section", name=section.name, parent=page_item), inner)
            _add_fields(found, section.fields, inner, section_item, NONE)
    return found


def _add_fields(found: Outline, fields: tuple[Field, ...], pointer: str, parent: int, scope: int) -> None:
    for at, source in enumerate(fields):
        place = f"{pointer}/fields/{at}"
        index = found.add(item_of(source, parent, scope), place, source)
        if source.fields:
            inner_scope = index if source.type is FieldType.REPEAT else scope
            _add_fields(found, source.fields, place, index, inner_scope)


_KINDS: dict[FieldType, ItemKind] = {FieldType.GROUP: "group", FieldType.REPEAT: "repeat"}


def item_of(source: Field, parent: int = NONE, scope: int = NONE) -> Item:
    """The item of a field, its expressions still to be compiled."""
    return Item(
        kind=_KINDS.get(source.type, "field"),
        name=source.name,
        type=source.type,
        parent=parent,
        scope=scope,
        choices=source.choices,
        required_message=source.required_message,
        constraint_message=source.constraint_message,
        read_only=source.read_only,
        default=source.default,
        minimum=source.minimum,
        maximum=source.maximum,
        min_length=source.min_length,
        max_length=source.max_length,
        pattern=source.pattern,
        min_choices=source.min_choices,
        max_choices=source.max_choices,
        min_items=source.min_items,
        max_items=source.max_items,
        rows=source.rows,
        multiple=source.multiple,
        step=source.step,
        currencies=source.currencies,
        accept=source.accept,
        max_bytes=source.max_bytes,
        identity=source.identity,
        sensitive=source.sensitive,
        shared_with_back_office=source.shared_with_back_office,
        maps_to=source.maps_to,
        consent_text_version=source.consent_text_version,
        retain_days=source.retain_days,
        purpose=source.purpose,
    )


def is_expression(default: Any) -> bool:
    """Whether a default is worked out: `=today()`."""
    return isinstance(default, str) and default.startswith("=")


def expressions(document: FormDocument, found: Outline) -> Iterator[Written]:
    """Every expression of `document`, in document order."""
    for index, (item, pointer) in enumerate(zip(found.items, found.pointers, strict=True)):
        source = found.fields[index]
        if source is None:
            yield from _container(_container_source(document, pointer), index, pointer)
            continue
        for part in ("relevant", "constraint", "calculation", "choice_filter", "count"):
            text = getattr(source, part)
            if text is not None:
                yield Written(index, part, text, f"{pointer}/{part}")
        if is_expression(source.default):
            yield Written(index, "default", source.default[1:], f"{pointer}/default")
        if isinstance(source.required, str):
            yield Written(index, "required", source.required, f"{pointer}/required")
        for part, name in (("choice", item.choices or ""), ("row", item.rows or "")):
            yield from _choices(document.choice_lists.get(name, ()), index, name, part)


def _container_source(document: FormDocument, pointer: str) -> Page | Section:
    parts = pointer.split("/")
    page = document.pages[int(parts[2])]
    return page if len(parts) == 3 else page.sections[int(parts[4])]


def _container(source: Page | Section, index: int, pointer: str) -> Iterator[Written]:
    if source.relevant is not None:
        yield Written(index, "relevant", source.relevant, f"{pointer}/relevant")


def _choices(choices: tuple[Choice, ...], index: int, name: str, part: str) -> Iterator[Written]:
    for at, choice in enumerate(choices):
        if choice.relevant is not None:
            yield Written(index, part, choice.relevant, f"/choice_lists/{name}/{at}/relevant", at)
