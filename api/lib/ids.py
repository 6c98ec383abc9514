"""Typed identifiers: a uid of one aggregate cannot be passed where another's is wanted."""

import secrets
from typing import NewType
from uuid import UUID, uuid4

OrganizationUid = NewType("OrganizationUid", UUID)
AccountUid = NewType("AccountUid", UUID)
FormUid = NewType("FormUid", UUID)
FormVersionUid = NewType("FormVersionUid", UUID)
EventUid = NewType("EventUid", UUID)
TicketUid = NewType("TicketUid", UUID)
FlowVersionUid = NewType("FlowVersionUid", UUID)
RegistrationUid = NewType("RegistrationUid", UUID)
AttendeeUid = NewType("AttendeeUid", UUID)

# Crockford's base 32: no I, L, O, U, so that a number can be read aloud.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_uid() -> UUID:
    """Return a fresh random uid (version 4: it tells neither count nor time)."""
    return uuid4()


def confirmation_number() -> str:
    """Return a number such as ``7K3F-9QXA-M2``: 50 random bits in groups a person can read out."""
    bits = secrets.randbits(50)
    text = "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 50, 5))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
