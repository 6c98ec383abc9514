"""Grants: roles in organizations."""

from sqlalchemy.dialects.postgresql import insert

from api.domain.accounts import contracts, repository
from api.domain.accounts.models import RoleGrant
from api.domain.accounts.roles import PERMISSIONS, Role
from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.errors import SecondFactorRequired
from api.lib.uow import UnitOfWork


async def granted(uow: UnitOfWork) -> list[contracts.GrantedRole]:
    """Return the caller's own roles."""
    if uow.principal.account_id is None:
        return []
    rows = await repository.grants_of(uow.session, uow.principal.account_id, clock.now())
    found = await organizations.by_ids(uow, [row.organization_id for row in rows])
    idle = frozenset().union(
        *(one.grant.organization_ids for one in uow.principal.withheld if one.problem is SecondFactorRequired)
    )
    return [
        contracts.GrantedRole(
            found[row.organization_id].uid,
            found[row.organization_id].name,
            found[row.organization_id].slug,
            row.role,
            sorted(PERMISSIONS[Role(row.role)]),
            second_factor_needed=row.organization_id in idle,
        )
        for row in rows
        if row.organization_id in found
    ]


async def grant(uow: UnitOfWork, account: contracts.Account, organization: Organization, role: Role) -> None:
    """Give an account a role; giving it twice changes nothing."""
    await uow.session.execute(
        insert(RoleGrant)
        .values(account_id=account.id, organization_id=organization.id, role=role.value)
        .on_conflict_do_nothing()
    )
    await audit.record(
        uow,
        "role.granted",
        subject_type="account",
        subject_uid=account.uid,
        organization_id=organization.id,
        details={"role": role.value},
    )


async def second_factor_required(uow: UnitOfWork) -> bool:
    """Tell whether an organization in which the caller holds a role asks for a second factor."""
    if uow.principal.account_id is None:
        return False
    rows = await repository.grants_of(uow.session, uow.principal.account_id, clock.now())
    below = await organizations.subtrees(uow, [row.organization_id for row in rows])
    policies = await organizations.policies(uow, frozenset().union(*below.values()))
    return any(policy.second_factor_required for policy in policies.values())
