"""Routes of privacy officers: how long data is kept. Those of erasures know registrations, and are there."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, JSONBody

from api.domain.organizations import service as organizations
from api.domain.privacy import retention, schemas
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_MANAGE = Permission.PRIVACY_MANAGE


async def _shown(uow: Uow, organization_id: int) -> schemas.RetentionOut:
    return schemas.RetentionOut(
        rules=[
            schemas.RuleOut(
                table=rule.table,
                days=days,
                default_days=rule.days,
                least=rule.least,
                most=rule.most,
                since=rule.since,
                own=own,
                adjustable=rule.adjustable,
            )
            for rule, days, own in await retention.of(uow, organization_id)
        ]
    )


class PrivacyController(Controller):
    """What a privacy officer sees and sets."""

    path = "/api/v1/organizations/{organization:uuid}"
    tags = ("Privacy",)

    @get(
        "/retention",
        operation_id="getRetention",
        summary="How long what is kept",
        opt=declare(_MANAGE, RouteClass.STAFF),
    )
    async def get_retention(self, uow: Uow, organization: FromPath[UUID]) -> schemas.RetentionOut:
        return await _shown(uow, (await organizations.enter(uow, organization, _MANAGE)).id)

    @put(
        "/retention",
        operation_id="setRetention",
        summary="Set how long what is kept, here and below",
        opt=declare(_MANAGE, RouteClass.STAFF),
    )
    async def set_retention(
        self, uow: Uow, organization: FromPath[UUID], data: JSONBody[schemas.RetentionIn]
    ) -> schemas.RetentionOut:
        entered = await organizations.enter(uow, organization, _MANAGE)
        await retention.put(uow, entered.id, [(rule.table, rule.days) for rule in data.rules])
        return await _shown(uow, entered.id)
