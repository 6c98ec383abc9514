"""What a form shows for given answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledForm, Item
from api.domain.forms.engine.evaluation import Evaluation
from api.domain.forms.engine.frames import Frame
from api.domain.forms.engine.problems import pointer_token
from api.domain.forms.engine.types import CHOICE_TYPES, FieldType


class FormState(msgspec.Struct, frozen=True):
    """Fields are named by JSON pointer into the answers, for example `/children/0/age`.

    `pages` and `sections` are the names of those that have something to show; `visible` holds fields,
    groups and repeats that are shown; `choices` the values on offer, and `rows` the rows of a matrix,
    where a condition narrows them.
    """

    pages: tuple[str, ...]
    sections: tuple[str, ...]
    visible: frozenset[str]
    required: frozenset[str]
    choices: dict[str, tuple[str, ...]]
    rows: dict[str, tuple[str, ...]]
    calculated: dict[str, Any]
    answers: dict[str, Any]


def evaluate(
    form: CompiledForm, answers: Mapping[str, Any], clock: Clock, before: Mapping[str, Any] | None = None
) -> FormState:
    """What `form` shows for `answers`, which may be incomplete or wrong: a wrong answer counts as none.

    `before` are the answers kept so far, which calculations with a `trigger` or `once()` hold on to.
    """
    return _State(Evaluation(form, answers, clock, before)).collect()


def cleaned(evaluation: Evaluation) -> dict[str, Any]:
    """The answers to store: visible, not empty, in their stored form."""
    return _cleaned(evaluation, evaluation.root, NONE)


def _cleaned(evaluation: Evaluation, frame: Frame, scope: int) -> dict[str, Any]:
    layout = evaluation.program.layout
    found: dict[str, Any] = {}
    for index in layout.members[scope]:
        slot, item = layout.slots[index], layout.items[index]
        if item.kind == "repeat":
            if frame.children.get(index):
                found[item.name] = [_cleaned(evaluation, child, index) for child in frame.children[index]]
        elif slot in frame.clean:
            found[item.name] = frame.clean[slot]
    return found


def choices_on_offer(evaluation: Evaluation, frame: Frame, item: Item) -> tuple[str, ...] | None:
    """The values that may be chosen, None where nothing narrows the list."""
    if item.choice_filter == NONE and not item.choice_conditions:
        return None
    choices = evaluation.program.form.lists.get(item.choices or "", ())
    offered = (choice.value for at, choice in enumerate(choices) if _offered(evaluation, frame, item, at))
    return tuple(dict.fromkeys(offered))


def on_offer(evaluation: Evaluation, frame: Frame, item: Item, value: str) -> bool:
    """Whether `value` may be chosen. Looks at its own places in the list only: lists and answers are long."""
    places = evaluation.program.places.get(item.choices or "", {}).get(value, [])
    return any(_offered(evaluation, frame, item, at) for at in places)


def _offered(evaluation: Evaluation, frame: Frame, item: Item, at: int) -> bool:
    condition = item.choice_conditions[at] if item.choice_conditions else NONE
    if condition != NONE and not evaluation.truth(condition, frame):
        return False
    if item.choice_filter == NONE:
        return True
    choice = evaluation.program.form.lists[item.choices or ""][at]
    evaluation.context.choice = {"name": choice.value, "label": choice.label, **choice.columns}
    return evaluation.truth(item.choice_filter, frame)


class _State:
    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._layout = evaluation.program.layout
        self._visible: list[str] = []
        self._required: list[str] = []
        self._choices: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, tuple[str, ...]] = {}
        self._calculated: dict[str, Any] = {}
        self._containers: dict[str, list[str]] = {"page": [], "section": []}

    def collect(self) -> FormState:
        self._walk(self._evaluation.root, NONE)
        return FormState(
            pages=tuple(self._containers["page"]),
            sections=tuple(self._containers["section"]),
            visible=frozenset(self._visible),
            required=frozenset(self._required),
            choices=self._choices,
            rows=self._rows,
            calculated=self._calculated,
            answers=cleaned(self._evaluation),
        )

    def _walk(self, frame: Frame, scope: int) -> None:
        shown = self._shown(frame, scope)
        for index in self._layout.members[scope]:
            slot, item = self._layout.slots[index], self._layout.items[index]
            if item.type is FieldType.CALCULATED:
                if slot in frame.clean:
                    self._calculated[f"{frame.pointer}/{pointer_token(item.name)}"] = frame.clean[slot]
            elif index in shown:
                self._note(frame, index, item)

    def _note(self, frame: Frame, index: int, item: Item) -> None:
        if item.kind in self._containers:
            self._containers[item.kind].append(item.name)
            return
        pointer = f"{frame.pointer}/{pointer_token(item.name)}"
        self._visible.append(pointer)
        if item.required != NONE and self._evaluation.truth(item.required, frame):
            self._required.append(pointer)
        if item.type in CHOICE_TYPES:
            offered = choices_on_offer(self._evaluation, frame, item)
            if offered is not None:
                self._choices[pointer] = offered
        if item.row_conditions:
            self._rows[pointer] = self._evaluation.rows(frame, item)
        for child in frame.children.get(index, ()):
            self._walk(child, index)

    def _shown(self, frame: Frame, scope: int) -> set[int]:
        """Items with something to show: a container only where one of its own is."""
        shown: set[int] = set()
        for index in reversed(self._layout.members[scope]):
            item = self._layout.items[index]
            if not frame.visible[self._layout.slots[index]] or item.type is FieldType.CALCULATED:
                continue
            if item.kind in ("field", "repeat") or index in shown:
                shown.add(index)
                if item.parent != scope:
                    shown.add(item.parent)
        return shown - {NONE}
