"""The keys that sign access tokens: sealed in the database, prepared once in each process."""

from sqlalchemy import insert, text

from api.domain.accounts import repository
from api.domain.accounts.models import SigningKeyRow
from api.lib.crypto import Vault, new_token
from api.lib.tokens import SigningKey, TokenService, generate_private_pem
from api.lib.uow import Kernel, UnitOfWork

AUDIENCE = "global-prs-api"


def _context(kid: str) -> str:
    return f"signing_key:sealed_private:{kid}"


async def ensure(uow: UnitOfWork) -> bool:
    """Create a signing key where there is none; returns whether one was made.

    Several processes may start at once: the lock lets the first make it and the others find it.
    """
    await uow.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('prs:signing-key'))"))
    if await repository.signing_keys(uow.session):
        return False
    kid = new_token()[:12]
    sealed = uow.kernel.vault.seal(generate_private_pem(), context=_context(kid))
    await uow.session.execute(insert(SigningKeyRow).values(kid=kid, sealed_private=sealed))
    return True


def _open(vault: Vault, row: SigningKeyRow) -> SigningKey:
    return SigningKey(row.kid, vault.open(row.sealed_private, context=_context(row.kid)))


async def load(uow: UnitOfWork, kernel: Kernel) -> TokenService:
    """Return the service that issues and verifies access tokens.

    Raises:
        ValueError: there is no signing key yet.
    """
    keys = [_open(kernel.vault, row) for row in await repository.signing_keys(uow.session)]
    return TokenService(
        keys,
        issuer=kernel.settings.public_url,
        audience=AUDIENCE,
        seconds=kernel.settings.access_token_seconds,
    )
