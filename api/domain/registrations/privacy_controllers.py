"""Routes of a person's own data: consents, the export, erasure; and erasure and register for privacy officers."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta

from api.domain.accounts.errors import AccountNeeded
from api.domain.privacy import archive
from api.domain.privacy.contracts import Consent
from api.domain.privacy.errors import AlreadyWithdrawn
from api.domain.privacy.schemas import (
    ConsentIn,
    ConsentOut,
    ErasureAccepted,
    ErasureOut,
    ProcessingOut,
    consent_out,
    erasure_out,
)
from api.domain.registrations import consent_titles
from api.domain.registrations import privacy_service as service
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.schema import Input
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_HOLDER = Permission.REGISTRATION_HOLDER
_MANAGE = Permission.PRIVACY_MANAGE
_CLASS = RouteClass.REGISTRATION
_ARCHIVE = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"}


async def _shown(uow: Uow, found: Sequence[tuple[Consent, UUID | None]]) -> list[ConsentOut]:
    titles = await consent_titles.of(uow, [one for one, _ in found])
    return [consent_out(one, registration, titles[one.uid]) for one, registration in found]


class ErasureIn(Input, frozen=True, kw_only=True):
    """Whom to erase: one registration, or whoever has an e-mail address in this organization. One of the two."""

    registration: UUID | None = None
    email: Annotated[str, Meta(min_length=3, max_length=254)] | None = None


class OwnRegistrationController(Controller):
    """What a registration's holder may do with their data."""

    path = "/api/v1/registrations/{registration:uuid}"
    tags = ("Privacy",)

    @get(
        "/consents",
        operation_id="listConsents",
        summary="What was agreed to with this registration",
        opt=declare(_HOLDER, _CLASS),
    )
    async def consents(self, uow: Uow, registration: FromPath[UUID]) -> Response[list[ConsentOut]]:
        found = [(one, registration) for one in await service.consents_of(uow, registration)]
        return Response(await _shown(uow, found), headers={"Cache-Control": "no-store"})

    @post(
        "/consents",
        operation_id="giveConsent",
        summary="Agree to something that the app asks outside a form",
        opt=declare(_HOLDER, _CLASS),
    )
    async def give(self, uow: Uow, registration: FromPath[UUID], data: JSONBody[ConsentIn]) -> ConsentOut:
        given = await service.give(uow, registration, data.purpose, data.text_version, data.locale)
        return (await _shown(uow, [(given, registration)]))[0]

    @post(
        "/consents/{consent:uuid}/withdraw",
        operation_id="withdrawConsent",
        summary="Withdraw a consent",
        status_code=200,
        opt=declare(_HOLDER, _CLASS, AlreadyWithdrawn),
    )
    async def withdraw(self, uow: Uow, registration: FromPath[UUID], consent: FromPath[UUID]) -> ConsentOut:
        done = await service.withdraw(uow, registration, consent)
        return (await _shown(uow, [(done, registration)]))[0]

    @post(
        "/data-export",
        operation_id="exportRegistrationData",
        summary="Everything about this registration as a ZIP, the sensitive answers in full",
        status_code=200,
        media_type="application/zip",
        opt=declare(_HOLDER, RouteClass.EXPORT),
    )
    async def export(self, uow: Uow, registration: FromPath[UUID]) -> Stream:
        sections = await service.export(uow, registration)
        return Stream(archive.stream(sections, clock.now()), media_type="application/zip", headers=_ARCHIVE)

    @post(
        "/erasure",
        operation_id="eraseRegistration",
        summary="Erase this registration; one that is still to come is cancelled",
        status_code=202,
        opt=declare(_HOLDER, _CLASS),
    )
    async def erase(self, uow: Uow, registration: FromPath[UUID]) -> ErasureAccepted:
        found = await service.erase(uow, registration)
        return ErasureAccepted(uid=found.uid, state=found.state)


class MyConsentController(Controller):
    """The signed-in person's consents."""

    path = "/api/v1/me/consents"
    tags = ("Privacy",)

    @get(
        operation_id="listMyConsents",
        summary="What you have agreed to with your registrations",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded),
    )
    async def mine(self, uow: Uow) -> list[ConsentOut]:
        return await _shown(uow, await service.my_consents(uow))

    @post(
        "/{consent:uuid}/withdraw",
        operation_id="withdrawMyConsent",
        summary="Withdraw one of your consents",
        status_code=200,
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded, AlreadyWithdrawn),
    )
    async def withdraw(self, uow: Uow, consent: FromPath[UUID]) -> ConsentOut:
        one, registration = await service.withdraw_mine(uow, consent)
        return (await _shown(uow, [(one, registration)]))[0]


class OrganizationPrivacyController(Controller):
    """What a privacy officer may ask for."""

    path = "/api/v1/organizations/{organization:uuid}"
    tags = ("Privacy",)

    @get(
        "/erasures",
        operation_id="listErasures",
        summary="Requests to erase persons, with their proofs, the newest first",
        opt=declare(_MANAGE, RouteClass.STAFF),
    )
    async def list_erasures(self, uow: Uow, organization: FromPath[UUID]) -> list[ErasureOut]:
        return [erasure_out(one) for one in await service.erasures_of(uow, organization)]

    @post(
        "/erasures",
        operation_id="eraseForPerson",
        summary="Erase a registration, or everything under an e-mail address in this organization",
        status_code=202,
        opt=declare(_MANAGE, RouteClass.STAFF),
    )
    async def erase(self, uow: Uow, organization: FromPath[UUID], data: JSONBody[ErasureIn]) -> ErasureAccepted:
        found = await service.erase_for(uow, organization, registration=data.registration, email=data.email)
        return ErasureAccepted(uid=found.uid, state=found.state)

    @get(
        "/processing-register",
        operation_id="getProcessingRegister",
        summary="What is held of persons, what for, how long, and who receives it",
        opt=declare(_MANAGE, RouteClass.STAFF),
    )
    async def register(self, uow: Uow, organization: FromPath[UUID]) -> list[ProcessingOut]:
        return [
            ProcessingOut(
                kind=row.kind,
                name=row.name,
                purpose=row.purpose,
                categories=row.categories,
                sensitive=row.sensitive,
                recipients=row.recipients,
                retention=row.retention,
            )
            for row in await service.processing(uow, organization)
        ]
