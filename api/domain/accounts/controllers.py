"""Routes of sign-in and of the signed-in person."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.domain.accounts import attempts, grants, schemas, service, session_cookies
from api.domain.accounts.errors import (
    AccountNeeded,
    EmailTaken,
    PasswordTooWeak,
    WrongCredentials,
)
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.lib.tokens import TokenService


class AuthController(Controller):
    """Signing up and in."""

    path = "/api/v1/auth"
    tags = ("Sign-in",)

    @post(
        "/accounts",
        operation_id="createAccount",
        summary="Create an account",
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, EmailTaken, PasswordTooWeak),
    )
    async def create_account(self, uow: Uow, data: JSONBody[schemas.AccountIn]) -> schemas.AccountOut:
        account = await service.register(uow, email=data.email, password=data.password, name=data.name)
        return schemas.AccountOut(uid=account.uid, email=account.email, name=account.name)

    @post(
        "/sessions",
        operation_id="signIn",
        summary="Sign in with e-mail address and password",
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, WrongCredentials),
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
        return session_cookies.opened(signed_in, uow.kernel.settings)


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
            )
            for grant in await grants.granted(uow)
        ]
        return schemas.MeOut(uid=account.uid, email=account.email, name=account.name, grants=roles)
