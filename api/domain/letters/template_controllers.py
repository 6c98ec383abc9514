"""Routes of mail templates: an organization's, and an event's that stand in for them."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, PathParameter

from api.domain.accounts.errors import AccountNeeded
from api.domain.letters import schemas, service, templates
from api.domain.letters.contracts import MailKind, TemplateView, Words
from api.domain.letters.errors import MailNotSetUp, TemplateInvalid
from api.domain.letters.templates import Place
from api.lib.http.preconditions import OptionalIfMatch, etag, revision
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_MANAGE = Permission.EVENT_MANAGE
_STAFF = RouteClass.STAFF
Kind = Annotated[schemas.Kind, PathParameter(description="The occasion.")]
LocalePath = Annotated[
    str, PathParameter(max_length=20, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="A language, e.g. `hi`.")
]


async def _shown(uow: Uow, place: Place, view: TemplateView, locale: str) -> Response[schemas.TemplateOut]:
    current = await templates.own_version(uow, place, view.kind, locale)
    return Response(schemas.template_out(view, current), headers={"ETag": etag(current), "Cache-Control": "no-store"})


async def _saved(
    uow: Uow, place: Place, kind: schemas.Kind, locale: str, words: Words | None, if_match: str | None
) -> Response[schemas.TemplateOut]:
    view = await templates.save(uow, place, MailKind(kind), locale, words, revision(if_match, required=False))
    return await _shown(uow, place, view, locale)


async def _preview(
    uow: Uow, place: Place, kind: schemas.Kind, locale: str, data: schemas.MailPreviewIn
) -> schemas.MailPreviewOut:
    words = Words(data.subject, data.body)
    found = await service.preview(uow, place, MailKind(kind), locale, words, data.registration)
    return schemas.MailPreviewOut(subject=found.subject, body=found.body, html=found.html, text=found.text)


async def _tried(uow: Uow, place: Place, kind: schemas.Kind, locale: str, data: schemas.WordsIn) -> schemas.TrialOut:
    return schemas.TrialOut(
        to=await templates.try_out(uow, place, MailKind(kind), locale, Words(data.subject, data.body))
    )


class MailTemplateController(Controller):
    """What an organization's mails say."""

    path = "/api/v1/organizations/{organization:uuid}/mail-templates"
    tags = ("Mails",)

    @get(
        operation_id="listMailTemplates",
        summary="Every mail in every language, as it would go out",
        opt=declare(_MANAGE, _STAFF),
    )
    async def list_templates(self, uow: Uow, organization: FromPath[UUID]) -> list[schemas.TemplateOut]:
        place = await templates.of_organization(uow, organization)
        return [schemas.template_out(view) for view in await templates.listed(uow, place)]

    @get(
        "/{kind:str}/{locale:str}",
        operation_id="getMailTemplate",
        summary="What a mail says in a language",
        opt=declare(_MANAGE, _STAFF),
    )
    async def get_template(
        self, uow: Uow, organization: FromPath[UUID], kind: Kind, locale: LocalePath
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_organization(uow, organization)
        return await _shown(uow, place, await templates.read(uow, place, MailKind(kind), locale), locale)

    @put(
        "/{kind:str}/{locale:str}",
        operation_id="saveMailTemplate",
        summary="Write what a mail says in a language",
        opt=declare(_MANAGE, _STAFF, TemplateInvalid),
    )
    async def save_template(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        kind: Kind,
        locale: LocalePath,
        data: JSONBody[schemas.WordsIn],
        if_match: OptionalIfMatch = None,
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_organization(uow, organization)
        return await _saved(uow, place, kind, locale, Words(data.subject, data.body), if_match)

    @delete(
        "/{kind:str}/{locale:str}",
        operation_id="resetMailTemplate",
        summary="Go back to the text that comes with the platform",
        status_code=200,
        opt=declare(_MANAGE, _STAFF),
    )
    async def reset_template(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        kind: Kind,
        locale: LocalePath,
        if_match: OptionalIfMatch = None,
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_organization(uow, organization)
        return await _saved(uow, place, kind, locale, None, if_match)

    @get(
        "/{kind:str}/{locale:str}/versions",
        operation_id="listMailTemplateVersions",
        summary="What was saved, the newest first",
        opt=declare(_MANAGE, _STAFF),
    )
    async def versions(
        self, uow: Uow, organization: FromPath[UUID], kind: Kind, locale: LocalePath
    ) -> list[schemas.TemplateVersion]:
        place = await templates.of_organization(uow, organization)
        return [schemas.version_out(view) for view in await templates.history(uow, place, MailKind(kind), locale)]

    @post(
        "/{kind:str}/{locale:str}/preview",
        operation_id="previewMailTemplate",
        summary="A text as a mail, before it is saved",
        status_code=200,
        opt=declare(_MANAGE, _STAFF, TemplateInvalid),
    )
    async def preview(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        kind: Kind,
        locale: LocalePath,
        data: JSONBody[schemas.MailPreviewIn],
    ) -> schemas.MailPreviewOut:
        place = await templates.of_organization(uow, organization)
        return await _preview(uow, place, kind, locale, data)

    @post(
        "/{kind:str}/{locale:str}/trial",
        operation_id="tryMailTemplate",
        summary="Mail a text to yourself, before it is saved",
        status_code=202,
        opt=declare(_MANAGE, RouteClass.SUPPORT, TemplateInvalid, MailNotSetUp, AccountNeeded),
    )
    async def try_out(
        self, uow: Uow, organization: FromPath[UUID], kind: Kind, locale: LocalePath, data: JSONBody[schemas.WordsIn]
    ) -> schemas.TrialOut:
        place = await templates.of_organization(uow, organization)
        return await _tried(uow, place, kind, locale, data)


class EventMailTemplateController(Controller):
    """What the mails of one event say, where it differs from the organization's."""

    path = "/api/v1/events/{event:uuid}/mail-templates"
    tags = ("Mails",)

    @get(
        operation_id="listEventMailTemplates",
        summary="Every mail of an event in every language, as it would go out",
        opt=declare(_MANAGE, _STAFF),
    )
    async def list_templates(self, uow: Uow, event: FromPath[UUID]) -> list[schemas.TemplateOut]:
        place = await templates.of_event(uow, event)
        return [schemas.template_out(view) for view in await templates.listed(uow, place)]

    @get(
        "/{kind:str}/{locale:str}",
        operation_id="getEventMailTemplate",
        summary="What a mail of an event says in a language",
        opt=declare(_MANAGE, _STAFF),
    )
    async def get_template(
        self, uow: Uow, event: FromPath[UUID], kind: Kind, locale: LocalePath
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_event(uow, event)
        return await _shown(uow, place, await templates.read(uow, place, MailKind(kind), locale), locale)

    @put(
        "/{kind:str}/{locale:str}",
        operation_id="saveEventMailTemplate",
        summary="Write what a mail of an event says in a language",
        opt=declare(_MANAGE, _STAFF, TemplateInvalid),
    )
    async def save_template(
        self,
        uow: Uow,
        event: FromPath[UUID],
        kind: Kind,
        locale: LocalePath,
        data: JSONBody[schemas.WordsIn],
        if_match: OptionalIfMatch = None,
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_event(uow, event)
        return await _saved(uow, place, kind, locale, Words(data.subject, data.body), if_match)

    @delete(
        "/{kind:str}/{locale:str}",
        operation_id="resetEventMailTemplate",
        summary="Go back to the organization's text",
        status_code=200,
        opt=declare(_MANAGE, _STAFF),
    )
    async def reset_template(
        self, uow: Uow, event: FromPath[UUID], kind: Kind, locale: LocalePath, if_match: OptionalIfMatch = None
    ) -> Response[schemas.TemplateOut]:
        place = await templates.of_event(uow, event)
        return await _saved(uow, place, kind, locale, None, if_match)

    @post(
        "/{kind:str}/{locale:str}/preview",
        operation_id="previewEventMailTemplate",
        summary="A text as a mail of an event, before it is saved",
        status_code=200,
        opt=declare(_MANAGE, _STAFF, TemplateInvalid),
    )
    async def preview(
        self, uow: Uow, event: FromPath[UUID], kind: Kind, locale: LocalePath, data: JSONBody[schemas.MailPreviewIn]
    ) -> schemas.MailPreviewOut:
        place = await templates.of_event(uow, event)
        return await _preview(uow, place, kind, locale, data)

    @post(
        "/{kind:str}/{locale:str}/trial",
        operation_id="tryEventMailTemplate",
        summary="Mail a text of an event to yourself, before it is saved",
        status_code=202,
        opt=declare(_MANAGE, RouteClass.SUPPORT, TemplateInvalid, MailNotSetUp, AccountNeeded),
    )
    async def try_out(
        self, uow: Uow, event: FromPath[UUID], kind: Kind, locale: LocalePath, data: JSONBody[schemas.WordsIn]
    ) -> schemas.TrialOut:
        place = await templates.of_event(uow, event)
        return await _tried(uow, place, kind, locale, data)
