"""Routes of organizations."""

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.domain.organizations import contracts, service
from api.domain.organizations.schemas import OrganizationIn, OrganizationOut
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


def _out(organization: contracts.Organization) -> OrganizationOut:
    return OrganizationOut(
        uid=organization.uid,
        name=organization.name,
        slug=organization.slug,
        kind=organization.kind,
        home_region=organization.home_region,
    )


class OrganizationController(Controller):
    """Organizations the caller has a role in."""

    path = "/api/v1/organizations"
    tags = ("Organizations",)

    @get(
        operation_id="listOrganizations",
        summary="Organizations you have a role in",
        opt=declare(Permission.ORGANIZATION_READ, RouteClass.STAFF),
    )
    async def list_organizations(self, uow: Uow) -> list[OrganizationOut]:
        ids = uow.principal.organizations_with(Permission.ORGANIZATION_READ)
        return [_out(found) for found in (await service.by_ids(uow, ids)).values()]

    @post(
        operation_id="createOrganization",
        summary="Add an organization below one you manage",
        opt=declare(Permission.ORGANIZATION_MANAGE, RouteClass.STAFF),
    )
    async def create_organization(self, uow: Uow, data: JSONBody[OrganizationIn]) -> OrganizationOut:
        await service.enter(uow, data.parent, Permission.ORGANIZATION_MANAGE)
        return _out(await service.create(uow, name=data.name, slug=data.slug, kind=data.kind, parent=data.parent))
