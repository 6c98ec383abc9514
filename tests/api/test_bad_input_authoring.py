"""Flows, forms, spreadsheets, accounts and keys that make no sense."""

from typing import Any
from uuid import uuid4

import httpx

from api.lib.db import Database
from tests.api.refusals import Refusal, assert_refused
from tests.factories import documents
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World


async def staff_of(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, "administrator@example.org")


def step(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "title": {"en": name}, **more}


async def test_flows_that_cannot_work_are_not_published(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    headers = await staff_of(api)
    address = f"/api/v1/events/{world.event}/flow-draft"
    about, health = str(world.forms["about"]), str(world.forms["health"])
    form = step("about", "form", form=about)
    tail = [
        step("seats", "tickets"),
        step("people", "attendees"),
        step("review", "review"),
        step("done", "confirmation"),
    ]
    unpublished = await api.post("/api/v1/forms", headers=headers, json={
        "organization": str(world.organization.uid), "source": documents.document("fresh", documents.field("x"))})  # fmt: skip
    flows: dict[str, tuple[list[dict[str, Any]], str, str]] = {
        "nothing": ([], "/steps", "required"),
        "a form that is not published": (
            [form, step("more", "form", form=unpublished.json()["uid"]), *tail],
            "/steps/1/form",
            "required",
        ),
        "a form nobody knows": ([step("about", "form", form=str(uuid4())), *tail], "/steps/0/form", "required"),
        "a form step without a form": ([form, step("more", "form"), *tail], "/steps/1/form", "required"),
        "a payment": ([form, step("pay", "payment"), *tail], "/steps/1/kind", "unsupported"),
        "an approval": ([form, step("ok", "approval"), *tail], "/steps/1/kind", "unsupported"),
        "a follow-up": ([form, *tail[:-1], step("later", "follow-up"), tail[-1]], "/steps/4/kind", "unsupported"),
        "two reviews": ([form, step("first", "review"), *tail], "/steps/4/kind", "duplicate"),
        "one name twice": ([form, step("about", "form", form=health), *tail], "/steps/1/name", "duplicate"),
        "no title": ([form | {"title": {}}, *tail], "/steps/0/title", "required"),
        "no review": ([form, *tail[:2], tail[3]], "/steps", "required"),
        "no confirmation": ([form, *tail[:3]], "/steps", "order"),
        "people before tickets": ([form, tail[1], tail[0], *tail[2:]], "/steps", "order"),
        "no people": ([form, tail[0], *tail[2:]], "/steps", "required"),
        "nobody's name": ([step("health", "form", form=health), *tail], "/steps", "required"),
        "a condition on the review": (
            [form, *tail[:2], tail[2] | {"condition": "1 = 1"}, tail[3]],
            "/steps/3/condition",
            "condition",
        ),
    }
    conditions = [
        "${about.nothing} = 1",
        "${later.age} > 1",
        "((",
        "1 +",
        "${about.age} <",
        "system('id')",
        "'x' + ",
        "${",
        "a b c",
        "(" * 500,
    ]
    flows |= {
        f"condition {text[:20]}": (
            [form, step("more", "form", form=health, condition=text), *tail],
            "/steps/1/condition",
            "",
        )
        for text in conditions
    }
    wrong = []
    for name, (steps, pointer, code) in flows.items():
        saved = await api.put(address, headers=headers, json={"steps": steps})
        assert saved.status_code == 200, (name, saved.text)
        before = (await api.get(f"/api/v1/events/{world.slug}/flow")).text
        case = Refusal(name, 422, "flow-invalid", pointer, code or None, path=f"{address}/publish", headers=headers)
        wrong += [f"{name}: {complaint}" for complaint in case.complaints(await case.send(api))]
        assert (await api.get(f"/api/v1/events/{world.slug}/flow")).text == before
    assert not wrong, "\n".join(wrong)
    drafts: dict[str, tuple[Any, str]] = {
        "a kind nobody knows": ([step("x", "sorcery")], "/steps"),
        "a name with a space": ([step("a b", "review")], "/steps/0/name"),
        "a name with a newline": ([step("ab\n", "review")], "/steps/0/name"),
        "51 steps": ([step(f"s{i}", "review") for i in range(51)], "/steps"),
        "an object": ({}, "/steps"),
        "a step that is null": ([None], "/steps/0"),
        "an unknown field": ([step("x", "review", price=1)], "/steps/0/price"),
        "a form that is no uid": ([step("x", "form", form="about")], "/steps/0/form"),
        "a long condition": ([step("x", "form", condition="1" * 2001)], "/steps/0/condition"),
    }
    await assert_refused(
        api,
        owner,
        [
            Refusal(
                name,
                422,
                "validation-failed",
                pointer,
                method="PUT",
                path=address,
                headers=headers,
                json={"steps": steps},
            )
            for name, (steps, pointer) in drafts.items()
        ],
    )


async def test_forms_that_are_none_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    headers = await staff_of(api)
    organization = str(world.organization.uid)
    good = documents.document("fresh", documents.field("x"))
    field = documents.field
    sources: dict[str, tuple[dict[str, Any], str]] = {
        "nothing": ({}, "/source/schema"),
        "another schema": (good | {"schema": "prs-form/9"}, "/source/schema"),
        "an unknown field": (good | {"owner": 1}, "/source/owner"),
        "a name with a space": (good | {"name": "a b"}, "/source/name"),
        "pages that are none": (good | {"pages": {}}, "/source/pages"),
        "a field of no kind": (documents.document("fresh", field("x", "sorcery")), ""),
        "a field twice": (documents.document("fresh", field("x"), field("x")), ""),
        "a limit that is text": (documents.document("fresh", field("x", "integer", minimum={})), ""),
    }
    table = []
    for name, (source, pointer) in sources.items():
        table.append(Refusal(f"new: {name}", 422, "form-invalid", pointer or None, path="/api/v1/forms", headers=headers,
                             json={"organization": organization, "source": source}))  # fmt: skip
    table += [
        Refusal("a source that is text", 422, "validation-failed", "/source", path="/api/v1/forms", headers=headers,
                json={"organization": organization, "source": "{}"}),
        Refusal("a name that is taken", 409, "form-name-taken", path="/api/v1/forms", headers=headers,
                json={"organization": organization, "source": documents.about()}),
        Refusal("nothing new", 409, "nothing-to-publish", path=f"/api/v1/forms/{world.forms['about']}/publish", headers=headers),
        Refusal("no form", 404, "not-found", method="GET", path=f"/api/v1/forms/{uuid4()}", headers=headers),
        Refusal("by the front desk", 403, "forbidden", path="/api/v1/forms", headers=await sign_in(api, "front-desk@example.org"),
                json={"organization": organization, "source": good}),
    ]  # fmt: skip
    await assert_refused(api, owner, table)
    checked = await api.post("/api/v1/forms/check", headers=headers, json={"source": {"schema": "prs-form/1"}})
    assert checked.json()["valid"] is False
    assert checked.json()["problems"]


def parts(*given: tuple[str, str, bytes]) -> bytes:
    body = b""
    for name, more, content in given:
        body += f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
    return body + b"--x--\r\n"


async def test_spreadsheets_that_are_none_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    headers = {**await staff_of(api), "Content-Type": "multipart/form-data; boundary=x"}
    path = f"/api/v1/forms/import?organization={world.organization.uid}"
    sheet = '; filename="a.xlsx"'
    uploads: dict[str, tuple[int, str, str | None, bytes]] = {
        "junk": (422, "sheet-invalid", "/file", parts(("file", sheet, b"junk"))),
        "a zip that is none": (422, "sheet-invalid", "/file", parts(("file", sheet, b"PK\x03\x04" + b"\0" * 100))),
        "an old workbook that is none": (
            422,
            "sheet-invalid",
            "/file",
            parts(("file", '; filename="a.xls"', b"\xd0\xcf\x11\xe0" * 9)),
        ),
        "an empty file": (422, "sheet-invalid", "/file", parts(("file", sheet, b""))),
        "a picture": (422, "sheet-invalid", "/file", parts(("file", '; filename="a.png"', b"\x89PNG"))),
        "no name": (422, "validation-failed", "/file", parts(("file", '; filename=""', b"x"))),
        "a path for a name": (422, "sheet-invalid", "/file", parts(("file", '; filename="../../etc/passwd"', b"x"))),
        "text for a file": (422, "validation-failed", "/file", parts(("file", "", b"x"))),
        "another part": (422, "validation-failed", None, parts(("sheet", sheet, b"x"))),
        "two files": (422, "validation-failed", "/file", parts(("file", sheet, b"x"), ("file", sheet, b"y"))),
        "no parts": (422, "validation-failed", None, b"--x--\r\n"),
        "two thousand parts": (400, "bad-request", None, parts(*[("a", "", b"")] * 2000)),
        "no boundary": (400, "bad-request", None, b"x"),
        "a part without its end": (400, "bad-request", None, parts(("file", sheet, b"x"))[:-9]),
        "a header of a megabyte": (400, "bad-request", None, parts(("x" * 2**20, "", b"x"))),
        "more than five megabytes": (413, "body-too-large", None, parts(("file", sheet, b"x" * 5 * 2**20))),
    }
    table = [
        Refusal(name, status, problem, pointer, path=path, headers=headers, content=body)
        for name, (status, problem, pointer, body) in uploads.items()
    ]
    good = parts(("file", '; filename="a.csv"', b"x"))
    table += [
        Refusal("JSON", 415, "unsupported-media-type", path=path, headers=headers | {"Content-Type": "application/json"}, content=b"{}"),
        Refusal("a sheet as JSON", 415, "unsupported-media-type", path="/api/v1/forms", headers=headers, content=good),
        Refusal("for nobody", 422, "validation-failed", "/organization", path="/api/v1/forms/import", headers=headers, content=good),
        Refusal("for somebody else", 404, "not-found", path=f"/api/v1/forms/import?organization={uuid4()}", headers=headers, content=good),
        Refusal("by nobody", 401, "unauthenticated", path=path, headers={"Content-Type": headers["Content-Type"]}, content=good),
    ]  # fmt: skip
    await assert_refused(api, owner, table)


async def test_accounts_and_keys_that_make_no_sense_are_refused(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    headers = await staff_of(api)
    good = {"email": "new@example.org", "password": PASSWORD, "name": "New"}
    accounts: dict[str, tuple[dict[str, Any], str]] = {
        "no address": ({"email": "new"}, "/email"),
        "an address with a newline": ({"email": "new@example.org\n"}, "/email"),
        "an address with a header": ({"email": "new@example.org\r\nBcc: b@example.org"}, "/email"),
        "two addresses": ({"email": "a@example.org,b@example.org"}, "/email"),
        "an address in brackets": ({"email": "<a@example.org>"}, "/email"),
        "an address without a dot": ({"email": "a@localhost"}, "/email"),
        "an address in other letters": ({"email": "a@exаmple.org"}, "/email"),
        "a long address": ({"email": "a" * 250 + "@example.org"}, "/email"),
        "a name of two lines": ({"name": "New\nOne"}, "/name"),
        "no name": ({"name": ""}, "/name"),
        "a long name": ({"name": "x" * 201}, "/name"),
        "a long password": ({"password": "x" * 257}, "/password"),
        "a password that is a number": ({"password": 123456789012345}, "/password"),
        "a role": ({"role": "administrator"}, "/role"),
    }
    path, keys = "/api/v1/auth/accounts", f"/api/v1/organizations/{world.organization.uid}/api-keys"
    table = [
        Refusal(name, 422, "validation-failed", pointer, path=path, json=good | change)
        for name, (change, pointer) in accounts.items()
    ]
    table += [
        Refusal(
            "a short password",
            422,
            "password-too-weak",
            "/password",
            "min_length",
            path=path,
            json=good | {"password": "x" * 14},
        ),
        Refusal(
            "a wrong password",
            401,
            "wrong-credentials",
            path="/api/v1/auth/sessions",
            json={"email": "administrator@example.org", "password": "x"},
        ),
        Refusal(
            "nobody",
            401,
            "wrong-credentials",
            path="/api/v1/auth/sessions",
            json={"email": "nobody@example.org", "password": "x"},
        ),
        Refusal(
            "an injection",
            401,
            "wrong-credentials",
            path="/api/v1/auth/sessions",
            json={"email": "' OR 1=1 --", "password": "x"},
        ),
    ]
    wrong: dict[str, tuple[dict[str, Any], int, str, str | None]] = {
        "no permission": ({"permissions": []}, 422, "validation-failed", "/permissions"),
        "a permission nobody knows": (
            {"permissions": ["event:read", "root"]},
            422,
            "validation-failed",
            "/permissions/1",
        ),
        "a permission of nobody": ({"permissions": ["public"]}, 422, "validation-failed", "/permissions/0"),
        "a permission not held": ({"permissions": ["jobs:run"]}, 403, "permission-not-yours", None),
        "to reveal": ({"permissions": ["sensitive:reveal"]}, 403, "permission-not-yours", None),
        "an end without an offset": ({"expires_at": "2030-01-01T00:00:00"}, 422, "validation-failed", "/expires_at"),
        "an end outside the calendar": (
            {"expires_at": "0001-01-01T00:00:00+14:00"},
            422,
            "validation-failed",
            "/expires_at",
        ),
        "a name of two lines": ({"name": "a\nb"}, 422, "validation-failed", "/name"),
    }
    table += [
        Refusal(
            f"key: {name}",
            status,
            problem,
            pointer,
            path=keys,
            headers=headers,
            json={"name": "x", "permissions": ["event:read"]} | change,
        )
        for name, (change, status, problem, pointer) in wrong.items()
    ]
    table += [
        Refusal("a key by the front desk", 403, "forbidden", path=keys, headers=await sign_in(api, "front-desk@example.org"),
                json={"name": "x", "permissions": ["event:read"]}),
        Refusal("a key nobody knows", 404, "not-found", method="DELETE", path=f"{keys}/{uuid4()}", headers=headers),
        Refusal("an organization of no kind", 422, "validation-failed", "/kind", path="/api/v1/organizations", headers=headers,
                json={"parent": str(world.organization.uid), "name": "x", "slug": "below", "kind": "empire"}),
        Refusal("an organization whose address is taken", 409, "conflict", path="/api/v1/organizations", headers=headers,
                json={"parent": str(world.organization.uid), "name": "x", "slug": "sahaya"}),
        Refusal("a shelf without a title", 422, "validation-failed", "/title", path="/api/v1/event-categories", headers=headers,
                json={"organization": str(world.organization.uid), "slug": "yoga", "title": {}}),
    ]  # fmt: skip
    await assert_refused(api, owner, table)
