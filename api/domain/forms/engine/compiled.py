"""The compiled form: flat arrays that Python and TypeScript evaluate alike.

`nodes` holds every expression, an operand always before what uses it. `items` holds pages, sections,
groups, repeats and fields in document order; an item names its parts of `nodes` by index, -1 for none.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from api.domain.forms.engine.document import Identity, MapsTo, Text
from api.domain.forms.engine.types import FieldType, ValueType

COMPILER_VERSION = 2
NONE = -1

ItemKind = Literal["page", "section", "group", "repeat", "field"]


class Node(msgspec.Struct, frozen=True, array_like=True):
    """`arguments` are indices whose meaning the operation defines: of nodes, of items, or a count of scopes."""

    operation: str
    arguments: tuple[int, ...] = ()
    value: str | float | None = None


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    kind: ItemKind
    name: str
    type: FieldType | None = None
    parent: int = NONE
    scope: int = NONE
    relevant: int = NONE
    required: int = NONE
    constraint: int = NONE
    calculation: int = NONE
    count: int = NONE
    opening: int = NONE
    """The default that is worked out, once, when the draft begins."""
    trigger: int = NONE
    """The item whose change sets this calculation anew."""
    choice_filter: int = NONE
    choice_conditions: tuple[int, ...] = ()
    choices: str | None = None
    value_type: ValueType | None = None
    required_message: Text | None = None
    constraint_message: Text | None = None
    read_only: bool = False
    default: Any = None
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_choices: int | None = None
    max_choices: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    rows: str | None = None
    row_conditions: tuple[int, ...] = ()
    multiple: bool = False
    step: int | float | None = None
    currencies: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    max_bytes: int | None = None
    identity: Identity | None = None
    sensitive: bool = False
    shared_with_back_office: bool = False
    maps_to: MapsTo | None = None
    consent_text_version: str | None = None
    retain_days: int | None = None
    purpose: str | None = None


class CompiledChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    value: str
    label: str
    columns: dict[str, str] = msgspec.field(default_factory=dict)


class CompiledForm(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """`order` lists the items whose visibility or value depends on others, dependencies first."""

    compiler_version: int
    source_hash: str
    name: str
    default_locale: str
    items: tuple[Item, ...]
    nodes: tuple[Node, ...]
    order: tuple[int, ...]
    lists: dict[str, tuple[CompiledChoice, ...]]


class CompiledExpression(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """A condition of a flow; `names` are the dotted names it reads."""

    compiler_version: int
    root: int
    nodes: tuple[Node, ...]
    names: tuple[str, ...]
