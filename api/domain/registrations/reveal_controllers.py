"""Routes of those few who may see sensitive answers in full."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from api.domain.registrations import revealing, schemas
from api.domain.registrations.errors import NumberNotKept, ValueNotKept
from api.domain.registrations.presenting import staff_rows
from api.lib.crypto import KeysAway
from api.lib.errors import NotFound, Unprocessable
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_NO_STORE = {"Cache-Control": "no-store"}


class RevealController(Controller):
    """Reveals and searches by number. Each is written into the audit trail."""

    path = "/api/v1"
    tags = ("Sensitive answers",)

    @post(
        "/registrations/{registration:uuid}/reveals",
        operation_id="revealAnswer",
        summary="Show a sensitive answer in full; the audit trail keeps who asked and why",
        status_code=200,
        opt=declare(
            Permission.SENSITIVE_REVEAL, RouteClass.REVEAL, NotFound, Unprocessable, ValueNotKept, KeysAway
        ),
    )  # fmt: skip
    async def reveal(
        self, uow: Uow, registration: FromPath[UUID], data: JSONBody[schemas.RevealIn]
    ) -> Response[schemas.Revealed]:
        request = revealing.RevealRequest(data.step, data.pointer, data.reason, data.note)
        value = await revealing.reveal(uow, registration, request)
        return Response(schemas.Revealed(value=value), headers=_NO_STORE)

    @get(
        "/registrations/{registration:uuid}/reveal-notes/{note:uuid}",
        operation_id="getRevealNote",
        summary="The note of a reveal, for auditors; the audit event of the reveal names it",
        opt=declare(Permission.AUDIT_READ, RouteClass.STAFF, NotFound, KeysAway),
    )
    async def note(
        self, uow: Uow, registration: FromPath[UUID], note: FromPath[UUID]
    ) -> Response[schemas.RevealNoteOut]:
        body = schemas.RevealNoteOut(note=await revealing.note(uow, registration, note))
        return Response(body, headers=_NO_STORE)

    @post(
        "/organizations/{organization:uuid}/registrations/search-by-number",
        operation_id="searchByNumber",
        summary="Find registrations by an identity number; the search is written into the audit trail",
        status_code=200,
        opt=declare(Permission.SENSITIVE_REVEAL, RouteClass.REVEAL, Unprocessable, NumberNotKept),
    )
    async def search(
        self, uow: Uow, organization: FromPath[UUID], data: JSONBody[schemas.NumberSearchIn]
    ) -> Response[schemas.StaffRegistrationList]:
        rows = await revealing.find(uow, organization, data.identity, data.value)
        body = schemas.StaffRegistrationList(items=await staff_rows(uow, rows))
        return Response(body, headers=_NO_STORE)
