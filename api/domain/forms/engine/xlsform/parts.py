"""Rows that stand in for parts of an answer, such as `${home.latitude}`.

Other tools know no parts. Each that a form speaks of gets a calculation of that name, which works out the part where
the standard has the means to and is empty where it has not; an import passes over these rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from api.domain.forms.engine.document import Field
from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.xlsform.cells import Cells
from api.domain.forms.engine.xlsform.exact import EXACT

_PART = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_-]*)\.([A-Za-z0-9_.-]+)\s*\}")
_POINT = ("latitude", "longitude", "altitude", "accuracy")


def _of_location(field: Field, part: str) -> str:
    return f"selected-at(${{{field.name}}}, {_POINT.index(part)})" if part in _POINT else "''"


def _of_money(field: Field, part: str) -> str:
    # Only one currency goes without asking; what it is divided into the standard does not know.
    return f"'{field.currencies[0]}'" if part == "currency" and len(field.currencies) == 1 else "''"


def _unknown(_field: Field, _part: str) -> str:
    return "''"


_WORKED_OUT: Mapping[FieldType, Callable[[Field, str], str]] = MappingProxyType(
    {FieldType.LOCATION: _of_location, FieldType.MONEY: _of_money}
)


def parts_spoken_of(rows: Iterable[Cells]) -> dict[str, list[str]]:
    """The parts that any cell of `rows` names, by the field they are parts of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for (key, _), text in row.items():
            for name, part in _PART.findall(text) if not EXACT.fullmatch(key) else ():
                if part not in found.setdefault(name, []):
                    found[name].append(part)
    return found


def part_rows(field: Field, parts: Iterable[str]) -> Iterator[Cells]:
    """A row for each of `parts`, to stand behind that of `field`."""
    for part in parts:
        worked_out = _WORKED_OUT.get(field.type, _unknown)(field, part)
        yield {
            ("type", ""): "calculate",
            ("name", ""): f"{field.name}.{part}",
            ("calculation", ""): worked_out,
            ("prs:part", ""): "yes",
        }
