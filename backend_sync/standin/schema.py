"""The models the sync uses, as Odoo 17 with the addon describes them; an unlisted field faults as unknown."""

from __future__ import annotations

from functools import cache
from typing import Literal
from zoneinfo import available_timezones

import msgspec

Kind = Literal["boolean", "char", "datetime", "integer", "many2one", "one2many", "selection", "text"]


class Field(msgspec.Struct, frozen=True):
    """One field; `computed` ones have no column."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    readonly: bool = False
    computed: bool = False
    relation: str = ""
    inverse: str = ""
    on_delete: Literal["CASCADE", "RESTRICT"] = "RESTRICT"
    selection: tuple[tuple[str, str], ...] = ()
    default: bool | int | str | None = None
    # What the addon blanks when a person is erased, and with what; None where the field is not personal.
    erased: str | None = None


class Model(msgspec.Struct, frozen=True):
    """One model with its table."""

    name: str
    label: str
    table: str
    order: str
    fields: dict[str, Field]
    # Groups whose members may write and unlink, as Odoo's access error lists them.
    writers: tuple[str, ...] = ()
    removers: tuple[str, ...] = ()

    @property
    def columns(self) -> list[Field]:
        """The fields that are stored."""
        return [field for field in self.fields.values() if not field.computed]

    @property
    def blanks(self) -> dict[str, str | bool]:
        """What the personal fields of an erased record hold."""
        return {field.name: field.erased or False for field in self.fields.values() if field.erased is not None}


STATES = (("draft", "Unconfirmed"), ("open", "Registered"), ("done", "Attended"), ("cancel", "Cancelled"))
TAKES_SEAT = ("open", "done")


@cache
def timezones() -> tuple[tuple[str, str], ...]:
    """Choices of a time zone field."""
    return tuple((name, name) for name in sorted(available_timezones()))


def _seats() -> list[Field]:
    names = {"seats_reserved": "Reserved", "seats_used": "Used", "seats_taken": "Taken", "seats_available": "Available"}
    return [
        Field(name, "integer", f"{label} Seats", readonly=True, computed=True, default=0)
        for name, label in names.items()
    ]


def _model(name: str, label: str, order: str, fields: list[Field], writers: tuple[str, ...] = ()) -> Model:
    common = [
        Field("ext_uuid", "char", "Platform UID", readonly=True),
        Field("ext_rev", "integer", "Platform Revision", readonly=True),
        Field("create_date", "datetime", "Created on", readonly=True),
        Field("write_date", "datetime", "Last Updated on", readonly=True),
        Field("display_name", "char", "Display Name", readonly=True, computed=True),
    ]
    by_name = {field.name: field for field in [*fields, *common]}
    return Model(name, label, name.replace(".", "_"), order, by_name, writers, ("Events/Administrator",))


_EVENT = _model(
    "event.event",
    "Event",
    "date_begin, id",
    [
        Field("name", "char", "Event", required=True),
        Field("active", "boolean", "Active", default=True),
        Field("date_begin", "datetime", "Start Date", required=True),
        Field("date_end", "datetime", "End Date", required=True),
        Field("date_tz", "selection", "Timezone", required=True, selection=timezones(), default="UTC"),
        Field("seats_max", "integer", "Maximum Attendees", default=0),
        Field("seats_limited", "boolean", "Limit Attendees", default=False),
        Field("event_mail_ids", "one2many", "Mail Schedule", computed=True),
        Field(
            "event_ticket_ids",
            "one2many",
            "Event Ticket",
            computed=True,
            relation="event.event.ticket",
            inverse="event_id",
        ),
        Field(
            "registration_ids",
            "one2many",
            "Attendees",
            computed=True,
            relation="event.registration",
            inverse="event_id",
        ),
        *_seats(),
    ],
    ("Events/Administrator", "Events/User"),
)

_TICKET = _model(
    "event.event.ticket",
    "Event Ticket",
    "event_id, sequence, name, id",
    [
        Field("name", "char", "Name", required=True, default="Registration"),
        Field("event_id", "many2one", "Event", required=True, relation="event.event", on_delete="CASCADE"),
        Field("sequence", "integer", "Sequence", default=10),
        Field("description", "text", "Description"),
        Field("seats_max", "integer", "Maximum Attendees"),
        Field("seats_limited", "boolean", "Limit Attendees", readonly=True, computed=True),
        Field("start_sale_datetime", "datetime", "Registration Start"),
        Field("end_sale_datetime", "datetime", "Registration End"),
        Field(
            "registration_ids",
            "one2many",
            "Registrations",
            computed=True,
            relation="event.registration",
            inverse="event_ticket_id",
        ),
        *_seats(),
    ],
    ("Events/Administrator", "Events/User"),
)

_REGISTRATION = _model(
    "event.registration",
    "Event Registration",
    "id desc",
    [
        Field("event_id", "many2one", "Event", required=True, relation="event.event"),
        Field("event_ticket_id", "many2one", "Event Ticket", relation="event.event.ticket"),
        Field("active", "boolean", "Active", default=True),
        Field("name", "char", "Attendee Name", erased="Erased"),
        Field("email", "char", "Email", erased=""),
        Field("phone", "char", "Phone", erased=""),
        Field("company_name", "char", "Company Name", erased=""),
        Field("state", "selection", "Status", readonly=True, selection=STATES, default="open"),
        Field("date_closed", "datetime", "Attended Date"),
        Field("prs_number", "char", "Confirmation Number", readonly=True, erased=""),
        Field("prs_answers", "text", "Shared Answers", readonly=True, erased=""),
    ],
    ("Events/Administrator", "Events/Registration Desk", "Events/User"),
)

MODELS = {model.name: model for model in (_EVENT, _TICKET, _REGISTRATION)}
