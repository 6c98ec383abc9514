"""Answers through a compiled form: what is visible, and what is calculated, in dependency order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledChoice, CompiledForm, Item
from api.domain.forms.engine.entries import Entries, Entry, entries_of
from api.domain.forms.engine.fields import AnswerRefused, empty
from api.domain.forms.engine.fields.number import plain_number
from api.domain.forms.engine.frames import DEFAULT_ITEMS, MAX_FRAMES, Frame, Layout
from api.domain.forms.engine.masking import is_masked
from api.domain.forms.engine.problems import pointer_token
from api.domain.forms.engine.program import Context, Run, build
from api.domain.forms.engine.scalars import as_answer, as_scalar
from api.domain.forms.engine.values import XPATH_SPACE, Scalar, to_boolean, to_number, to_string

_NEVER_EMPTY = frozenset({bool, int, float, dict})
MAX_UNKNOWN = 20
"""Unknown names reported per object."""


@dataclass
class Program:
    form: CompiledForm
    layout: Layout
    runs: list[Run]
    entries: Entries
    places: dict[str, dict[str, list[int]]]
    """Of every choice list, where each value stands; one may stand there once for each filter."""


_PROGRAMS: WeakKeyDictionary[CompiledForm, Program] = WeakKeyDictionary()


def program_of(form: CompiledForm) -> Program:
    """The callables of `form`, made at its first use and kept as long as the form is."""
    found = _PROGRAMS.get(form)
    if found is None:
        layout = Layout.of(form.items)
        places = {name: _places(choices) for name, choices in form.lists.items()}
        runs = build(form.nodes, layout, form.lists)
        found = Program(form, layout, runs, entries_of(form, layout, runs), places)
        _PROGRAMS[form] = found
    return found


def _places(choices: tuple[CompiledChoice, ...]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, choice in enumerate(choices):
        places.setdefault(choice.value, []).append(at)
    return places


class Evaluation:
    """One pass over the answers. `root` and the frames below it hold the outcome.

    `before` are the answers as they were last kept: what a `trigger` is held against, and what `once()` keeps.
    """

    def __init__(self, form: CompiledForm, answers: Any, clock: Clock, before: Mapping[str, Any] | None = None) -> None:
        self.program = program_of(form)
        self.context = Context(clock)
        self.frames: dict[int, list[Frame]] = {}
        self._count = 1
        self.root = self.program.layout.frame(NONE)
        self.root.before = before
        self.frames[NONE] = [self.root]
        self.fill(self.root, NONE, answers)
        for entry in self.program.entries.order:
            for frame in self.frames.get(entry.item.scope, ()):
                self._settle(frame, entry)

    def run(self, node: int, frame: Frame) -> Any:
        return self.program.runs[node](frame, self.context)

    def truth(self, node: int, frame: Frame) -> bool:
        return to_boolean(self.program.runs[node](frame, self.context))

    def fill(self, frame: Frame, scope: int, answers: Any) -> None:
        """Take `answers`, any JSON at all, into `frame`."""
        entries = self.program.entries.scopes[scope]
        names = entries.names
        if answers.__class__ is dict or isinstance(answers, Mapping):
            for name, raw in answers.items():
                entry = names.get(name)
                if entry is None:
                    frame.unknown.append(str(name))
                elif entry.parse is not None:
                    self._take(frame, entry, raw)
                elif entry.repeat:
                    frame.raw[entry.slot] = raw
        for entry in entries.given:
            frame.values[entry.slot] = ""
            frame.clean.pop(entry.slot, None)
            frame.refused.pop(entry.slot, None)
            if entry.item.opening == NONE:
                self._take(frame, entry, entry.item.default)

    def _take(self, frame: Frame, entry: Entry, raw: Any) -> None:
        # What begins with a letter is not empty: most answers need no closer look.
        if (raw[:1] in XPATH_SPACE if raw.__class__ is str else raw.__class__ not in _NEVER_EMPTY) and empty(raw):
            return
        if entry.parse is None:
            return
        item, slot = entry.item, entry.slot
        if item.sensitive and is_masked(raw):
            frame.clean[slot], frame.values[slot] = raw, as_scalar(raw)
            return
        try:
            clean, value = entry.parse(item, raw)
        except AnswerRefused as refused:
            frame.refused[slot] = refused
            return
        if clean != "" and clean != []:
            frame.clean[slot], frame.values[slot] = clean, value

    def _settle(self, frame: Frame, entry: Entry) -> None:
        item, slot = entry.item, entry.slot
        if (entry.parent != NONE and not frame.visible[entry.parent]) or (
            entry.relevant is not None and not to_boolean(entry.relevant(frame, self.context))
        ):
            frame.visible[slot] = False
            frame.values[slot] = ""
            frame.clean.pop(slot, None)
            return
        if item.kind == "repeat":
            self._enter(frame, entry.index, slot, item)
        elif item.row_conditions:
            self._drop_hidden_rows(frame, slot, item)
        elif item.calculation != NONE:
            value = _settled(self._calculated(frame, item))
            frame.values[slot] = value
            if value != "":
                frame.clean[slot] = plain_number(value) if isinstance(value, float) else value
        elif item.opening != NONE and item.read_only:
            self._take(frame, entry, self.opening(frame, item))

    def _calculated(self, frame: Frame, item: Item) -> Scalar:
        if item.trigger == NONE:
            return self._value(item.calculation, frame)
        slot, place = self.program.layout.slots[item.trigger], frame
        scope = self.program.form.items[item.trigger].scope
        while place.scope != scope and place.parent is not None:
            place = place.parent
        answer = place.clean.get(slot)
        if place.before is not None and frame.before is not None:
            name = self.program.form.items[item.trigger].name
            kept = as_scalar(frame.before.get(item.name, ""))
            if kept != "" and place.before.get(name) == answer:
                return kept
            return self._value(item.calculation, frame) if answer is not None or name in place.before else ""
        return "" if answer is None else self._value(item.calculation, frame)

    def _value(self, node: int, frame: Frame) -> Scalar:
        value: Scalar = self.run(node, frame)
        return value

    def opening(self, frame: Frame, item: Item) -> Any:
        """The default that is worked out, as an answer to `item`; None where it gives none."""
        return as_answer(item, self._value(item.opening, frame))

    def _drop_hidden_rows(self, frame: Frame, slot: int, item: Item) -> None:
        clean = frame.clean.get(slot)
        if not isinstance(clean, dict) or is_masked(clean):
            return
        shown = set(self.rows(frame, item))
        known = self.program.places.get(item.rows or "", {})
        # A row that there is not at all stays, for validation to name.
        kept = {row: value for row, value in clean.items() if row in shown or row not in known}
        if kept:
            frame.clean[slot] = kept
        else:
            del frame.clean[slot]

    def rows(self, frame: Frame, item: Item) -> tuple[str, ...]:
        """The rows of a matrix that are shown."""
        rows = self.program.form.lists.get(item.rows or "", ())
        conditions = item.row_conditions or (NONE,) * len(rows)
        held = (
            row.value
            for row, condition in zip(rows, conditions, strict=True)
            if condition == NONE or self.truth(condition, frame)
        )
        return tuple(dict.fromkeys(held))

    def _enter(self, frame: Frame, index: int, slot: int, item: Item) -> None:
        raw = frame.raw.get(slot)
        given = raw if isinstance(raw, list | tuple) else ()
        most = DEFAULT_ITEMS if item.max_items is None else item.max_items
        wanted = len(given) if item.count == NONE else self._number_of_items(item, frame, most)
        if wanted > most:
            frame.over[slot] = most
        room = max(0, min(wanted, most, MAX_FRAMES - self._count))
        if room < min(wanted, most):
            frame.over[slot] = room
        self._count += room
        pointer = f"{frame.pointer}/{pointer_token(item.name)}"
        children = [self.program.layout.frame(index, frame, at + 1, f"{pointer}/{at}") for at in range(room)]
        frame.children[index] = children
        self.frames.setdefault(index, []).extend(children)
        before = frame.before.get(item.name) if frame.before else None
        kept = before if isinstance(before, list) else ()
        for at, child in enumerate(children):
            child.before = kept[at] if at < len(kept) and isinstance(kept[at], dict) else None
            self.fill(child, index, given[at] if at < len(given) else {})

    def _number_of_items(self, item: Item, frame: Frame, most: int) -> int:
        number = to_number(self.run(item.count, frame), self.context.zone)
        return int(min(max(number, 0), most)) if number == number else 0


def _settled(value: Scalar) -> Scalar:
    """A calculated value as it can be stored: what is no finite number is no answer."""
    if isinstance(value, float):
        finite = value == value and value not in (float("inf"), float("-inf"))
        return value + 0.0 if finite else ""
    return value if isinstance(value, bool) else to_string(value)
