"""What every answer says, what is served at all, and what a refusal leaves behind."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import schemas, sign_in_schemas
from api.lib.db import Database
from api.lib.settings import Settings, rows
from tests.conftest import ROOT, Databases, Running, running, structs
from tests.factories.client import register, sign_in
from tests.factories.pictures import picture
from tests.factories.world import PASSWORD, World
from tests.server.listening import Lines, logged

__all__ = ["logged"]

DOCUMENT = json.loads((ROOT / "frontend" / "openapi.json").read_text())
WITHOUT_TOKEN = "/api/v1/auth/sessions"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A built app, and beside it what must not be served."""
    folder = tmp_path / "built"
    for name, content in {
        "built/index.html": "<!doctype html><title>app</title>",
        "built/assets/app-1.js": "1",
        "built/docs-assets/start.js": "1",
        "built/robots.txt": "User-agent: *",
        ".git/config": "[core] planted",
        "secret.txt": "planted",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


@pytest.fixture
async def site(settings: Settings, world: World, build: Path) -> AsyncIterator[Running]:  # noqa: ARG001 (must be there)
    """The API with the app, reached over https."""
    secure = structs(settings, public_url="https://testserver.local", frontend_dir=str(build))
    async with running(secure) as found:
        yield found


async def every_kind(site: Running, world: World) -> dict[str, httpx.Response]:
    """Return an answer of each kind: pages, files, JSON, CSV, pictures, redirects, problems."""
    client = site.client
    staff = await sign_in(client, "administrator@example.org")
    await register(client, world)
    inside = f"/api/v1/organizations/{world.organization.uid}"
    files = {"file": ("x.jpg", picture(), "image/jpeg")}
    shown = await client.put(f"/api/v1/events/{world.event}/image", files=files, headers=staff)
    asked = {
        "page": "/", "page of the app": "/events", "asset": "/assets/app-1.js", "file": "/robots.txt", "docs": "/docs",
        "contract": "/schema/openapi.json", "problem's page": "/problems/not-found", "health": "/health/live",
        "keys": "/.well-known/jwks.json", "list": "/api/v1/events", "me": "/api/v1/me", "nothing": "/api/nothing",
        "export": f"{inside}/registrations/export?event={world.event}",
        "trail": f"{inside}/audit-events/export?format=csv",
        "picture": shown.json()["image"]["url"], "no picture": f"/files/{world.event}/1.jpg", "no file": "/x.js",
    }  # fmt: skip
    return {name: await client.get(path, headers=staff) for name, path in asked.items()} | {"upload": shown}


async def test_every_kind_of_answer_says_what_may_run_and_who_may_frame_it(site: Running, world: World) -> None:
    answers = await every_kind(site, world)
    assert {answer.status_code for answer in answers.values()} == {200, 404}
    for name, answer in answers.items():
        policy = answer.headers["content-security-policy"]
        directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert directives["frame-ancestors"] == directives["base-uri"] == "'none'", name
        assert directives.get("object-src", directives["default-src"]) == "'none'", name
        assert directives.get("script-src", directives["default-src"]) in ("'none'", "'self'"), name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin", name
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", name
        assert len(answer.headers.get_list("content-security-policy")) == 1, name


async def test_every_text_names_its_charset(site: Running, world: World) -> None:
    kinds = {name: answer.headers["content-type"] for name, answer in (await every_kind(site, world)).items()}
    assert {kind.partition(";")[0] for kind in kinds.values()} >= {
        "text/html", "text/csv", "text/javascript", "application/json", "application/problem+json", "image/jpeg",
    }  # fmt: skip
    # JSON is UTF-8 by its own definition (RFC 8259, section 8.1).
    assert {name for name, kind in kinds.items() if kind.startswith("text/") and "charset=utf-8" not in kind} == set()


async def test_names_of_files_hold_nothing_from_outside(site: Running, world: World) -> None:
    named = {
        name: answer.headers["content-disposition"]
        for name, answer in (await every_kind(site, world)).items()
        if "content-disposition" in answer.headers
    }
    assert {"export", "trail", "picture"} <= set(named)
    for value in named.values():
        kind, _, file = value.partition("; ")
        assert kind in ("inline", "attachment")
        assert file.isascii()
        assert file.startswith('filename="')
        assert file.count('"') == 2


async def test_nothing_outside_of_the_build_is_served(site: Running) -> None:
    for path in (
        "/.git/config", "/.git/HEAD", "/..%2f.git/config", "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/../../secret.txt", "/docs-assets/..%2f..%2fsecret.txt", "/.env", "/assets/..%5c..%5csecret.txt",
    ):  # fmt: skip
        answer = await site.client.get(path)
        assert "planted" not in answer.text, path
        assert answer.status_code in (200, 400, 404), path
        assert answer.status_code != 200 or "<title>app</title>" in answer.text, path
    for folder in ("/assets", "/assets/", "/docs-assets/", "/files", "/files/"):
        answer = await site.client.get(folder)
        assert "app-1.js" not in answer.text, folder
        assert "start.js" not in answer.text, folder
    # The control: what is in the build is there.
    assert (await site.client.get("/assets/app-1.js")).text == "1"


@pytest.mark.parametrize("docs", ["on", "off"])
async def test_the_documentation_can_be_turned_off(settings: Settings, world: World, build: Path, docs: str) -> None:
    assert world
    shown = docs == "on"
    async with running(structs(settings, api_docs=docs, frontend_dir=str(build))) as found:
        for path in ("/docs", "/docs/", "//docs", "/schema/openapi.json", "/schema", "/docs-assets/start.js"):
            answer = await found.client.get(f"http://testserver.local{path}")
            assert answer.status_code == (200 if shown else 404), path
        assert (await found.client.get("/health/live")).status_code == 200
        assert (await found.client.get("/problems/not-found")).status_code == 200
        assert (await found.client.get("/documents")).status_code == 200
        # Nor pages of the framework's own beside ours.
        for path in ("/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/openapi.yaml"):
            assert (await found.client.get(path)).status_code == 404, path


async def test_nothing_is_in_debug_mode(site: Running) -> None:
    assert site.app.debug is False
    assert site.app.openapi_config is not None
    assert [type(one).__name__ for one in site.app.openapi_config.render_plugins] == ["JsonRenderPlugin"]
    assert not site.app.pdb_on_exception
    assert [row.variable for row in rows() if "DEBUG" in row.variable] == []


async def test_signing_out_clears_what_the_browser_has_kept(api: httpx.AsyncClient) -> None:
    for path in ("/api/v1/auth/sessions/current", "/api/v1/me/sessions"):
        headers = await sign_in(api, "administrator@example.org")
        answer = await api.delete(path, headers=headers)
        assert answer.headers["clear-site-data"] == '"cache"'
        gone = [value for value in answer.headers.get_list("set-cookie") if "Max-Age=0" in value]
        assert len(gone) == 2


async def test_the_cookie_of_a_sign_on_is_secure_too(settings: Settings, world: World) -> None:
    assert world
    lab = {"slug": "lab", "name": "Lab", "issuer": "http://127.0.0.1:9", "client_id": "prs"}
    async with running(
        structs(settings, public_url="https://testserver.local", oidc_providers=json.dumps([lab]))
    ) as found:
        answer = await found.client.get("/api/v1/auth/oidc/lab/start")
    # Away, so that the cookie is taken back: under the same name and with the same attributes.
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-prs_oidc=")
    assert all(word in cookie.lower() for word in ("; secure", "; httponly", "; samesite=lax"))
    assert "domain=" not in cookie.lower()


@pytest.mark.parametrize(("role", "status"), [("front-desk", 403), ("administrator", 200)])
async def test_a_refused_authorization_is_logged(
    settings: Settings, world: World, logged: Lines, role: str, status: int
) -> None:
    async with running(settings) as found:
        headers = await sign_in(found.client, f"{role}@example.org")
        me = (await found.client.get("/api/v1/me", headers=headers)).json()
        path = f"/api/v1/organizations/{world.organization.uid}/api-keys"
        assert (await found.client.get(f"{path}?q=planted", headers=headers)).status_code == status
    lines = [line for line in logged() if line["message"] == "authorization refused"]
    assert len(lines) == (1 if status == 403 else 0)
    for line in lines:
        assert line["http.route"] == "/api/v1/organizations/{organization}/api-keys"
        assert (line["permission"], line["usr.id"], line["usr.kind"]) == ("api-key:manage", me["uid"], "account")
        assert (line["slug"], line["http.method"], line["level"]) == ("forbidden", "GET", "warning")
        assert "planted" not in str(line)


async def test_a_parameter_given_twice_or_elsewhere_changes_nothing(api: httpx.AsyncClient, world: World) -> None:
    staff = await sign_in(api, "administrator@example.org")
    for _ in range(3):
        await register(api, world)
    address = f"/api/v1/organizations/{world.organization.uid}/registrations"

    async def count(query: str, **headers: str) -> Any:
        answer = await api.get(f"{address}?{query}", headers=staff | headers)
        return len(answer.json()["items"]) if answer.status_code == 200 else answer.status_code

    assert await count("limit=1") == 1
    # Twice is one of the two, or refused; a bad one among them is not passed over for the other's sake.
    assert await count("limit=1&limit=2") in (1, 2, 422)
    assert await count("limit=2&limit=ten") in (2, 422)
    # A header or cookie of that name is no parameter, and a query is no body.
    assert await count("", limit="1", cookie="limit=1") == 3
    body = {"email": "administrator@example.org", "password": "certainly not the password"}
    assert (await api.post(f"{WITHOUT_TOKEN}?password={PASSWORD}", json=body)).status_code == 401
    assert (await api.post(f"{WITHOUT_TOKEN}?email={body['email']}&password={PASSWORD}", json={})).status_code == 422


def test_only_sign_on_through_a_provider_changes_anything_by_get() -> None:
    reading = {item["get"]["operationId"] for item in DOCUMENT["paths"].values() if "get" in item}
    known = ("get", "list", "export", "preview", "live", "ready")
    assert {name for name in reading if not name.startswith(known)} == {"startSignOn", "finishSignOn"}


def test_there_are_no_secret_questions() -> None:
    asked = {
        field
        for kind in (*vars(schemas).values(), *vars(sign_in_schemas).values())
        for field in getattr(kind, "__struct_fields__", ())
    }
    assert {"password", "code"} <= asked
    assert {field for field in asked if {"hint", "question", "answer"} & set(field.split("_"))} == set()


async def test_a_new_installation_has_no_account(databases: Databases, owner: Database) -> None:
    assert databases
    async with owner.engine.connect() as connection:
        for table in ("account", "api_key", "role_grant", "organization"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608 (names of tables)


def test_no_setting_has_a_secret_by_default() -> None:
    secret = [row for row in rows() if row.secret]
    assert len(secret) > 10
    assert {row.variable for row in secret if row.default} == {"PRS_REDIS_URL"}
    assert "@" not in Settings().redis_url


def test_the_wheel_holds_no_tests_and_no_local_run() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    assert 'packages = ["api", "worker", "backend_sync"]' in project
    needed = project.partition("dependencies = [")[2].partition("\n]")[0]
    assert not {name for name in ("pytest", "moto", "aiosmtpd", "playwright", "ddtrace") if f'"{name}' in needed}
