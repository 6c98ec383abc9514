"""Routes of roles in an organization."""

from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody

from api.domain.accounts import contracts, grants, schemas
from api.domain.accounts.errors import LastAdministrator, OwnGrant
from api.domain.organizations import service as organizations
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


class GrantController(Controller):
    """Who holds which role; what is granted above an organization holds in it too, and is listed there."""

    path = "/api/v1/organizations/{organization:uuid}/grants"
    tags = ("Roles",)

    @get(
        operation_id="listGrants",
        summary="Who holds a role in the organization, or is invited to one",
        opt=declare(Permission.ROLE_MANAGE, RouteClass.STAFF),
    )
    async def list_grants(self, uow: Uow, organization: FromPath[UUID]) -> list[schemas.RoleGrantOut]:
        found = await organizations.enter(uow, organization, Permission.ROLE_MANAGE)
        return [_out(row) for row in await grants.listed(uow, found)]

    @post(
        operation_id="createGrant",
        summary="Give somebody a role, or invite them to it",
        opt=declare(Permission.ROLE_MANAGE, RouteClass.STAFF, OwnGrant),
    )
    async def create_grant(
        self, uow: Uow, organization: FromPath[UUID], data: JSONBody[schemas.RoleGrantIn]
    ) -> schemas.RoleGrantOut:
        found = await organizations.enter(uow, organization, Permission.ROLE_MANAGE)
        return _out(await grants.offer(uow, found, email=data.email, role=data.role, expires_at=data.expires_at))

    @delete(
        "/{grant:uuid}",
        operation_id="deleteGrant",
        summary="Take a role or an invitation back",
        opt=declare(Permission.ROLE_MANAGE, RouteClass.STAFF, LastAdministrator),
    )
    async def delete_grant(self, uow: Uow, organization: FromPath[UUID], grant: FromPath[UUID]) -> None:
        found = await organizations.enter(uow, organization, Permission.ROLE_MANAGE)
        await grants.take_back(uow, found, grant)


def _out(row: contracts.RoleGrant) -> schemas.RoleGrantOut:
    return schemas.RoleGrantOut(**msgspec.structs.asdict(row))
