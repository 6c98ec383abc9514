"""Accounts: who somebody is and how they sign in with a password."""

from collections.abc import Sequence
from uuid import UUID

from api.domain.accounts import contracts, mails, passwords, second_factor, sessions, sign_in_repository, verification
from api.domain.accounts.errors import (
    AccountNeeded,
    ChallengeNotValid,
    EmailTaken,
    SecondFactorNeeded,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from api.domain.accounts.models import Account
from api.domain.accounts.repository import AccountRepository, ApiKeyRepository
from api.domain.audit import service as audit
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.errors import FieldProblem
from api.lib.ids import new_uid
from api.lib.tokens import TokenService
from api.lib.uow import UnitOfWork, unit_of_work

_LOCALES = ("en", "hi")


def _contract(row: Account) -> contracts.Account:
    return contracts.Account(row.id, row.uid, row.email, row.name)


async def register(uow: UnitOfWork, *, email: str, password: str, name: str) -> contracts.Account:
    """Create an account whose address counts as verified: for the command line and the demo.

    Raises:
        PasswordTooWeak: too short or too common.
        EmailTaken: the address has an account.
    """
    passwords.check(password, email=email, name=name)
    encoded = await passwords.hash_password(password)
    accounts = AccountRepository(session=uow.session)
    if await accounts.by_email(email) is not None:
        raise EmailTaken
    row = await accounts.add(Account(email=email, name=name, password_hash=encoded, email_verified_at=clock.now()))
    await audit.record(uow, "account.created", subject_type="account", subject_uid=row.uid)
    return _contract(row)


async def sign_up(uow: UnitOfWork, *, email: str, password: str, name: str, locale: str) -> None:
    """Create an account that waits for its address to be verified.

    Tells nobody whether the address has an account: where it has, a mail tells its owner. An account that was never
    verified is begun anew, with this password and name.

    Raises:
        PasswordTooWeak: too short, too common, or the person's own name.
    """
    passwords.check(password, email=email, name=name)
    encoded = await passwords.hash_password(password)
    uid = new_uid()
    row = await sign_in_repository.claim_address(
        uow.session,
        {
            "uid": uid,
            "email": email,
            "name": name,
            "password_hash": encoded,
            "password_is_short": False,
            "locale": locale if locale in _LOCALES else _LOCALES[0],
        },
    )
    taken = row is None or row.email_verified_at is not None
    occasion = Aggregate.ACCOUNT_EXISTS if taken else Aggregate.ACCOUNT_VERIFY
    action = "account.created" if row is not None and row.uid == uid else "account.asked-for-again"
    # A disabled account's owner is told nothing: nobody has the fresh uid.
    subject = row.uid if row else uid
    await audit.record(uow, action, subject_type="account", subject_uid=subject)
    await mails.ask(uow, occasion, subject)


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
    return _contract(await own_row(uow))


async def own_row(uow: UnitOfWork) -> Account:
    """Return the signed-in person's row, for the services of this module.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    if uow.principal.account_id is None:
        raise AccountNeeded
    row = await AccountRepository(session=uow.session).get_one_or_none(id=uow.principal.account_id)
    if row is None:
        raise AccountNeeded
    return row


async def sign_in(
    uow: UnitOfWork, tokens: TokenService, *, email: str, password: str, user_agent: str
) -> contracts.SignedIn:
    """Open a session.

    Raises:
        WrongCredentials: takes as long, and says as much, whether the account exists or not.
        SecondFactorNeeded: the password is right, and a code is wanted as well.
    """
    # Looked up in a transaction of its own: no connection waits while the password is hashed.
    async with unit_of_work(uow.kernel) as own:
        row = await AccountRepository(session=own.session).by_email(email)
    fits = await passwords.verify(password, row.password_hash if row else None)
    if row is None or not fits:
        await _failed(uow, email, row)
        raise WrongCredentials
    if row.email_verified_at is None:
        async with unit_of_work(uow.kernel) as own:
            await mails.ask(own, Aggregate.ACCOUNT_VERIFY, row.uid)
        raise WrongCredentials
    async with unit_of_work(uow.kernel) as own:
        needed = await challenge(own, row.id)
    if needed is not None:
        raise SecondFactorNeeded(extra={"challenge": needed})
    await _rehash(uow, row, password)
    return await sessions.start(uow, tokens, row, user_agent=user_agent)


async def _failed(uow: UnitOfWork, email: str, row: Account | None) -> None:
    """Write down a refused sign-in, in a transaction of its own: this one ends with the refusal."""
    address = uow.kernel.vault.digest(email.lower().encode()).hex()[:32]
    async with unit_of_work(uow.kernel, uow.principal, request_id=uow.request_id) as own:
        await audit.record(
            own, "sign-in.failed", subject_type="account", subject_uid=row.uid if row else None,
            details={"address": address},
        )  # fmt: skip


async def _rehash(uow: UnitOfWork, row: Account, password: str) -> None:
    if row.password_hash is not None and passwords.outdated(row.password_hash):
        encoded = await passwords.hash_password(password)
        await sign_in_repository.renew_hash(uow.session, row.id, row.password_hash, encoded)


async def challenge(uow: UnitOfWork, account_id: int) -> str | None:
    """Return what goes with the code of a sign-in that has shown one factor; ``None`` where one is enough."""
    if not second_factor.is_on(await sign_in_repository.second_factor(uow.session, account_id)):
        return None
    made = new_token()
    await sign_in_repository.add_token(
        uow.session, hash_token(made), account_id, "second-factor", clock.now(), second_factor.CHALLENGE_SECONDS
    )
    return made


async def finish_sign_in(
    uow: UnitOfWork, tokens: TokenService, *, given: str, code: str, user_agent: str
) -> contracts.SignedIn:
    """Open the session that a challenge was given out for.

    Raises:
        ChallengeNotValid: it was used, has expired, or never was one.
        WrongCode, TooManyAttempts: the challenge can be used again.
    """
    digest = hash_token(given)
    async with unit_of_work(uow.kernel) as own:
        row = await sign_in_repository.account_of_token(own.session, digest, "second-factor", clock.now())
    if row is None:
        raise ChallengeNotValid
    try:
        await second_factor.prove(uow, row, code)
    except (WrongCode, TooManyAttempts):
        await _failed(uow, row.email, row)
        raise
    if await sign_in_repository.use_token(uow.session, digest, "second-factor", clock.now()) is None:
        raise ChallengeNotValid
    return await sessions.start(uow, tokens, row, user_agent=user_agent, second_factor=True)


async def confirm_password(uow: UnitOfWork, password: str, pointer: str) -> Account:
    """Return the signed-in person's row after they have shown their password once more.

    Raises:
        WrongPassword: it is another one, or they have none.
    """
    async with unit_of_work(uow.kernel, uow.principal) as own:
        row = await own_row(own)
    if not await passwords.verify(password, row.password_hash):
        await _failed(uow, row.email, row)
        raise WrongPassword(errors=(FieldProblem(pointer, "password", WrongPassword.title),))
    return row


async def change_password(uow: UnitOfWork, *, old: str, new: str) -> None:
    """Set another password and end the account's other sessions.

    Raises:
        WrongPassword: the old one is another.
        PasswordTooWeak: the new one is too short, too common, or the person's own name.
    """
    row = await confirm_password(uow, old, "/current_password")
    async with unit_of_work(uow.kernel) as own:
        factor = await sign_in_repository.second_factor(own.session, row.id)
    passwords.check(
        new, email=row.email, name=row.name, second_factor=second_factor.is_on(factor), pointer="/new_password"
    )
    encoded = await passwords.hash_password(new)
    mine = await own_row(uow)
    await verification.store_password(uow, mine, encoded, short=passwords.is_short(new))
    await sessions.end_all(uow, mine.id, except_uid=uow.principal.session_uid)
    await audit.record(uow, "password.changed", subject_type="account", subject_uid=mine.uid)
