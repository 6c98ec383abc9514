"""The client against a back office: the stand-in always, a real Odoo 17 where one is configured."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import (
    OdooAccessDenied,
    OdooAnsweredNothing,
    OdooForbidden,
    OdooRejected,
    OdooSetupError,
    OdooUnavailable,
    OdooUnknownReference,
    OdooUnsendable,
)
from tests.backend_sync.conftest import BackOffice

pytestmark = pytest.mark.asyncio

INDIA = timezone(timedelta(hours=5, minutes=30))


def event_row(uid: UUID, **changes: object) -> dict[str, object]:
    return {
        "ext_uuid": uid,
        "ext_rev": 1,
        "name": "Orientation",
        "date_begin": datetime(2030, 1, 7, 9, 0, tzinfo=INDIA),
        "date_end": datetime(2030, 1, 11, 17, 0, tzinfo=INDIA),
        "date_tz": "Asia/Kolkata",
        **changes,
    }


def registration_row(uid: UUID, event: UUID, rev: int = 1, **changes: object) -> dict[str, object]:
    return {
        "ext_uuid": uid,
        "ext_rev": rev,
        "event_id": event,
        "event_ticket_id": None,
        "name": "Asha Rao",
        "email": "asha@example.org",
        "phone": "+919812345670",
        "state": "open",
        "prs_number": "PRS-7Q2K",
        "prs_answers": '{"diet": "vegan"}',
        **changes,
    }


async def one_event(client: OdooClient) -> UUID:
    uid = uuid4()
    await client.ext_upsert("event.event", [event_row(uid)])
    return uid


async def stored(client: OdooClient, model: str, uid: UUID, *fields: str) -> list[dict[str, Any]]:
    rows: Any = await client.execute(
        model,
        "search_read",
        [[["ext_uuid", "=", uid]]],
        {"fields": list(fields), "load": "", "context": {"active_test": False}},
    )
    return [{key: value for key, value in row.items() if key != "id"} for row in rows]


async def test_server_is_of_series_17(client: OdooClient) -> None:
    assert (await client.version())["server_serie"] == "17.0"


async def test_row_is_created_once_and_then_unchanged(client: OdooClient) -> None:
    event, uid = await one_event(client), uuid4()
    [created] = await client.ext_upsert("event.registration", [registration_row(uid, event)])
    [again] = await client.ext_upsert("event.registration", [registration_row(uid, event)])
    assert (created.status, again.status) == ("created", "unchanged")
    assert (created.ext_uuid, created.ext_rev, created.id) == (str(uid), 1, again.id)
    assert await stored(client, "event.registration", uid, "name", "email", "state", "prs_number", "ext_rev") == [
        {
            "name": "Asha Rao",
            "email": "asha@example.org",
            "state": "open",
            "prs_number": "PRS-7Q2K",
            "ext_rev": 1,
        }
    ]


async def test_newest_revision_wins_whatever_the_order(client: OdooClient) -> None:
    event, uid = await one_event(client), uuid4()
    seen = []
    for rev in (2, 5, 3, 5, 6):
        [result] = await client.ext_upsert(
            "event.registration", [registration_row(uid, event, rev, name=f"Revision {rev}")]
        )
        seen.append((result.status, result.ext_rev))
    assert seen == [("created", 2), ("updated", 5), ("stale", 5), ("unchanged", 5), ("updated", 6)]
    assert await stored(client, "event.registration", uid, "name", "ext_rev") == [{"name": "Revision 6", "ext_rev": 6}]


async def test_results_keep_the_order_of_the_rows(client: OdooClient) -> None:
    event, uids = await one_event(client), [uuid4() for _ in range(30)]
    await client.ext_upsert("event.registration", [registration_row(uid, event, 3) for uid in uids[::3]])
    results = await client.ext_upsert("event.registration", [registration_row(uid, event, 3) for uid in uids])
    assert [result.ext_uuid for result in results] == [str(uid) for uid in uids]
    assert [result.status for result in results[:4]] == ["unchanged", "created", "created", "unchanged"]


async def test_times_arrive_in_utc_and_none_as_unset(client: OdooClient) -> None:
    uid = await one_event(client)
    assert await stored(client, "event.event", uid, "date_begin", "date_end") == [
        {"date_begin": "2030-01-07 03:30:00", "date_end": "2030-01-11 11:30:00"}
    ]
    person = uuid4()
    await client.ext_upsert("event.registration", [registration_row(person, uid, email=None)])
    assert await stored(client, "event.registration", person, "email", "event_ticket_id") == [
        {"email": False, "event_ticket_id": False}
    ]


async def test_characters_xml_cannot_carry_are_left_out(client: OdooClient) -> None:
    event, uid = await one_event(client), uuid4()
    row = registration_row(uid, event, name="A\x00sha\x07 \ud800आशा\r\n<&>\ufffe")
    await client.ext_upsert("event.registration", [row])
    assert await stored(client, "event.registration", uid, "name") == [{"name": "Asha आशा\n<&>"}]


async def test_event_gets_no_mail_schedulers(client: OdooClient) -> None:
    uid = await one_event(client)
    assert await stored(client, "event.event", uid, "event_mail_ids") == [{"event_mail_ids": []}]


async def test_platform_may_fill_an_event_beyond_its_ticket(client: OdooClient) -> None:
    event, ticket = await one_event(client), uuid4()
    row = {"ext_uuid": ticket, "ext_rev": 1, "event_id": event, "name": "Seat", "seats_max": 1}
    await client.ext_upsert("event.event.ticket", [row])
    rows = [registration_row(uuid4(), event, event_ticket_id=ticket) for _ in range(3)]
    assert {result.status for result in await client.ext_upsert("event.registration", rows)} == {"created"}


async def test_poison_row_is_rejected_and_takes_the_batch_with_it(client: OdooClient) -> None:
    event, good = await one_event(client), uuid4()
    rows = [registration_row(good, event), registration_row(uuid4(), event, state="nonsense")]
    with pytest.raises(OdooRejected, match="state"):
        await client.ext_upsert("event.registration", rows)
    assert await stored(client, "event.registration", good, "name") == []


async def test_unknown_reference_is_rejected_by_name(client: OdooClient) -> None:
    missing = uuid4()
    with pytest.raises(OdooUnknownReference) as caught:
        await client.ext_upsert("event.registration", [registration_row(uuid4(), missing)])
    assert (caught.value.field, caught.value.ext_uuid) == ("event_id", str(missing))


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("seats_max", 2**31, r"\[0\]\.seats_max"),
        ("name", b"bytes", r"\[0\]\.name"),
        ("date_begin", datetime(2030, 1, 1), r"\[0\]\.date_begin"),  # noqa: DTZ001 That it is refused is the point.
        ("seats_max", float("nan"), r"\[0\]\.seats_max"),
    ],
)
async def test_value_without_a_form_in_xml_rpc_is_refused_before_sending(
    client: OdooClient, field: str, value: object, path: str
) -> None:
    uid = uuid4()
    with pytest.raises(OdooUnsendable, match=path):
        await client.ext_upsert("event.event", [event_row(uid, **{field: value})])
    assert await stored(client, "event.event", uid, "name") == []


@pytest.mark.parametrize(
    ("model", "method", "args"),
    [
        ("event.nothing", "search", [[]]),
        ("event.event", "frobnicate", []),
        ("event.event", "create", [{"frobnicate": 1}]),
        ("event.event", "search", [[["frobnicate", "=", 1]]]),
    ],
)
async def test_installation_that_does_not_fit_blames_no_row(
    client: OdooClient, model: str, method: str, args: list[object]
) -> None:
    with pytest.raises(OdooSetupError):
        await client.execute(model, method, args)


async def test_private_method_is_forbidden(client: OdooClient) -> None:
    with pytest.raises(OdooForbidden, match="Private"):
        await client.execute("event.event", "_ext_search", [[]])


async def test_method_that_returns_none_has_committed(client: OdooClient) -> None:
    event, uid = await one_event(client), uuid4()
    [result] = await client.ext_upsert("event.registration", [registration_row(uid, event)])
    with pytest.raises(OdooAnsweredNothing):
        await client.execute("event.registration", "action_cancel", [[result.id]])
    assert await stored(client, "event.registration", uid, "state") == [{"state": "cancel"}]


async def test_wrong_password_is_denied(back_office: BackOffice) -> None:
    async with OdooClient(back_office.url, back_office.database, back_office.login, "wrong") as client:
        with pytest.raises(OdooAccessDenied):
            await client.execute("event.event", "search_count", [[]])


async def test_uid_of_another_database_is_asked_anew(back_office: BackOffice) -> None:
    async with OdooClient(
        back_office.url, back_office.database, back_office.login, back_office.password, uid=99_999_999
    ) as client:
        assert isinstance(await client.execute("event.event", "search_count", [[]]), int)
        assert client.uid == await client.authenticate()


async def test_nothing_to_send_calls_nobody() -> None:
    async with OdooClient("http://127.0.0.1:1", "prs", "admin", "x") as client:
        assert await client.ext_upsert("event.registration", []) == []
        assert await client.ext_erase("event.registration", []) == []


async def test_same_record_from_many_sides_is_created_once_and_the_newest_wins(client: OdooClient) -> None:
    event, uid = await one_event(client), uuid4()
    revisions = [4, 1, 7, 3, 7, 6, 2, 5]
    results = await asyncio.gather(
        *(
            client.ext_upsert("event.registration", [registration_row(uid, event, rev, name=f"Revision {rev}")])
            for rev in revisions
        )
    )
    statuses = [result.status for [result] in results]
    assert statuses.count("created") == 1
    assert await stored(client, "event.registration", uid, "name", "ext_rev") == [{"name": "Revision 7", "ext_rev": 7}]


async def test_thousand_rows_in_one_call_and_again(client: OdooClient) -> None:
    event, uids = await one_event(client), [uuid4() for _ in range(1000)]
    rows = [registration_row(uid, event, name=f"Attendee {index}") for index, uid in enumerate(uids)]
    assert {result.status for result in await client.ext_upsert("event.registration", rows)} == {"created"}
    assert {result.status for result in await client.ext_upsert("event.registration", rows)} == {"unchanged"}
    count = await client.execute("event.registration", "search_count", [[["ext_uuid", "in", uids]]])
    assert count == len(uids)


async def test_call_that_ran_out_of_time_is_sent_again_without_harm(
    client: OdooClient, back_office: BackOffice
) -> None:
    event, uids = await one_event(client), [uuid4() for _ in range(1000)]
    rows = [registration_row(uid, event) for uid in uids]
    async with OdooClient(
        back_office.url,
        back_office.database,
        back_office.login,
        back_office.password,
        timeout=0.03,
        uid=await client.authenticate(),
    ) as hasty:
        with pytest.raises(OdooUnavailable) as caught:
            await hasty.ext_upsert("event.registration", rows)
    assert caught.value.may_have_committed
    statuses = {result.status for result in await client.ext_upsert("event.registration", rows)}
    assert statuses <= {"created", "unchanged"}
    assert await client.execute("event.registration", "search_count", [[["ext_uuid", "in", uids]]]) == len(uids)


async def test_write_date_is_a_time_in_utc(client: OdooClient) -> None:
    uid = await one_event(client)
    [row] = await stored(client, "event.event", uid, "write_date")
    written = datetime.strptime(row["write_date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=5)
