"""What a request of staff asks to see, from its address: the same for lists, counts and exports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api.domain.catalog.contracts import Event
from api.domain.registrations import staff_filters, staff_service
from api.domain.registrations.filtering import Filter
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.schema import sensible
from api.lib.uow import UnitOfWork


class Asked(msgspec.Struct, frozen=True):
    """The filters of an address, not yet held against what there is."""

    words: str | None
    event: UUID | None
    state: str | None
    ticket: UUID | None
    since: datetime | None
    until: datetime | None
    answers: list[str]
    tests: bool

    async def filter(self, uow: UnitOfWork, organizations: Sequence[int]) -> tuple[Filter, Event | None]:
        """Return the filter within some organizations, and the event it is about.

        Raises:
            NotFound: the event is not of these organizations.
            Unprocessable: a filter makes no sense; each one that makes none is listed.
        """
        wrong = [
            FieldProblem(pointer, "format", "Send a moment with a time zone in the years 1970 to 2999.")
            for pointer, moment in (("/from", self.since), ("/to", self.until))
            if moment is not None and (moment.tzinfo is None or not sensible(moment))
        ]
        if wrong:
            raise Unprocessable(errors=tuple(wrong))
        event = await staff_service.event_of(uow, organizations, self.event)
        wanted = Filter(
            organizations=tuple(organizations),
            event=event.id if event else None,
            state=self.state,
            words=self.words,
            ticket=await staff_filters.ticket_id(uow, event, self.ticket),
            since=self.since,
            until=self.until,
            answers=await staff_filters.parsed(uow, event, self.answers),
            tests=self.tests,
        )
        return wanted, event


def provide_asked(
    q: Annotated[
        str | None,
        QueryParameter(max_length=200, description="Words of name, address or number, by how they begin; no accents."),
    ] = None,
    event: Annotated[UUID | None, QueryParameter(name="event", description="Only of this event.")] = None,
    in_state: Annotated[
        Literal["draft", "confirmed", "cancelled", "expired"] | None,
        QueryParameter(name="state", description="Only in this state."),
    ] = None,
    ticket: Annotated[UUID | None, QueryParameter(name="ticket", description="Only with this ticket.")] = None,
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="Submitted not before, with a time zone.")
    ] = None,
    until: Annotated[datetime | None, QueryParameter(name="to", description="Submitted before.")] = None,
    answer: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=300)]] | None,
        QueryParameter(
            name="answer",
            description="`step.field:is:value` of choices and booleans, `:from:` and `:to:` of numbers and dates, "
            "`:contains:` of texts. Needs `event`; sensitive answers cannot be asked for.",
        ),
    ] = None,
    tests: Annotated[bool, QueryParameter(name="tests", description="Trials instead of registrations.")] = False,
) -> Asked:
    """Return what an address asks for."""
    return Asked(q, event, in_state, ticket, since, until, answer or [], tests)
