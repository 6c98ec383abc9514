"""Showing again who one is, before what guards the account changes (OWASP ASVS 5.0, V7.5.1 and V7.5.2).

A signed-in session stays open for weeks: whoever finds it open must not be able to lock its person out.
"""

from datetime import timedelta

from api.domain.accounts import repository, second_factor, service, sign_in_repository
from api.domain.accounts.errors import AccountNeeded, ConfirmItIsYou, NothingToConfirmWith
from api.domain.audit import service as audit
from api.lib import clock
from api.lib.uow import UnitOfWork, unit_of_work

FRESH = timedelta(minutes=5)


async def require(uow: UnitOfWork) -> None:
    """Let pass whoever has signed in, or confirmed, within five minutes.

    Raises:
        AccountNeeded: the caller is a key or a service.
        ConfirmItIsYou: it is longer ago; ``ways`` says what has to be shown.
    """
    if uow.principal.account_id is None or uow.principal.session_uid is None:
        raise AccountNeeded
    async with unit_of_work(uow.kernel, uow.principal) as own:
        shown = await repository.last_shown(own.session, uow.principal.session_uid)
        if shown is None or clock.now() - shown > FRESH:
            raise ConfirmItIsYou(extra={"ways": await _ways(own, uow.principal.account_id)})


async def _ways(uow: UnitOfWork, account_id: int) -> list[str]:
    row = await service.own_row(uow)
    factor = await sign_in_repository.second_factor(uow.session, account_id)
    ways = ("password", row.password_hash is not None), ("code", second_factor.is_on(factor))
    return [name for name, there in ways if there]


async def confirm(uow: UnitOfWork, *, password: str | None, code: str | None) -> None:
    """Note that the session's person has shown all that the account is signed in to with.

    Raises:
        AccountNeeded: the caller is a key or a service.
        WrongPassword: the password is another, or is missing.
        WrongCode, TooManyAttempts: of the second factor.
        NothingToConfirmWith: the account has neither; whoever signs in anew has shown who they are.
    """
    if uow.principal.account_id is None or uow.principal.session_uid is None:
        raise AccountNeeded
    async with unit_of_work(uow.kernel, uow.principal) as own:
        ways = await _ways(own, uow.principal.account_id)
        row = await service.own_row(own)
    if not ways:
        raise NothingToConfirmWith
    # The password first: whoever does not know it must not try codes.
    if "password" in ways:
        await service.confirm_password(uow, password or "", "/password")
    if "code" in ways:
        await second_factor.prove(uow, row, code or "")
    await repository.mark_confirmed(uow.session, uow.principal.session_uid, clock.now())
    await audit.record(uow, "session.confirmed", subject_type="account", subject_uid=row.uid)
