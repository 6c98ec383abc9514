"""The columns of an export and what stands in them. No I/O, and nothing that takes long to load."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal

import msgspec

Kind = Literal["text", "integer", "decimal", "boolean", "date", "time", "datetime"]
Value = str | int | float | bool | date | time | datetime | None

# Beyond these the next number that a double can hold is not the next whole number.
_LARGEST = 2**53


class Column(msgspec.Struct, frozen=True):
    """``path`` leads from the step's answers to the value; ``part`` names what of the answer is shown."""

    heading: str
    kind: Kind
    step: str
    path: tuple[str, ...]
    part: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What a row is read with: the answers' columns, the words for events and tickets by their private ids, and how
    many digits the minor unit of a currency has."""

    columns: tuple[Column, ...]
    events: dict[int, str]
    tickets: dict[int, str]
    digits: dict[str, int]


CORE: tuple[tuple[str, Kind], ...] = (
    ("number", "text"),
    ("state", "text"),
    ("event", "text"),
    ("name", "text"),
    ("email", "text"),
    ("phone", "text"),
    ("seats", "integer"),
    ("tickets", "text"),
    ("submitted_at", "datetime"),
    ("cancelled_at", "datetime"),
)


def headings(plan: Plan) -> list[str]:
    """Return the first line."""
    return [name for name, _ in CORE] + [column.heading for column in plan.columns]


def kinds(plan: Plan) -> list[Kind]:
    """Return the kind of each column."""
    return [kind for _, kind in CORE] + [column.kind for column in plan.columns]


class Raw(msgspec.Struct, frozen=True, array_like=True):
    """A registration as the database writes it; ``masks`` are (step, pointer, mask) of sealed answers."""

    number: str | None
    state: str
    event: int
    name: str
    email: str
    phone: str
    submitted_at: str | None
    cancelled_at: str | None
    seats: list[int] | None
    steps: dict[str, dict[str, Any]] | None
    masks: list[tuple[str, str, str]] | None


_DECODER = msgspec.json.Decoder(Raw)


class Reader:
    """Turns registrations as the database writes them into rows of values."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cells = [_cell(column, plan.digits) for column in plan.columns]

    def row(self, line: bytes | str) -> list[Value]:
        """Return the values of one registration, in the columns' order."""
        raw = _DECODER.decode(line)
        plan = self._plan
        seats = raw.seats or []
        names = sorted({plan.tickets.get(ticket, "") for ticket in seats})
        found: list[Value] = [
            raw.number,
            raw.state,
            plan.events.get(raw.event, ""),
            raw.name,
            raw.email,
            raw.phone,
            len(seats),
            "; ".join(names),
            _moment(raw.submitted_at),
            _moment(raw.cancelled_at),
        ]
        if self._cells:
            steps = _masked(raw.steps or {}, raw.masks or ())
            found.extend([cell(steps) for cell in self._cells])
        return found


def _masked(steps: dict[str, dict[str, Any]], masks: Sequence[tuple[str, str, str]]) -> Mapping[str, Mapping[str, Any]]:
    for step, pointer, mask in masks:
        node: Any = steps.get(step)
        *parents, last = pointer.removeprefix("/").split("/")
        for part in parents:
            node = _below(node, part)
        if isinstance(node, dict):
            node[last] = mask
    return steps


def _below(node: Any, part: str) -> Any:
    if isinstance(node, list):
        return node[int(part)] if part.isdigit() and int(part) < len(node) else None
    return node.get(part) if isinstance(node, dict) else None


def _cell(column: Column, digits: Mapping[str, int]) -> Callable[[Mapping[str, Mapping[str, Any]]], Value]:
    step, path, part, read = column.step, column.path, column.part, _READ[column.kind]
    name = path[0]
    if len(path) > 1:

        def repeated(steps: Mapping[str, Mapping[str, Any]]) -> Value:
            return "; ".join(text(one) for one in _values(steps.get(step, {}), path)) or None

        return repeated

    def single(steps: Mapping[str, Mapping[str, Any]]) -> Value:
        answers = steps.get(step)
        value = None if answers is None else answers.get(name)
        if part and value is not None:
            value = _part(value, part, digits)
        return None if value is None else read(value)

    return single


def _values(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif isinstance(node, Mapping) and path[0] in node:
        if len(path) == 1:
            yield node[path[0]]
        else:
            yield from _values(node[path[0]], path[1:])


def _part(value: Any, part: str, digits: Mapping[str, int]) -> Any:
    if not isinstance(value, Mapping):
        return value if part in ("amount", "line1", "given") else None
    found = value.get(part)
    if part == "amount" and isinstance(found, int) and "currency" in value:
        return found / 10 ** digits.get(str(value["currency"]), 2)
    return found


def text(value: Any) -> str:
    """Return an answer, or a part of one, in one line of plain text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(text(item) for item in value)
    if isinstance(value, Mapping):
        # A file is known by its name; of all else the parts say what it is.
        return str(value["name"]) if "upload" in value else ", ".join(text(item) for item in value.values())
    return str(value)


# An answer that is not of its column's kind (it was given before the field changed) is left as text.


def _integer(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(value)
    return int(value) if abs(value) <= _LARGEST and value == int(value) else float(value)


def _decimal(value: Any) -> Value:
    return text(value) if isinstance(value, bool) or not isinstance(value, int | float) else float(value)


def _boolean(value: Any) -> Value:
    return value if isinstance(value, bool) else text(value)


def _date(value: Any) -> Value:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return text(value)


def _time(value: Any) -> Value:
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return text(value)


def _datetime(value: Any) -> Value:
    return _moment(value) if isinstance(value, str) else text(value)


def _moment(value: str | None) -> Value:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment.astimezone(UTC) if moment.tzinfo else moment


_READ: dict[Kind, Callable[[Any], Value]] = {
    "text": text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
}
