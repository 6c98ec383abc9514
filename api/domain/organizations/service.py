"""The tenant scope: which organizations there are, what lies below them, and where they live."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.organizations import contracts
from api.domain.organizations.errors import LivesElsewhere
from api.domain.organizations.models import Organization
from api.domain.organizations.policies import effective
from api.domain.organizations.repository import OrganizationRepository
from api.lib.errors import NotFound
from api.lib.security import Permission
from api.lib.settings import Settings
from api.lib.uow import UnitOfWork


def _contract(row: Organization) -> contracts.Organization:
    return contracts.Organization(row.id, row.uid, row.name, row.slug, row.kind, row.home_region, row.parent_id)


async def create(
    uow: UnitOfWork, *, name: str, slug: str, kind: str = "organization", parent: UUID | None = None
) -> contracts.Organization:
    """Add a node below ``parent``, or a root. Its home is this cell."""
    repository = OrganizationRepository(session=uow.session)
    above = await repository.by_uid(parent) if parent else None
    if parent and above is None:
        raise NotFound
    row = Organization(
        name=name, slug=slug, kind=kind, home_region=uow.kernel.settings.region,
        parent_id=above.id if above else None, path=[],
    )  # fmt: skip
    await repository.add(row)
    row.path = [*(above.path if above else []), row.id]
    await uow.session.flush()
    await audit.record(
        uow, "organization.created", subject_type="organization", subject_uid=row.uid, organization_id=row.id
    )
    return _contract(row)


async def by_ids(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, contracts.Organization]:
    """Return organizations by their private ids."""
    rows = await OrganizationRepository(session=uow.session).by_ids(sorted(set(ids)))
    return {row.id: _contract(row) for row in rows}


async def find(uow: UnitOfWork, slug: str) -> contracts.Organization | None:
    """Return the organization with this slug."""
    row = await OrganizationRepository(session=uow.session).by_slug(slug)
    return _contract(row) if row else None


async def subtrees(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return for each organization the ids of everything below it, itself included."""
    return await OrganizationRepository(session=uow.session).below(ids) if ids else {}


async def paths(uow: UnitOfWork) -> dict[int, list[int]]:
    """Return for each organization of the installation the ids from the root down to itself."""
    return await OrganizationRepository(session=uow.session).paths()


async def policies(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, contracts.Policy]:
    """Return for each organization what it asks of its staff and keys, with what everything above it asks."""
    wanted = sorted(set(ids))
    return await effective(uow, wanted) if wanted else {}


async def enter(uow: UnitOfWork, uid: UUID, permission: Permission) -> contracts.Organization:
    """Narrow the transaction to an organization in which the caller holds ``permission``.

    Raises:
        NotFound: there is none such, or it is none of the caller's business; the two look alike.
        Forbidden: the caller's role there does nothing from this address, or without a second factor.
        LivesElsewhere: its home is another cell.
    """
    row = await OrganizationRepository(session=uow.session).by_uid(uid)
    if row is None or not uow.principal.has(permission, row.id):
        if row is not None:
            uow.principal.explain(permission, row.id)
        raise NotFound
    organization = _contract(row)
    refuse_elsewhere(uow.kernel.settings, organization)
    await uow.enter_organization(organization.id)
    return organization


def refuse_elsewhere(settings: Settings, organization: contracts.Organization) -> None:
    """Answer 421 with the right address for an organization whose home is another cell.

    Raises:
        LivesElsewhere: always in that case.
    """
    home = organization.home_region
    if home != settings.region:
        address = settings.region_addresses.get(home)
        raise LivesElsewhere(
            f"Send the request to {address}." if address else None, extra={"region": home, "address": address}
        )
