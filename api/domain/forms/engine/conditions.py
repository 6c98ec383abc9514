"""Conditions between the steps of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import NONE, CompiledExpression, CompiledForm
from api.domain.forms.engine.environment import parts_of
from api.domain.forms.engine.frames import Layout
from api.domain.forms.engine.program import Context, Run, build
from api.domain.forms.engine.types import VALUE_TYPES, FieldType, ValueType
from api.domain.forms.engine.values import Scalar, to_boolean

_EMPTY = Layout.of(())
_RUNS: WeakKeyDictionary[CompiledExpression, list[Run]] = WeakKeyDictionary()


def evaluate_condition(expression: CompiledExpression, values: Mapping[str, Any], clock: Clock) -> bool:
    """Whether the condition holds for `values` by dotted name; a name that is not there is empty."""
    return to_boolean(evaluate_expression(expression, values, clock))


def evaluate_expression(expression: CompiledExpression, values: Mapping[str, Any], clock: Clock) -> Scalar:
    """The expression's value for `values` by name: a string, a double or a boolean."""
    runs = _RUNS.get(expression)
    if runs is None:
        runs = _RUNS[expression] = build(expression.nodes, _EMPTY, {})
    context = Context(clock)
    context.named = values
    value: Scalar = runs[expression.root](_EMPTY.frame(NONE), context)
    return value


def condition_types(step: str, form: CompiledForm) -> dict[str, ValueType]:
    """The names that the step `step` with `form` offers to conditions; answers in repeats have none."""
    found: dict[str, ValueType] = {}
    lists = {name: [choice.value for choice in choices] for name, choices in form.lists.items()}
    for item in form.items:
        if item.kind != "field" or item.scope != NONE or item.type in (None, FieldType.NOTE):
            continue
        name = f"{step}.{item.name}"
        if item.type is not FieldType.MATRIX:
            known = item.value_type if item.type is FieldType.CALCULATED else VALUE_TYPES[item.type]
            found[name] = known or ValueType.STRING
        found |= {f"{name}.{part}": known for part, known in parts_of(item, lists).items()}
    return found
