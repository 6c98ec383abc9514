"""Raw JSON to a form document: every structural problem in one list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from api.domain.forms.engine.document import (
    MAX_BYTES,
    MAX_FIELDS,
    MAX_NESTING,
    SCHEMA,
    Choice,
    Field,
    FormDocument,
    Page,
    Section,
    plain,
)
from api.domain.forms.engine.problems import Problem, pointer_token
from api.domain.forms.engine.types import FieldType

MAX_PROBLEMS = 500
_PATH = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_FIRST_STEP = re.compile(r"^\.([A-Za-z_]+)")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"contains unknown field `(.*)`", re.DOTALL)

T = TypeVar("T", Field, Section, Page, Choice, FormDocument)


class Reader:
    """Decodes node by node. One that cannot be read leaves a problem, and a stand-in so that its
    siblings keep their pointers; `lost` holds the pointers of these.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lost: set[str] = set()
        self._fields = 0

    def fail(self, pointer: str, code: str, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(pointer, code, message))

    def document(self, raw: Any) -> FormDocument | None:
        if not isinstance(raw, Mapping):
            self.fail("", "type", "a form document is a JSON object")
            return None
        if raw.get("schema") != SCHEMA:
            self.fail("/schema", "schema", f"the schema has to be {SCHEMA!r}")
        pages = [self._page(page, f"/pages/{at}") for at, page in enumerate(self._list(raw, "pages", ""))]
        lists = self._choice_lists(raw.get("choice_lists"))
        shell = {**raw, "schema": SCHEMA, "pages": [], "choice_lists": {}}
        found = self._node(FormDocument, shell, "")
        if found is None:
            return None
        return msgspec.structs.replace(found, pages=tuple(pages), choice_lists=lists)

    def _choice_lists(self, raw: Any) -> dict[str, tuple[Choice, ...]]:
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self.fail("/choice_lists", "type", "choice lists are an object of lists by name")
            return {}
        found: dict[str, tuple[Choice, ...]] = {}
        for name in raw:
            pointer = f"/choice_lists/{pointer_token(str(name))}"
            choices = [
                self._node(Choice, choice, f"{pointer}/{at}")
                for at, choice in enumerate(self._list(raw, name, "/choice_lists"))
            ]
            found[str(name)] = tuple(choice or Choice(value=f"?{at}", label={}) for at, choice in enumerate(choices))
        return found

    def _page(self, raw: Any, pointer: str) -> Page:
        sections = [
            self._section(section, f"{pointer}/sections/{at}")
            for at, section in enumerate(self._list(raw, "sections", pointer))
        ]
        page = self._node(Page, _without(raw, "sections"), pointer) or Page(name=f"?{pointer}")
        return msgspec.structs.replace(page, sections=tuple(sections))

    def _section(self, raw: Any, pointer: str) -> Section:
        fields = self._fields_of(raw, pointer, 1)
        section = self._node(Section, _without(raw, "fields"), pointer) or Section(name=f"?{pointer}")
        return msgspec.structs.replace(section, fields=fields)

    def _fields_of(self, raw: Any, pointer: str, depth: int) -> tuple[Field, ...]:
        fields = self._list(raw, "fields", pointer)
        if fields and depth > MAX_NESTING:
            self.fail(f"{pointer}/fields", "nesting", f"groups and repeats may be nested {MAX_NESTING - 1} deep")
            return ()
        found = [self._field(field, f"{pointer}/fields/{at}", depth) for at, field in enumerate(fields)]
        return tuple(found)

    def _field(self, raw: Any, pointer: str, depth: int) -> Field:
        lost = Field(name=f"?{pointer}", type=FieldType.NOTE)
        self._fields += 1
        if self._fields == MAX_FIELDS + 1:
            self.fail("/pages", "too_many_fields", f"a form may have {MAX_FIELDS} fields")
        if self._fields > MAX_FIELDS:
            self.lost.add(pointer)
            return lost
        fields = self._fields_of(raw, pointer, depth + 1)
        field = self._node(Field, _without(raw, "fields"), pointer) or lost
        return msgspec.structs.replace(field, fields=fields)

    def _list(self, raw: Any, key: str, pointer: str) -> list[Any]:
        value = raw.get(key) if isinstance(raw, Mapping) else None
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.fail(f"{pointer}/{pointer_token(str(key))}", "type", "this has to be a list")
            return []
        return list(value)

    def _node(self, kind: type[T], raw: Any, pointer: str) -> T | None:
        """`raw` as `kind`; an attribute that is wrong is named and left out, so that the next one is found too."""
        if not isinstance(raw, Mapping):
            self.fail(pointer, "type", "this has to be an object")
            self.lost.add(pointer)
            return None
        rest = dict(raw)
        while True:
            try:
                return msgspec.convert(rest, kind)
            except msgspec.ValidationError as error:
                culprit = self._explain(str(error), pointer)
            if culprit is None or culprit not in rest:
                self.lost.add(pointer)
                return None
            del rest[culprit]

    def _explain(self, message: str, pointer: str) -> str | None:
        path = _PATH.search(message)
        words = _PATH.sub("", message)
        steps = path[1] if path else ""
        missing, unknown = _MISSING.search(words), _UNKNOWN.search(words)
        first = _FIRST_STEP.match(steps)
        if missing and not first:
            self.fail(f"{pointer}/{missing[1]}", "missing", f"{missing[1]!r} is missing")
            return None
        if unknown and not first:
            self.fail(
                f"{pointer}/{pointer_token(unknown[1])}", "unknown_attribute", f"{unknown[1]!r} is not known here"
            )
            return unknown[1]
        name = first[1] if first else None
        self.fail(f"{pointer}/{name}" if name else pointer, "type", words)
        return name


def _without(raw: Any, key: str) -> Any:
    return {name: value for name, value in raw.items() if name != key} if isinstance(raw, Mapping) else raw


def decode(raw: bytes | str | Mapping[str, Any]) -> tuple[Any, Problem | None]:
    """The JSON value in `raw`, or why it is none."""
    if not isinstance(raw, Mapping) and len(raw) > MAX_BYTES:
        return None, Problem("", "too_large", f"a form document may have {MAX_BYTES // 1024 // 1024} MiB")
    try:
        return plain(raw if isinstance(raw, Mapping) else msgspec.json.decode(raw)), None
    except RecursionError:
        return None, Problem("", "nesting", "the document is nested too deeply")
    except (msgspec.DecodeError, UnicodeError) as error:
        return None, Problem("", "json", f"this is not JSON: {error}")
