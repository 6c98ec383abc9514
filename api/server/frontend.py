"""Serves the built app where there is one; in production a CDN or nginx does."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from litestar import HttpMethod, MediaType, Request, get, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_OPT = declare(Permission.PUBLIC, RouteClass.UNLIMITED)
# Addresses of the API: a wrong one is a problem document, not the app.
_OWN = frozenset({"api", "schema", "docs", "health", "problems", "files"})
# The build lays these beside a file; the first that the browser takes is sent.
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_IMMUTABLE = "public, max-age=31536000, immutable"


class Chunk(msgspec.Struct):
    """A part of the app, as Vite's manifest names it."""

    file: str
    imports: list[str] = msgspec.field(default_factory=list)
    css: list[str] = msgspec.field(default_factory=list)


def _taken(header: str) -> set[str]:
    """Return the encodings of an Accept-Encoding header that are not refused (RFC 9110, section 12.5.3)."""
    found = set()
    for part in header.split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            found.add(name.strip().lower())
    return found


def _send(file: Path, accepted: str, cache: str) -> File:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    sent, taken = file, _taken(accepted)
    for name, suffix in _ENCODINGS:
        if name in taken and (packed := file.with_name(file.name + suffix)).is_file():
            sent, headers["Content-Encoding"] = packed, name
            break
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return File(sent, media_type=kind, content_disposition_type="inline", headers=headers)


@dataclass
class Hints:
    """What a page will ask for next, told with the page itself: the browser need not read scripts to find out."""

    root: Path
    chunks: dict[str, Chunk] = field(init=False)
    _links: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        manifest = self.root / ".vite" / "manifest.json"
        self.chunks = msgspec.json.decode(manifest.read_bytes(), type=dict[str, Chunk]) if manifest.is_file() else {}
        pages = {"": ["Catalog"], "events": ["Event"], "register": ["Register"], "resume": ["Resume", "Register"]}
        self._links = {page: ", ".join(self._of(routes)) for page, routes in pages.items()}

    def _of(self, routes: list[str]) -> Iterator[str]:
        known = set(self._closure("index.html"))
        wanted = [key for name in routes for key in self._closure(f"src/app/routes/{name}Route.tsx")]
        for key in wanted:
            if key in known:
                continue
            known.add(key)
            chunk = self.chunks[key]
            yield f'</{chunk.file}>; rel="modulepreload"; crossorigin'
            yield from (f'</{css}>; rel="preload"; as="style"; crossorigin' for css in chunk.css)

    def _closure(self, key: str) -> Iterator[str]:
        if (chunk := self.chunks.get(key)) is not None:
            yield key
            for one in chunk.imports:
                yield from self._closure(one)

    def for_page(self, path: str) -> dict[str, str]:
        """Return the Link header of a page of the app; none where nothing is known of it."""
        page, _, rest = path.partition("/")
        found = [link for link in (self._links.get(page),) if link]
        slug = rest.strip("/")
        if page == "events" and slug.isascii() and slug.replace("-", "").isalnum():
            found.append(f'</api/v1/events/{slug}>; rel="preload"; as="fetch"; crossorigin')
        return {"Link": ", ".join(found)} if found else {}


def handlers(folder: str) -> list[Any]:
    """Return the routes of the app's files; none where no folder is set."""
    root = Path(folder)
    if not folder or not (root / "index.html").is_file():
        return []
    index = root / "index.html"
    hints = Hints(root)
    # Known at the start: what is not in the build cannot be asked for, whatever the path looks like.
    files = {str(file.relative_to(root)): file for file in root.rglob("*") if file.is_file()}

    @get(["/", "/{path:path}"], include_in_schema=False, opt=_OPT, media_type=MediaType.HTML)
    async def app_page(request: Request[Any, Any, Any], path: FromPath[str] = "") -> File:
        wanted = path.lstrip("/")
        if wanted.split("/", 1)[0] in _OWN:
            raise NotFoundException
        accepted = request.headers.get("accept-encoding", "")
        if (named := files.get(wanted)) is not None and named != index:
            return _send(named, accepted, "public, max-age=3600")
        if "." in wanted.rsplit("/", 1)[-1]:
            raise NotFoundException
        # History fallback: the app itself knows its addresses.
        page = _send(index, accepted, "no-cache")
        page.headers |= hints.for_page(wanted)
        return page

    @route(
        "/assets/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False, opt=_OPT,
        media_type=MediaType.TEXT,
    )  # fmt: skip
    async def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> File:
        if (found := files.get(f"assets/{name}")) is None:
            raise NotFoundException
        # Named by its content, so it never changes.
        return _send(found, request.headers.get("accept-encoding", ""), _IMMUTABLE)

    return [app_page, asset]
