"""Grants: roles in organizations, held by accounts or offered to addresses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from api.domain.accounts import contracts, mails, repository
from api.domain.accounts.errors import LastAdministrator, OwnGrant
from api.domain.accounts.models import Account, RoleGrant
from api.domain.accounts.repository import AccountRepository
from api.domain.accounts.roles import PERMISSIONS, Role
from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound, SecondFactorRequired, Unprocessable
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

ACTIVE = "active"
INVITED = "invited"
_MANAGERS = [role.value for role, permissions in PERMISSIONS.items() if Permission.ROLE_MANAGE in permissions]


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


async def grant(
    uow: UnitOfWork,
    account: contracts.Account,
    organization: Organization,
    role: Role,
    *,
    expires_at: datetime | None = None,
) -> None:
    """Give an account a role; giving it again moves its end."""
    await uow.session.execute(
        insert(RoleGrant)
        .values(account_id=account.id, organization_id=organization.id, role=role.value, expires_at=expires_at)
        .on_conflict_do_update(
            index_elements=["account_id", "organization_id", "role"], set_={"expires_at": expires_at}
        )
    )
    await repository.mark_grants_changed(uow.session, account.id, clock.now())
    await audit.record(
        uow,
        "role.granted",
        subject_type="account",
        subject_uid=account.uid,
        organization_id=organization.id,
        details={"role": role.value, "expires_at": clock.isoformat(expires_at) if expires_at else None},
    )


async def listed(uow: UnitOfWork, organization: Organization) -> list[contracts.RoleGrant]:
    """Return who holds a role in the organization itself, or is invited to one; ended ones are not among them."""
    return [_contract(*row) for row in await repository.grants_in(uow.session, organization.id, clock.now())]


def _contract(row: RoleGrant, account: Account | None) -> contracts.RoleGrant:
    return contracts.RoleGrant(
        uid=row.uid,
        email=account.email if account else row.email or "",
        name=account.name if account else None,
        role=row.role,
        expires_at=row.expires_at,
        state=ACTIVE if account else INVITED,
        created_at=row.created_at,
    )


async def offer(
    uow: UnitOfWork, organization: Organization, *, email: str, role: Role, expires_at: datetime | None
) -> contracts.RoleGrant:
    """Give a role to whoever has this address: at once where there is an account, else when one is verified.

    Raises:
        OwnGrant: the address is that of the caller, or of the maker of the key that calls.
        Unprocessable: the end lies in the past.
    """
    if expires_at is not None and expires_at <= clock.now():
        raise Unprocessable(errors=(FieldProblem("/expires_at", "minimum", "Choose a time in the future."),))
    row = await AccountRepository(session=uow.session).by_email(email)
    # Who has not shown that the address is theirs has no more of it than somebody without an account.
    if row is not None and row.email_verified_at is None:
        row = None
    if row is not None:
        if row.id in (uow.principal.account_id, uow.principal.maker_id):
            raise OwnGrant
        account = contracts.Account(row.id, row.uid, row.email, row.name)
        await grant(uow, account, organization, role, expires_at=expires_at)
    else:
        await _invite(uow, organization, email, role, expires_at)
    account_id = row.id if row else None
    made = await repository.grant_to(uow.session, organization.id, role.value, account_id=account_id, email=email)
    await mails.invite(uow, made.uid, organization.id)
    return _contract(made, row)


async def _invite(
    uow: UnitOfWork, organization: Organization, email: str, role: Role, expires_at: datetime | None
) -> None:
    await repository.invite(uow.session, organization.id, role.value, email, expires_at)
    await audit.record(
        uow,
        "role.offered",
        subject_type="organization",
        subject_uid=organization.uid,
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


async def take_back(uow: UnitOfWork, organization: Organization, uid: UUID) -> None:
    """End a grant or an invitation; every process knows within half a second.

    Raises:
        NotFound: the organization has no such grant.
        LastAdministrator: nobody could give roles there any more.
    """
    found = await repository.lock_grant(uow.session, organization.id, uid)
    if found is None:
        raise NotFound
    row, account = found
    if account is not None and row.role in _MANAGERS:
        await _keep_one_manager(uow, organization, row)
    await uow.session.delete(row)
    await uow.session.flush()
    if account is not None:
        await repository.mark_grants_changed(uow.session, account.id, clock.now())
    await audit.record(
        uow,
        "role.taken-back" if account else "role.offer-withdrawn",
        subject_type="account" if account else "organization",
        subject_uid=account.uid if account else organization.uid,
        organization_id=organization.id,
        details={"role": row.role},
    )


async def _keep_one_manager(uow: UnitOfWork, organization: Organization, row: RoleGrant) -> None:
    # One at a time: two who remove each other must not both find the other still there.
    await repository.lock_grants_of(uow.session, organization.id)
    if await repository.managers_left(uow.session, organization.id, _MANAGERS, row.id, clock.now()) == 0:
        raise LastAdministrator


async def claim(uow: UnitOfWork, account: contracts.Account) -> int:
    """Turn invitations of the account's address into grants; returns how many. Only for an address that is verified."""
    offers = await repository.take_offers(uow.session, account.email, clock.now())
    known = await organizations.by_ids(uow, [offer.organization_id for offer in offers])
    claimed = [found for found in offers if found.organization_id in known]
    for found in claimed:
        await grant(
            uow, account, known[found.organization_id], Role(found.role), expires_at=found.expires_at
        )  # fmt: skip
    return len(claimed)
