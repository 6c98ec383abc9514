"""Job runs over HTTP."""

from datetime import datetime

from api.lib.schema import Input, Moment, Output


class RunRequest(Input, frozen=True, kw_only=True):
    """Asks for the slot in which ``at`` lies; now where it is left out."""

    at: Moment | None = None


class RunAccepted(Output, frozen=True, kw_only=True):
    """``new`` is false where the slot had been asked for before."""

    job: str
    slot: datetime
    new: bool
