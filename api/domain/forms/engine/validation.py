"""Answers held against a form: what is kept, and what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledForm, Item
from api.domain.forms.engine.document import Text
from api.domain.forms.engine.entries import Entry
from api.domain.forms.engine.evaluation import MAX_UNKNOWN, Evaluation
from api.domain.forms.engine.frames import Frame
from api.domain.forms.engine.masking import is_masked
from api.domain.forms.engine.problems import pointer_token
from api.domain.forms.engine.state import choices_on_offer, cleaned, on_offer
from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.values import to_boolean

MAX_ERRORS = 500
_WHOLE = frozenset({FieldType.RANKING, FieldType.MATRIX})
"""Types that are answered as a whole or not at all."""
_SURROGATES = re.compile("[\ud800-\udfff]")


class FieldError(msgspec.Struct, frozen=True):
    """`pointer` leads into the answers. `message` is the form's own text by locale, or a plain English one."""

    pointer: str
    code: str
    message: Text | str


class Validation(msgspec.Struct, frozen=True):
    """`answers` holds what is visible and well formed, whatever `errors` says of the rest.

    `masked` points to sensitive answers that came back as they are shown: the caller puts the stored
    value in their place, or refuses them where it has none.
    """

    answers: dict[str, Any]
    errors: tuple[FieldError, ...]
    masked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


def validate(
    form: CompiledForm,
    answers: Any,
    clock: Clock,
    *,
    partial: bool = False,
    before: Mapping[str, Any] | None = None,
) -> Validation:
    """`answers`, any JSON at all, held against `form`. Never raises for what they contain.

    With `partial` (a page not finished) types, formats, unknown fields and sizes are checked; required
    answers, ranges, patterns and constraints are not. `before` are the answers kept so far, which calculations
    with a `trigger` or `once()` hold on to.
    """
    evaluation = Evaluation(form, answers, clock, before)
    check = _Check(evaluation, partial)
    if not isinstance(answers, Mapping):
        check.fail("", "type", "The answers have to be an object.")
    check.walk(evaluation.root, NONE)
    return Validation(cleaned(evaluation), tuple(check.errors[:MAX_ERRORS]), tuple(check.masked))


class _Check:
    def __init__(self, evaluation: Evaluation, partial: bool) -> None:
        self._evaluation = evaluation
        self._partial = partial
        self.errors: list[FieldError] = []
        self.masked: list[str] = []

    def fail(self, pointer: str, code: str, message: Text | str) -> None:
        self.errors.append(FieldError(pointer, code, message))

    def walk(self, frame: Frame, scope: int) -> None:
        for name in sorted(frame.unknown)[:MAX_UNKNOWN]:
            shown = pointer_token(_SURROGATES.sub("\ufffd", name)[:64])
            self.fail(f"{frame.pointer}/{shown}", "unknown_field", "This form has no such field.")
        for entry in self._evaluation.program.entries.scopes[scope].checked:
            if not frame.visible[entry.slot] or len(self.errors) >= MAX_ERRORS:
                continue
            if entry.repeat:
                self._repeat(frame, entry)
            else:
                self._field(frame, entry)

    def _repeat(self, frame: Frame, entry: Entry) -> None:
        item, slot, pointer = entry.item, entry.slot, frame.pointer + entry.lead
        raw = frame.raw.get(slot)
        if raw is not None and not isinstance(raw, list | tuple):
            self.fail(pointer, "type", "This has to be a list.")
        children = frame.children.get(entry.index, [])
        if slot in frame.over:
            self.fail(pointer, "max_items", f"At most {frame.over[slot]} entries are possible.")
        elif not self._partial and len(children) < (item.min_items or 0):
            self.fail(pointer, "min_items", f"At least {item.min_items} entries are needed.")
        given = raw if isinstance(raw, list | tuple) else ()
        for at, child in enumerate(children):
            if at < len(given) and not isinstance(given[at], Mapping):
                self.fail(child.pointer, "type", "This has to be an object.")
            self.walk(child, entry.index)

    def _field(self, frame: Frame, entry: Entry) -> None:
        slot, item = entry.slot, entry.item
        refused = frame.refused.get(slot) if frame.refused else None
        if refused is not None:
            self.fail(frame.pointer + entry.lead, refused.code, refused.message)
            return
        clean = frame.clean.get(slot)
        if clean is None:
            if entry.required is not None and not self._partial:
                self._missing(frame, entry)
        elif item.sensitive and is_masked(clean):
            self.masked.append(frame.pointer + entry.lead)
        elif item.choices is not None and not self._choice_holds(frame, item, clean):
            self.fail(frame.pointer + entry.lead, "choice", "This is not among the choices.")
        elif not self._partial:
            self._limits(frame, entry, clean)

    def _missing(self, frame: Frame, entry: Entry) -> None:
        if entry.required is not None and to_boolean(entry.required(frame, self._evaluation.context)):
            message = entry.item.required_message or "This is needed."
            self.fail(frame.pointer + entry.lead, "required", message)

    def _choice_holds(self, frame: Frame, item: Item, clean: Any) -> bool:
        if item.type is FieldType.MATRIX:
            rows = self._evaluation.program.places.get(item.rows or "", {})
            return all(row in rows and self._chosen(frame, item, value) for row, value in clean.items())
        return self._chosen(frame, item, clean)

    def _chosen(self, frame: Frame, item: Item, clean: Any) -> bool:
        values = clean if isinstance(clean, list) else (clean,)
        if self._partial:
            known = self._evaluation.program.places.get(item.choices or "", {})
            return all(value in known for value in values)
        return all(on_offer(self._evaluation, frame, item, value) for value in values)

    def _limits(self, frame: Frame, entry: Entry, clean: Any) -> None:
        if clean is False and entry.item.type is FieldType.CONSENT:
            self._missing(frame, entry)
            return
        broken: tuple[str, Text | str] | None = None if entry.limit is None else entry.limit(clean)
        if broken is None and entry.item.type in _WHOLE:
            broken = self._incomplete(frame, entry, clean)
        if broken is not None:
            self.fail(frame.pointer + entry.lead, *broken)
        elif entry.constraint is not None and not to_boolean(entry.constraint(frame, self._evaluation.context)):
            message = entry.item.constraint_message or "This answer is not possible here."
            self.fail(frame.pointer + entry.lead, "constraint", message)

    def _incomplete(self, frame: Frame, entry: Entry, clean: Any) -> tuple[str, Text | str] | None:
        item, evaluation = entry.item, self._evaluation
        if item.type is FieldType.RANKING:
            offered = choices_on_offer(evaluation, frame, item)
            known = evaluation.program.places.get(item.choices or "", {})
            short = len(clean) < len(known if offered is None else offered)
            return ("incomplete", "Put all choices in order.") if short else None
        if entry.required is None or not to_boolean(entry.required(frame, evaluation.context)):
            return None
        missing = set(evaluation.rows(frame, item)) - clean.keys()
        return ("incomplete", item.required_message or "Every row needs an answer.") if missing else None
