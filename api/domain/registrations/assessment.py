"""A whole registration held against its flow: which steps apply, what is kept of the answers, what is wrong. No I/O."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog.contracts import FlowStep, FlowVersion, StepKind
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.registrations.contracts import StepInput
from api.lib.errors import FieldProblem
from api.lib.http import json_text


class Assessment(msgspec.Struct, frozen=True):
    """``answers`` are the cleaned answers of the form steps that apply, sensitive ones included."""

    answers: dict[str, dict[str, Any]]
    applicable: tuple[str, ...]
    contact: dict[str, str]
    problems: tuple[FieldProblem, ...]


def assess(
    flow: FlowVersion,
    forms: Mapping[UUID, PublishedForm],
    given: Mapping[str, StepInput],
    clock: engine.Clock,
    *,
    locale: str,
    kept: Mapping[str, Mapping[str, Any]] | None = None,
) -> Assessment:
    """Go through the steps in order, each condition seeing the cleaned answers of the steps before it.

    ``kept`` are the answers of a draft as they are stored: calculations that wait for their trigger hold on to them.
    """
    values: dict[str, Any] = {}
    answers: dict[str, dict[str, Any]] = {}
    applicable: list[str] = []
    contact: dict[str, str] = {}
    problems: list[FieldProblem] = []
    for step in flow.document.steps:
        if not applies(step, values, clock):
            continue
        applicable.append(step.name)
        if step.kind is not StepKind.FORM or step.form_version is None:
            continue
        form = forms[step.form_version].compiled
        before = None if kept is None else kept.get(step.name)
        result = engine.validate(form, given.get(step.name, StepInput()).answers or {}, clock, before=before)
        problems.extend(field_problems(result.errors, f"/steps/{step.name}/answers", locale))
        answers[step.name] = result.answers
        values |= step_values(step, result.answers)
        contact |= contact_of(form, result.answers)
    return Assessment(answers, tuple(applicable), contact, tuple(problems))


def applies(step: FlowStep, values: Mapping[str, Any], clock: engine.Clock) -> bool:
    """Tell whether a step's condition holds."""
    return step.condition is None or engine.evaluate_condition(step.condition, values, clock)


def step_values(step: FlowStep, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step's answers by the dotted names that conditions use."""
    return {f"{step.name}.{name}": value for name, value in answers.items()}


def contact_of(form: engine.CompiledForm, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form says of the registrant: name, email, phone."""
    found = {}
    for target, name in engine.registrant_fields(form).items():
        value = engine.as_scalar(answers.get(name, ""))
        if isinstance(value, str) and value:
            found[target.removeprefix("registrant.")] = value
    return found


def field_problems(errors: tuple[engine.FieldError, ...], base: str, locale: str) -> list[FieldProblem]:
    """Return the engine's errors as problems of the body, in the reader's language where the form has it."""
    return [FieldProblem(f"{base}{_pointer(error)}", error.code, _words(error.message, locale)) for error in errors]


def _pointer(error: engine.FieldError) -> str:
    if error.code != "unknown_field":
        return error.pointer
    # Every name but the last is the form's.
    parent, _, name = error.pointer.rpartition("/")
    return error.pointer if json_text.can_be_told(name) else parent


def _words(message: engine.Text | str, locale: str) -> str:
    if isinstance(message, str):
        return message
    return message.get(locale) or next(iter(message.values()), "")


def unexpected_parts(flow: FlowVersion, given: Mapping[str, StepInput]) -> list[FieldProblem]:
    """Return a problem for each step that is not in the flow and each part that is not of the step's kind."""
    wanted = {StepKind.FORM: "answers", StepKind.TICKETS: "tickets", StepKind.ATTENDEES: "attendees"}
    problems = []
    for name, part in given.items():
        step = flow.step(name)
        if step is None:
            problems.append(
                FieldProblem(json_text.where(("steps", name)), "unknown_field", "The flow has no such step.")
            )
            continue
        for kind in ("answers", "tickets", "attendees"):
            if getattr(part, kind) is not None and wanted.get(step.kind) != kind:
                problems.append(
                    FieldProblem(f"/steps/{name}/{kind}", "unknown_field", f"A {step.kind} step takes no {kind}.")
                )
    return problems
