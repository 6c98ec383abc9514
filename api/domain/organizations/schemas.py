"""Organizations over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from api.lib.schema import LINE, Input, Output, Slug


class OrganizationOut(Output, frozen=True, kw_only=True):
    """An organization as its people see it, with what the caller may do there: a role counts for everything below."""

    uid: UUID
    name: str
    slug: str
    kind: str
    home_region: str
    permissions: list[str]


class OrganizationIn(Input, frozen=True, kw_only=True):
    """A new organization below one the caller manages."""

    parent: UUID
    name: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=200)]
    slug: Slug
    kind: Literal["organization", "university", "faculty", "department", "centre", "store"] = "organization"


_Networks = Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=200)]


class AccessPolicyIn(Input, frozen=True, kw_only=True):
    """What the organization asks of those who work for it. Networks are CIDRs; no allowed ones allow all."""

    second_factor_required: bool
    allowed_networks: _Networks
    denied_networks: _Networks


class AccessPolicyOut(Output, frozen=True, kw_only=True):
    """What the organization itself has set; what stands above it in the tree holds as well."""

    second_factor_required: bool
    allowed_networks: list[str]
    denied_networks: list[str]
