"""What a body may be: kind, coding and size, by route."""

from collections.abc import AsyncIterator

from api.lib.settings import Settings
from tests.conftest import running
from tests.factories.client import sign_in
from tests.factories.world import World

JSON = "application/json"
KINDS: dict[str, tuple[dict[str, str], int]] = {
    "JSON": ({"Content-Type": JSON}, 422),
    "in capitals": ({"Content-Type": "Application/JSON"}, 422),
    "with its charset": ({"Content-Type": f"{JSON}; charset=utf-8"}, 422),
    "with its charset quoted": ({"Content-Type": f'{JSON};charset="UTF-8"'}, 422),
    "with another parameter": ({"Content-Type": f"{JSON}; profile=x"}, 422),
    "in another charset": ({"Content-Type": f"{JSON}; charset=utf-16"}, 415),
    "in two charsets": ({"Content-Type": f"{JSON}; charset=utf-7; charset=utf-16"}, 415),
    "text, as a form sends it": ({"Content-Type": "text/plain"}, 415),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "parts, where none are taken": ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "nothing": ({}, 415),
    "a kind that ends alike": ({"Content-Type": "application/problem+json"}, 415),
    "packed": ({"Content-Type": JSON, "Content-Encoding": "gzip"}, 415),
    "packed as nothing": ({"Content-Type": JSON, "Content-Encoding": "identity"}, 422),
}


async def test_a_body_is_of_the_kind_that_the_route_takes(settings: Settings, world: World) -> None:
    assert world
    async with running(settings) as found:
        seen = {
            name: (await found.client.post("/api/v1/auth/sessions", content=b"{}", headers=headers)).status_code
            for name, (headers, _) in KINDS.items()
        }
    assert seen == {name: status for name, (_, status) in KINDS.items()}


async def test_two_kinds_at_once_are_none(settings: Settings, world: World) -> None:
    assert world
    async with running(settings) as found:
        answer = await found.client.post(
            "/api/v1/auth/sessions", content=b"{}", headers=[("Content-Type", "text/plain"), ("Content-Type", JSON)]
        )
    assert answer.status_code == 415


SIZES: dict[str, tuple[str, str, int, int]] = {
    "a small text": ("POST", "/api/v1/auth/sessions", 256 * 1024, 400),
    "a text that is too large": ("POST", "/api/v1/auth/sessions", 256 * 1024 + 1, 413),
    "a form's document": ("POST", "/api/v1/forms", 1024 * 1024, 400),
    "a form's document, slash at the end": ("POST", "/api/v1/forms/check", 1024 * 1024, 400),
    "a form's document by its uid": ("PUT", "/api/v1/forms/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11", 1024 * 1024, 400),
    "a document that is too large": ("POST", "/api/v1/forms", 5 * 1024 * 1024 + 1, 413),
    "publishing takes no document": (
        "POST", "/api/v1/forms/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11/publish", 256 * 1024 + 1, 413,
    ),
    "an address that is none": ("POST", "/api/v1/formsevil", 256 * 1024 + 1, 413),
}  # fmt: skip


async def parts(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody has announced."""
    for _ in range(size // 65536):
        yield b" " * 65536
    yield b" " * (size % 65536)


async def test_a_body_is_as_large_as_the_route_takes(settings: Settings, world: World) -> None:
    assert world
    seen: dict[str, set[int]] = {}
    async with running(settings) as found:
        headers = {"Content-Type": JSON, "If-Match": '"1"'} | await sign_in(found.client, "administrator@example.org")
        for name, (method, path, size, _) in SIZES.items():
            for content in (b" " * size, parts(size)):
                answer = await found.client.request(method, path, content=content, headers=headers)
                seen.setdefault(name, set()).add(answer.status_code)
    assert seen == {name: {status} for name, (*_, status) in SIZES.items()}
