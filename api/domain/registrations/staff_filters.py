"""What staff can filter an event's registrations by, and what they ask for made into a filter."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog.contracts import Event
from api.domain.forms import engine
from api.domain.forms.engine import FieldType, ValueType
from api.domain.registrations import filtering
from api.domain.registrations.contracts import FilterChoice, FilterField, FilterSummary, TicketCount
from api.domain.registrations.filtering import AnswerFilter, Filter
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.uow import UnitOfWork

MOST = 10

_KINDS = {
    FieldType.SINGLE_CHOICE: "choice",
    FieldType.LIKERT: "choice",
    FieldType.COUNTRY: "choice",
    FieldType.LANGUAGE: "choice",
    FieldType.CURRENCY: "choice",
    FieldType.MULTIPLE_CHOICE: "choices",
    FieldType.RANKING: "choices",
    FieldType.BOOLEAN: "boolean",
    FieldType.CONSENT: "boolean",
    FieldType.ACKNOWLEDGE: "boolean",
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
    FieldType.RATING: "number",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date",
    FieldType.TEXT: "text",
    FieldType.MULTILINE: "text",
    FieldType.EMAIL: "text",
    FieldType.PHONE: "text",
    FieldType.URL: "text",
    FieldType.BARCODE: "text",
    FieldType.HIDDEN: "text",
}
_VALUE_KINDS = {ValueType.NUMBER: "number", ValueType.BOOLEAN: "boolean", ValueType.DATE: "date"}
_OPERATORS = {"number": ("from", "to"), "date": ("from", "to"), "text": ("contains",)}


async def fields(uow: UnitOfWork, event: Event) -> list[FilterField]:
    """Return the fields of the event's published flows that can be filtered by, the newest version's words first."""
    found: dict[tuple[str, str], FilterField] = {}
    for flow in await flow_service.versions_of(uow, event):
        forms = await flow_service.forms_of(uow, flow)
        for step in flow.document.steps:
            if step.form_version is None:
                continue
            form = forms[step.form_version]
            document = msgspec.json.decode(form.source, type=engine.FormDocument)
            labels = _labels(document)
            for path, item in engine.leaf_fields(form.compiled):
                kind = _kind(item)
                if kind is not None and len(path) == 1 and (step.name, item.name) not in found:
                    listed = document.choice_lists.get(item.choices or "", ())
                    found[step.name, item.name] = FilterField(
                        step.name, item.name, labels.get(item.name, {}), kind,
                        [FilterChoice(one.value, one.label, 0) for one in listed[:200]],
                    )  # fmt: skip
    return list(found.values())


def _kind(item: engine.Item) -> str | None:
    if item.sensitive or item.type is None:
        return None
    if item.type is FieldType.CALCULATED:
        return _VALUE_KINDS.get(item.value_type or ValueType.STRING, "text")
    return _KINDS.get(item.type)


def _labels(document: engine.FormDocument) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    waiting = [field for page in document.pages for section in page.sections for field in section.fields]
    while waiting:
        field = waiting.pop()
        found[field.name] = field.label
        waiting.extend(field.fields)
    return found


async def parsed(uow: UnitOfWork, event: Event | None, given: Sequence[str]) -> tuple[AnswerFilter, ...]:
    """Return filters by answers from ``step.field:operator:value``.

    Raises:
        Unprocessable: one names no field of the event's, or asks what its field cannot be asked.
    """
    if not given:
        return ()
    if event is None:
        raise Unprocessable(errors=(FieldProblem("/event", "required", "Choose the event whose answers are meant."),))
    if len(given) > MOST:
        raise Unprocessable(errors=(FieldProblem("/answer", "maximum", f"Give at most {MOST} filters."),))
    known = {f"{field.step}.{field.name}": field for field in await fields(uow, event)}
    found, problems = [], []
    for index, text in enumerate(given):
        name, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        wanted = _wanted(known.get(name), operator, value)
        if isinstance(wanted, str):
            problems.append(FieldProblem(f"/answer/{index}", "format", wanted))
        else:
            found.append(wanted)
    if problems:
        raise Unprocessable(errors=tuple(problems))
    return tuple(found)


def _wanted(field: FilterField | None, operator: str, value: str) -> AnswerFilter | str:
    if field is None:
        return "Name a field of the event's forms as step.field; sensitive ones cannot be filtered by."
    allowed = _OPERATORS.get(field.kind, ("is",))
    if operator not in allowed:
        return f"Write step.field:{' or '.join(allowed)}:value."
    try:
        return AnswerFilter(field.step, field.name, field.kind, operator, _value(field.kind, value))  # type: ignore[arg-type]
    except ValueError:
        return f"The value is no {field.kind}."


def _value(kind: str, text: str) -> Any:
    if not text or "\x00" in text:
        raise ValueError
    if kind == "number":
        number = float(text)
        if abs(number) >= 1e15 or number != number:
            raise ValueError
        return number
    if kind == "date":
        return date.fromisoformat(text).isoformat()
    if kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError
        return text == "true"
    return text


async def summary(uow: UnitOfWork, wanted: Filter, event: Event | None) -> FilterSummary:
    """Return how many registrations a filter lets through, by state, by ticket and by the values of choices.

    Values are counted for up to ``filtering.COUNTED`` registrations; beyond, they are null.
    """
    states = await filtering.states(uow.session, wanted)
    total = states.get(wanted.state, 0) if wanted.state else sum(states.values())
    if event is None:
        return FilterSummary(total, states, [], [], counted=False)
    counted = sum(states.values()) <= filtering.COUNTED
    offered = await fields(uow, event)
    asked = [(field.step, field.name) for field in offered if field.choices or field.kind == "boolean"]
    seats = await filtering.tickets(uow.session, wanted) if counted else {}
    values = await filtering.answered(uow.session, wanted, asked) if counted else {}
    return FilterSummary(
        total,
        states,
        [TicketCount(one.uid, one.name, seats.get(one.id, 0)) for one in await ticket_service.of(uow, event)],
        [_with_counts(field, values) for field in offered],
        counted=counted,
    )


def _with_counts(field: FilterField, values: dict[tuple[str, str, str], int]) -> FilterField:
    choices = field.choices
    if field.kind == "boolean":
        choices = [FilterChoice("true", {}, 0), FilterChoice("false", {}, 0)]
    counted = [
        FilterChoice(one.value, one.label, values.get((field.step, field.name, one.value), 0)) for one in choices
    ]
    return msgspec.structs.replace(field, choices=counted)


async def ticket_id(uow: UnitOfWork, event: Event | None, ticket: UUID | None) -> int | None:
    """Return the private key of one of the event's tickets to filter by.

    Raises:
        Unprocessable: it is none of the event's.
    """
    if ticket is None:
        return None
    tickets = await ticket_service.of(uow, event) if event else []
    found = next((one.id for one in tickets if one.uid == ticket), None)
    if found is None:
        raise Unprocessable(errors=(FieldProblem("/ticket", "choice", "Choose one of the event's tickets."),))
    return found
