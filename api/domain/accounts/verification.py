"""Proving that an address is one's own, and getting back in without the password. Nobody learns who has an account."""

from datetime import timedelta
from uuid import UUID

from api.domain.accounts import contracts, grants, mails, passwords, sessions, sign_in_repository
from api.domain.accounts.errors import LinkNotValid, NotYourPassword
from api.domain.accounts.models import Account
from api.domain.accounts.repository import AccountRepository
from api.domain.audit import service as audit
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.crypto import hash_token
from api.lib.errors import FieldProblem
from api.lib.ids import new_uid
from api.lib.uow import UnitOfWork, unit_of_work

# A link that ended tells for a while that it had been there.
_KEEP = timedelta(days=7)
# Nobody could sign in to them: they hold an address that may be a stranger's.
_KEEP_UNVERIFIED = timedelta(days=30)


def _refusal() -> LinkNotValid:
    return LinkNotValid(errors=(FieldProblem("/token", "link", "This link does not work any more."),))


async def resend(uow: UnitOfWork, email: str) -> None:
    """Send the link that verifies an address once more, where an account waits for it."""
    row = await AccountRepository(session=uow.session).by_email(email)
    waiting = row is not None and row.email_verified_at is None
    await mails.ask(uow, Aggregate.ACCOUNT_VERIFY, _somebody(row if waiting else None))


async def verify(uow: UnitOfWork, token: str, password: str) -> None:
    """Let an address count as verified.

    Whoever signed up chose the password, and need not be the one who reads the mail: somebody may have entered a
    stranger's address and wait for the stranger to open the door. So the link alone does not do.

    Raises:
        LinkNotValid: the link was used, has expired, or never was one.
        NotYourPassword: not the one the account was made with; the link can be used once more.
    """
    digest = hash_token(token)
    # In a transaction of its own: no connection waits while the password is checked.
    async with unit_of_work(uow.kernel) as own:
        found = await sign_in_repository.account_of_token(own.session, digest, "verify-email", clock.now())
    if found is None:
        raise _refusal()
    if not await passwords.verify(password, found.password_hash):
        raise NotYourPassword(errors=(FieldProblem("/password", "password", "This is not the password."),))
    row = await sign_in_repository.use_token(uow.session, digest, "verify-email", clock.now())
    if row is None:
        raise _refusal()
    await sign_in_repository.end_tokens(uow.session, row.id, "verify-email")
    await mark_verified(uow, row)


async def mark_verified(uow: UnitOfWork, row: Account) -> None:
    """Note that the account's address is its person's; a second time changes nothing."""
    if row.email_verified_at is not None:
        return
    row.email_verified_at = clock.now()
    row.touch()
    await uow.session.flush()
    await audit.record(uow, "email.verified", subject_type="account", subject_uid=row.uid)
    await grants.claim(uow, contracts.Account(row.id, row.uid, row.email, row.name))


async def ask_for_reset(uow: UnitOfWork, email: str) -> None:
    """Send a link that sets a new password, where the address has an account."""
    row = await AccountRepository(session=uow.session).by_email(email)
    await mails.ask(uow, Aggregate.ACCOUNT_RESET, _somebody(row))


def _somebody(row: Account | None) -> UUID:
    # A row about nobody: the transaction does the same work, and the worker finds no one to write to.
    return row.uid if row else new_uid()


async def reset(uow: UnitOfWork, token: str, password: str) -> None:
    """Set a new password with the link of a mail, and end every session.

    Raises:
        LinkNotValid: the link was used, has expired, or never was one.
        PasswordTooWeak: the link can be used once more.
    """
    digest = hash_token(token)
    # In a transaction of its own: no connection waits while the password is hashed.
    async with unit_of_work(uow.kernel) as own:
        found = await sign_in_repository.account_of_token(own.session, digest, "reset-password", clock.now())
        factor = await sign_in_repository.second_factor(own.session, found.id) if found else None
    if found is None:
        raise _refusal()
    confirmed = factor is not None and factor.confirmed_at is not None
    passwords.check(password, email=found.email, name=found.name, second_factor=confirmed)
    encoded = await passwords.hash_password(password)
    row = await sign_in_repository.use_token(uow.session, digest, "reset-password", clock.now())
    if row is None:
        raise _refusal()
    await store_password(uow, row, encoded, short=passwords.is_short(password))
    await sessions.end_all(uow, row.id)
    await audit.record(uow, "password.reset", subject_type="account", subject_uid=row.uid)
    # Whoever reads mails to this address has shown that it is theirs.
    await mark_verified(uow, row)


async def store_password(uow: UnitOfWork, row: Account, encoded: str, *, short: bool) -> None:
    """Keep a new password's hash; links and challenges from before end, and a mail tells the person."""
    row.password_hash, row.password_is_short = encoded, short
    row.touch()
    await uow.session.flush()
    await sign_in_repository.end_tokens(uow.session, row.id)
    await mails.ask(uow, Aggregate.ACCOUNT_PASSWORD_CHANGED, row.uid)


async def purge(uow: UnitOfWork) -> int:
    """Delete links and challenges that ended a week ago, and accounts never verified in a month; returns how many."""
    now = clock.now()
    links = await sign_in_repository.purge_tokens(uow.session, now - _KEEP)
    return links + await sign_in_repository.purge_unverified(uow.session, now - _KEEP_UNVERIFIED)
