"""Serves the built app where there is one; in production a CDN or nginx does."""

import mimetypes
from pathlib import Path
from typing import Any

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File
from litestar.static_files import create_static_files_router

from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_OPT = declare(Permission.PUBLIC, RouteClass.UNLIMITED)
# Addresses of the API: a wrong one is a problem document, not the app.
_OWN = frozenset({"api", "schema", "docs", "health", "problems", "files"})


def handlers(folder: str) -> list[Any]:
    """Return the routes of the app's files; none where no folder is set."""
    root = Path(folder)
    if not folder or not (root / "index.html").is_file():
        return []
    index = root / "index.html"
    # Known at the start: what is not in the build cannot be asked for, whatever the path looks like.
    files = {str(file.relative_to(root)): file for file in root.rglob("*") if file.is_file()}

    @get(["/", "/{path:path}"], include_in_schema=False, opt=_OPT, media_type=MediaType.HTML)
    async def app_page(path: FromPath[str] = "") -> Response[Any] | File:
        wanted = path.lstrip("/")
        if wanted.split("/", 1)[0] in _OWN:
            raise NotFoundException
        if (named := files.get(wanted)) is not None and named != index:
            kind = mimetypes.guess_type(named.name)[0] or "application/octet-stream"
            return File(
                named,
                media_type=kind,
                content_disposition_type="inline",
                headers={"Cache-Control": "public, max-age=3600"},
            )
        if "." in wanted.rsplit("/", 1)[-1]:
            raise NotFoundException
        # History fallback: the app itself knows its addresses.
        return File(
            index, media_type=MediaType.HTML, content_disposition_type="inline", headers={"Cache-Control": "no-cache"}
        )

    found: list[Any] = [app_page]
    if (root / "assets").is_dir():
        # Named by their content, so they never change.
        found.append(
            create_static_files_router(
                "/assets", [root / "assets"], opt=_OPT, cache_control=None, include_in_schema=False,
                after_request=_immutable,
            )
        )  # fmt: skip
    return found


def _immutable(response: Response[Any]) -> Response[Any]:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
