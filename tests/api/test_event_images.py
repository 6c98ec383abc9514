"""An event's picture, from the upload to what a browser gets."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.domain.accounts.roles import Role
from api.domain.catalog import image_service
from api.lib import clock
from api.lib.settings import Settings
from api.lib.storage import folder_of
from api.lib.uow import Kernel
from tests.conftest import running, structs
from tests.factories.client import sign_in
from tests.factories.pictures import picture
from tests.factories.world import World

UID = "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e"


async def administrator(client: httpx.AsyncClient, world: World) -> dict[str, str]:
    return await sign_in(client, world.staff[Role.ADMINISTRATOR].email)


async def upload(
    client: httpx.AsyncClient, world: World, data: bytes, kind: str = "image/jpeg", **headers: str
) -> httpx.Response:
    """Send a picture as the administrator."""
    return await client.put(
        f"/api/v1/events/{world.event}/image",
        files={"file": ("IMG_<script>.jpg", data, kind)},
        headers=await administrator(client, world) | headers,
    )


def stored(settings: Settings) -> list[Path]:
    return [path for path in folder_of(settings.storage_url).rglob("*") if path.is_file()]


async def test_a_picture_is_shown_by_the_catalogue_and_the_event(api: httpx.AsyncClient, world: World) -> None:
    answer = await upload(api, world, picture())
    assert answer.status_code == 200, answer.text
    image: dict[str, Any] = answer.json()["image"]
    assert (image["width"], image["height"]) == (1200, 800)
    assert {(one["type"], one["width"]) for one in image["files"]} == {
        (kind, width) for kind in ("image/webp", "image/jpeg") for width in (480, 960, 1200)
    }
    for address in ("/api/v1/events", f"/api/v1/events/{world.slug}"):
        body = (await api.get(address)).json()
        assert (body["items"][0] if "items" in body else body)["image"] == image
    for one in image["files"]:
        file = await api.get(one["url"])
        assert file.status_code == 200
        assert file.headers["content-type"] == one["type"]
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["content-security-policy"].startswith("default-src 'none';")
        assert file.headers["content-security-policy"].endswith("; sandbox")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-disposition"].startswith("inline; filename=")
    assert image["url"] == f"/files/{image['url'].split('/')[2]}/1200.jpg"


async def test_what_a_file_was_called_is_nowhere(api: httpx.AsyncClient, world: World, settings: Settings) -> None:
    await upload(api, world, picture())
    assert len(stored(settings)) == 6
    assert all("IMG" not in str(path) for path in stored(settings))


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"<html><script>alert(1)</script>", "image/jpeg", "type"),
        (picture("PNG"), "image/jpeg", "type"),
        (picture()[:3000], "image/jpeg", "broken"),
        (picture("PNG", (30, 30)), "image/png", "dimensions"),
    ],
    ids=["a page", "a png called jpeg", "half a jpeg", "thirty pixels"],
)
async def test_what_is_no_picture_changes_nothing(
    api: httpx.AsyncClient, world: World, settings: Settings, data: bytes, kind: str, code: str
) -> None:
    answer = await upload(api, world, data, kind)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/picture-unusable")
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/file", code)]
    assert (await api.get(f"/api/v1/events/{world.slug}")).json()["image"] is None
    assert stored(settings) == []


async def test_ten_megabytes_are_the_limit(api: httpx.AsyncClient, world: World) -> None:
    answer = await upload(api, world, picture() + b"\x00" * (10 * 1024 * 1024))
    assert answer.status_code == 413
    answer = await upload(api, world, picture() + b"\x00" * (9 * 1024 * 1024))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"file": "x"}},
        {"data": {"file": "x"}},
        {"files": {"other": ("x.jpg", b"x", "image/jpeg")}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {"files": {"file": ("", b"", "image/jpeg")}},
    ],
    ids=["json", "text", "another field", "no parts", "no boundary", "no file"],
)
async def test_an_upload_of_another_form_is_refused(
    api: httpx.AsyncClient, world: World, request_of: dict[str, Any]
) -> None:
    headers = await administrator(api, world) | request_of.get("headers", {})
    answer = await api.put(f"/api/v1/events/{world.event}/image", **request_of | {"headers": headers})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_only_who_manages_the_event_may_change_its_picture(api: httpx.AsyncClient, world: World) -> None:
    files = {"file": ("x.jpg", picture(), "image/jpeg")}
    address = f"/api/v1/events/{world.event}/image"
    assert (await api.put(address, files=files)).status_code == 401
    desk = await sign_in(api, world.staff[Role.FRONT_DESK].email)
    assert (await api.put(address, files=files, headers=desk)).status_code == 403
    other = await api.put(f"/api/v1/events/{uuid4()}/image", files=files, headers=await administrator(api, world))
    assert other.status_code == 404


async def test_a_change_made_on_an_older_state_is_refused(
    api: httpx.AsyncClient, world: World, settings: Settings
) -> None:
    answer = await upload(api, world, picture(), **{"If-Match": '"999"'})
    assert answer.status_code == 412
    assert stored(settings) == []


async def test_a_picture_can_be_taken_away(api: httpx.AsyncClient, world: World) -> None:
    await upload(api, world, picture())
    headers = await administrator(api, world)
    for _ in range(2):
        answer = await api.delete(f"/api/v1/events/{world.event}/image", headers=headers)
        assert answer.status_code == 204
    assert (await api.get(f"/api/v1/events/{world.slug}")).json()["image"] is None


@pytest.mark.parametrize(
    "address", [f"/files/{UID}/480.webp", f"/files/{UID}/480.svg", "/files/x/480.webp", "/files/..%2f..%2fx"]
)
async def test_what_is_not_there_is_a_problem_document(api: httpx.AsyncClient, address: str) -> None:
    answer = await api.get(address)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_without_a_storage_an_upload_says_what_is_missing(settings: Settings, world: World) -> None:
    async with running(structs(settings, storage_url="")) as found:
        answer = await upload(found.client, world, picture())
        assert answer.status_code == 503
        assert "PRS_STORAGE_URL" in answer.json()["detail"]
        assert (await found.client.get(f"/files/{uuid4()}/480.webp")).status_code == 404


async def test_orphans_are_collected_and_pictures_in_use_stay(
    api: httpx.AsyncClient, world: World, settings: Settings, worker_kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (await upload(api, world, picture())).json()["image"]["url"]
    second = (await upload(api, world, picture("PNG"), "image/png")).json()["image"]["url"]
    assert len(stored(settings)) == 12
    assert await image_service.collect_orphans(worker_kernel) == 0
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await image_service.collect_orphans(worker_kernel) == 6
    assert (await api.get(first)).status_code == 404
    assert (await api.get(second)).status_code == 200


async def test_the_picture_of_a_deleted_event_waits_for_its_return(
    api: httpx.AsyncClient, world: World, worker_kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = (await upload(api, world, picture())).json()["image"]["url"]
    headers = await administrator(api, world)
    await api.post(f"/api/v1/events/{world.event}/archive", headers=headers)
    gone = await api.delete(f"/api/v1/organizations/{world.organization.uid}/events/{world.event}", headers=headers)
    assert gone.status_code == 204
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await image_service.collect_orphans(worker_kernel) == 0
    assert (await api.get(url)).status_code == 200
