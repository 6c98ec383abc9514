"""The stand-in answers as the recorded Odoo did."""

from __future__ import annotations

from typing import Any

from backend_sync.standin.injection import Fault
from tests.backend_sync.conftest import ADMIN, READER, Standin
from tests.backend_sync.recording import Tokens, call, load_cases, request_text

ACCOUNTS = {"admin": ADMIN, "reader": READER}
# Only the version tells the two apart, and it must.
OWN_ANSWERS = {"version"}


def _send(standin: Standin, tokens: Tokens, case: dict[str, Any]) -> dict[str, Any]:
    if "body" in case:
        return call(standin.url, case["service"], case["body"].encode())
    account = ACCOUNTS[case["user"]]
    values = {
        "{database}": standin.database,
        "{login}": account.login,
        "{password}": account.password,
        "{uid}": account.caller.uid,
    }

    def filled(params: list[Any]) -> list[Any]:
        return [values.get(param, param) if isinstance(param, str) else param for param in params]

    if case["service"] == "common":
        params = filled(case["params"])
    else:
        credentials = case.get("credentials", ["{database}", "{uid}", "{password}"])
        params = [*filled(credentials), *tokens.show(case["params"])]
    return call(standin.url, case["service"], request_text(case["method"], params).encode())


def _outcome(case: dict[str, Any]) -> dict[str, Any]:
    return {key: case[key] for key in ("answer", "fault", "status") if key in case}


def test_standin_gives_every_recorded_answer_and_fault(standin: Standin) -> None:
    tokens = Tokens()
    cases = load_cases()
    differences = []
    for case in cases:
        if "inject" in case:
            standin.injection.order(Fault(**case["inject"]))
        got = tokens.hide(_send(standin, tokens, case))
        if case["method"] == "authenticate" and got.get("answer") == ADMIN.caller.uid:
            got = {"answer": "<uid>"}
        if got != _outcome(case) and case["name"] not in OWN_ANSWERS:
            differences.append({"case": case["name"], "recorded": _outcome(case), "got": got})
    assert differences == []
    assert len(cases) >= 40
