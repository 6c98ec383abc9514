"""Routes of signing in through a provider: where a browser goes, and where it comes back to."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from api.domain.accounts import session_cookies, sign_in_schemas, sign_on
from api.domain.accounts.errors import SecondFactorNeeded
from api.lib.errors import NotFound, Problem
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.settings import Settings
from api.lib.throttle import RouteClass
from api.lib.tokens import TokenService

_PATH = "/api/v1/auth/oidc"
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _cookie(settings: Settings, value: str, seconds: int) -> Cookie:
    """Return the cookie of an attempt: Lax, for the browser comes back from another site."""
    secure = settings.public_url.startswith("https:")
    return Cookie(
        key=_name(settings), value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure
    )


def _name(settings: Settings) -> str:
    return "__Host-prs_oidc" if settings.public_url.startswith("https:") else "prs_oidc"


def _failed(settings: Settings, problem: Problem) -> Redirect:
    return Redirect(
        f"/sign-in?{urlencode({'problem': problem.slug})}",
        status_code=303, headers=_PRIVATE, cookies=[_cookie(settings, "", 0)],
    )  # fmt: skip


class ProviderController(Controller):
    """Signing in through OpenID providers."""

    path = "/api/v1/auth"
    tags = ("Sign-in",)

    @get(
        "/providers",
        operation_id="listProviders",
        summary="The providers you can sign in through",
        opt=declare(Permission.PUBLIC),
        sync_to_thread=False,
    )
    def list_providers(self, uow: Uow) -> list[sign_in_schemas.ProviderOut]:
        found = sign_on.providers(uow.kernel.settings)
        return [sign_in_schemas.ProviderOut(slug=one.slug, name=one.name) for one in found]

    @get(
        "/oidc/{provider:str}/start",
        operation_id="startSignOn",
        summary="Go to a provider to sign in there",
        status_code=302,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, NotFound),
    )
    async def start_sign_on(
        self,
        uow: Uow,
        provider: FromPath[str],
        return_to: Annotated[str, QueryParameter(max_length=2000, description="A path of the app to go on at.")] = "/",
    ) -> Redirect:
        kernel = uow.kernel
        try:
            url, kept = await sign_on.start(kernel, provider, return_to)
        except NotFound:
            raise
        except Problem as problem:
            return _failed(kernel.settings, problem)
        cookies = [_cookie(kernel.settings, kept, sign_on.ATTEMPT_SECONDS)]
        return Redirect(url, status_code=302, headers=_PRIVATE, cookies=cookies)

    @get(
        "/oidc/{provider:str}/callback",
        operation_id="finishSignOn",
        summary="Come back from a provider",
        status_code=303,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, NotFound),
    )
    async def finish_sign_on(
        self,
        request: Request[Any, Any, Any],
        uow: Uow,
        tokens: NamedDependency[TokenService],
        provider: FromPath[str],
    ) -> Redirect:
        settings = uow.kernel.settings
        # RFC 6749, section 3.1: a parameter that is there twice is none.
        answer = {
            name: values[0] for name, values in request.query_params.dict().items() if len(values) == 1
        }  # fmt: skip
        kept = request.cookies.get(_name(settings), "")
        try:
            signed_in, path = await sign_on.finish(
                uow, tokens, provider, kept, answer, request.headers.get("user-agent", "")
            )
        except NotFound:
            raise
        except SecondFactorNeeded as needed:
            # In the fragment: a browser sends it to no server.
            return Redirect(
                f"/sign-in#{urlencode(needed.extra)}",
                status_code=303, headers=_PRIVATE, cookies=[_cookie(settings, "", 0)],
            )  # fmt: skip
        except Problem as problem:
            return _failed(settings, problem)
        cookies = session_cookies.cookies(
            settings, signed_in.refresh_token, signed_in.csrf_token, signed_in.refresh_expires_in
        )
        return Redirect(path, status_code=303, headers=_PRIVATE, cookies=[*cookies, _cookie(settings, "", 0)])
