"""Bodies that no well-meaning client sends, on the routes that anybody may call."""

import json
from typing import Any

import httpx
import pytest

from api.lib.db import Database
from tests.api.refusals import Refusal, assert_refused
from tests.factories import documents
from tests.factories.client import Draft, sign_in, whole
from tests.factories.world import World

DEEP: dict[str, bytes] = {
    "33 deep": b'{"event":' + b"[" * 32 + b"]" * 32 + b"}",
    "1500 deep": b"[" * 1500 + b"]" * 1500,
    "a hundred thousand deep": b"[" * 100_000,
}
UNREADABLE: dict[str, bytes] = {
    "half an object": b'{"event":"retreat"',
    "two texts": b'{"event":"retreat"}{}',
    "NaN": b'{"event":NaN}',
    "Infinity": b'{"event":-Infinity}',
    "raw NUL": b'{"event":"re\x00treat"}',
    "Latin-1": b'{"event":"caf\xe9"}',
    "UTF-16": '{"event":"retreat"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"event":"retreat"}',
    **DEEP,
}
UNUSABLE: dict[str, tuple[bytes, str, str]] = {
    "NUL": (b'{"event":"re\\u0000treat"}', "/event", "format"),
    "half a character": (b'{"event":"\\ud800"}', "/event", "format"),
    "2^63": (b'{"event":9223372036854775808}', "/event", "maximum"),
    "-2^63-1": (b'{"event":-9223372036854775809}', "/event", "maximum"),
    "1e400": (b'{"event":1e400}', "/event", "maximum"),
    "a name given twice": (b'{"event":"retreat","event":"other"}', "/event", "duplicate"),
    "a number for text": (b'{"event":7}', "/event", "type"),
    "null for text": (b'{"event":null}', "/event", "type"),
    "an array for text": (b'{"event":["retreat"]}', "/event", "type"),
    "an object for text": (b'{"event":{}}', "/event", "type"),
    "a boolean for text": (b'{"event":true}', "/event", "type"),
    "nothing": (b"", "", "type"),
    "null": (b"null", "", "type"),
    "an array": (b"[]", "", "type"),
    "text": (b'"retreat"', "", "type"),
    "no event": (b"{}", "/event", "required"),
    "an unknown field": (b'{"event":"retreat","admin":true}', "/admin", "unknown_field"),
    "an empty event": (b'{"event":""}', "/event", "type"),
    "a long event": (b'{"event":"' + b"x" * 65 + b'"}', "/event", "type"),
    "a locale that is none": (b'{"event":"retreat","locale":"../../etc"}', "/locale", "format"),
    "a locale with a newline": (b'{"event":"retreat","locale":"en\\n"}', "/locale", "format"),
    "a locale of a megabyte, nearly": (b'{"event":"retreat","locale":"' + b"e" * 250_000 + b'"}', "/locale", "type"),
}


async def test_bodies_that_cannot_be_read_are_refused(api: httpx.AsyncClient, owner: Database) -> None:
    path = "/api/v1/registrations"
    await assert_refused(
        api, owner, [Refusal(name, 400, "bad-request", path=path, content=body) for name, body in UNREADABLE.items()]
    )


async def test_bodies_that_cannot_be_used_are_refused_by_their_field(api: httpx.AsyncClient, owner: Database) -> None:
    path = "/api/v1/registrations"
    table = [
        Refusal(name, 422, "validation-failed", pointer, code, path=path, content=body)
        for name, (body, pointer, code) in UNUSABLE.items()
    ]
    await assert_refused(api, owner, table)


async def test_other_media_types_and_oversized_bodies_are_refused(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    good = b'{"event":"retreat"}'
    start, whole_address = "/api/v1/registrations", f"/api/v1/events/{world.slug}/registrations"
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
             "application/jsonp", "application/problem+json", "application/msgpack", ""]  # fmt: skip
    table = [
        Refusal(
            kind or "no type", 415, "unsupported-media-type", path=start, content=good, headers={"Content-Type": kind}
        )
        for kind in kinds
    ]
    large = b'{"event":"' + b"x" * (256 * 1024) + b'"}'
    huge = json.dumps(whole(world, full_name="x" * 2**20)).encode()
    table += [
        Refusal("256 KiB and a little", 413, "body-too-large", path=start, content=large),
        Refusal("a name of a megabyte", 413, "body-too-large", path=whole_address, content=huge),
        Refusal("a name of 200 kB", 422, "answers-invalid", "/steps/about/answers/full_name", "max_length",
                path=whole_address, json={"steps": {"about": {"answers": {"full_name": "x" * 200_000}}}}),
        Refusal("six megabytes of form", 413, "body-too-large", path="/api/v1/forms/check", content=b" " * 6_000_000),
        Refusal("a form for nobody", 401, "unauthenticated", path="/api/v1/forms/check", content=b"[" * 4_000_000),
    ]  # fmt: skip
    await assert_refused(api, owner, table)


async def test_an_endless_body_is_cut_off(api: httpx.AsyncClient) -> None:
    sent = 0

    async def drip() -> Any:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65536

    answer = await api.post("/api/v1/registrations", content=drip(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert sent < 10


@pytest.mark.parametrize("limit", ["json", "deep"])
async def test_what_is_just_within_the_limits_is_taken(api: httpx.AsyncClient, world: World, limit: str) -> None:
    body = json.dumps({"event": world.slug}).encode()
    if limit == "json":
        body += b" " * (256 * 1024 - len(body))
        answer = await api.post("/api/v1/registrations", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 201
    else:
        draft = await Draft.start(api, world)
        nested = b'{"answers":{"age":' + b"[" * 30 + b"]" * 30 + b"}}"
        answer = await api.put(
            f"{draft.address}/steps/about",
            content=nested,
            headers={**draft.headers, "Content-Type": "application/json; charset=utf-8"},
        )
        assert answer.json()["errors"][0]["pointer"] == "/answers/age"


async def test_a_wrong_type_in_any_step_is_named_by_its_place(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    address = f"/api/v1/events/{world.slug}/registrations"
    seat = str(world.tickets[0])

    def given(step: str, part: str, value: Any) -> dict[str, Any]:
        body = whole(world)
        body["steps"][step] = {part: value}
        return body

    def person(**changes: Any) -> list[dict[str, Any]]:
        return [{"ticket": seat, "name": "Asha", "email": "a@example.org"} | changes]

    steps = {
        "text for a number of seats": ("seats", "tickets", [{"ticket": seat, "quantity": "2"}], "/0/quantity", "type"),
        "true for a number of seats": ("seats", "tickets", [{"ticket": seat, "quantity": True}], "/0/quantity", "type"),
        "half a seat": ("seats", "tickets", [{"ticket": seat, "quantity": 1.5}], "/0/quantity", "type"),
        "no seat": ("seats", "tickets", [{"ticket": seat, "quantity": 0}], "/0/quantity", "type"),
        "minus one seat": ("seats", "tickets", [{"ticket": seat, "quantity": -1}], "/0/quantity", "type"),
        "a million seats": ("seats", "tickets", [{"ticket": seat, "quantity": 10**6}], "/0/quantity", "type"),
        "seats without a number": ("seats", "tickets", [{"ticket": seat}], "/0/quantity", "required"),
        "a ticket that is no uid": ("seats", "tickets", [{"ticket": "seat", "quantity": 1}], "/0/ticket", "type"),
        "a ticket that is a number": ("seats", "tickets", [{"ticket": 1, "quantity": 1}], "/0/ticket", "type"),
        "an unknown field of a ticket": (
            "seats", "tickets", [{"ticket": seat, "quantity": 1, "price": 0}], "/0/price", "unknown_field",
        ),
        "an object for tickets": ("seats", "tickets", {}, "", "type"),
        "51 tickets": ("seats", "tickets", [{"ticket": seat, "quantity": 1}] * 51, "", "type"),
        "a person without a name": ("people", "attendees", [{"ticket": seat}], "/0/name", "required"),
        "a person named null": ("people", "attendees", person(name=None), "/0/name", "type"),
        "a long name": ("people", "attendees", person(name="x" * 201), "/0/name", "type"),
        "a name of two lines": ("people", "attendees", person(name="Asha\r\nBcc: b@x.org"), "/0/name", "format"),
        "a bell in a name": ("people", "attendees", person(name="\a"), "/0/name", "format"),
        "an address without a domain": ("people", "attendees", person(email="asha"), "/0/email", "format"),
        "an address with a newline": ("people", "attendees", person(email="a@example.org\n"), "/0/email", "format"),
        "an address with a header": (
            "people", "attendees", person(email="a@example.org\r\nBcc:b@example.org"), "/0/email", "format",
        ),
        "101 people": ("people", "attendees", person() * 101, "", "type"),
        "an array for answers": ("about", "answers", [], "", "type"),
        "text for answers": ("about", "answers", "{}", "", "type"),
    }  # fmt: skip
    table = [
        Refusal(
            name,
            422,
            "validation-failed",
            f"/steps/{step}/{part}{place}",
            code,
            path=address,
            json=given(step, part, value),
        )
        for name, (step, part, value, place, code) in steps.items()
    ]
    table += [
        Refusal("an array of steps", 422, "validation-failed", "/steps", "type", path=address, json={"steps": []}),
        Refusal("no steps", 422, "validation-failed", "/steps", "required", path=address, json={}),
        Refusal("a step that is null", 422, "validation-failed", "/steps/about", "type", path=address,
                json={"steps": {"about": None}}),
        Refusal("a step named ../x", 422, "validation-failed", "/steps", "format", path=address,
                json={"steps": {"../x": {}}}),
        Refusal("an unknown part of a step", 422, "validation-failed", "/steps/about/answer", "unknown_field",
                path=address, json={"steps": {"about": {"answer": {}}}}),
        Refusal("51 steps", 422, "validation-failed", "/steps", "type", path=address,
                json={"steps": {f"s{index}": {} for index in range(51)}}),
    ]  # fmt: skip
    await assert_refused(api, owner, table)


ANSWERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "text for an integer": ({"age": "30"}, "/age", "type"),
    "a fraction for an integer": ({"age": 30.5}, "/age", "type"),
    "true for an integer": ({"age": True}, "/age", "type"),
    "an array for an integer": ({"age": [30]}, "/age", "type"),
    "an integer past 2^53": ({"age": 2**53 + 1}, "/age", ""),
    "too small": ({"age": -1}, "/age", "minimum"),
    "too large": ({"age": 121}, "/age", "maximum"),
    "a number for text": ({"full_name": 7}, "/full_name", "type"),
    "an object for text": ({"full_name": {"en": "Asha"}}, "/full_name", "type"),
    "nothing for what is required": ({"full_name": None}, "/full_name", "required"),
    "white space for what is required": ({"full_name": " \t "}, "/full_name", "required"),
    "a control character": ({"full_name": "As\x07ha"}, "/full_name", "format"),
    "two lines in one": ({"full_name": "Asha\nKulkarni"}, "/full_name", "format"),
    "a header in an address": ({"email": "a@example.org\r\nBcc: b@example.org"}, "/email", "format"),
    "no address": ({"email": "asha at example.org"}, "/email", "format"),
    "an address in Latin-1": ({"email": "ash\xe4@example.org"}, "/email", "format"),
    "no telephone": ({"phone": "call me"}, "/phone", "format"),
    "a telephone without its country": ({"phone": "098765 43210"}, "/phone", "format"),
    "an object for a repeat": ({"children": {}}, "/children", "type"),
    "a number in a repeat": ({"children": [1]}, "/children/0", "type"),
    "an unknown field": ({"is_admin": True}, "/is_admin", "unknown_field"),
    "an unknown field in a repeat": ({"children": [{"child_name": "A", "x": 1}]}, "/children/0/x", "unknown_field"),
    # A name that could be somebody's number is not said again: the object it stands in is.
    "a name that is none": ({"a/b~c": 1}, "", "unknown_field"),
    "a number for a name": ({"918273645010": 1}, "", "unknown_field"),
    "a passport for a name": ({"children": [{"child_name": "A", "z1234567": 1}]}, "/children/0", "unknown_field"),
    "a prototype": ({"__proto__": {}}, "/__proto__", "unknown_field"),
    "what a condition requires": ({"age": 12}, "/guardian", "required"),
    "a mask that stands for nothing": ({"passport": {"masked": "••••4567"}}, "/passport", "masked"),
    "a mask in a repeat": (
        {"children": [{"child_name": "A", "child_passport": {"masked": "••••"}}]},
        "/children/0/child_passport", "masked",
    ),
    "a mask for what is not sensitive": ({"full_name": {"masked": "••••4567"}}, "/full_name", "type"),
    "an object like a mask": ({"passport": {"masked": "M1234567"}}, "/passport", "type"),
}  # fmt: skip


def answering(world: World, given: dict[str, Any]) -> dict[str, Any]:
    body = whole(world)
    body["steps"]["about"]["answers"] |= given
    return body


async def test_wrong_answers_are_refused_in_one_call(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    address = f"/api/v1/events/{world.slug}/registrations"
    table = [
        Refusal(
            name,
            422,
            "answers-invalid",
            f"/steps/about/answers{pointer}",
            code or None,
            path=address,
            json=answering(world, given),
        )
        for name, (given, pointer, code) in ANSWERS.items()
    ]
    await assert_refused(api, owner, table)


async def test_wrong_answers_are_refused_when_a_step_is_finished(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    draft = await Draft.start(api, world)
    table = [
        Refusal(name, 422, "answers-invalid", f"/answers{pointer}", code or None, method="PUT",
                path=f"{draft.address}/steps/about", headers=draft.headers,
                json={"complete": True, "answers": documents.ANSWERS | given})
        for name, (given, pointer, code) in ANSWERS.items()
    ]  # fmt: skip
    await assert_refused(api, owner, table)


async def test_an_unfinished_step_keeps_what_can_be_kept_and_names_what_cannot(
    api: httpx.AsyncClient, world: World
) -> None:
    draft = await Draft.start(api, world)
    saved = await draft.save("about", complete=False, answers={"full_name": "Asha", "email": "asha@", "age": 130})
    step = saved["steps"]["about"]
    assert step["status"] == "saved"
    assert step["answers"] == {"full_name": "Asha", "age": 130}
    assert {problem["pointer"] for problem in step["problems"]} == {"/answers/email"}


GOOD_TEXTS = {
    "emoji": "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} \U0001f1ee\U0001f1f3",
    "Devanagari with a joiner": "क्‍ष त्र",
    "right to left": "محمد علي",
    "an override": "Asha \u202ednuora gniht ehT\u202c",
    "combining marks": "Z\u0301\u0302\u0303\u0304algo",
    "markup": "<script>alert(1)</script> & \"quotes\" 'and' \\ back",
    "SQL": "Robert'); DROP TABLE registration;--",
    "a template": "${name} {{ 7*7 }} %s %n",
    "a formula": '=HYPERLINK("http://example.org")',
    "a private character": "\ue000\U0010fffd",
}


async def test_text_that_is_strange_but_text_comes_back_as_it_was(api: httpx.AsyncClient, world: World) -> None:
    staff = await sign_in(api, "administrator@example.org")
    for name, written in GOOD_TEXTS.items():
        draft = await Draft.start(api, world)
        await draft.fill(world, full_name=written)
        answer = await draft.submit()
        assert answer.status_code == 200, name
        assert answer.json()["steps"]["about"]["answers"]["full_name"] == written, name
        await api.post(f"{draft.address}/cancel", headers=draft.headers)
    listed = await api.get(f"/api/v1/organizations/{world.organization.uid}/registrations?limit=50", headers=staff)
    assert {item["name"] for item in listed.json()["items"]} == set(GOOD_TEXTS.values())
    exported = await api.get(
        f"/api/v1/organizations/{world.organization.uid}/registrations/export?event={world.event}", headers=staff
    )
    assert "'=HYPERLINK" in exported.text
    assert ",=HYPERLINK" not in exported.text
