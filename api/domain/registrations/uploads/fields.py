"""Which fields of a form take files, and which places of an answer hold one. No I/O."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from api.domain.forms import engine
from api.domain.forms.engine import CompiledForm, Item
from api.domain.registrations import answers
from api.domain.registrations.uploads.kinds import UPLOADED

Path = tuple[str, ...]

# Asked at every save and submit, most of whose forms have none.
_FOUND: WeakKeyDictionary[CompiledForm, dict[Path, Item]] = WeakKeyDictionary()


def file_fields(form: CompiledForm) -> dict[Path, Item]:
    """Return a form's fields that take files, by their path of names."""
    found = _FOUND.get(form)
    if found is None:
        found = {path: item for path, item in engine.leaf_fields(form) if item.type in UPLOADED}
        _FOUND[form] = found
    return found


def places(form: CompiledForm, given: Mapping[str, Any]) -> list[answers.Place]:
    """Return where files stand in answers."""
    return [place for path in file_fields(form) for place in answers.places(given, path)]
