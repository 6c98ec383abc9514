"""A person is given everything that is known of them, in full, and nobody else's; what it holds is text, never code."""

import io
import json
import zipfile
from html.parser import HTMLParser
from typing import Any

import httpx

from api.lib.db import Database
from tests.domain.privacy.conftest import EMAIL, PERSON, PHONE
from tests.factories.client import register, register_measured, sign_in, whole
from tests.factories.world import World

SCRIPT = '<script src="//evil.example">alert(1)</script><img src=x onerror=alert(1)>'


def opened(answer: httpx.Response) -> tuple[dict[str, Any], str]:
    """Return data.json and index.html of an archive."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["data.json", "index.html"]
        return json.loads(archive.read("data.json")), archive.read("index.html").decode()


def sections(data: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {section["name"]: section["records"] for section in data["sections"]}


async def test_a_guest_gets_their_registration_with_sensitive_answers_in_full(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    made = await register(api, world, **PERSON, children=[{"child_name": "Ravi", "child_passport": "N7654321"}])
    await register(api, world, full_name="Somebody Else", email="else@example.org", passport="M1111111")
    address = f"/api/v1/registrations/{made['registration']['uid']}/data-export"
    answer = await api.post(address, headers={"Registration-Token": made["token"]})
    data, page = opened(answer)
    assert data["schema"] == "prs-export/1"
    [one] = sections(data)["registrations"]
    assert one["answers"]["about"]["passport"] == PERSON["passport"]
    assert one["answers"]["about"]["children"] == [{"child_name": "Ravi", "child_passport": "N7654321"}]
    assert (one["email"], one["phone"], one["event"]) == (EMAIL, PHONE, "retreat")
    assert next(event["action"] for event in sections(data)["trail"]) == "registration.confirmed"
    for text in (PERSON["passport"], "N7654321", EMAIL):
        assert text in page
    for text in ("Somebody Else", "else@example.org", "M1111111"):
        assert text not in json.dumps(data) + page
    async with owner.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM audit_event WHERE action LIKE '%data-exported'")
        assert found.scalar() == 1


async def test_an_account_gets_all_its_registrations_sessions_consents_and_roles(
    api: httpx.AsyncClient, world: World
) -> None:
    headers = await sign_in(api, "front-desk@example.org")
    answer = await api.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **PERSON), headers=headers)
    assert answer.status_code == 201, answer.text
    draft = await register_measured(api, world)
    claimed = await api.post(f"{draft.address}/claim", headers={"Registration-Token": draft.token} | headers)
    assert claimed.status_code == 200, claimed.text
    data, page = opened(await api.post("/api/v1/me/data-export", headers=headers))
    found = sections(data)
    assert [one["email"] for one in found["account"]] == ["front-desk@example.org"]
    assert len(found["registrations"]) == 2
    assert [one["purpose"] for one in found["consents"]] == ["analytics"]
    assert [one["role"] for one in found["role_grant"]] == ["front-desk"]
    assert len(found["auth_session"]) == 1
    assert any(one["action"] == "session.opened" for one in found["account_trail"])
    for secret in ("argon2", "token_hash", "password_hash"):
        assert secret not in json.dumps(data) + page


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


async def test_what_a_person_wrote_is_text_in_the_page_and_the_page_may_run_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    body = whole(world, **PERSON)
    body["steps"]["about"]["answers"]["full_name"] = SCRIPT
    body["steps"]["people"]["attendees"][0]["name"] = SCRIPT
    made = (await api.post(f"/api/v1/events/{world.slug}/registrations", json=body)).json()
    address = f"/api/v1/registrations/{made['registration']['uid']}/data-export"
    data, page = opened(await api.post(address, headers={"Registration-Token": made["token"]}))
    assert sections(data)["registrations"][0]["name"] == SCRIPT
    tags = Tags()
    tags.feed(page)
    assert tags.found.isdisjoint({"script", "img", "onerror", "src", "href", "style-src"}), tags.found
    assert "default-src &#x27;none&#x27;" in page
    # The control: the same parser sees it where it is not escaped.
    tags.feed(SCRIPT)
    assert {"script", "img", "onerror"} <= tags.found


async def test_nobody_exports_what_is_not_theirs(api: httpx.AsyncClient, world: World) -> None:
    made = await register(api, world)
    address = f"/api/v1/registrations/{made['registration']['uid']}/data-export"
    assert (await api.post(address)).status_code == 404
    other = await register(api, world)
    assert (await api.post(address, headers={"Registration-Token": other["token"]})).status_code == 404
    admin = await sign_in(api, "administrator@example.org")
    assert (await api.post(address, headers=admin)).status_code == 404
    assert (await api.post("/api/v1/me/data-export")).status_code == 401
