"""Routes of a person's own data that begin at the account: the export of everything, and the end of it."""

from typing import Annotated

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta

from api.domain.accounts import personal_data
from api.domain.accounts.errors import AccountNeeded, WrongCredentials
from api.domain.privacy import archive, erasures
from api.domain.privacy.contracts import PersonalData, Section
from api.domain.privacy.schemas import ErasureAccepted
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.schema import Input
from api.lib.security import Permission
from api.lib.throttle import RouteClass


class AccountErasureIn(Input, frozen=True, kw_only=True):
    """The password, asked once more; an account that has none leaves it out."""

    password: Annotated[str, Meta(min_length=1, max_length=256)] | None = None


class OwnDataController(Controller):
    """The signed-in person's own data."""

    path = "/api/v1/me"
    tags = ("Privacy",)

    @post(
        "/data-export",
        operation_id="exportMyData",
        summary="Everything about you as a ZIP: data.json for machines, index.html to read",
        status_code=200,
        media_type="application/zip",
        opt=declare(Permission.SIGNED_IN, RouteClass.EXPORT, AccountNeeded),
    )
    async def export(self, uow: Uow, personal: NamedDependency[tuple[PersonalData, ...]]) -> Stream:
        subject = personal_data.own(uow)
        sections: list[Section] = []
        for part in personal:
            sections += await part.export(uow, subject)
        return Stream(
            archive.stream(sections, clock.now()),
            media_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"},
        )

    @post(
        "/erasure",
        operation_id="eraseMe",
        summary="Erase your account and all your registrations; you are signed out at once",
        status_code=202,
        opt=declare(Permission.SIGNED_IN, RouteClass.SIGN_IN, AccountNeeded, WrongCredentials),
    )
    async def erase(self, uow: Uow, data: JSONBody[AccountErasureIn]) -> ErasureAccepted:
        subject = personal_data.own(uow)
        await personal_data.prove(uow, data.password)
        found = await erasures.request(uow, subject, source="account", organization_id=None)
        await personal_data.close(uow)
        return ErasureAccepted(uid=found.uid, state=found.state)
