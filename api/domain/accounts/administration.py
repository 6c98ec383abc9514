"""What operators do to accounts."""

import msgspec

from api.domain.accounts import api_keys, contracts, grants, repository, sessions
from api.domain.accounts.errors import UnknownAccount
from api.domain.accounts.models import Account
from api.domain.accounts.roles import Role
from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.lib import clock
from api.lib.errors import NotFound
from api.lib.uow import UnitOfWork


class Disabled(msgspec.Struct, frozen=True):
    """What ended with an account, and what did not."""

    sessions: int
    keys_revoked: int
    keys_left: int


async def _find(uow: UnitOfWork, email: str) -> Account:
    found = await repository.any_account(uow.session, email)
    if found is None:
        raise UnknownAccount(f"There is no account {email!r}.")
    return found


async def disable(uow: UnitOfWork, email: str, *, revoke_keys: bool = False) -> Disabled:
    """Close an account and end its sessions; its API keys belong to organizations and work on unless told otherwise.

    Raises:
        UnknownAccount: nobody has this address.
    """
    account = await _find(uow, email)
    account.disabled_at = account.disabled_at or clock.now()
    account.touch()
    ended = await sessions.end_all(uow, account.id)
    revoked = await api_keys.revoke_made_by(uow, account.id) if revoke_keys else 0
    left = await api_keys.made_by(uow, account.id)
    await audit.record(
        uow, "account.disabled", subject_type="account", subject_uid=account.uid,
        details={"sessions": ended, "api_keys": revoked},
    )  # fmt: skip
    return Disabled(ended, revoked, left)


async def enable(uow: UnitOfWork, email: str) -> None:
    """Open an account again. Its sessions stay ended.

    Raises:
        UnknownAccount: nobody has this address.
    """
    account = await _find(uow, email)
    account.disabled_at = None
    account.touch()
    await audit.record(uow, "account.enabled", subject_type="account", subject_uid=account.uid)


async def sign_out(uow: UnitOfWork, email: str | None) -> int:
    """End an account's sessions, or everybody's where ``email`` is ``None``; returns how many.

    Raises:
        UnknownAccount: nobody has this address.
    """
    return await sessions.end_all(uow, None if email is None else (await _find(uow, email)).id)


async def grant(uow: UnitOfWork, email: str, role: Role, slug: str) -> contracts.RoleGrant:
    """Give a role, or invite to it, as :func:`api.domain.accounts.grants.offer` does.

    Raises:
        NotFound: there is no such organization.
    """
    organization = await organizations.find(uow, slug)
    if organization is None:
        raise NotFound(f"There is no organization {slug!r}.")
    return await grants.offer(uow, organization, email=email, role=role, expires_at=None)
