"""Document to compiled form: names, types and circles checked, all problems in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from api.domain.forms.engine.checks import check_rules
from api.domain.forms.engine.compiled import (
    COMPILER_VERSION,
    NONE,
    CompiledChoice,
    CompiledExpression,
    CompiledForm,
    Item,
)
from api.domain.forms.engine.document import FormDocument, canonical_bytes, content_hash
from api.domain.forms.engine.emitter import Emitter, Typed
from api.domain.forms.engine.environment import FlowEnvironment, FormEnvironment, base_name, unknown_name
from api.domain.forms.engine.expressions import compile_expression
from api.domain.forms.engine.ordering import evaluation_order
from api.domain.forms.engine.outline import Outline, Written, expressions, outline
from api.domain.forms.engine.parser import Call, Expression, Path, Reference, children, parse
from api.domain.forms.engine.problems import DocumentInvalid, ExpressionInvalid, Problem
from api.domain.forms.engine.scopes import chain
from api.domain.forms.engine.types import FieldType, ValueType

_ORDERED_PARTS = frozenset({"relevant", "calculation", "count", "row"})
"""Parts that decide an item's visibility or value; the others are looked at once all values are known."""


@dataclass
class _Compilation:
    document: FormDocument
    found: Outline
    emitter: Emitter = field(default_factory=Emitter)
    problems: list[Problem] = field(default_factory=list)
    trees: dict[Written, Expression] = field(default_factory=dict)
    calculated: dict[int, ValueType] = field(default_factory=dict)
    parts: dict[int, dict[str, int]] = field(default_factory=dict)
    conditions: dict[tuple[int, str], dict[int, int]] = field(default_factory=dict)

    def fail(self, pointer: str, error: ExpressionInvalid) -> None:
        for one in (error, *error.further):
            self.problems.append(Problem(pointer, one.code, one.message, one.position))


def compile_form(document: FormDocument) -> CompiledForm:
    """`document` ready for evaluation. Raises DocumentInvalid with every problem found."""
    compiled, problems = compile_all(document)
    if compiled is None:
        raise DocumentInvalid(problems)
    return compiled


def compile_all(document: FormDocument) -> tuple[CompiledForm | None, list[Problem]]:
    """The compiled form, or None and every problem in document order."""
    work = _Compilation(document, outline(document))
    work.problems.extend(check_rules(document, work.found))
    _parse_all(work)
    order = _order(work)
    lists = {name: frozenset(choice.value for choice in choices) for name, choices in document.choice_lists.items()}
    # Calculations first: what else is written may read their type.
    for written in sorted(work.trees, key=lambda one: (one.part != "calculation", order[one.item])):
        _compile_one(work, written, lists)
    if work.problems:
        return None, sorted(set(work.problems), key=_place)
    return _assemble(work, order), []


def _place(problem: Problem) -> tuple[list[tuple[int, int, str]], str]:
    tokens = problem.pointer.split("/")[1:]
    key = [(0, int(token), "") if token.isdigit() else (1, 0, token) for token in tokens]
    return key, problem.code


def _parse_all(work: _Compilation) -> None:
    for written in expressions(work.document, work.found):
        try:
            work.trees[written] = parse(written.text)
        except ExpressionInvalid as error:
            work.fail(written.pointer, error)


def _order(work: _Compilation) -> dict[int, int]:
    """The rank of every item in the order of evaluation."""
    items = work.found.items
    needs: dict[int, set[int]] = {index: set() for index in range(len(items))}
    for index, item in enumerate(items):
        if item.parent != NONE:
            needs[index].add(item.parent)
    for written, tree in work.trees.items():
        default = written.part == "default" and items[written.item].read_only
        if written.part in _ORDERED_PARTS or default:
            needs[written.item].update(_referenced(tree, work.found.names))
    for index, trigger in _triggers(work).items():
        needs[index].add(trigger)
        work.parts.setdefault(index, {})["trigger"] = trigger
    order, circles = evaluation_order({index: frozenset(found) for index, found in needs.items()})
    for circle in circles:
        work.problems.append(_circle_problem(work, circle))
    return {item: rank for rank, item in enumerate(order)}


def _triggers(work: _Compilation) -> dict[int, int]:
    """The trigger of each item that has one."""
    items, found = work.found.items, {}
    for index, source in enumerate(work.found.fields):
        if source is None or source.trigger is None:
            continue
        trigger = work.found.names.get(source.trigger)
        pointer = f"{work.found.pointers[index]}/trigger"
        if trigger is None:
            error = unknown_name(source.trigger, work.found.names, 0)
            work.problems.append(Problem(pointer, error.code, error.message))
        elif items[trigger].kind != "field" or items[trigger].type is FieldType.NOTE or trigger == index:
            message = f"{source.trigger!r} is not answered, so it cannot set this calculation off"
            work.problems.append(Problem(pointer, "no_value", message))
        elif items[trigger].scope != NONE and items[trigger].scope not in chain(items, items[index].scope):
            message = f"{source.trigger!r} stands in a repeat, and this calculation outside of it"
            work.problems.append(Problem(pointer, "no_value", message))
        else:
            found[index] = trigger
    return found


def _referenced(tree: Expression, names: Mapping[str, int]) -> set[int]:
    found: set[int] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference) and base_name(node.name) in names:
            found.add(names[base_name(node.name)])
        if isinstance(node, Path) and node.names[-1] in names:
            found.add(names[node.names[-1]])
        if isinstance(node, Call) and node.name == "position":
            continue
        waiting.extend(children(node))
    return found


def _circle_problem(work: _Compilation, circle: list[int]) -> Problem:
    items = work.found.items
    path = " → ".join(items[index].name for index in [*circle, circle[0]])
    own = [written for written in work.trees if written.item in circle and written.part in _ORDERED_PARTS]
    pointer = own[0].pointer if own else work.found.pointers[circle[0]]
    return Problem(pointer, "cycle", f"the values depend on each other in a circle: {path}")


def _compile_one(work: _Compilation, written: Written, lists: Mapping[str, frozenset[str]]) -> None:
    try:
        value = compile_expression(work.trees[written], work.emitter, _environment(work, written, lists))
    except ExpressionInvalid as error:
        work.fail(written.pointer, error)
        return
    if written.part == "calculation":
        _settle_calculation(work, written, value)
    if written.part in ("choice", "row"):
        work.conditions.setdefault((written.item, written.part), {})[written.choice] = value.node
    else:
        part = "opening" if written.part == "default" else written.part
        work.parts.setdefault(written.item, {})[part] = value.node


def _environment(work: _Compilation, written: Written, lists: Mapping[str, frozenset[str]]) -> FormEnvironment:
    items = work.found.items
    item = items[written.item]
    columns = None
    if written.part == "choice_filter":
        choices = work.document.choice_lists.get(item.choices or "", ())
        columns = frozenset({"name", "label"}.union(*(choice.columns for choice in choices)))
    return FormEnvironment(
        items=items,
        names=work.found.names,
        lists=lists,
        calculated=work.calculated,
        scope=item.scope,
        item=written.item,
        own=written.item if written.part == "constraint" else None,
        columns=columns,
    )


def _settle_calculation(work: _Compilation, written: Written, value: Typed) -> None:
    if value.type is not None:
        work.calculated[written.item] = value.type
    if value.tainted and not work.found.items[written.item].sensitive:
        message = "the calculation shows a sensitive answer, so it has to be marked sensitive itself"
        work.problems.append(Problem(written.pointer, "sensitive_calculation", message))


def _assemble(work: _Compilation, order: Mapping[int, int]) -> CompiledForm:
    document = work.document
    default = document.default_locale
    items = tuple(_complete(work, index) for index in range(len(work.found.items)))
    return CompiledForm(
        compiler_version=COMPILER_VERSION,
        source_hash=content_hash(canonical_bytes(document)),
        name=document.name,
        default_locale=default,
        items=items,
        nodes=tuple(work.emitter.nodes),
        order=tuple(sorted(_dynamic(items), key=lambda index: order[index])),
        lists={
            name: tuple(
                CompiledChoice(choice.value, choice.label.get(default, choice.value), choice.columns)
                for choice in choices
            )
            for name, choices in document.choice_lists.items()
        },
    )


def _complete(work: _Compilation, index: int) -> Item:
    item = work.found.items[index]
    parts = dict(work.parts.get(index, {}))
    source = work.found.fields[index]
    if source is not None and source.required is True:
        parts["required"] = work.emitter.emit("true")
    return msgspec.structs.replace(
        item,
        choice_conditions=_conditions(work, index, "choice", item.choices),
        row_conditions=_conditions(work, index, "row", item.rows),
        value_type=work.calculated.get(index),
        **parts,
    )


def _conditions(work: _Compilation, index: int, part: str, choices: str | None) -> tuple[int, ...]:
    given = work.conditions.get((index, part))
    if given is None:
        return ()
    return tuple(given.get(at, NONE) for at in range(len(work.document.choice_lists[choices or ""])))


def _dynamic(items: tuple[Item, ...]) -> list[int]:
    """Items that evaluation has to visit; the rest are visible and keep their answer."""
    dynamic: set[int] = set()
    for index, item in enumerate(items):
        hidden_with_parent = item.parent in dynamic and items[item.parent].kind != "repeat"
        given = item.read_only and item.opening != NONE
        settled = given or item.kind == "repeat" or item.type is FieldType.CALCULATED or item.row_conditions
        if hidden_with_parent or item.relevant != NONE or settled:
            dynamic.add(index)
    return sorted(dynamic)


def compile_condition(text: str, types: Mapping[str, ValueType]) -> CompiledExpression:
    """A condition between steps, over the dotted names in `types`. Raises ExpressionInvalid."""
    emitter = Emitter()
    environment = FlowEnvironment(types)
    value = compile_expression(parse(text), emitter, environment)
    return CompiledExpression(COMPILER_VERSION, value.node, tuple(emitter.nodes), tuple(sorted(environment.read)))
