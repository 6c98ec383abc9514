"""Reading and growing the tree."""

from collections.abc import Sequence
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from api.domain.organizations.models import Organization


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

    async def below(self, ids: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return for each id the ids of its subtree, itself included, in one statement."""
        root = func.unnest(cast(list(ids), ARRAY(BigInteger))).column_valued("root")
        found = await self.session.execute(
            select(root, func.array_agg(Organization.id))
            .where(Organization.path.any_() == root, Organization.deleted_at.is_(None))
            .group_by(root)
        )
        return {top: frozenset(nodes) for top, nodes in found}
