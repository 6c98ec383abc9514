"""Pages for people who build on the API: the documentation and what each problem type means."""

import html

from litestar import Controller, MediaType, get
from litestar.params import FromPath

from api.lib.errors import NotFound, problem_types
from api.lib.http.routes import declare
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_OPT = declare(Permission.PUBLIC, RouteClass.UNLIMITED)


class ReferenceController(Controller):
    """Not part of the contract."""

    include_in_schema = False

    @get("/docs", opt=_OPT, media_type=MediaType.HTML)
    async def docs(self) -> str:
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            "<title>Global PRS API</title><link rel=icon href=/favicon.svg>"
            "<link rel=stylesheet href=/docs-assets/swagger-ui.css><div id=swagger-ui></div>"
            "<noscript>The contract is at <a href=/schema/openapi.json>/schema/openapi.json</a>.</noscript>"
            "<script src=/docs-assets/swagger-ui-bundle.js></script><script src=/docs-assets/start.js></script>"
        )

    @get("/problems/{slug:str}", opt=_OPT, media_type=MediaType.HTML)
    async def problem(self, slug: FromPath[str]) -> str:
        for kind in problem_types():
            if kind.slug == slug:
                title, detail = html.escape(kind.title), html.escape(kind.default_detail)
                return (
                    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
                    f"<title>{title}</title><h1>{title}</h1><p>HTTP status {kind.status}, type "
                    f"<code>/problems/{kind.slug}</code>.</p><p>{detail}</p>"
                )
        raise NotFound
