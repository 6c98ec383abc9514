"""What is recorded: known actions only, each somewhere in the code, and no detail that could name somebody."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli import main
from api.domain.audit import actions
from api.domain.audit import service as audit
from api.domain.audit.actions import ACTIONS, Action, Kind, NotForTheTrail
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import ROOT

# Names that are put together while the code runs.
COMPOSED = {"event.published", "event.closed", "event.archived"}


def sources() -> Iterator[Path]:
    for folder in ("api", "worker", "backend_sync"):
        yield from (file for file in (ROOT / folder).rglob("*.py") if file.name != "actions.py")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in ("audit", "audit_service"):
                yield node


def literals(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_action_of_the_table_is_recorded_somewhere() -> None:
    recording = [tree for tree in map(ast.parse, map(Path.read_text, sources())) if any(True for _ in calls(tree))]
    assert len(recording) > 8
    said = set().union(*map(literals, recording)) | COMPOSED
    assert [name for name in ACTIONS if name not in said] == []


def test_every_action_that_is_recorded_is_in_the_table() -> None:
    named = {
        str(call.args[1].value)
        for file in sources()
        for call in calls(ast.parse(file.read_text()))
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }
    assert len(named) > 12
    assert sorted(named - set(ACTIONS)) == []


def test_every_detail_that_is_written_out_is_in_the_table() -> None:
    strange = []
    for file in sources():
        for call in calls(ast.parse(file.read_text())):
            details = next((word.value for word in call.keywords if word.arg == "details"), None)
            if isinstance(call.args[1], ast.Constant) and isinstance(details, ast.Dict):
                known = ACTIONS[str(call.args[1].value)].details
                names = [key.value for key in details.keys if isinstance(key, ast.Constant)]
                strange += [(file.name, name) for name in names if name not in known]
    assert strange == []


def test_the_guides_table_is_the_codes() -> None:
    printed = CliRunner().invoke(main, ["audit", "actions"]).output
    assert printed.count("\n") == len(ACTIONS) + 2
    assert printed in (ROOT / "docs" / "guides" / "audit.md").read_text()


PERSONAL: list[Any] = [
    "Asha Rao", "asha@example.org", "+919876543210", "234123412346", 234123412346, "Z1234567", "आशा", "12 Main Street",
    "a note that somebody wrote", {"name": "Asha"}, ["asha@example.org"], "1990-04-01", 3.5, "x" * 201, "word\n", -1,
]  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_no_kind_of_detail_lets_personal_data_through(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action("test.done", "", "account", {"it": kind})
    monkeypatch.setattr(actions, "ACTIONS", {action.name: action})
    for value in PERSONAL:
        with pytest.raises(NotForTheTrail) as refusal:
            actions.check(action.name, {"it": value})
        assert str(value) not in str(refusal.value)
    actions.check(action.name, {"it": None})
    actions.check(action.name, {"it": GOOD[kind]})


GOOD: dict[Kind, Any] = {
    Kind.WORD: "data-steward",
    Kind.WORDS: ["event:read", "registration:export"],
    Kind.COUNT: 12,
    Kind.COUNTS: {"registration_step": 4},
    Kind.FLAG: True,
    Kind.KEY: "k1bXc_9-QwEr",
    Kind.DIGEST: "0" * 64,
    Kind.UID: "9f0c0e5e-7b0a-4a53-9d0b-2f5b7f6a1c11",
    Kind.POINTER: "/children/0/passport",
    Kind.NETWORKS: ["192.0.2.0/24", "2001:db8::/32"],
    Kind.MOMENT: "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("action", "details"),
    [("event.exploded", {}), ("event.created", {"name": "word"}), ("role.granted", {"role": "Asha Rao"})],
)
async def test_what_has_no_place_in_the_trail_is_not_written(
    kernel: Kernel, owner: Database, action: str, details: dict[str, Any]
) -> None:
    with pytest.raises(NotForTheTrail):
        async with unit_of_work(kernel) as uow:
            await audit.record(uow, action, subject_type="event", subject_uid=None, details=details)
    async with owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM audit_event")) == 0
