"""Two versions of a flow held against each other, and a draft's answers against the newer one. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from api.domain.catalog.contracts import FlowStep, FlowVersion
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.registrations import answers

Kind = Literal["step-added", "step-removed", "added", "removed", "changed"]
Reason = Literal["step-removed", "removed", "unfit", "hidden"]
_NOTHING = object()


class Change(msgspec.Struct, frozen=True):
    """What the newer version has otherwise. ``field`` is a field's path in its form, empty for a whole step;
    ``parts`` are the properties that differ."""

    step: str
    field: str
    kind: Kind
    label: dict[str, str]
    parts: tuple[str, ...] = ()


class Dropped(msgspec.Struct, frozen=True):
    """An answer that the newer version has no place for."""

    step: str
    pointer: str
    label: dict[str, str]
    value: Any
    sensitive: bool
    reason: Reason


class Carried(msgspec.Struct, frozen=True):
    """One step's answers on the newer version. ``errors`` are what is missing or wrong there, seen as a whole."""

    answers: dict[str, Any]
    dropped: tuple[Dropped, ...]
    errors: tuple[engine.FieldError, ...]


class _Field(msgspec.Struct, frozen=True):
    label: dict[str, str]
    properties: dict[str, Any]


def compare(
    old: FlowVersion, old_forms: Mapping[UUID, PublishedForm], new: FlowVersion, new_forms: Mapping[UUID, PublishedForm]
) -> list[Change]:
    """Return what the newer flow has otherwise, step by step and field by field, in the newer one's order."""
    found: list[Change] = []
    for step in new.document.steps:
        before = old.step(step.name)
        if before is None or before.kind is not step.kind:
            found.append(Change(step.name, "", "step-added", step.title))
            continue
        parts = tuple(
            name
            for name, was, now in (
                ("title", before.title, step.title),
                ("condition", before.condition_source, step.condition_source),
            )
            if was != now
        )
        if parts:
            found.append(Change(step.name, "", "changed", step.title, parts))
        found.extend(_fields_changed(step, _form(before, old_forms), _form(step, new_forms)))
    for step in old.document.steps:
        after = new.step(step.name)
        if after is None or after.kind is not step.kind:
            found.append(Change(step.name, "", "step-removed", step.title))
    return found


def _form(step: FlowStep, forms: Mapping[UUID, PublishedForm]) -> PublishedForm | None:
    return forms[step.form_version] if step.form_version is not None else None


def _fields_changed(step: FlowStep, old: PublishedForm | None, new: PublishedForm | None) -> Iterator[Change]:
    if old is None or new is None or old.uid == new.uid:
        return
    before, after = _fields(old), _fields(new)
    for path, field in after.items():
        if path not in before:
            yield Change(step.name, "/".join(path), "added", field.label)
            continue
        was = before[path].properties
        parts = sorted(
            name for name in was.keys() | field.properties.keys() if was.get(name) != field.properties.get(name)
        )
        if parts:
            yield Change(step.name, "/".join(path), "changed", field.label, tuple(parts))
    for path, field in before.items():
        if path not in after:
            yield Change(step.name, "/".join(path), "removed", field.label)


def _fields(form: PublishedForm) -> dict[tuple[str, ...], _Field]:
    """Return the fields that are asked, by path, with the choices themselves in place of their list's name."""
    document = msgspec.json.decode(form.source)
    lists = document.get("choice_lists") or {}
    found: dict[tuple[str, ...], _Field] = {}

    def walk(fields: list[dict[str, Any]], path: tuple[str, ...]) -> None:
        for field in fields:
            kind = field["type"]
            if kind == "group":
                walk(field["fields"], path)
                continue
            if kind in ("note", "calculated", "hidden"):
                continue
            own = (*path, field["name"])
            properties = {name: value for name, value in field.items() if name not in ("fields", "name")}
            if "choices" in properties:
                properties["choices"] = lists.get(properties["choices"])
            found[own] = _Field(field.get("label") or {}, properties)
            if kind == "repeat":
                walk(field["fields"], own)

    for page in document["pages"]:
        for section in page["sections"]:
            walk(section["fields"], ())
    return found


def carry(step: str, old: PublishedForm, new: PublishedForm, given: Mapping[str, Any], clock: engine.Clock) -> Carried:
    """Return what becomes of a step's answers: each is kept as it is, or dropped and named; none is lost."""
    labels = _fields(old)
    kept_paths = {path for path, item in engine.leaf_fields(new.compiled)}
    paths = [(path, item) for path, item in engine.leaf_fields(old.compiled) if item.type != "calculated"]
    gone = [path for path, item in engine.leaf_fields(old.compiled) if path not in kept_paths]
    partial = engine.validate(new.compiled, answers.without(given, gone), clock, partial=True)
    refused = {error.pointer for error in partial.errors}
    after = {pointer: value for path, _ in paths for pointer, value in answers.found(partial.answers, path)}
    dropped = []
    for path, item in paths:
        for pointer, value in answers.found(given, path):
            if after.get(pointer, _NOTHING) == value:
                continue
            reason: Reason = "removed" if path in gone else "unfit" if _refused(pointer, refused) else "hidden"
            label = labels[path].label if path in labels else {}
            dropped.append(Dropped(step, pointer, label, value, item.sensitive, reason))
    whole = engine.validate(new.compiled, partial.answers, clock)
    return Carried(partial.answers, tuple(dropped), whole.errors)


def _refused(pointer: str, refused: set[str]) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in refused)


def drop_all(step: str, form: PublishedForm, given: Mapping[str, Any]) -> tuple[Dropped, ...]:
    """Return all answers of a step that the newer flow does not have."""
    labels = _fields(form)
    return tuple(
        Dropped(step, pointer, labels[path].label if path in labels else {}, value, item.sensitive, "step-removed")
        for path, item in engine.leaf_fields(form.compiled)
        if item.type != "calculated"
        for pointer, value in answers.found(given, path)
    )
