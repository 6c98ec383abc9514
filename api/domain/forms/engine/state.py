"""What a form shows for given answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledForm, Item
from api.domain.forms.engine.entries import Entry
from api.domain.forms.engine.evaluation import Evaluation
from api.domain.forms.engine.frames import Frame
from api.domain.forms.engine.values import to_boolean


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
    found: dict[str, Any] = {}
    clean = frame.clean
    for name, entry in evaluation.program.entries.scopes[scope].names.items():
        if entry.repeat:
            children = frame.children.get(entry.index)
            if children:
                found[name] = [_cleaned(evaluation, child, entry.index) for child in children]
        elif entry.slot in clean:
            found[name] = clean[entry.slot]
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
        entries = self._evaluation.program.entries.scopes[scope]
        shown = [False] * len(frame.visible)
        for entry in entries.leaves:
            if frame.visible[entry.slot]:
                for container in entry.containers:
                    if shown[container]:
                        break
                    shown[container] = True
                self._note(frame, entry)
        for entry in entries.calculated:
            if entry.slot in frame.clean:
                self._calculated[frame.pointer + entry.lead] = frame.clean[entry.slot]
        for entry in entries.containers:
            if shown[entry.slot]:
                self._note_container(frame, entry)

    def _note_container(self, frame: Frame, entry: Entry) -> None:
        """A container is shown where something of its own is."""
        if entry.item.kind in self._containers:
            self._containers[entry.item.kind].append(entry.item.name)
        else:
            self._visible.append(frame.pointer + entry.lead)

    def _note(self, frame: Frame, entry: Entry) -> None:
        pointer, evaluation = frame.pointer + entry.lead, self._evaluation
        self._visible.append(pointer)
        if entry.required is not None and to_boolean(entry.required(frame, evaluation.context)):
            self._required.append(pointer)
        if entry.narrowed:
            offered = choices_on_offer(evaluation, frame, entry.item)
            if offered is not None:
                self._choices[pointer] = offered
        if entry.item.row_conditions:
            self._rows[pointer] = evaluation.rows(frame, entry.item)
        if entry.repeat:
            for child in frame.children.get(entry.index, ()):
                self._walk(child, entry.index)
