"""Routes by which a draft is moved to the flow that is published now."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from api.domain.catalog.errors import EventClosed
from api.domain.registrations import migrating, schemas, versions
from api.domain.registrations.errors import FlowChanged, NotEditable
from api.domain.registrations.presenting import registration_out
from api.lib.http.preconditions import IfMatch, etag, revision
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.schema import Input, Output, Text
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_PRIVATE = {"Cache-Control": "no-store"}


class MigrationIn(Input, frozen=True, kw_only=True):
    """Moves a draft to a flow version: the newest, as the preview has shown it."""

    flow_version: UUID


class ChangeOut(Output, frozen=True, kw_only=True):
    """What the newer version has otherwise. ``kind``: step-added, step-removed, added, removed or changed; ``field``
    is a field's path in its form, empty for a whole step; ``parts`` are the properties that differ."""

    step: str
    field: str
    kind: str
    label: Text
    parts: list[str]


class AsideOut(Output, frozen=True, kw_only=True):
    """An answer without a place in the newer version. ``reason``: step-removed, removed, unfit or hidden; ``version``
    is the flow's it was given on; ``at`` is null while it would only be set aside. Sensitive ones are masked."""

    step: str
    pointer: str
    label: Text
    answer: Any
    reason: str
    version: int
    at: str | None


class MigrationPreview(Output, frozen=True, kw_only=True):
    """What moving the draft would change. ``current`` equals ``newest`` where there is nothing to move to.

    ``aside`` would be set aside; ``attention`` is what the newer version asks for or asks to look at again, by its
    place in the registration; ``kept_aside`` was set aside earlier.
    """

    current: int
    newest: int
    flow_version: UUID
    changes: list[ChangeOut]
    aside: list[AsideOut]
    attention: list[schemas.ProblemOut]
    kept_aside: list[AsideOut]


class MigrationDone(Output, frozen=True, kw_only=True):
    """The draft on the newer version, and all answers that are set aside."""

    registration: schemas.RegistrationOut
    kept_aside: list[AsideOut]


def _changes(found: list[versions.Change]) -> list[ChangeOut]:
    return [msgspec.convert(msgspec.to_builtins(one), ChangeOut) for one in found]


def _asides(found: list[migrating.Aside]) -> list[AsideOut]:
    return [msgspec.convert(msgspec.to_builtins(one), AsideOut) for one in found]


class MigratingController(Controller):
    """A draft on the flow it began with, and the one published now."""

    path = "/api/v1/registrations/{registration:uuid}/migration"
    tags = ("Registrations",)

    @get(
        operation_id="previewMigration",
        summary="What moving the draft to the flow published now would change; and what was set aside before",
        opt=declare(Permission.REGISTRATION_HOLDER, RouteClass.REGISTRATION),
    )
    async def preview(self, uow: Uow, registration: FromPath[UUID]) -> Response[MigrationPreview]:
        found = await migrating.preview(uow, registration)
        body = MigrationPreview(
            current=found.current,
            newest=found.newest,
            flow_version=found.newest_uid,
            changes=_changes(found.changes),
            aside=_asides(found.aside),
            attention=[
                schemas.ProblemOut(pointer=one.pointer, code=one.code, message=one.message) for one in found.attention
            ],
            kept_aside=_asides(found.kept_aside),
        )
        return Response(body, headers=_PRIVATE)

    @post(
        operation_id="migrateRegistration",
        summary="Move the draft to the flow published now; answers without a place there are set aside and shown",
        status_code=200,
        opt=declare(Permission.REGISTRATION_HOLDER, RouteClass.REGISTRATION, NotEditable, EventClosed, FlowChanged),
    )
    async def migrate(
        self, uow: Uow, registration: FromPath[UUID], data: JSONBody[MigrationIn], if_match: IfMatch
    ) -> Response[MigrationDone]:
        view, aside = await migrating.migrate(uow, registration, data.flow_version, revision(if_match))
        body = MigrationDone(registration=await registration_out(uow, view), kept_aside=_asides(aside))
        return Response(body, headers={"ETag": etag(view.revision), **_PRIVATE})
