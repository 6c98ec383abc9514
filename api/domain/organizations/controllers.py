"""Routes of organizations."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.params import FromPath, JSONBody

from api.domain.organizations import contracts, policies, service
from api.domain.organizations.schemas import AccessPolicyIn, AccessPolicyOut, OrganizationIn, OrganizationOut
from api.lib.http.asgi import client_address
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


def _out(organization: contracts.Organization, permissions: frozenset[Permission]) -> OrganizationOut:
    return OrganizationOut(
        uid=organization.uid,
        name=organization.name,
        slug=organization.slug,
        kind=organization.kind,
        home_region=organization.home_region,
        permissions=sorted(permissions),
    )


class OrganizationController(Controller):
    """Organizations the caller has a role in, or in one above."""

    path = "/api/v1/organizations"
    tags = ("Organizations",)

    @get(
        operation_id="listOrganizations",
        summary="Organizations you have a role in, or in one above",
        opt=declare(Permission.ORGANIZATION_READ, RouteClass.STAFF),
    )
    async def list_organizations(self, uow: Uow) -> list[OrganizationOut]:
        principal = uow.principal
        found = await service.by_ids(uow, principal.organizations_with(Permission.ORGANIZATION_READ))
        return [_out(one, principal.permissions_in(one.id)) for one in found.values()]

    @post(
        operation_id="createOrganization",
        summary="Add an organization below one you manage",
        opt=declare(Permission.ORGANIZATION_MANAGE, RouteClass.STAFF),
    )
    async def create_organization(self, uow: Uow, data: JSONBody[OrganizationIn]) -> OrganizationOut:
        above = await service.enter(uow, data.parent, Permission.ORGANIZATION_MANAGE)
        made = await service.create(uow, name=data.name, slug=data.slug, kind=data.kind, parent=data.parent)
        return _out(made, uow.principal.permissions_in(above.id))

    @get(
        "/{organization:uuid}/access-policy",
        operation_id="getAccessPolicy",
        summary="What an organization asks of those who work for it",
        opt=declare(Permission.ORGANIZATION_MANAGE, RouteClass.STAFF),
    )
    async def get_access_policy(self, uow: Uow, organization: FromPath[UUID]) -> AccessPolicyOut:
        found = await service.enter(uow, organization, Permission.ORGANIZATION_MANAGE)
        return _policy_out(await policies.of(uow, found))

    @put(
        "/{organization:uuid}/access-policy",
        operation_id="setAccessPolicy",
        summary="Set what an organization asks of those who work for it",
        opt=declare(Permission.ORGANIZATION_MANAGE, RouteClass.STAFF),
    )
    async def set_access_policy(
        self,
        request: Request[Any, Any, Any],
        uow: Uow,
        organization: FromPath[UUID],
        data: JSONBody[AccessPolicyIn],
    ) -> AccessPolicyOut:
        found = await service.enter(uow, organization, Permission.ORGANIZATION_MANAGE)
        wanted = contracts.AccessPolicy(
            data.second_factor_required, tuple(data.allowed_networks), tuple(data.denied_networks)
        )
        return _policy_out(await policies.save(uow, found, wanted, caller=client_address(request)))


def _policy_out(policy: contracts.AccessPolicy) -> AccessPolicyOut:
    return AccessPolicyOut(
        second_factor_required=policy.second_factor_required,
        allowed_networks=list(policy.allowed_networks),
        denied_networks=list(policy.denied_networks),
    )
