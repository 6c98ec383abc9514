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
        headers = {name: value for name, value in scope["headers"] if name in (b"authorization", b"registration-token")}
        principal = ANONYMOUS
        if b"authorization" in headers:
            try:
                principal = await self._bearer(scope, headers[b"authorization"].decode("latin-1"))
            except Unauthenticated as refusal:
                # Refused once it is counted: whoever tries tokens must not do so without limit.
                scope["refusal"] = refusal  # type: ignore[typeddict-unknown-key]
        token = headers.get(b"registration-token", b"").decode("latin-1")
        if token and len(token) <= 200:
            principal = msgspec.structs.replace(principal, registration_token=token)
        # At every request: who is calling is remembered for seconds, and may come from another network meanwhile.
        scope["user"] = principal.coming_from(str(scope.get("client_ip", "")))
        await next_app(scope, receive, send)

    @staticmethod
    async def _bearer(scope: Scope, header: str) -> Principal:
        kind, _, value = header.partition(" ")
        if kind.lower() != "bearer" or not value:
            raise Unauthenticated(
                "Send the token as Authorization: Bearer <token>.", headers={"WWW-Authenticate": "Bearer"}
            )
        state = scope["litestar_app"].state
        internal = state.kernel.settings.internal_token
        if internal and same(value, internal):
            return service_principal()
        authenticator: Authenticator = state.authenticator
        return await authenticator.authenticate(value)
