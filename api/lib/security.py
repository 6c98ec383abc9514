"""Who is calling, what they may do, and which tenants the database shows them."""

from datetime import datetime
from enum import StrEnum

import msgspec

from api.lib.errors import AddressNotAllowed, Forbidden
from api.lib.networks import Rules


class Permission(StrEnum):
    """What a route can ask for. Roles are sets of these (``api.domain.accounts.roles``)."""

    # Not a grant, but a declaration that the route is meant to be open.
    PUBLIC = "public"
    # Any signed-in person or key; the service narrows it to what is theirs.
    SIGNED_IN = "signed-in"
    # The holder of a draft: capability token, owner's account or staff. Decided by the service.
    REGISTRATION_HOLDER = "registration-holder"
    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_MANAGE = "organization:manage"
    ROLE_MANAGE = "role:manage"
    API_KEY_MANAGE = "api-key:manage"
    FORM_READ = "form:read"
    FORM_MANAGE = "form:manage"
    EVENT_READ = "event:read"
    EVENT_MANAGE = "event:manage"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_CREATE = "registration:create"
    REGISTRATION_MANAGE = "registration:manage"
    REGISTRATION_EXPORT = "registration:export"
    SENSITIVE_REVEAL = "sensitive:reveal"
    SYNC_READ = "sync:read"
    AUDIT_READ = "audit:read"
    PRIVACY_MANAGE = "privacy:manage"
    JOBS_RUN = "jobs:run"


# Declarations that no role carries.
OPEN = frozenset({Permission.PUBLIC, Permission.SIGNED_IN, Permission.REGISTRATION_HOLDER})


class Grant(msgspec.Struct, frozen=True):
    """Permissions in one organization and everything below it (already expanded to ids)."""

    organization_ids: frozenset[int]
    permissions: frozenset[Permission]
    expires_at: datetime | None = None


class Withheld(msgspec.Struct, frozen=True):
    """A grant that does nothing now, and the problem that tells its holder why."""

    grant: Grant
    problem: type[Forbidden]


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The caller of a request or the task of a worker."""

    kind: str = "anonymous"  # anonymous | account | api_key | service
    account_id: int | None = None
    subject_uid: str | None = None
    session_uid: str | None = None
    # The account that made the key which calls: what nobody may do to themselves, their key may not either.
    maker_id: int | None = None
    grants: tuple[Grant, ...] = ()
    # A guest's capability token as sent; only its hash is ever stored.
    registration_token: str | None = None
    withheld: tuple[Withheld, ...] = ()
    # The network rules of organizations that have some, by their private ids.
    networks: dict[int, Rules] = {}

    @property
    def signed_in(self) -> bool:
        return self.kind != "anonymous"

    def organizations_with(self, permission: Permission) -> frozenset[int]:
        """Return the private ids of the organizations in which the caller holds ``permission``."""
        return frozenset().union(*(g.organization_ids for g in self.grants if permission in g.permissions))

    def permissions_in(self, organization_id: int) -> frozenset[Permission]:
        """Return what the caller may do in an organization, by roles there and above."""
        return frozenset().union(*(g.permissions for g in self.grants if organization_id in g.organization_ids))

    def has(self, permission: Permission, organization_id: int) -> bool:
        return organization_id in self.organizations_with(permission)

    def explain(self, permission: Permission, organization_id: int | None = None) -> None:
        """Say why a permission is missing that the caller was given (there, or anywhere); or nothing.

        Raises:
            Forbidden: the caller holds it, but not from this address, or not without a second factor.
        """
        for one in self.withheld:
            if permission in one.grant.permissions and organization_id in (None, *one.grant.organization_ids):
                raise one.problem

    def coming_from(self, address: str) -> "Principal":
        """Return the caller with those grants withheld that do nothing from this address."""
        closed = {key for key, rules in self.networks.items() if not rules.admit(address)}
        return self.without(frozenset(closed), AddressNotAllowed)

    def without(self, closed: frozenset[int], problem: type[Forbidden]) -> "Principal":
        """Return the caller with all grants in some organizations withheld, for the reason that the problem tells."""
        if not closed:
            return self
        grants, withheld = [], list(self.withheld)
        for grant in self.grants:
            out = grant.organization_ids & closed
            if out:
                withheld.append(Withheld(Grant(out, grant.permissions), problem))
            grants.append(Grant(grant.organization_ids - out, grant.permissions) if out else grant)
        return msgspec.structs.replace(self, grants=tuple(grants), withheld=tuple(withheld))


ANONYMOUS = Principal()


class Scope(msgspec.Struct, frozen=True):
    """Which tenants' rows a transaction sees; row-level security enforces it in the database.

    ``system`` lifts the wall and is honoured for the worker's role only.
    """

    organization_ids: frozenset[int] = frozenset()
    system: bool = False


SYSTEM = Scope(system=True)
