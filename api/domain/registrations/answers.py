"""Answers as plain data: taking the sensitive ones out, putting masks and stored values in. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from api.domain.forms import engine
from api.domain.forms.engine import CompiledForm, Item


class Secret(msgspec.Struct, frozen=True):
    """A sensitive answer with its place: a JSON pointer into the step's answers."""

    pointer: str
    field: str
    identity: str | None
    value: Any

    @property
    def kept(self) -> bool:
        """Whether it came back as it is shown, because nothing else of it is stored."""
        return engine.is_masked(self.value)

    @property
    def mask(self) -> str:
        shown: str = self.value["masked"] if self.kept else engine.mask(self.value)["masked"]
        return shown


def _sensitive(form: CompiledForm) -> Iterator[tuple[tuple[str, ...], Item]]:
    for path, item in engine.leaf_fields(form):
        if item.sensitive:
            yield path, item


# The object that holds an answer, the answer's name in it, and its pointer.
Place = tuple[dict[str, Any], str, str]


def places(answers: Any, path: tuple[str, ...]) -> Iterator[Place]:
    """Yield the places of the answers at ``path``."""
    return _places(answers, path)


def _places(answers: Any, path: tuple[str, ...], pointer: str = "") -> Iterator[Place]:
    """Yield (object, name, pointer) of each answer at ``path``, through all items of the repeats around it."""
    if not isinstance(answers, dict) or path[0] not in answers:
        return
    here = f"{pointer}/{path[0]}"
    if len(path) == 1:
        yield answers, path[0], here
        return
    items = answers[path[0]]
    if isinstance(items, list):
        for index, item in enumerate(items):
            yield from _places(item, path[1:], f"{here}/{index}")


def found(answers: Mapping[str, Any], path: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return the answers at a field's path, each with its pointer: one for each item of the repeats around it."""
    return [(pointer, holder[name]) for holder, name, pointer in _places(dict(answers), path)]


def values_at(answers: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Return the answers at a field's path by pointer: several where it stands in a repeat."""
    return {pointer: holder[name] for holder, name, pointer in _places(dict(answers), path)}


def take_out(form: CompiledForm, answers: Mapping[str, Any]) -> tuple[dict[str, Any], list[Secret]]:
    """Return the answers without the sensitive ones, and those apart."""
    plain = _copy(answers)
    secrets: list[Secret] = []
    for path, item in _sensitive(form):
        for holder, name, pointer in list(_places(plain, path)):
            secrets.append(Secret(pointer, item.name, item.identity, holder.pop(name)))
    return plain, secrets


def put_in(answers: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with ``values`` at their pointers (masks to show, or opened values to validate)."""
    full = _copy(answers)
    for pointer, value in values.items():
        node: Any = full
        *parents, last = pointer.removeprefix("/").split("/")
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node.get(part)
            if node is None or (isinstance(node, list) and not node):
                break
        if isinstance(node, dict):
            node[last] = value
    return full


def restore_masked(
    form: CompiledForm, given: Mapping[str, Any], stored: Mapping[str, tuple[str, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Replace masks a client sent back by the stored values; ``stored`` has (mask, value) by pointer.

    The mask must be the stored one, at the same place; or, where items of a repeat have moved, be the only one of its
    field with those characters. Returns the answers and the pointers of masks that stand for nothing.
    """
    full = _copy(given)
    lost: list[str] = []
    for path, _ in _sensitive(form):
        for holder, name, pointer in list(_places(full, path)):
            shown = holder[name]
            if not engine.is_masked(shown):
                continue
            value = _stored(pointer, path, shown["masked"], stored)
            if value is None:
                del holder[name]
                lost.append(pointer)
            else:
                holder[name] = value
    return full, lost


def _stored(pointer: str, path: tuple[str, ...], mask: str, stored: Mapping[str, tuple[str, Any]]) -> Any | None:
    here = stored.get(pointer)
    if here is not None and here[0] == mask:
        return here[1]
    alike = [value for at, (held, value) in stored.items() if held == mask and names(at) == path]
    return alike[0] if len(alike) == 1 else None


def names(pointer: str) -> tuple[str, ...]:
    """Return the path of a pointer's field: its names, without the places in repeats."""
    return tuple(part for part in pointer.split("/")[1:] if not part.isdigit())


def masks(form: CompiledForm, given: Mapping[str, Any]) -> list[str]:
    """Return the pointers of the sensitive answers that came back as they are shown."""
    return [
        pointer
        for path, _ in _sensitive(form)
        for holder, name, pointer in _places(given, path)
        if engine.is_masked(holder[name])
    ]


def without(answers: Mapping[str, Any], paths: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return the answers without those at some paths."""
    kept = _copy(answers)
    for path in paths:
        for holder, name, _ in list(_places(kept, path)):
            del holder[name]
    return kept


def declared(form: CompiledForm, event: str) -> list[dict[str, Any]]:
    """Return what a form declares of the fields that hold personal data, for the register of processing."""
    return [
        {
            "name": f"{event}: {form.name}/{'/'.join(path)}",
            "purpose": item.purpose or "",
            "categories": [item.identity or item.maps_to or str(item.type)],
            "sensitive": item.sensitive,
            "shared": item.shared_with_back_office and not item.sensitive,
            "retain_days": item.retain_days,
        }
        for path, item in engine.leaf_fields(form)
    ]


def consents(form: CompiledForm, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (purpose, version of the text) of each consent that was given; the purpose is the field's name.

    A text without a version of its own is known by the form's content hash.
    """
    return [
        (item.name, item.consent_text_version or form.source_hash[:12])
        for path, item in engine.leaf_fields(form)
        if item.type == "consent" and any(holder[name] is True for holder, name, _ in _places(dict(answers), path))
    ]


def shared(form: CompiledForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers the back office may receive; repeats keep only their shared fields."""
    allowed = engine.shared_fields(form)
    return _only(answers, set(allowed))


def _only(answers: Mapping[str, Any], allowed: set[tuple[str, ...]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        if (name,) in allowed:
            kept[name] = value
            continue
        below = {path[1:] for path in allowed if path[0] == name and len(path) > 1}
        if below and isinstance(value, list):
            kept[name] = [_only(item, below) for item in value if isinstance(item, dict)]
    return kept


def copied(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers that can be changed without those they came from."""
    return _copy(answers)


def _copy(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(value) for name, value in answers.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
