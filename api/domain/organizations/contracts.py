"""What other modules know of an organization."""

from uuid import UUID

import msgspec


class Organization(msgspec.Struct, frozen=True):
    """A node of the tree. ``id`` stays inside the process."""

    id: int
    uid: UUID
    name: str
    slug: str
    kind: str
    home_region: str
    parent_id: int | None
