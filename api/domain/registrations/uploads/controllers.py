"""Routes of uploads, for the people who register and for staff."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream

from api.domain.registrations.uploads import schemas, service
from api.domain.registrations.uploads.contracts import CHUNK, Content, UploadInput, UploadView
from api.domain.registrations.uploads.errors import (
    FileRefused,
    OffsetWrong,
    RevealFirst,
    TooManyUploads,
    UploadInUse,
    UploadOver,
    UploadsClosed,
)
from api.lib import telemetry
from api.lib.antivirus import ScannerAway
from api.lib.crypto import KeysAway
from api.lib.errors import NotFound
from api.lib.http import routes
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.http.streaming import OwnTypeStream
from api.lib.security import Permission
from api.lib.storage import StorageAway
from api.lib.throttle import RouteClass

_HOLDER = Permission.REGISTRATION_HOLDER
_CLASS = RouteClass.UPLOAD
Offset = Annotated[int, HeaderParameter(name="Upload-Offset", ge=0, description="Where the chunk begins, in bytes.")]


class ChunkOperation(Operation):
    """Describes the body, which is bytes and no struct."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            content={
                routes.CHUNK.media_type: OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, max_length=CHUNK)
                )
            },
            required=True,
        )


def _out(found: UploadView) -> schemas.UploadOut:
    return schemas.UploadOut(
        uid=found.uid,
        step=found.step,
        pointer=found.pointer,
        state=found.state.value,
        offset=found.offset,
        size=found.size,
        chunk_size=CHUNK,
        name=found.name,
        media_type=found.media_type,
        answer=msgspec.convert(msgspec.to_builtins(found.answer), schemas.FileAnswerOut) if found.answer else None,
        refusal=found.refusal,
    )


def _answer(found: UploadView, status: int, **headers: str) -> Response[schemas.UploadOut]:
    shown = {"Upload-Offset": str(found.offset), "Cache-Control": "no-store", **headers}
    return Response(_out(found), status_code=status, headers=shown)


def _attached(found: Content) -> Stream:
    """Return a file to be stored, never to be run: whatever is in it, a browser shows nothing of it on our pages."""
    plain = "".join(char if (char.isascii() and char.isalnum()) or char in "-_. " else "_" for char in found.name)
    return OwnTypeStream(
        found.read(),
        media_type=found.media_type,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Length": str(found.size),
            "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


class UploadController(Controller):
    """Files of a registration's answers, sent in chunks that can be taken up again."""

    path = "/api/v1/registrations/{registration:uuid}/uploads"
    tags = ("Uploads",)

    @post(
        operation_id="beginUpload",
        summary="Begin to send a file for a field of the registration's form",
        opt=declare(_HOLDER, _CLASS, UploadsClosed, TooManyUploads, StorageAway, KeysAway),
    )
    async def begin(
        self, uow: Uow, registration: FromPath[UUID], data: JSONBody[schemas.UploadIn]
    ) -> Response[schemas.UploadOut]:
        given = UploadInput(data.step, data.pointer, data.name, data.size, data.media_type)
        found = await service.begin(uow, registration, given)
        return _answer(found, 201, Location=f"/api/v1/registrations/{registration}/uploads/{found.uid}")

    @get(
        "/{upload:uuid}",
        operation_id="getUpload",
        summary="How far an upload is, and the answer to give once it is finished",
        opt=declare(_HOLDER, _CLASS),
    )
    async def find(self, uow: Uow, registration: FromPath[UUID], upload: FromPath[UUID]) -> Response[schemas.UploadOut]:
        return _answer(await service.find(uow, registration, upload), 200)

    @patch(
        "/{upload:uuid}",
        operation_id="appendToUpload",
        summary="Send the next chunk; with the last one the file is checked",
        status_code=204,
        operation_class=ChunkOperation,
        opt=declare(
            _HOLDER, _CLASS, OffsetWrong, UploadOver, FileRefused, StorageAway, ScannerAway, KeysAway,
            body=routes.CHUNK,
        ),
    )  # fmt: skip
    async def append(
        self, request: Request[Any, Any, Any], registration: FromPath[UUID], upload: FromPath[UUID], offset: Offset
    ) -> Response[None]:
        caller = service.Caller(request.user, telemetry.request_id.get())
        chunk = service.Chunk(offset, await request.body())
        reached = await service.append(request.app.state.kernel, caller, registration, upload, chunk)
        return Response(None, headers={"Upload-Offset": str(reached), "Cache-Control": "no-store"})

    @delete(
        "/{upload:uuid}",
        operation_id="removeUpload",
        summary="Remove a file that no saved answer names",
        opt=declare(_HOLDER, _CLASS, UploadInUse),
    )
    async def remove(self, uow: Uow, registration: FromPath[UUID], upload: FromPath[UUID]) -> None:
        await service.remove(uow, registration, upload)

    @get(
        "/{upload:uuid}/content",
        operation_id="getUploadContent",
        summary="The finished file, to be stored",
        media_type="application/octet-stream",
        opt=declare(_HOLDER, _CLASS, RevealFirst, StorageAway),
    )
    async def content(self, uow: Uow, registration: FromPath[UUID], upload: FromPath[UUID]) -> Stream:
        return _attached(await service.content(uow, registration, upload))

    @post(
        "/{upload:uuid}/reveals",
        operation_id="revealUpload",
        summary="A sensitive file; the audit trail keeps who asked and why",
        status_code=200,
        media_type="application/octet-stream",
        opt=declare(Permission.SENSITIVE_REVEAL, RouteClass.REVEAL, NotFound, StorageAway, KeysAway),
    )
    async def reveal(
        self, uow: Uow, registration: FromPath[UUID], upload: FromPath[UUID], data: JSONBody[schemas.FileRevealIn]
    ) -> Stream:
        return _attached(await service.reveal(uow, registration, upload, data.reason, data.note))
