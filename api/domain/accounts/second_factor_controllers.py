"""Routes of the second factor and of the password of whoever is signed in."""

from collections.abc import Sequence

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.params import JSONBody

from api.domain.accounts import confirming, grants, second_factor, service, sign_in_schemas
from api.domain.accounts.errors import (
    AccountNeeded,
    ConfirmItIsYou,
    LongerPasswordFirst,
    PasswordTooWeak,
    SecondFactorEnabled,
    SecondFactorNotEnabled,
    TooManyAttempts,
    WrongCode,
    WrongPassword,
)
from api.domain.accounts.models import Account
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass
from api.lib.uow import UnitOfWork, unit_of_work

_PRIVATE = {"Cache-Control": "no-store"}


async def _proven(uow: UnitOfWork, code: str, *, enrolling: bool = False) -> Account:
    """Return the caller's row after a code; read first in a transaction of its own: neither waits for the other."""
    async with unit_of_work(uow.kernel, uow.principal) as own:
        row = await service.own_row(own)
    await second_factor.prove(uow, row, code, enrolling=enrolling)
    return await service.own_row(uow)


class PasswordController(Controller):
    """The signed-in person's password."""

    path = "/api/v1/me/password"
    tags = ("Sign-in",)

    @put(
        operation_id="changePassword",
        summary="Change your password; your other sessions end",
        status_code=204,
        opt=declare(
            Permission.SIGNED_IN, RouteClass.SIGN_IN, AccountNeeded, WrongPassword, PasswordTooWeak, ConfirmItIsYou
        ),
    )
    async def change_password(self, uow: Uow, data: JSONBody[sign_in_schemas.PasswordChangeIn]) -> None:
        await confirming.require(uow)
        await service.change_password(uow, old=data.current_password, new=data.new_password)


class SecondFactorController(Controller):
    """The signed-in person's authenticator app."""

    path = "/api/v1/me/second-factor"
    tags = ("Sign-in",)

    @get(
        operation_id="getSecondFactor",
        summary="Whether a second factor is turned on",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded),
    )
    async def get_second_factor(self, uow: Uow) -> sign_in_schemas.SecondFactorOut:
        account = await service.current(uow)
        required = await grants.second_factor_required(uow)
        found = await second_factor.state(uow, account.id, required=required)
        return sign_in_schemas.SecondFactorOut(**msgspec.structs.asdict(found))

    @post(
        operation_id="beginSecondFactor",
        summary="Set up an authenticator app; a first code turns it on",
        opt=declare(Permission.SIGNED_IN, RouteClass.SIGN_IN, AccountNeeded, WrongPassword, SecondFactorEnabled),
    )
    async def begin_second_factor(
        self, uow: Uow, data: JSONBody[sign_in_schemas.PasswordIn]
    ) -> Response[sign_in_schemas.EnrolmentOut]:
        row = await service.confirm_password(uow, data.password, "/password")
        made = await second_factor.begin(uow, row)
        return Response(sign_in_schemas.EnrolmentOut(**msgspec.structs.asdict(made)), headers=_PRIVATE)

    @post(
        "/confirm",
        operation_id="confirmSecondFactor",
        summary="Turn the second factor on with a first code; returns the recovery codes",
        status_code=200,
        opt=declare(
            Permission.SIGNED_IN, RouteClass.ONE_TIME_CODE, AccountNeeded, WrongCode, TooManyAttempts,
            SecondFactorEnabled, SecondFactorNotEnabled,
        ),
    )  # fmt: skip
    async def confirm_second_factor(
        self, uow: Uow, data: JSONBody[sign_in_schemas.CodeIn]
    ) -> Response[sign_in_schemas.RecoveryCodesOut]:
        row = await _proven(uow, data.code, enrolling=True)
        return _codes(await second_factor.confirm(uow, row))

    @post(
        "/recovery-codes",
        operation_id="renewRecoveryCodes",
        summary="Get ten new recovery codes; the ones before end",
        status_code=200,
        opt=declare(
            Permission.SIGNED_IN,
            RouteClass.ONE_TIME_CODE,
            AccountNeeded,
            WrongCode,
            TooManyAttempts,
            SecondFactorNotEnabled,
            ConfirmItIsYou,
        ),
    )
    async def renew_recovery_codes(
        self, uow: Uow, data: JSONBody[sign_in_schemas.CodeIn]
    ) -> Response[sign_in_schemas.RecoveryCodesOut]:
        await confirming.require(uow)
        row = await _proven(uow, data.code)
        return _codes(await second_factor.renew_codes(uow, row))

    @delete(
        operation_id="turnOffSecondFactor",
        summary="Turn the second factor off",
        opt=declare(
            Permission.SIGNED_IN, RouteClass.ONE_TIME_CODE, AccountNeeded, WrongCode, TooManyAttempts,
            SecondFactorNotEnabled, LongerPasswordFirst, ConfirmItIsYou,
        ),
    )  # fmt: skip
    async def turn_off_second_factor(self, uow: Uow, data: JSONBody[sign_in_schemas.CodeIn]) -> None:
        await confirming.require(uow)
        row = await _proven(uow, data.code)
        await second_factor.turn_off(uow, row)


def _codes(codes: Sequence[str]) -> Response[sign_in_schemas.RecoveryCodesOut]:
    return Response(sign_in_schemas.RecoveryCodesOut(recovery_codes=list(codes)), headers=_PRIVATE)
