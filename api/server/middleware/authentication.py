"""Finds out who is calling. Decides nothing: the guard does."""

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.domain.accounts.authentication import Authenticator, service_principal
from api.lib.crypto import same
from api.lib.errors import Unauthenticated
from api.lib.security import ANONYMOUS, Principal


class AuthenticationMiddleware(ASGIMiddleware):
    """Sets ``scope["user"]`` from ``Authorization: Bearer`` and ``Registration-Token``."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        principal = ANONYMOUS
        try:
            principal = await _caller(scope)
        except Unauthenticated as refusal:
            # Refused once it is counted: whoever tries tokens must not do so without limit.
            scope["refusal"] = refusal  # type: ignore[typeddict-unknown-key]
        tokens = _values(scope, b"registration-token")
        if len(tokens) == 1 and 0 < len(tokens[0]) <= 200:
            principal = msgspec.structs.replace(principal, registration_token=tokens[0])
        # At every request: who is calling is remembered for seconds, and may come from another network meanwhile.
        scope["user"] = principal.coming_from(str(scope.get("client_ip", "")))
        await next_app(scope, receive, send)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def _caller(scope: Scope) -> Principal:
    sent = _values(scope, b"authorization")
    if not sent:
        return ANONYMOUS
    kind, _, value = sent[0].partition(" ")
    # With two of them, a proxy in front may have looked at the other one.
    if len(sent) > 1 or kind.lower() != "bearer" or not value:
        raise Unauthenticated("Send one header Authorization: Bearer <token>.", headers={"WWW-Authenticate": "Bearer"})
    state = scope["litestar_app"].state
    internal = state.kernel.settings.internal_token
    if internal and same(value, internal):
        return service_principal()
    authenticator: Authenticator = state.authenticator
    # Set by the outermost layer, which knows our own proxies.
    address = str(scope.get("client_ip", ""))
    return await authenticator.authenticate(value, address)
