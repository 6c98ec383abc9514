"""Accounts: who somebody is and how they sign in with a password."""

from collections.abc import Sequence
from uuid import UUID

from api.domain.accounts import contracts, passwords, sessions
from api.domain.accounts.errors import AccountNeeded, EmailTaken, PasswordTooWeak, WrongCredentials
from api.domain.accounts.models import Account
from api.domain.accounts.repository import AccountRepository, ApiKeyRepository
from api.domain.audit import service as audit
from api.lib.errors import FieldProblem
from api.lib.tokens import TokenService
from api.lib.uow import UnitOfWork, unit_of_work


def _contract(row: Account) -> contracts.Account:
    return contracts.Account(row.id, row.uid, row.email, row.name)


async def register(uow: UnitOfWork, *, email: str, password: str, name: str) -> contracts.Account:
    """Create an account.

    Raises:
        PasswordTooWeak: shorter than 15 characters.
        EmailTaken: the address has an account.
    """
    if len(password) < passwords.MIN_LENGTH:
        raise PasswordTooWeak(
            errors=(
                FieldProblem(
                    "/password", "min_length", f"Use at least {passwords.MIN_LENGTH} characters; a sentence is fine."
                ),
            )
        )
    encoded = await passwords.hash_password(password)
    accounts = AccountRepository(session=uow.session)
    if await accounts.by_email(email) is not None:
        raise EmailTaken
    row = await accounts.add(Account(email=email, name=name, password_hash=encoded))
    await audit.record(uow, "account.created", subject_type="account", subject_uid=row.uid)
    return _contract(row)


async def find(uow: UnitOfWork, email: str) -> contracts.Account | None:
    """Return the account with this address."""
    row = await AccountRepository(session=uow.session).by_email(email)
    return _contract(row) if row else None


async def names(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of accounts, and of API keys in scope, by uid."""
    if not uids:
        return {}
    keys = await ApiKeyRepository(session=uow.session).names(uids)
    return keys | await AccountRepository(session=uow.session).names(uids)


async def current(uow: UnitOfWork) -> contracts.Account:
    """Return the signed-in person.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    if uow.principal.account_id is None:
        raise AccountNeeded
    row = await AccountRepository(session=uow.session).get_one_or_none(id=uow.principal.account_id)
    if row is None:
        raise AccountNeeded
    return _contract(row)


async def sign_in(
    uow: UnitOfWork, tokens: TokenService, *, email: str, password: str, user_agent: str
) -> contracts.SignedIn:
    """Open a session.

    Raises:
        WrongCredentials: takes as long, and says as much, whether the account exists or not.
    """
    # Looked up in a transaction of its own: no connection waits while the password is hashed.
    async with unit_of_work(uow.kernel) as own:
        row = await AccountRepository(session=own.session).by_email(email)
    if not await passwords.verify(password, row.password_hash if row else None) or row is None:
        raise WrongCredentials
    return await sessions.start(uow, tokens, row, user_agent=user_agent)
