"""Routes of API keys."""

from datetime import timedelta
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody

from api.domain.accounts import api_keys, contracts, schemas
from api.domain.accounts.errors import KeyEnded, PermissionNotYours
from api.domain.organizations import service as organizations
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import OPEN, Permission
from api.lib.throttle import RouteClass


def _permissions(names: list[str]) -> set[Permission]:
    known = {permission.value for permission in Permission if permission not in OPEN}
    wrong = [
        FieldProblem(f"/permissions/{index}", "choice", f"Choose one of {', '.join(sorted(known))}.")
        for index, name in enumerate(names)
        if name not in known
    ]
    if wrong:
        raise Unprocessable(errors=tuple(wrong))
    return {Permission(name) for name in names}


class ApiKeyController(Controller):
    """Keys of integrators."""

    path = "/api/v1/organizations/{organization:uuid}/api-keys"
    tags = ("API keys",)

    @get(
        operation_id="listApiKeys",
        summary="The organization's API keys",
        opt=declare(Permission.API_KEY_MANAGE, RouteClass.STAFF),
    )
    async def list_keys(self, uow: Uow, organization: FromPath[UUID]) -> list[schemas.ApiKeyOut]:
        found = await organizations.enter(uow, organization, Permission.API_KEY_MANAGE)
        return [_key_out(key) for key in await api_keys.of(uow, found)]

    @post(
        operation_id="createApiKey",
        summary="Create an API key; its text is shown once",
        opt=declare(Permission.API_KEY_MANAGE, RouteClass.STAFF, PermissionNotYours),
    )
    async def create_key(
        self, uow: Uow, organization: FromPath[UUID], data: JSONBody[schemas.ApiKeyIn]
    ) -> schemas.ApiKeyCreated:
        found = await organizations.enter(uow, organization, Permission.API_KEY_MANAGE)
        key, text = await api_keys.create(
            uow,
            found,
            name=data.name,
            permissions=_permissions(data.permissions),
            expires_at=data.expires_at,
            networks=data.networks,
        )
        return schemas.ApiKeyCreated(api_key=_key_out(key), key=text)

    @post(
        "/{key:uuid}/rotate",
        operation_id="rotateApiKey",
        summary="Replace a key; the old one works on for the overlap",
        opt=declare(Permission.API_KEY_MANAGE, RouteClass.STAFF, PermissionNotYours, KeyEnded),
    )
    async def rotate_key(
        self, uow: Uow, organization: FromPath[UUID], key: FromPath[UUID], data: JSONBody[schemas.ApiKeyRotation]
    ) -> schemas.ApiKeyCreated:
        found = await organizations.enter(uow, organization, Permission.API_KEY_MANAGE)
        new, text = await api_keys.rotate(uow, found, key, timedelta(seconds=data.overlap_seconds))
        return schemas.ApiKeyCreated(api_key=_key_out(new), key=text)

    @delete(
        "/{key:uuid}",
        operation_id="revokeApiKey",
        summary="Revoke an API key",
        opt=declare(Permission.API_KEY_MANAGE, RouteClass.STAFF),
    )
    async def revoke_key(self, uow: Uow, organization: FromPath[UUID], key: FromPath[UUID]) -> None:
        found = await organizations.enter(uow, organization, Permission.API_KEY_MANAGE)
        await api_keys.revoke(uow, found, key)


def _key_out(key: contracts.ApiKey) -> schemas.ApiKeyOut:
    return schemas.ApiKeyOut(**msgspec.structs.asdict(key))
