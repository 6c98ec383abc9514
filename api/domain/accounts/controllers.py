"""Routes of sign-in and of the signed-in person."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.domain.accounts import attempts, contracts, grants, schemas, service, sessions, sign_in_schemas
from api.domain.accounts.errors import (
    AccountNeeded,
    ChallengeNotValid,
    CrossSiteRequest,
    SecondFactorNeeded,
    SecondFactorNotEnabled,
    SessionEnded,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
)
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.settings import Settings
from api.lib.throttle import RouteClass
from api.lib.tokens import TokenService

COOKIE = "prs_refresh"
_COOKIE_PATH = "/api/v1/auth"


def _cookie(value: str, settings: Settings, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        path=_COOKIE_PATH,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=settings.public_url.startswith("https:"),
    )


def _tokens(signed_in: contracts.SignedIn, settings: Settings) -> Response[schemas.TokenOut]:
    body = schemas.TokenOut(
        access_token=signed_in.access_token,
        token_type="Bearer",  # noqa: S106 (a kind of token, not one)
        expires_in=signed_in.expires_in,
    )
    return Response(
        body,
        cookies=[_cookie(signed_in.refresh_token, settings, signed_in.refresh_expires_in)],
        headers={"Cache-Control": "no-store"},
    )


def _same_site(request: Request[Any, Any, Any], settings: Settings) -> None:
    """Refuse a cookie that another site's page has sent along.

    Raises:
        CrossSiteRequest: the browser says so, in Sec-Fetch-Site or in Origin.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = {urlsplit(settings.public_url).netloc, request.headers.get("host", "")}
    if site not in (None, "same-origin", "none") or (origin and _host(origin) not in own):
        raise CrossSiteRequest


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


class AuthController(Controller):
    """Signing in and out."""

    path = "/api/v1/auth"
    tags = ("Sign-in",)

    @post(
        "/sessions",
        operation_id="signIn",
        summary="Sign in with e-mail address and password",
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, WrongCredentials, SecondFactorNeeded),
    )
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        uow: Uow,
        tokens: NamedDependency[TokenService],
        data: JSONBody[schemas.SignInIn],
    ) -> Response[schemas.TokenOut]:
        async with attempts.counted(uow.kernel, data.email):
            signed_in = await service.sign_in(
                uow,
                tokens,
                email=data.email,
                password=data.password,
                user_agent=request.headers.get("user-agent", ""),
            )
        return _tokens(signed_in, uow.kernel.settings)

    @post(
        "/sessions/second-factor",
        operation_id="finishSignIn",
        summary="Sign in with the challenge of a sign-in and a code",
        opt=declare(
            Permission.PUBLIC,
            RouteClass.ONE_TIME_CODE,
            ChallengeNotValid,
            WrongCode,
            TooManyAttempts,
            SecondFactorNotEnabled,
        ),
    )
    async def finish_sign_in(
        self,
        request: Request[Any, Any, Any],
        uow: Uow,
        tokens: NamedDependency[TokenService],
        data: JSONBody[sign_in_schemas.ChallengeIn],
    ) -> Response[schemas.TokenOut]:
        signed_in = await service.finish_sign_in(
            uow,
            tokens,
            challenge=data.challenge,
            code=data.code,
            user_agent=request.headers.get("user-agent", ""),
        )
        return _tokens(signed_in, uow.kernel.settings)

    @post(
        "/refresh",
        operation_id="refreshSession",
        summary="Exchange the refresh cookie for a new access token",
        opt=declare(Permission.PUBLIC, RouteClass.DEFAULT, SessionEnded, CrossSiteRequest),
    )
    async def refresh(
        self, request: Request[Any, Any, Any], uow: Uow, tokens: NamedDependency[TokenService]
    ) -> Response[schemas.TokenOut]:
        _same_site(request, uow.kernel.settings)
        raw = request.cookies.get(COOKIE)
        if not raw:
            raise SessionEnded
        return _tokens(await sessions.refresh(uow, tokens, raw), uow.kernel.settings)

    @delete(
        "/sessions/current",
        operation_id="signOut",
        summary="Sign out on this device",
        opt=declare(Permission.SIGNED_IN),
    )
    async def sign_out(self, uow: Uow) -> Response[None]:
        await sessions.sign_out(uow)
        return Response(None, cookies=[_cookie("", uow.kernel.settings, 0)])


class MeController(Controller):
    """The signed-in person."""

    path = "/api/v1/me"
    tags = ("Sign-in",)

    @get(
        operation_id="getMe",
        summary="Who you are and which roles you hold",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded),
    )
    async def get_me(self, uow: Uow) -> schemas.MeOut:
        account = await service.current(uow)
        roles = [
            schemas.GrantOut(
                organization=schemas.GrantOrganization(
                    uid=grant.organization_uid, name=grant.organization_name, slug=grant.organization_slug
                ),
                role=grant.role,
                permissions=grant.permissions,
                second_factor_needed=grant.second_factor_needed,
            )
            for grant in await grants.granted(uow)
        ]
        return schemas.MeOut(uid=account.uid, email=account.email, name=account.name, grants=roles)
