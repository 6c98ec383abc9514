"""Erasing through the client; runs against the stand-in and, where one is named, a real Odoo."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import OdooRejected
from tests.backend_sync.test_client import event_row, one_event, registration_row, stored

pytestmark = pytest.mark.asyncio

REGISTRATION = "event.registration"
PERSONAL = ("name", "email", "phone", "prs_number", "prs_answers")
BLANK = {"name": "Erased", "email": False, "phone": False, "prs_number": False, "prs_answers": False}


async def test_erased_person_is_blank_and_the_record_stays(client: OdooClient) -> None:
    event, uid, unheard = await one_event(client), uuid4(), uuid4()
    await client.ext_upsert(REGISTRATION, [registration_row(uid, event)])
    results = await client.ext_erase(REGISTRATION, [str(uid), str(unheard), str(uid)])
    assert [(result.ext_uuid, result.status) for result in results] == [
        (str(uid), "erased"),
        (str(unheard), "unknown"),
        (str(uid), "erased"),
    ]
    assert await stored(client, REGISTRATION, uid, *PERSONAL, "state", "ext_rev") == [
        {**BLANK, "state": "open", "ext_rev": 1}
    ]


@pytest.mark.parametrize("rev", [2, 3, 4])
async def test_late_row_brings_nobody_back(client: OdooClient, rev: int) -> None:
    event, uid = await one_event(client), uuid4()
    await client.ext_upsert(REGISTRATION, [registration_row(uid, event, 3)])
    await client.ext_erase(REGISTRATION, [str(uid)])
    [result] = await client.ext_upsert(REGISTRATION, [registration_row(uid, event, rev, state="cancel")])
    assert result.status == {2: "stale", 3: "unchanged", 4: "updated"}[rev]
    assert await stored(client, REGISTRATION, uid, *PERSONAL, "state") == [
        {**BLANK, "state": "cancel" if rev > 3 else "open"}
    ]


@pytest.mark.parametrize("known", [True, False], ids=["known", "never-received"])
async def test_erasure_among_rows_on_their_way_wins(client: OdooClient, known: bool) -> None:
    event, uid, other = await one_event(client), uuid4(), uuid4()
    if known:
        await client.ext_upsert(REGISTRATION, [registration_row(uid, event)])
    rows = [[registration_row(uid, event, rev), registration_row(other, event, rev)] for rev in range(2, 8)]
    calls = [client.ext_upsert(REGISTRATION, row) for row in rows]
    await asyncio.gather(*calls[:3], client.ext_erase(REGISTRATION, [str(uid)]), *calls[3:])
    assert await stored(client, REGISTRATION, uid, *PERSONAL, "ext_rev") == [{**BLANK, "ext_rev": 7}]
    assert await stored(client, REGISTRATION, other, "name", "ext_rev") == [{"name": "Asha Rao", "ext_rev": 7}]


async def test_thousand_are_erased_in_one_call(client: OdooClient) -> None:
    event, uids = await one_event(client), [uuid4() for _ in range(1000)]
    await client.ext_upsert(REGISTRATION, [registration_row(uid, event) for uid in uids])
    results = await client.ext_erase(REGISTRATION, [str(uid) for uid in uids])
    assert {result.status for result in results} == {"erased"}
    blank = [["ext_uuid", "in", uids], ["name", "=", "Erased"], ["email", "=", False], ["phone", "=", False]]
    assert await client.execute(REGISTRATION, "search_count", [blank]) == len(uids)


async def test_model_without_persons_is_refused_and_left_alone(client: OdooClient) -> None:
    event = uuid4()
    await client.ext_upsert("event.event", [event_row(event)])
    with pytest.raises(OdooRejected, match="nothing personal"):
        await client.ext_erase("event.event", [str(event)])
    assert await stored(client, "event.event", event, "name") == [{"name": "Orientation"}]


@pytest.mark.parametrize("uuid", ["", " "])
async def test_what_is_no_identifier_is_refused(client: OdooClient, uuid: str) -> None:
    event, uid = await one_event(client), uuid4()
    await client.ext_upsert(REGISTRATION, [registration_row(uid, event)])
    with pytest.raises(OdooRejected, match="ext_uuid"):
        await client.ext_erase(REGISTRATION, [str(uid), uuid])
    assert await stored(client, REGISTRATION, uid, "name") == [{"name": "Asha Rao"}]
