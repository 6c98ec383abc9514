"""What is known of a request for help."""

from datetime import datetime
from uuid import UUID

import msgspec

# Requests that name no registration belong to whoever runs the installation: a tenant that is no organization.
OPERATOR = 0


def reference(uid: UUID) -> str:
    """Return what a person and the help desk can name a request by."""
    return uid.hex[:12]


class SupportRequest(msgspec.Struct, frozen=True):
    """A request for help. ``ticket`` is its number at the help desk, ``tried_at`` when it was last sent there."""

    uid: UUID
    organization_id: int
    created_at: datetime
    subject: str
    message: str
    email: str
    name: str
    registration_uid: UUID | None
    confirmation_number: str | None
    tried_at: datetime | None
    ticket: int | None

    @property
    def reference(self) -> str:
        return reference(self.uid)
