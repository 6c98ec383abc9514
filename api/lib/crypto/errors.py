"""What can go wrong with a key."""

from api.lib.errors import Unavailable


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, other record, or damaged bytes."""


class KeysAway(Unavailable):
    """The service that holds the master keys does not answer."""

    slug = "keys-unavailable"
    title = "The keys for sensitive answers are out of reach"
