"""Reading and growing the tree."""

from collections.abc import Sequence
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.organizations.models import Organization, OrganizationAccessPolicy
from api.lib import clock

# A path holds the node itself and everything above it, so the index on paths answers for a whole subtree.
_BELOW = text(
    """
    SELECT root, array_agg(node.id) FROM unnest(CAST(:ids AS bigint[])) AS root
    JOIN organization node ON node.path @> ARRAY[root] AND node.deleted_at IS NULL
    GROUP BY root
    """
)


class OrganizationRepository(SQLAlchemyAsyncRepository[Organization]):
    """Organizations that are not deleted."""

    model_type = Organization

    def alive(self) -> Select[Organization]:
        """The one place that hides deleted rows."""
        return select(Organization).where(Organization.deleted_at.is_(None))

    async def by_uid(self, uid: UUID) -> Organization | None:
        return await self.session.scalar(self.alive().where(Organization.uid == uid))

    async def by_ids(self, ids: Sequence[int]) -> list[Organization]:
        found = await self.session.scalars(self.alive().where(Organization.id.in_(ids)).order_by(Organization.name))
        return list(found)

    async def by_slug(self, slug: str) -> Organization | None:
        return await self.session.scalar(self.alive().where(Organization.slug == slug))

    async def paths(self) -> dict[int, list[int]]:
        """Return for each organization, deleted ones too, the ids from the root down to itself."""
        found = await self.session.execute(select(Organization.id, Organization.path))
        return {key: path for key, path in found}  # noqa: C416 (dict() does not take rows)

    async def below(self, ids: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return for each id the ids of its subtree, itself included, in one statement."""
        found = await self.session.execute(_BELOW, {"ids": list(ids)})
        return {top: frozenset(nodes) for top, nodes in found}


# Read before a caller is known, and so before there is a tenant: through a function that sees past the wall.
_POLICIES = text("SELECT * FROM prs_access_policies(CAST(:ids AS bigint[]))")


async def policies_over(session: AsyncSession, ids: Sequence[int]) -> list[tuple[int, bool, list[str], list[str]]]:
    """Return for each id a row for each policy that stands over it: its own and those further up the tree."""
    return [tuple(row) for row in await session.execute(_POLICIES, {"ids": list(ids)})]


async def policy_of(session: AsyncSession, organization_id: int) -> OrganizationAccessPolicy | None:
    """Return what the organization itself has set."""
    return await session.get(OrganizationAccessPolicy, organization_id)


async def set_policy(session: AsyncSession, organization_id: int, values: dict[str, object]) -> None:
    """Set what the organization asks, in one statement: two who save at once do not trip over each other."""
    values = {**values, "updated_at": clock.now()}
    statement = insert(OrganizationAccessPolicy).values(organization_id=organization_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_=values))
