"""What other modules know of an organization."""

from uuid import UUID

import msgspec

from api.lib.networks import Rules


class Organization(msgspec.Struct, frozen=True):
    """A node of the tree. ``id`` stays inside the process."""

    id: int
    uid: UUID
    name: str
    slug: str
    kind: str
    home_region: str
    parent_id: int | None


class Policy(msgspec.Struct, frozen=True):
    """What an organization asks of those who work for it, with what everything above it asks: the strictest wins."""

    second_factor_required: bool = False
    networks: Rules = Rules()


class AccessPolicy(msgspec.Struct, frozen=True):
    """What one organization itself has set; the lists hold CIDRs."""

    second_factor_required: bool
    allowed_networks: tuple[str, ...]
    denied_networks: tuple[str, ...]
