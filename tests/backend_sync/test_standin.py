"""The stand-in beyond XML-RPC: page, records for scripts, faults, durability, its command line."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import msgspec
import pytest

from tests.backend_sync.conftest import Standin

PASSWORD = "p4ssw0rd-of-the-back-office"
EVENT = str(uuid4())


def request(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode(), response.headers
    finally:
        connection.close()


def upsert(url: str, password: str, model: str, rows: list[dict[str, Any]]) -> Any:
    with xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object") as objects:
        return objects.execute_kw("prs", 2, password, model, "ext_upsert", [rows])


def event_vals(**changes: object) -> dict[str, Any]:
    return {
        "ext_uuid": EVENT,
        "ext_rev": 1,
        "name": "Orientation",
        "date_begin": "2030-01-07 03:30:00",
        "date_end": "2030-01-11 11:30:00",
        "date_tz": "Asia/Kolkata",
        **changes,
    }


def registration_vals(number: int, **changes: object) -> dict[str, Any]:
    return {
        "ext_uuid": f"5a2f0c1e-7d3b-4c57-9d10-{number:012d}",
        "ext_rev": 1,
        "event_id": EVENT,
        "name": f"Attendee {number}",
        "email": f"a{number}@example.org",
        "prs_number": f"PRS-{number}",
        **changes,
    }


def fill(standin: Standin, *rows: dict[str, Any]) -> None:
    upsert(standin.url, standin.password, "event.event", [event_vals()])
    upsert(standin.url, standin.password, "event.registration", list(rows))


def test_page_shows_what_arrived_and_escapes_it(standin: Standin) -> None:
    hostile = "<script>alert('x')</script>"
    fill(standin, registration_vals(1, name=hostile, email='"><img src=x>'))
    status, page, headers = request(standin.url, "GET", "/")
    assert status == 200
    assert hostile not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in page
    assert "Orientation" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert standin.password not in page


def test_page_can_be_searched_and_turned(standin: Standin) -> None:
    fill(standin, *[registration_vals(number) for number in range(1, 61)])
    _, first, _ = request(standin.url, "GET", "/")
    _, second, _ = request(standin.url, "GET", "/?offset=50")
    _, found, _ = request(standin.url, "GET", "/?" + urlencode({"q": "ATTENDEE 7"}))
    assert ("Registrations (60)" in first, "Older" in first, "Newer" in first) == (True, True, False)
    assert ("Older" in second, "Newer" in second) == (False, True)
    assert "Registrations (1)" in found
    assert "a7@example.org" in found


def test_page_names_its_parts_for_assistive_technology(standin: Standin) -> None:
    fill(standin, registration_vals(1))
    _, page, _ = request(standin.url, "GET", "/")
    for part in ('<html lang="en">', "<title>", "<main>", 'role="search"', '<label for="q">', 'scope="col"', "<h1>"):
        assert part in page


def test_records_are_found_by_uid_with_deliveries_counted(standin: Standin) -> None:
    fill(standin, *[registration_vals(number) for number in range(1, 6)])
    fill(standin, registration_vals(2), registration_vals(3, ext_rev=2))
    wanted = ",".join(registration_vals(number)["ext_uuid"] for number in (2, 3))
    status, text, _ = request(standin.url, "GET", f"/records.json?model=event.registration&ext_uuid={wanted}")
    answer = json.loads(text)
    assert (status, answer["total"]) == (200, 2)
    assert [(item["name"], item["ext_rev"], item["deliveries"]) for item in answer["items"]] == [
        ("Attendee 3", 2, 2),
        ("Attendee 2", 1, 2),
    ]
    assert answer["items"][0]["event_id"] == EVENT
    _, paged, _ = request(standin.url, "GET", "/records.json?model=event.registration&limit=2&offset=4")
    assert [item["name"] for item in json.loads(paged)["items"]] == ["Attendee 1"]
    _, totals, _ = request(standin.url, "GET", "/totals.json")
    assert json.loads(totals)["event.registration"] == {"records": 5, "deliveries": 7, "ext_uuids": 5}


def test_records_of_an_unknown_model_are_not_found(standin: Standin) -> None:
    assert request(standin.url, "GET", "/records.json?model=res.users")[0] == 404


@pytest.mark.parametrize("path", ["/", "/records.json", "/totals.json"])
def test_name_that_merely_resolves_to_this_machine_sees_nothing(standin: Standin, path: str) -> None:
    assert request(standin.url, "GET", path, headers={"Host": "evil.example"})[0] == 403


def test_faults_are_ordered_met_and_counted(standin: Standin) -> None:
    order = {"kind": "error_500", "times": 2, "after": 1, "method": "ext_upsert"}
    assert request(standin.url, "POST", "/faults", json.dumps(order).encode())[0] == 200
    outcomes = []
    for _ in range(4):
        try:
            upsert(standin.url, standin.password, "event.event", [event_vals()])
            outcomes.append("stored")
        except xmlrpc.client.ProtocolError as error:
            outcomes.append(str(error.errcode))
    assert outcomes == ["stored", "500", "500", "stored"]
    state = json.loads(request(standin.url, "GET", "/faults")[1])
    assert state == {"orders": [], "counts": {"call.ext_upsert": 4, "fault.error_500": 2}}
    assert json.loads(request(standin.url, "DELETE", "/faults")[1]) == {"orders": [], "counts": {}}


def test_order_of_an_unknown_fault_is_refused(standin: Standin) -> None:
    assert request(standin.url, "POST", "/faults", b'{"kind": "fire"}')[0] == 400


def test_bodies_without_length_or_too_large_are_refused(standin: Standin) -> None:
    headers = {"Content-Length": str(2**40)}
    assert request(standin.url, "POST", "/xmlrpc/2/object", b"", headers)[0] == 413


def test_entities_in_a_request_are_refused(standin: Standin) -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><methodCall><methodName>&a;</methodName></methodCall>'
    )
    status, text, _ = request(standin.url, "POST", "/xmlrpc/2/common", body)
    assert status == 200
    assert "EntitiesRefused" in text


class Process(msgspec.Struct, frozen=True):
    """A stand-in in a process of its own."""

    popen: Any
    url: str


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `python -m backend_sync.standin` on the test's database file."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> Process:
        popen = subprocess.Popen(
            [
                *(sys.executable, "-m", "backend_sync.standin", "--port", "0"),
                *("--database", str(tmp_path / "deep" / "standin.sqlite"), "--password-env", "STANDIN_PASSWORD"),
                *options,
            ],
            env={**os.environ, "STANDIN_PASSWORD": PASSWORD},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(popen)
        assert popen.stdout is not None
        return Process(popen, popen.stdout.readline().split()[-1])

    yield run
    for popen in started:
        popen.kill()
        popen.communicate()


def test_sigterm_ends_it_cleanly_and_nothing_is_lost(start: Callable[..., Process]) -> None:
    first = start()
    upsert(first.url, PASSWORD, "event.event", [event_vals()])
    first.popen.send_signal(signal.SIGTERM)
    assert first.popen.wait(timeout=10) == 0
    second = start()
    [result] = upsert(second.url, PASSWORD, "event.event", [event_vals()])
    assert result["status"] == "unchanged"


def test_kill_9_loses_no_answered_row(start: Callable[..., Process]) -> None:
    first = start()
    upsert(first.url, PASSWORD, "event.event", [event_vals()])
    for number in range(30):
        upsert(first.url, PASSWORD, "event.registration", [registration_vals(number)])
    first.popen.kill()
    first.popen.wait(timeout=10)
    second = start()
    _, text, _ = request(second.url, "GET", "/totals.json")
    assert json.loads(text)["event.registration"] == {"records": 30, "deliveries": 30, "ext_uuids": 30}


def test_faults_are_closed_without_their_option(start: Callable[..., Process]) -> None:
    process = start()
    for method, body in (("GET", None), ("POST", b'{"kind": "error_500"}'), ("DELETE", None)):
        assert request(process.url, method, "/faults", body)[0] == 404
    assert request(process.url, "GET", "/health/live")[:2] == (200, "ok\n")


def test_empty_password_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend_sync.standin", "--database", str(tmp_path / "x"), "--password-env", "NOT_SET"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "NOT_SET is empty" in done.stderr
