"""What can go wrong with a person's own data."""

from api.lib.errors import Conflict


class AlreadyWithdrawn(Conflict):
    """A consent can be withdrawn once."""

    slug = "already-withdrawn"
    title = "This consent is withdrawn already"
    default_detail = "Nothing more needs to be done."
