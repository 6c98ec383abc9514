"""Reading, checking and compiling documents in one step each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.domain.forms.engine.compiled import CompiledForm, Item
from api.domain.forms.engine.compiler import compile_all
from api.domain.forms.engine.document import FormDocument
from api.domain.forms.engine.problems import DocumentInvalid, Problem
from api.domain.forms.engine.reading import Reader, decode

_FOLLOWING = frozenset({"unknown_name", "unknown_list", "empty", "missing"})
"""Problems that may merely follow from a node that could not be read."""


def examine(raw: bytes | str | Mapping[str, Any]) -> tuple[FormDocument | None, CompiledForm | None, list[Problem]]:
    """The document, the compiled form and every problem; either is None where it could not be made."""
    value, problem = decode(raw)
    if problem is not None:
        return None, None, [problem]
    reader = Reader()
    document = reader.document(value)
    if document is None:
        return None, None, reader.problems
    compiled, found = compile_all(document)
    if not reader.problems:
        return document, compiled, found
    known = {problem.pointer for problem in reader.problems}
    for problem in found:
        follows = reader.lost and problem.code in _FOLLOWING
        stand_in = problem.pointer.rpartition("/")[0] in reader.lost
        if not follows and not stand_in and problem.pointer not in known:
            reader.problems.append(problem)
    return None, None, reader.problems


def parse_document(raw: bytes | str | Mapping[str, Any]) -> FormDocument:
    """The document in `raw`, well formed and free of problems. Raises DocumentInvalid with all of them."""
    document, _, problems = examine(raw)
    if document is None or problems:
        raise DocumentInvalid(problems)
    return document


def check_document(raw: bytes | str | Mapping[str, Any]) -> list[Problem]:
    """Every problem of the document in `raw`; an empty list means that it can be published."""
    return examine(raw)[2]


def leaf_fields(form: CompiledForm) -> Iterator[tuple[tuple[str, ...], Item]]:
    """Fields that carry an answer, each with its path of names: repeats around it, then itself."""
    for item in form.items:
        if item.kind == "field" and item.type != "note":
            path = [item.name]
            scope = item.scope
            while scope >= 0:
                path.append(form.items[scope].name)
                scope = form.items[scope].scope
            yield tuple(reversed(path)), item


def sensitive_fields(form: CompiledForm) -> tuple[tuple[str, ...], ...]:
    """Paths of the fields whose answers are to be sealed."""
    return tuple(path for path, item in leaf_fields(form) if item.sensitive)


def shared_fields(form: CompiledForm) -> tuple[tuple[str, ...], ...]:
    """Paths of the fields whose answers the back office may receive."""
    return tuple(path for path, item in leaf_fields(form) if item.shared_with_back_office and not item.sensitive)


def registrant_fields(form: CompiledForm) -> dict[str, str]:
    """Field names by what they map to, for example `{"registrant.email": "email"}`."""
    return {item.maps_to: item.name for item in form.items if item.maps_to is not None}
