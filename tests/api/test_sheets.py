"""Forms go out as spreadsheets and come back as the same forms; a sheet can be looked at before it is kept."""

import io
from typing import Any

import httpx
import openpyxl
import pytest

from api.domain.accounts.roles import Role
from api.domain.forms.engine import canonical_bytes, import_xlsform
from tests.factories import documents
from tests.factories.client import sign_in
from tests.factories.world import World

PARTLY = b"survey,,,\n,type,name,label\n,text,nickname,Nickname\n,geotrace,way,Your way\n"


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


async def send(api: httpx.AsyncClient, path: str, admin: dict[str, str], data: bytes, **query: Any) -> httpx.Response:
    files = {"file": ("way.csv", data, "text/csv")}
    return await api.post(f"/api/v1/forms/{path}", params=query, files=files, headers=admin)


async def test_a_form_comes_back_from_its_spreadsheet_byte_by_byte(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    document = documents.document("formula", documents.field("nickname", hint={"en": "=1+1"}))
    body = {"organization": str(world.organization.uid), "source": document}
    form = (await api.post("/api/v1/forms", json=body, headers=admin)).json()["uid"]
    await api.post(f"/api/v1/forms/{form}/publish", headers=admin)
    address = f"/api/v1/forms/{form}/versions"
    kept = (await api.get(f"{address}/1/export", params={"format": "json"}, headers=admin)).content
    for kind in ("xlsx", "csv"):
        for number, name in ((1, "formula-v1"), (0, "formula-draft")):
            answer = await api.get(f"{address}/{number}/export", params={"format": kind}, headers=admin)
            assert answer.status_code == 200, answer.text
            assert f'"{name}.{kind}"' in answer.headers["content-disposition"]
            report = import_xlsform(answer.content, f"formula.{kind}")
            assert report.document is not None
            assert canonical_bytes(report.document) == kept
            if kind == "xlsx":
                assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
                survey = openpyxl.load_workbook(io.BytesIO(answer.content))["survey"]
                assert [cell.data_type for row in survey for cell in row if cell.value == "=1+1"] == ["s"]
            else:
                assert b",=1+1" not in answer.content
    for number in (2, 10**12):
        assert (await api.get(f"{address}/{number}/export", headers=admin)).status_code == 404


async def test_a_sheet_is_looked_at_without_a_trace_and_kept_only_as_it_was_agreed(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    before = (await api.get("/api/v1/forms", headers=admin)).json()
    refused = (await send(api, "import/preview", admin, PARTLY)).json()
    assert refused["form"] is None
    assert [(one["row"], one["severity"]) for one in refused["problems"]] == [(4, "error")]
    shown = (await send(api, "import/preview", admin, PARTLY, skip_unsupported=True)).json()
    assert [(one["row"], one["severity"]) for one in shown["problems"]] == [(4, "warning")]
    assert [item["name"] for item in shown["form"]["compiled"]["items"] if item["kind"] == "field"] == ["nickname"]
    assert (await api.get("/api/v1/forms", headers=admin)).json() == before

    organization = str(world.organization.uid)
    assert (await send(api, "import", admin, PARTLY, organization=organization)).status_code == 422
    made = await send(api, "import", admin, PARTLY, organization=organization, skip_unsupported=True)
    assert made.status_code == 201, made.text
    assert made.json()["problems"] == shown["problems"]


async def test_a_sheet_replaces_the_draft_of_the_form_it_is_meant_for(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    organization = str(world.organization.uid)
    sheet = b"type,name,label\ntext,nickname,Nickname\n"
    form = (await send(api, "import", admin, sheet, organization=organization)).json()["form"]
    again = sheet.replace(b"Nickname", b"Your nickname")
    assert (await send(api, "import", admin, again, organization=organization)).status_code == 409
    replaced = await send(api, "import", admin, again, organization=organization, replaces=form["uid"])
    assert replaced.status_code == 201, replaced.text
    assert replaced.json()["form"]["uid"] == form["uid"]
    assert replaced.json()["form"]["revision"] == form["revision"] + 1
