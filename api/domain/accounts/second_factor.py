"""A second factor: time-based codes of an authenticator app (RFC 6238), and recovery codes for a lost phone."""

import base64
import hmac
import io
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
import segno

from api.domain.accounts import contracts, mails, repository, sign_in_repository
from api.domain.accounts.errors import (
    LongerPasswordFirst,
    SecondFactorEnabled,
    SecondFactorNotEnabled,
    TooManyAttempts,
    WrongCode,
)
from api.domain.accounts.models import Account
from api.domain.accounts.sign_in_models import SecondFactor
from api.domain.audit import service as audit
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.crypto import hash_token
from api.lib.errors import FieldProblem
from api.lib.uow import UnitOfWork, unit_of_work

ISSUER = "Global PRS"
STEP_SECONDS = 30
DIGITS = 6
# A phone's clock may be one step off.
_DRIFT = (1, 0, -1)
ATTEMPTS = 5
PAUSE = timedelta(minutes=15)
RECOVERY_CODES = 10
CHALLENGE_SECONDS = 300
# 120 bits: less than 112 would have to be hashed slowly (OWASP ASVS 5.0, V6.5.2).
_RECOVERY_BYTES = 15


def _context(account: Account) -> str:
    return f"account_second_factor:sealed_secret:{account.uid}"


def is_on(factor: SecondFactor | None) -> bool:
    """Tell whether a second factor counts."""
    return factor is not None and factor.confirmed_at is not None


async def state(uow: UnitOfWork, account_id: int, *, required: bool) -> contracts.SecondFactor:
    """Return where the account's second factor stands."""
    factor = await sign_in_repository.second_factor(uow.session, account_id)
    left = await sign_in_repository.recovery_codes_left(uow.session, account_id)
    return contracts.SecondFactor(is_on(factor), factor.confirmed_at if factor else None, left, required)


async def begin(uow: UnitOfWork, account: Account) -> contracts.Enrolment:
    """Make a secret for an authenticator app. It counts once a code has confirmed it.

    Raises:
        SecondFactorEnabled: one is confirmed already.
    """
    secret = pyotp.random_base32()
    sealed = uow.kernel.vault.seal(secret.encode(), context=_context(account))
    if not await sign_in_repository.begin_second_factor(uow.session, account.id, sealed, clock.now()):
        raise SecondFactorEnabled
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    drawing = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, scale=4, border=4)
    return contracts.Enrolment(secret, uri, drawing.getvalue().decode())


async def prove(uow: UnitOfWork, account: Account, code: str, *, enrolling: bool = False) -> None:
    """Accept a code of the app or, unless one is ``enrolling``, a recovery code.

    Works in transactions of its own, before the caller's: a refused attempt must stay counted.

    Raises:
        SecondFactorNotEnabled: there is nothing to prove.
        TooManyAttempts: five wrong codes; a quarter of an hour of rest.
        WrongCode: neither of the two.
    """
    now = clock.now()
    async with unit_of_work(uow.kernel, uow.principal, request_id=uow.request_id) as own:
        factor = await sign_in_repository.second_factor(own.session, account.id)
        if factor is None or is_on(factor) == enrolling:
            raise SecondFactorEnabled if factor and enrolling else SecondFactorNotEnabled
        own.session.expunge(factor)
        taken = await sign_in_repository.take_attempt(own.session, account.id, now, most=ATTEMPTS, pause=PAUSE)
    if taken is None:
        rest = int(((factor.locked_until or now) - now).total_seconds()) + 1
        raise TooManyAttempts(headers={"Retry-After": str(rest)})
    async with unit_of_work(uow.kernel, uow.principal, request_id=uow.request_id) as own:
        accepted = await _accept(own, account, taken, code, now, recovery=not enrolling)
    if not accepted:
        raise WrongCode(errors=(FieldProblem("/code", "code", WrongCode.default_detail),))


async def _accept(
    uow: UnitOfWork, account: Account, factor: SecondFactor, code: str, now: datetime, *, recovery: bool
) -> bool:
    text = "".join(code.split()).replace("-", "").upper()
    if len(text) == DIGITS:
        step = _step(uow, account, factor, text, now)
        return step is not None and await sign_in_repository.accept_step(uow.session, account.id, step)
    if not recovery or not await sign_in_repository.accept_recovery_code(
        uow.session, account.id, hash_token(text), now
    ):
        return False
    await audit.record(uow, "second-factor.used-recovery-code", subject_type="account", subject_uid=account.uid)
    return True


def _step(uow: UnitOfWork, account: Account, factor: SecondFactor, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is."""
    secret = uow.kernel.vault.open(factor.sealed_secret, context=_context(account)).decode()
    codes = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    # All are compared, so that the time tells nothing of which one it was.
    fitting = [
        current + drift
        for drift in _DRIFT
        if hmac.compare_digest(codes.generate_otp(current + drift).encode(), code.encode())
    ]
    return fitting[0] if fitting else None


async def confirm(uow: UnitOfWork, account: Account) -> Sequence[str]:
    """Let the second factor count from now on; returns the recovery codes, which are shown once.

    Raises:
        SecondFactorEnabled: it does already.
    """
    now = clock.now()
    if not await sign_in_repository.confirm_second_factor(uow.session, account.id, now):
        raise SecondFactorEnabled
    if uow.principal.session_uid is not None:
        await repository.mark_second_factor(uow.session, uow.principal.session_uid, now)
    await _tell(uow, account, "second-factor.enabled", Aggregate.ACCOUNT_SECOND_FACTOR_ON)
    return await renew_codes(uow, account)


async def renew_codes(uow: UnitOfWork, account: Account) -> Sequence[str]:
    """Return ten new recovery codes; the ones before end."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [hash_token(code.replace("-", "")) for code in codes]
    await sign_in_repository.replace_recovery_codes(uow.session, account.id, hashes, clock.now())
    return codes


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


async def turn_off(uow: UnitOfWork, account: Account) -> None:
    """Forget the second factor; sessions that were opened with it are without one from now on.

    Raises:
        LongerPasswordFirst: the password is too short to stand alone.
    """
    if account.password_is_short:
        raise LongerPasswordFirst
    await sign_in_repository.remove_second_factor(uow.session, account.id)
    await repository.forget_second_factor(uow.session, account.id)
    await _tell(uow, account, "second-factor.disabled", Aggregate.ACCOUNT_SECOND_FACTOR_OFF)


async def _tell(uow: UnitOfWork, account: Account, action: str, occasion: Aggregate) -> None:
    # What the account may do where a second factor is asked for has changed: every process looks it up again.
    await repository.mark_grants_changed(uow.session, account.id, clock.now())
    await audit.record(uow, action, subject_type="account", subject_uid=account.uid)
    await mails.ask(uow, occasion, account.uid)
