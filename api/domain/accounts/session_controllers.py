"""Routes of a person's own sessions, and the keys with which access tokens are verified."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.domain.accounts import confirming, schemas, session_cookies, sessions, sign_in_schemas
from api.domain.accounts.errors import (
    AccountNeeded,
    ConfirmItIsYou,
    CrossSiteRequest,
    NothingToConfirmWith,
    SessionEnded,
    TooManyAttempts,
    UnknownSession,
    WrongCode,
    WrongPassword,
)
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.lib.tokens import TokenService


class RefreshController(Controller):
    """Going on with a session, and ending it on this device."""

    path = "/api/v1/auth"
    tags = ("Sign-in",)

    @post(
        "/refresh",
        operation_id="refreshSession",
        summary="Exchange the refresh cookie for a new access token",
        description="Send `X-CSRF-Token` with the value of the readable cookie, or of `csrf_token` of the last answer.",
        opt=declare(Permission.PUBLIC, RouteClass.DEFAULT, SessionEnded, CrossSiteRequest),
    )
    async def refresh(
        self, request: Request[Any, Any, Any], uow: Uow, tokens: NamedDependency[TokenService]
    ) -> Response[schemas.TokenOut]:
        settings = uow.kernel.settings
        session_cookies.refuse_cross_site(request, settings)
        raw = request.cookies.get(session_cookies.refresh_cookie(settings))
        if not raw:
            raise SessionEnded
        signed_in = await sessions.refresh(
            uow,
            tokens,
            raw,
            csrf=request.headers.get(session_cookies.CSRF_HEADER, ""),
            user_agent=request.headers.get("user-agent", ""),
        )
        return session_cookies.opened(signed_in, settings)

    @delete(
        "/sessions/current",
        operation_id="signOut",
        summary="Sign out on this device",
        opt=declare(Permission.SIGNED_IN),
    )
    async def sign_out(self, uow: Uow) -> Response[None]:
        await sessions.sign_out(uow)
        return session_cookies.closed(uow.kernel.settings)


class SessionController(Controller):
    """Where somebody is signed in."""

    path = "/api/v1/me/sessions"
    tags = ("Sign-in",)

    @get(
        operation_id="listMySessions",
        summary="Where you are signed in",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded),
    )
    async def list_sessions(self, uow: Uow) -> list[schemas.SessionOut]:
        return [schemas.SessionOut(**msgspec.structs.asdict(found)) for found in await sessions.listed(uow)]

    @delete(
        "/{session:uuid}",
        operation_id="endMySession",
        summary="Sign out on one device",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded, UnknownSession, ConfirmItIsYou),
    )
    async def end_session(self, uow: Uow, session: FromPath[UUID]) -> None:
        await confirming.require(uow)
        await sessions.end(uow, session)

    @delete(
        operation_id="endMySessions",
        summary="Sign out everywhere, here too",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded, ConfirmItIsYou),
    )
    async def end_sessions(self, uow: Uow) -> Response[None]:
        await confirming.require(uow)
        await sessions.end_everywhere(uow)
        return session_cookies.closed(uow.kernel.settings)


class ConfirmationController(Controller):
    """Showing again who one is."""

    path = "/api/v1/me/confirmations"
    tags = ("Sign-in",)

    @post(
        operation_id="confirmItIsMe",
        summary="Show again that it is you, for changes within the next five minutes",
        status_code=204,
        opt=declare(
            Permission.SIGNED_IN, RouteClass.SIGN_IN, AccountNeeded, WrongPassword, WrongCode, TooManyAttempts,
            NothingToConfirmWith,
        ),
    )  # fmt: skip
    async def confirm(self, uow: Uow, data: JSONBody[sign_in_schemas.ConfirmationIn]) -> None:
        await confirming.confirm(uow, password=data.password, code=data.code)


class KeySetController(Controller):
    """The public halves of the signing keys."""

    path = "/.well-known"
    tags = ("Sign-in",)

    @get(
        "/jwks.json",
        operation_id="getSigningKeys",
        summary="Keys with which access tokens are verified (RFC 7517)",
        opt=declare(Permission.PUBLIC, RouteClass.UNLIMITED),
    )
    async def key_set(self, uow: Uow, tokens: NamedDependency[TokenService]) -> Response[schemas.KeySetOut]:
        # The next key is in here for signing_key_lead_seconds before it signs; a copy must be fresh by then.
        seconds = uow.kernel.settings.signing_key_lead_seconds // 2
        keys = [schemas.KeyOut(**found) for found in tokens.public_keys(now=int(clock.now().timestamp()))]
        return Response(schemas.KeySetOut(keys=keys), headers={"Cache-Control": f"public, max-age={seconds}"})
