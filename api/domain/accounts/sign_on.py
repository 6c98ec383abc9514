"""Signing in through an OpenID provider: the attempt in the browser's cookie, and whose account it opens.

A person is the provider's issuer and its own identifier for them, never an address. A new identity finds an account by
its address only where the provider vouches for the address. An account whose address was never verified here loses its
password then: whoever has set it has not shown that the address is theirs.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache

import msgspec

from api.domain.accounts import contracts, service, sessions, sign_in_repository, verification
from api.domain.accounts.errors import EmailNotVerified, ProviderRefused, SecondFactorNeeded
from api.domain.accounts.models import Account
from api.domain.accounts.openid import Attempt, Person, RelyingParty
from api.domain.audit import service as audit
from api.lib import clock, oidc
from api.lib.crypto import SealError, new_token
from api.lib.errors import NotFound
from api.lib.ids import new_uid
from api.lib.schema import EMAIL
from api.lib.settings import Settings
from api.lib.tokens import TokenService
from api.lib.uow import Kernel, UnitOfWork

ATTEMPT_SECONDS = 600
_CONTEXT = "cookie:oidc:attempt"
_LONGEST_PATH = 500
_LONGEST_ADDRESS = 254
_EMAIL = re.compile(EMAIL)


def providers(settings: Settings) -> tuple[oidc.Provider, ...]:
    """Return the providers that people can choose from."""
    return oidc.read(settings.oidc_providers)


@lru_cache(maxsize=32)
def _party(provider: oidc.Provider, redirect_uri: str) -> RelyingParty:
    return RelyingParty(provider, redirect_uri)


def party(settings: Settings, slug: str) -> RelyingParty:
    """Return us as a client of one provider.

    Raises:
        NotFound: no such provider is set up.
    """
    found = next((one for one in providers(settings) if one.slug == slug), None)
    if found is None:
        raise NotFound
    return _party(found, f"{settings.public_url}/api/v1/auth/oidc/{slug}/callback")


def own_path(wanted: str) -> str:
    """Return a path of the app to go on at; ``/`` where what is wanted could lead a browser elsewhere.

    Browsers read ``\\`` as ``/`` and drop tabs and line breaks: ``//host`` has many spellings.
    """
    local = wanted.startswith("/") and not wanted.startswith("//") and len(wanted) <= _LONGEST_PATH
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and " " not in wanted
    return wanted if local and plain else "/"


async def start(kernel: Kernel, slug: str, return_to: str) -> tuple[str, str]:
    """Return where the browser goes, and what it keeps meanwhile.

    Raises:
        NotFound: no such provider is set up.
        ProviderUnavailable: it cannot be reached.
    """
    until = clock.now() + timedelta(seconds=ATTEMPT_SECONDS)
    attempt = Attempt(slug, new_token(), new_token(), new_token(), own_path(return_to), int(until.timestamp()))
    url = await party(kernel.settings, slug).authorization_url(attempt)
    sealed = kernel.vault.seal(msgspec.json.encode(attempt), context=_CONTEXT)
    return url, base64.urlsafe_b64encode(sealed).decode()


def _opened(kernel: Kernel, kept: str) -> Attempt:
    try:
        sealed = base64.urlsafe_b64decode(kept)
        return msgspec.json.decode(kernel.vault.open(sealed, context=_CONTEXT), type=Attempt)
    except (SealError, binascii.Error, ValueError) as error:
        raise ProviderRefused from error


async def finish(
    uow: UnitOfWork, tokens: TokenService, slug: str, kept: str, answer: Mapping[str, str], user_agent: str
) -> tuple[contracts.SignedIn, str]:
    """Open a session for whom the provider has signed in; returns it with the path to go on at.

    Raises:
        NotFound: no such provider is set up.
        ProviderRefused: the answer does not prove who somebody is, or their account is disabled.
        SecondFactorNeeded: the account asks for more than the provider has; what was linked stays.
    """
    relying = party(uow.kernel.settings, slug)
    attempt = _opened(uow.kernel, kept)
    # Before the transaction's first statement: no connection waits for the provider.
    person = await relying.redeem(attempt, answer)
    account = await _account(uow, relying.provider, person)
    if not person.second_factor:
        challenge = await service.challenge(uow, account.id)
        if challenge is not None:
            raise SecondFactorNeeded(extra={"challenge": challenge, "return_to": attempt.return_to})
    signed_in = await sessions.start(
        uow, tokens, account, user_agent=user_agent, method=slug, second_factor=person.second_factor
    )
    return signed_in, attempt.return_to


async def _account(uow: UnitOfWork, provider: oidc.Provider, person: Person) -> Account:
    found = await sign_in_repository.account_of_identity(uow.session, person.issuer, person.subject, clock.now())
    if found is not None:
        return found
    if await sign_in_repository.identity_is_known(uow.session, person.issuer, person.subject):
        raise ProviderRefused
    email = _address(person)
    uid = new_uid()
    values = {
        "uid": uid, "email": email, "name": (person.name or email)[:200], "password_hash": None,
        "password_is_short": False, "locale": "en",
    }  # fmt: skip
    # An account that waits for its address is begun anew, without the password that a stranger may have set.
    row = await sign_in_repository.claim_address(uow.session, values)
    if row is None:
        raise ProviderRefused
    await uow.session.refresh(row)
    if row.uid == uid:
        await audit.record(uow, "account.created", subject_type="account", subject_uid=uid)
    await verification.mark_verified(uow, row)
    await sign_in_repository.add_identity(uow.session, row.id, provider.slug, person.issuer, person.subject)
    await audit.record(
        uow, "identity.linked", subject_type="account", subject_uid=row.uid, details={"provider": provider.slug}
    )
    return row


def _address(person: Person) -> str:
    if person.email is None or len(person.email) > _LONGEST_ADDRESS or not _EMAIL.fullmatch(person.email):
        raise EmailNotVerified
    return person.email
