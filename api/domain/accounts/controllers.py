"""Routes of sign-in and of the signed-in person."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.domain.accounts import attempts, grants, schemas, service, session_cookies, sessions, sign_in_schemas
from api.domain.accounts.errors import (
    AccountNeeded,
    ChallengeNotValid,
    SecondFactorNeeded,
    SecondFactorNotEnabled,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
)
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.lib.tokens import TokenService


class AuthController(Controller):
    """Signing in."""

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
        settings = uow.kernel.settings
        await sessions.end_former(uow, request.cookies.get(session_cookies.refresh_cookie(settings)), signed_in)
        return session_cookies.opened(signed_in, settings)

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
            given=data.challenge,
            code=data.code,
            user_agent=request.headers.get("user-agent", ""),
        )
        settings = uow.kernel.settings
        await sessions.end_former(uow, request.cookies.get(session_cookies.refresh_cookie(settings)), signed_in)
        return session_cookies.opened(signed_in, settings)


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
