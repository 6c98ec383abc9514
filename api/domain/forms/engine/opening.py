"""The answers that a draft begins with: defaults as written, and those that are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledForm, Item
from api.domain.forms.engine.evaluation import Evaluation
from api.domain.forms.engine.fields import PARSERS, AnswerRefused
from api.domain.forms.engine.frames import Frame
from api.domain.forms.engine.types import FieldType


def opening_answers(form: CompiledForm, given: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """`given` with the defaults of what it does not answer, items of repeats included.

    A default that is worked out sees what is given, the plain defaults, and the worked-out ones written before it.
    A repeat begins with as many items as it needs at least. Defaults that are no answer to their field are left out.
    """
    plain = _with_defaults(form, NONE, given)
    evaluation = Evaluation(form, plain, clock)
    _open(evaluation, evaluation.root, NONE, plain)
    return plain


def _with_defaults(form: CompiledForm, scope: int, given: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(given)
    for index, item in enumerate(form.items):
        if item.scope != scope or item.kind not in ("field", "repeat"):
            continue
        if item.kind == "repeat":
            items = found.get(item.name)
            if items is None and item.min_items and item.count == NONE:
                items = [{}] * item.min_items
            if isinstance(items, list):
                found[item.name] = [
                    _with_defaults(form, index, one) if isinstance(one, Mapping) else one for one in items
                ]
        elif _waits(item, found) and item.default is not None and item.opening == NONE:
            found[item.name] = item.default
    return found


def _waits(item: Item, answers: Mapping[str, Any]) -> bool:
    return item.name not in answers and not item.read_only and item.type is not FieldType.CALCULATED


def _open(evaluation: Evaluation, frame: Frame, scope: int, answers: dict[str, Any]) -> None:
    layout = evaluation.program.layout
    for index in layout.members[scope]:
        item, slot = layout.items[index], layout.slots[index]
        if item.kind == "repeat":
            items = answers.get(item.name)
            for at, child in enumerate(frame.children.get(index, ())):
                if isinstance(items, list) and at < len(items) and isinstance(items[at], dict):
                    _open(evaluation, child, index, items[at])
        elif item.opening != NONE and item.type is not None and _waits(item, answers):
            answer = evaluation.opening(frame, item)
            try:
                clean, value = (None, "") if answer is None else PARSERS[item.type](item, answer)
            except AnswerRefused:
                continue
            if answer is not None:
                answers[item.name] = clean
                frame.values[slot], frame.clean[slot] = value, clean
