"""Who is erased, or kept no longer, is found nowhere on a running platform, and the audit trail still verifies."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.domain.accounts.roles import Role
from tests.e2e import leaks
from tests.e2e.leaks import AADHAAR, CONTROL, PASSPORT
from tests.e2e.planting import Client, Planter, publish_event, staff
from tests.e2e.stack import Stack, wait_for
from tests.e2e.telemetry_peers import Watched, mails

pytestmark = pytest.mark.timeout(300)

# What is planted about each person, in their name, their address and what is written about them.
WORD = "Qvzerased"
HOLDS = {"dump", "database files", "write-ahead log", "stand-in's file", "stand-in's records", "stand-in's page"}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A stack that keeps whole Aadhaar numbers, so that there is most to erase."""
    with Watched.running(tmp_path, {"aadhaar_vault": "on"}) as found:
        found.stack.prs("db", "roles")
        yield found


def register(client: Client, planter: Planter, slug: str) -> dict[str, Any]:
    answers = planter.person() | {"full_name": f"{WORD} Rao", "email": f"{WORD}@people.example"}
    answers["family"][0]["member_name"] = f"{WORD} Ravi"
    body = {"steps": {"papers": {"answers": answers}}}
    made: dict[str, Any] = client.send("POST", f"/events/{slug}/registrations", 201, json=body).json()
    client.send("POST", f"/registrations/{made['registration']['uid']}/resume-links", 201, 409, json={"send": True},
                headers={"Registration-Token": made["token"]})  # fmt: skip
    return made


def reveal(client: Client, made: dict[str, Any], steward: dict[str, str]) -> None:
    for pointer in ("/passport", "/aadhaar"):
        ask = {"step": "papers", "pointer": pointer, "reason": "other", "note": f"{WORD} asked"}
        address = f"/registrations/{made['registration']['uid']}/reveals"
        client.send("POST", address, 200, shown=True, json=ask, headers=steward)


def run_job(stack: Stack, name: str, minute: int) -> None:
    """Have a job run now, in a slot of its own."""
    headers = {"Authorization": f"Bearer {stack.settings.internal_token}"}
    slot = {"at": f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z"}
    httpx.post(f"{stack.url}/api/v1/internal/jobs/{name}/runs", json=slot, headers=headers).raise_for_status()


def erased(stack: Stack, minutes: Iterator[int]) -> bool:
    """Let the worker go on with the erasures; tells whether all are done."""
    stack.sql("UPDATE erasure SET next_at = clock_timestamp()")
    run_job(stack, "run-erasures", next(minutes))
    return stack.sql("SELECT DISTINCT state FROM erasure") == "done"


def nobody(stack: Stack) -> bool:
    return stack.sql("SELECT count(*) FROM registration WHERE erased_at IS NULL AND state <> 'draft'") == "0"


def where(places: dict[str, bytes], *words: str) -> dict[str, set[str]]:
    """Return the words that are found, by place."""
    found = {name: {word for word in words if leaks.hits(place, word)} for name, place in places.items()}
    return {name: words for name, words in found.items() if words}


def test_who_is_erased_or_over_is_found_nowhere_and_the_trail_verifies(watched: Watched) -> None:
    stack, client = watched.stack, Client(watched.stack.url)
    with contextlib.closing(client):
        admin, steward = staff(client), staff(client, Role.DATA_STEWARD)
        planter = Planter(client, "papers-now", seed=11, vault=True)
        publish_event(client, admin, "papers-over")
        publish_event(client, admin, "papers-now")
        wait_for("the flow in Redis", lambda: flow_is_cached(stack, client, "papers-now"), 30, pause=0.5)
        kept = {slug: register(client, planter, slug) for slug in ("papers-now", "papers-over")}
        for made in kept.values():
            reveal(client, made, steward)
        watched.settle(client)
        before = where(watched.places() | {"mails": mails(stack)}, WORD, AADHAAR, PASSPORT)
        assert before == {place: {WORD} for place in HOLDS | {"mails"}}, "the search must see what is there"
        assert (vaulted(stack), stack.sql("SELECT count(*) FROM registration_reveal")) == ("4", "4")

        made = kept["papers-now"]
        address, holds = f"/registrations/{made['registration']['uid']}", {"Registration-Token": made["token"]}
        client.send("POST", f"{address}/erasure", 202, headers=holds)
        minutes = iter(range(600))
        wait_for("the erasure", lambda: erased(stack, minutes), 60, pause=0.5)
        assert vaulted(stack) == "2"
        stack.sql("UPDATE event SET starts_at = now() - interval '1097 day', ends_at = now() - interval '1096 day' "
                  "WHERE slug = 'papers-over'")  # fmt: skip
        run_job(stack, "apply-retention", 0)
        wait_for("the retention", lambda: nobody(stack), 60)
        watched.settle(client)
        client.send("GET", address, 404, headers=holds)

    assert "0 events are not sealed" in stack.prs("audit", "verify")
    assert vaulted(stack) == "0"
    forget_what_was(stack)
    places = watched.places()
    answers = {"answers": b"\n".join(client.answers), "error answers": b"\n".join(client.refusals)}
    assert where(places | answers, AADHAAR, PASSPORT) == {}
    # The write-ahead log goes when its segments are used again: what is erased is in it until then, but for what was
    # sealed (docs/guides/privacy.md).
    del places["write-ahead log"]
    assert where(places, WORD) == {}
    assert set(places) - set(where(places, CONTROL)) <= {"stand-in's file", "stand-in's records", "stand-in's page"}
    # The control of the trail: what was recorded of the erasure, changed by whoever owns the table.
    stack.sql("ALTER TABLE audit_event DISABLE TRIGGER USER")
    stack.sql("UPDATE audit_event SET details = '{}' WHERE action = 'erasure.done'")
    with pytest.raises(AssertionError, match="edited"):
        stack.prs("audit", "verify")


def forget_what_was(stack: Stack) -> None:
    """Let both databases' files hold what is stored, and nothing that was."""
    stack.sql("VACUUM FULL")
    with contextlib.closing(sqlite3.connect(stack.back_office_file)) as file:
        assert file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def vaulted(stack: Stack) -> str:
    return stack.sql("SELECT count(*) FROM prs_vault.aadhaar")


def flow_is_cached(stack: Stack, client: Client, slug: str) -> bool:
    client.send("GET", f"/events/{slug}/flow", 200)
    return leaks.redis_holds(stack, f"*event-flow:{slug}*")
