"""Answers that name files: held against the uploads, and the uploads kept for as long as an answer names them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog.contracts import FlowVersion
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.forms.engine import CompiledForm, Item
from api.domain.registrations import answers
from api.domain.registrations.assessment import Assessment
from api.domain.registrations.models import Registration, Upload
from api.domain.registrations.uploads import kinds, repository, service
from api.domain.registrations.uploads.fields import file_fields, places
from api.lib.errors import FieldProblem
from api.lib.uow import UnitOfWork

Forms = Mapping[UUID, PublishedForm]
Answers = dict[str, dict[str, Any]]


async def attach(
    uow: UnitOfWork, row: Registration, forms: Mapping[str, CompiledForm], given: Answers, *, whole: bool = False
) -> tuple[Answers, list[tuple[str, FieldProblem]]]:
    """Return answers by step with each file as its upload says, without those that have none; and (step, problem).

    ``forms`` are the steps' forms. What the answers name is kept from now on, what they name no longer is let go: in
    the steps that are given, or with ``whole`` in all. A pointer begins in the step's answers.
    """
    if not any(file_fields(form) for form in forms.values()):
        return given, []
    found = dict(given)
    uploads = {str(one.uid): one for one in await repository.held(uow.session, row.id)}
    used: dict[str, Upload] = {}
    problems: list[tuple[str, FieldProblem]] = []
    for step, answered in given.items():
        if step in forms and file_fields(forms[step]):
            found[step], wrong = _checked(step, forms[step], answered, uploads, used)
            problems.extend((step, problem) for problem in wrong)
    uids = [upload.uid for upload in used.values()]
    await repository.keep(uow.session, row.id, None if whole else list(given), uids)
    return found, problems


async def assessed(
    uow: UnitOfWork, row: Registration, flow: FlowVersion, forms: Forms, found: Assessment
) -> Assessment:
    """Return the assessment of a whole registration with its files held against the uploads."""
    given, wrong = await attach(uow, row, _by_step(flow, forms), found.answers, whole=True)
    return _with(found, given, wrong)


def without_uploads(flow: FlowVersion, forms: Forms, found: Assessment) -> Assessment:
    """Return the assessment of a registration that is made in one call: it has no uploads an answer could name."""
    wrong: list[tuple[str, FieldProblem]] = []
    for step, form in _by_step(flow, forms).items():
        if file_fields(form) and step in found.answers:
            _, problems = _checked(step, form, found.answers[step], {}, {})
            wrong.extend((step, problem) for problem in problems)
    return _with(found, found.answers, wrong)


def _by_step(flow: FlowVersion, forms: Forms) -> dict[str, CompiledForm]:
    return {step.name: forms[step.form_version].compiled for step in flow.document.steps if step.form_version}


def _with(found: Assessment, given: Answers, wrong: Sequence[tuple[str, FieldProblem]]) -> Assessment:
    if not wrong and given is found.answers:
        return found
    problems = [FieldProblem(f"/steps/{step}/answers{one.pointer}", one.code, one.message) for step, one in wrong]
    return msgspec.structs.replace(found, answers=given, problems=(*found.problems, *problems))


def _checked(
    step: str, form: CompiledForm, given: Mapping[str, Any], uploads: Mapping[str, Upload], used: dict[str, Upload]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    full, problems = answers.copied(given), []
    for holder, name, pointer in places(form, full):
        shown = holder[name]
        if engine.is_masked(shown):
            continue
        path = answers.names(pointer)
        upload = uploads.get(str(shown.get("upload"))) if isinstance(shown, dict) else None
        if upload is None or (upload.step, answers.names(upload.pointer)) != (step, path) or str(upload.uid) in used:
            del holder[name]
            problems.append(FieldProblem(pointer, "upload", "The file is not here; upload it again."))
        elif not _fits(file_fields(form)[path], upload):
            del holder[name]
            problems.append(FieldProblem(pointer, "upload", "This field takes other files now; upload another one."))
        else:
            used[str(upload.uid)] = upload
            holder[name] = msgspec.to_builtins(service.answer_of(upload))
    return full, problems


def _fits(item: Item, upload: Upload) -> bool:
    """Tell whether a field takes an upload: it may have been begun under another version of the form."""
    kind = kinds.KINDS.get(upload.media_type)
    return kind is not None and kind in kinds.taken(item) and upload.sensitive == item.sensitive


def at_paths(due: Mapping[str, Sequence[tuple[str, ...]]]) -> list[tuple[str, str]]:
    """Return paths of names by step as ``repository.drop_at`` takes them."""
    return [(step, "/".join(path)) for step, paths in due.items() for path in paths]
