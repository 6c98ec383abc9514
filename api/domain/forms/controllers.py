"""Routes of forms, for organisers and editors."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, JSONBody

from api.domain.forms import contracts, schemas, service
from api.domain.forms.errors import FormInvalid, FormNameTaken, NothingToPublish
from api.domain.organizations import service as organizations
from api.lib.http.preconditions import IfMatch, OptionalIfMatch, etag, revision
from api.lib.http.routes import DOCUMENT, declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Scope
from api.lib.throttle import RouteClass


def summary(form: contracts.Form) -> schemas.FormSummary:
    """Return a form as lists show it."""
    return schemas.FormSummary(
        uid=form.uid,
        name=form.name,
        title=form.title,
        revision=form.revision,
        latest_version=form.latest_version,
        updated_at=form.updated_at,
    )


async def enter(uow: Uow, permission: Permission) -> list[int]:
    """Enter every organization in which the caller has this permission; returns their private ids."""
    ids = uow.principal.organizations_with(permission)
    await uow.enter(Scope(organization_ids=ids))
    return sorted(ids)


class FormController(Controller):
    """Forms are edited as drafts and used as immutable versions."""

    path = "/api/v1/forms"
    tags = ("Forms",)

    @get(
        operation_id="listForms",
        summary="Forms of your organizations",
        opt=declare(Permission.FORM_READ, RouteClass.STAFF),
    )
    async def list_forms(self, uow: Uow) -> list[schemas.FormSummary]:
        ids = await enter(uow, Permission.FORM_READ)
        return [summary(form) for form in await service.of(uow, ids)]

    @post(
        operation_id="createForm",
        summary="Add a form",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, FormNameTaken, body=DOCUMENT),
    )
    async def create_form(self, uow: Uow, data: JSONBody[schemas.FormIn]) -> schemas.FormSummary:
        organization = await organizations.enter(uow, data.organization, Permission.FORM_MANAGE)
        return summary(await service.create(uow, organization, data.source))

    @post(
        "/check",
        operation_id="checkForm",
        summary="Say everything that keeps a document from being published",
        status_code=200,
        opt=declare(Permission.FORM_READ, RouteClass.STAFF, body=DOCUMENT),
    )
    async def check_form(self, data: JSONBody[schemas.FormSourceIn]) -> schemas.FormCheck:
        problems = [
            schemas.FormProblem(pointer=p.pointer, code=p.code, message=p.message) for p in service.check(data.source)
        ]
        return schemas.FormCheck(valid=not problems, problems=problems)

    @get(
        "/{form:uuid}",
        operation_id="getForm",
        summary="A form with its draft",
        opt=declare(Permission.FORM_READ, RouteClass.STAFF),
    )
    async def get_form(self, uow: Uow, form: FromPath[UUID]) -> Response[schemas.FormOut]:
        await enter(uow, Permission.FORM_READ)
        found, draft = await service.get(uow, form)
        body = schemas.FormOut(
            **msgspec.structs.asdict(summary(found)), source=msgspec.json.decode(draft, type=dict[str, Any])
        )
        return Response(body, headers={"ETag": etag(found.revision)})

    @put(
        "/{form:uuid}",
        operation_id="updateForm",
        summary="Replace a form's draft",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, FormNameTaken, body=DOCUMENT),
    )
    async def update_form(
        self, uow: Uow, form: FromPath[UUID], data: JSONBody[schemas.FormSourceIn], if_match: IfMatch
    ) -> Response[schemas.FormSummary]:
        await enter(uow, Permission.FORM_MANAGE)
        updated = await service.update(uow, form, data.source, revision(if_match))
        return Response(summary(updated), headers={"ETag": etag(updated.revision)})

    @post(
        "/{form:uuid}/publish",
        operation_id="publishForm",
        summary="Make the draft the next version",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, NothingToPublish),
    )
    async def publish_form(
        self, uow: Uow, form: FromPath[UUID], if_match: OptionalIfMatch = None
    ) -> schemas.FormPublished:
        await enter(uow, Permission.FORM_MANAGE)
        published, version_uid = await service.publish(uow, form, revision(if_match, required=False))
        return schemas.FormPublished(uid=published.uid, version=published.latest_version, version_uid=version_uid)
