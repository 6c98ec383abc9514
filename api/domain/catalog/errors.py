"""What can go wrong in the catalogue."""

from api.lib.errors import Conflict, NotFound, Unprocessable


class EventClosed(Conflict):
    """The event does not take registrations now."""

    slug = "event-closed"
    title = "Registration is closed"
    default_detail = "See the event's page for when registration is open."


class EventNotReady(Conflict):
    """Something is missing before the event can be published."""

    slug = "event-not-ready"
    title = "The event cannot be published yet"


class WrongState(Conflict):
    """The event's state does not allow this."""

    slug = "wrong-state"
    title = "The event's state does not allow this"


class PreviewOver(NotFound):
    """The preview's address is not one of ours, or its hour is over."""

    slug = "preview-over"
    title = "This preview is over"
    default_detail = "Ask the organiser for a new one."


class SlugTaken(Conflict):
    """Another event has this address."""

    slug = "slug-taken"
    title = "This address is taken"
    default_detail = "Choose another slug."


class PictureUnusable(Unprocessable):
    """The file is no picture that can be shown."""

    slug = "picture-unusable"
    title = "This file cannot be used as a picture"
    default_detail = "Choose another picture, or save this one again as JPEG, PNG or WebP."


class FlowInvalid(Unprocessable):
    """The flow cannot be published; every reason is listed."""

    slug = "flow-invalid"
    title = "The flow has problems"
    default_detail = "Mend the steps listed in errors and publish again."


class CapacityBelowTaken(Conflict):
    """More seats are gone than the new capacity has."""

    slug = "capacity-below-taken"
    title = "More seats are taken than that"
    default_detail = "Choose a capacity of at least the seats held and taken."


class TicketSoldOut(Conflict):
    """No seat is left on a ticket."""

    slug = "ticket-sold-out"
    title = "Sold out"
    default_detail = (
        "Choose another ticket or fewer seats, or try again later: seats of abandoned registrations come back."
    )


class TicketNotOnSale(Conflict):
    """The ticket is not for this event, or not on sale now."""

    slug = "ticket-not-on-sale"
    title = "This ticket is not on sale"
    default_detail = "Choose one of the tickets the event's page shows."
