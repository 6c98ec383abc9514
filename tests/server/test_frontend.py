"""The built app as the API serves it: packed where the browser takes it, with what the page will need next."""

import json
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.server import frontend

PLAIN = "console.log('the app')"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build of two chunks, of which one is packed."""
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "app-1.js").write_text(PLAIN)
    (tmp_path / "assets" / "app-1.js.br").write_bytes(b"br")
    (tmp_path / "assets" / "app-1.js.gz").write_bytes(b"gz")
    (tmp_path / "assets" / "event-2.js").write_text(PLAIN)
    manifest = {
        "index.html": {"file": "assets/app-1.js", "isEntry": True},
        "_shared.js": {"file": "assets/shared-3.js"},
        "src/app/routes/EventRoute.tsx": {
            "file": "assets/event-2.js", "imports": ["index.html", "_shared.js"], "css": ["assets/event-4.css"],
        },
    }  # fmt: skip
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


@pytest.fixture
def client(built: Path) -> TestClient[Litestar]:
    return TestClient(Litestar(route_handlers=frontend.handlers(str(built))))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
def test_an_asset_is_sent_as_the_browser_takes_it(
    client: TestClient[Litestar], accepted: str, encoding: str | None
) -> None:
    with client.stream("GET", "/assets/app-1.js", headers={"Accept-Encoding": accepted}) as answer:
        content = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert content == {"br": b"br", "gzip": b"gz", None: PLAIN.encode()}[encoding]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]


def test_what_was_not_packed_is_sent_as_it_is(client: TestClient[Litestar]) -> None:
    answer = client.get("/assets/event-2.js", headers={"Accept-Encoding": "br"})
    assert (answer.text, answer.headers.get("content-encoding")) == (PLAIN, None)
    assert client.get("/assets/none.js").status_code == 404


def test_a_page_names_what_it_needs_beyond_the_frame(client: TestClient[Litestar]) -> None:
    links = client.get("/events/some-retreat").headers["link"]
    assert '</assets/event-2.js>; rel="modulepreload"' in links
    assert '</assets/shared-3.js>; rel="modulepreload"' in links
    assert '</assets/event-4.css>; rel="preload"; as="style"' in links
    assert '</api/v1/events/some-retreat>; rel="preload"; as="fetch"' in links
    assert "app-1.js" not in links
    assert "link" not in client.get("/support").headers


@pytest.mark.parametrize("slug", ["a%22b", "a%3E,<x", "a%0d%0ab", "%C3%A9"])
def test_no_address_gets_into_the_header_but_a_plain_one(client: TestClient[Litestar], slug: str) -> None:
    answer = client.get(f"/events/{slug}")
    assert "/api/v1/events/" not in answer.headers.get("link", "")
