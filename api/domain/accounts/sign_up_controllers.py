"""Routes of signing up and of getting back in. What they answer is the same with an account and without one."""

from typing import Any

from litestar import Controller, Request, post
from litestar.params import JSONBody

from api.domain.accounts import schemas, service, sign_in_schemas, verification
from api.domain.accounts.errors import LinkNotValid, NotYourPassword, PasswordTooWeak
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_CHECK = sign_in_schemas.CheckYourMail(status="check-your-mail")


def _language(request: Request[Any, Any, Any]) -> str:
    """Return the first language that the browser asks for, as its two or three letters."""
    return request.headers.get("accept-language", "").split(",")[0].split(";")[0].split("-")[0].strip().lower()


class SignUpController(Controller):
    """Accounts, their addresses, and forgotten passwords."""

    path = "/api/v1/auth"
    tags = ("Sign-in",)

    @post(
        "/accounts",
        operation_id="createAccount",
        summary="Create an account; a mail holds the link that opens it",
        status_code=202,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, PasswordTooWeak),
    )
    async def create_account(
        self, request: Request[Any, Any, Any], uow: Uow, data: JSONBody[schemas.AccountIn]
    ) -> sign_in_schemas.CheckYourMail:
        await service.sign_up(uow, email=data.email, password=data.password, name=data.name, locale=_language(request))
        return _CHECK

    @post(
        "/email-verifications",
        operation_id="verifyEmail",
        summary="Verify an address with the link of a mail and the password of the account",
        status_code=204,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, LinkNotValid, NotYourPassword),
    )
    async def verify_email(self, uow: Uow, data: JSONBody[sign_in_schemas.VerificationIn]) -> None:
        await verification.verify(uow, data.token, data.password)

    @post(
        "/email-verifications/resend",
        operation_id="resendVerification",
        summary="Send the link that verifies an address again",
        status_code=202,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN),
    )
    async def resend_verification(
        self, uow: Uow, data: JSONBody[sign_in_schemas.EmailIn]
    ) -> sign_in_schemas.CheckYourMail:
        await verification.resend(uow, data.email)
        return _CHECK

    @post(
        "/password-resets",
        operation_id="requestPasswordReset",
        summary="Send a link that sets a new password",
        status_code=202,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN),
    )
    async def request_password_reset(
        self, uow: Uow, data: JSONBody[sign_in_schemas.EmailIn]
    ) -> sign_in_schemas.CheckYourMail:
        await verification.ask_for_reset(uow, data.email)
        return _CHECK

    @post(
        "/password-resets/confirm",
        operation_id="resetPassword",
        summary="Set a new password with the link of a mail; every session ends",
        status_code=204,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, LinkNotValid, PasswordTooWeak),
    )
    async def reset_password(self, uow: Uow, data: JSONBody[sign_in_schemas.NewPasswordIn]) -> None:
        await verification.reset(uow, data.token, data.password)
