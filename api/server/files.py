"""Stored pictures. Who knows the address may see them; what lies there never changes."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.params import FromPath, PathParameter

from api.lib import pictures
from api.lib.errors import NotFound
from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.storage import StorageAway
from api.lib.throttle import RouteClass
from api.lib.uow import Kernel

_NAME = r"^[0-9]{1,5}\.(webp|jpg)$"
FileName = Annotated[
    str, PathParameter(pattern=_NAME, max_length=16, description="Width in pixels and kind, e.g. `960.webp`.")
]


class FileController(Controller):
    """Files that pages show."""

    path = "/files"
    tags = ("Catalogue",)

    @get(
        "/{file:uuid}/{name:str}",
        operation_id="getFile",
        summary="A stored picture",
        media_type="application/octet-stream",
        # A page shows dozens at once; a cache in front keeps them for ever.
        opt=declare(Permission.PUBLIC, RouteClass.UNLIMITED, StorageAway),
    )
    async def get_file(self, request: Request[Any, Any, Any], file: FromPath[UUID], name: FileName) -> Response[bytes]:
        kernel: Kernel = request.app.state.kernel
        data = await kernel.storage.get(f"{file}/{name}") if kernel.storage else None
        if data is None:
            raise NotFound
        return Response(
            data,
            media_type=pictures.FORMATS[name.rpartition(".")[2]],
            headers={
                "Cache-Control": "public, max-age=31536000, immutable",
                "Content-Disposition": f'inline; filename="{name}"',
                # Should ever something else than a picture lie there, a browser must not run it.
                "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "cross-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )
