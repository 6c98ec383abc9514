"""Forms and versions in SQL."""

from collections.abc import Sequence
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Select, select

from api.domain.forms.models import FormForm, FormVersion


class FormRepository(SQLAlchemyAsyncRepository[FormForm]):
    """Forms of the organizations in scope that are not deleted."""

    model_type = FormForm

    def alive(self) -> Select[FormForm]:
        """The one place that hides deleted rows."""
        return select(FormForm).where(FormForm.deleted_at.is_(None))

    async def by_uid(self, uid: UUID, *, lock: bool = False) -> FormForm | None:
        statement = self.alive().where(FormForm.uid == uid)
        return await self.session.scalar(statement.with_for_update() if lock else statement)

    async def by_name(self, organization_id: int, name: str) -> FormForm | None:
        return await self.session.scalar(
            self.alive().where(FormForm.organization_id == organization_id, FormForm.name == name)
        )

    async def of(self, organization_ids: Sequence[int]) -> list[FormForm]:
        found = await self.session.scalars(
            self.alive().where(FormForm.organization_id.in_(organization_ids)).order_by(FormForm.name).limit(500)
        )
        return list(found)


class FormVersionRepository(SQLAlchemyAsyncRepository[FormVersion]):
    """Published versions."""

    model_type = FormVersion

    async def by_uids(self, uids: Sequence[UUID]) -> list[FormVersion]:
        found = await self.session.scalars(select(FormVersion).where(FormVersion.uid.in_(uids)))
        return list(found)

    async def latest(self, form_id: int) -> FormVersion | None:
        return await self.session.scalar(
            select(FormVersion).where(FormVersion.form_id == form_id).order_by(FormVersion.number.desc()).limit(1)
        )

    async def numbered(self, form_id: int, number: int) -> FormVersion | None:
        return await self.session.scalar(
            select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.number == number)
        )

    async def latest_of(self, form_uids: Sequence[UUID]) -> dict[UUID, FormVersion]:
        found = await self.session.execute(
            select(FormForm.uid, FormVersion)
            .join(FormVersion, (FormVersion.form_id == FormForm.id) & (FormVersion.number == FormForm.latest_version))
            .where(FormForm.uid.in_(form_uids), FormForm.deleted_at.is_(None))
        )
        return {key: value for key, value in found}  # noqa: C416 (dict() does not take rows)
