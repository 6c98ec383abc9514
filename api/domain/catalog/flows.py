"""Checking a flow before it is published, and pinning it to form versions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog.contracts import WORKING, FlowDocument, FlowStep, StepKind
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.lib.errors import FieldProblem


class DraftStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as it is edited: it names a form, not yet a version."""

    name: str
    kind: StepKind
    title: dict[str, str]
    form: UUID | None = None
    condition: str | None = None


class FlowDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps as they are edited."""

    steps: tuple[DraftStep, ...]


def compile_flow(
    draft: FlowDraft, forms: Mapping[UUID, PublishedForm], *, most_per_order: int
) -> tuple[FlowDocument | None, list[FieldProblem]]:
    """Return the document to publish, or every reason why there is none.

    ``forms`` are the latest published versions by form; ``most_per_order`` is the largest number of seats one
    registration can take.
    """
    problems = _shape(draft, most_per_order)
    types: dict[str, engine.ValueType] = {}
    steps: list[FlowStep] = []
    maps: set[str] = set()
    for index, step in enumerate(draft.steps):
        condition, found = _condition(step, index, types)
        problems.extend(found)
        published = forms.get(step.form) if step.form else None
        if step.kind is StepKind.FORM and published is None:
            what = "Choose a form." if step.form is None else "Publish the form first."
            problems.append(FieldProblem(f"/steps/{index}/form", "required", what))
        if published is not None:
            types |= engine.condition_types(step.name, published.compiled)
            maps |= engine.registrant_fields(published.compiled).keys()
        steps.append(
            FlowStep(step.name, step.kind, step.title, published.uid if published else None, step.condition, condition)
        )
    problems.extend(
        FieldProblem("/steps", "required", f"A form of the flow must map a field to {wanted} (prs::maps_to).")
        for wanted in ("registrant.name", "registrant.email")
        if wanted not in maps
    )
    return (FlowDocument(tuple(steps)) if not problems else None), problems


def _condition(
    step: DraftStep, index: int, types: Mapping[str, engine.ValueType]
) -> tuple[engine.CompiledExpression | None, list[FieldProblem]]:
    if not step.condition:
        return None, []
    where = f"/steps/{index}/condition"
    if step.kind is not StepKind.FORM:
        return None, [FieldProblem(where, "condition", "Only a form step can depend on a condition.")]
    try:
        return engine.compile_condition(step.condition, types), []
    except engine.ExpressionInvalid as error:
        return None, [FieldProblem(where, one.code, one.message) for one in (error, *error.further)]


def _shape(draft: FlowDraft, most_per_order: int) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    kinds = [step.kind for step in draft.steps]
    names = [step.name for step in draft.steps]
    for index, step in enumerate(draft.steps):
        where = f"/steps/{index}"
        if names.index(step.name) != index:
            problems.append(FieldProblem(f"{where}/name", "duplicate", "Two steps have this name."))
        if step.kind not in WORKING:
            problems.append(FieldProblem(f"{where}/kind", "unsupported", f"{step.kind} steps do not work yet."))
        elif step.kind is not StepKind.FORM and kinds.index(step.kind) != index:
            problems.append(FieldProblem(f"{where}/kind", "duplicate", f"A flow has one {step.kind} step."))
        if not step.title:
            problems.append(FieldProblem(f"{where}/title", "required", "Give the step a title."))
    problems.extend(_order(kinds))
    if most_per_order > 1 and StepKind.ATTENDEES not in kinds:
        problems.append(
            FieldProblem("/steps", "required", "Add an attendees step: a ticket allows several seats per registration.")
        )
    return problems


def _order(kinds: list[StepKind]) -> list[FieldProblem]:
    problems = []
    if StepKind.FORM not in kinds:
        problems.append(FieldProblem("/steps", "required", "A flow needs a form step."))
    if StepKind.REVIEW not in kinds:
        problems.append(FieldProblem("/steps", "required", "A flow needs a review step before it is submitted."))
    if not kinds or kinds[-1] is not StepKind.CONFIRMATION:
        problems.append(FieldProblem("/steps", "order", "The last step must be the confirmation."))
    elif StepKind.REVIEW in kinds and kinds[-2] is not StepKind.REVIEW:
        problems.append(FieldProblem("/steps", "order", "The review must come right before the confirmation."))
    if StepKind.ATTENDEES in kinds:
        before = kinds[: kinds.index(StepKind.ATTENDEES)]
        if StepKind.TICKETS not in before:
            problems.append(FieldProblem("/steps", "order", "The attendees step comes after a tickets step."))
    return problems


def body(
    event: Mapping[str, Any], uid: UUID, number: int, document: FlowDocument, forms: Mapping[UUID, PublishedForm]
) -> bytes:
    """Return the flow with all its form documents as one JSON text."""
    return msgspec.json.encode(
        {
            "event": event,
            "flow": {"uid": uid, "version": number, "steps": document.steps},
            "forms": {
                str(form.uid): {
                    "uid": form.uid,
                    "version": form.number,
                    "source": msgspec.Raw(form.source),
                    "compiled": msgspec.Raw(form.compiled_json),
                }
                for form in forms.values()
            },
        }
    )
