"""Ports, secrets and environment of the one-machine run."""

import socket
from pathlib import Path

import pytest

from deploy.local import credentials
from deploy.local.plan import BadSetting, Plan, as_login
from deploy.local.ports import PortTaken, free_port, require_free

SECRETS = {
    "OWNER_PASSWORD": "o",
    "API_PASSWORD": "a/b",
    "WORKER_PASSWORD": "w",
    "SEALER_PASSWORD": "s",
    "AUDITOR_PASSWORD": "d",
    "BACK_OFFICE_PASSWORD": "p",
    "PRS_MASTER_KEYS": "k1:x",
    "PRS_INTERNAL_TOKEN": "t",
}
ELSEWHERE = {
    "PRS_DATABASE_URL": "postgresql://me:pw@db.example:6543/reg?sslmode=require",
    "PRS_REDIS_URL": "redis://cache.example/0",
    "PRS_ODOO_URL": "https://odoo.example",
}


def _plan(place: Path, **given: str) -> Plan:
    return Plan(place, place / ".data", given, SECRETS)


def test_a_taken_port_is_named_together_with_the_variable_to_set() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} \(the API\) is already in use.*PRS_PORT"):
            require_free(port, "the API", "PRS_PORT")
    require_free(port, "the API", "PRS_PORT")


def test_the_port_of_the_stand_in_is_looked_at_too(place: Path) -> None:
    port = free_port(in_a_row=3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        with pytest.raises(PortTaken, match="stand-in"):
            _plan(place, **(ELSEWHERE | {"PRS_ODOO_URL": "", "PRS_PORT": str(port)})).require_ports()


@pytest.mark.parametrize("port", ["80", "abc", "70000", "-1"])
def test_a_bad_port_is_refused_with_its_variable(place: Path, port: str) -> None:
    with pytest.raises(BadSetting, match="PRS_PORT must be"):
        _plan(place, PRS_PORT=port).require_ports()


def test_servers_given_by_the_environment_are_used_and_not_started(place: Path) -> None:
    plan = _plan(place, **ELSEWHERE, PRS_PORT=str(free_port(in_a_row=3)))
    assert plan.postgres is None
    assert plan.redis is None
    assert [program.name for program in plan.programs()] == ["mailbox", "api", "worker", "beat"]
    found = plan.environment()
    assert found["PRS_REDIS_URL"] == ELSEWHERE["PRS_REDIS_URL"]
    assert found["PRS_ODOO_URL"] == ELSEWHERE["PRS_ODOO_URL"]
    assert found["PRS_API_DATABASE_URL"] == "postgresql://prs_app:a%2Fb@db.example:6543/reg?sslmode=require"
    assert found["PRS_WORKER_DATABASE_URL"] == "postgresql://prs_worker:w@db.example:6543/reg?sslmode=require"


def test_a_database_behind_a_unix_socket_keeps_its_address() -> None:
    assert as_login("postgresql:///reg?host=/run/pg", "prs_app", "x") == "postgresql://prs_app:x@/reg?host=/run/pg"


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(BadSetting, match="postgresql://"):
        as_login("mysql://x/y", "prs_app", "x")


def test_what_the_caller_sets_wins(place: Path) -> None:
    found = _plan(place, **ELSEWHERE, PRS_LOG_LEVEL="DEBUG", PRS_PUBLIC_URL="https://here.example").environment()
    assert found["PRS_LOG_LEVEL"] == "DEBUG"
    assert found["PRS_PUBLIC_URL"] == "https://here.example"


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    first = credentials.load_or_make(file)
    assert file.stat().st_mode & 0o077 == 0
    assert credentials.load_or_make(file) == first


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    credentials.load_or_make(file)
    file.chmod(0o644)
    with pytest.raises(credentials.UnreadableSecrets, match="chmod 600"):
        credentials.load_or_make(file)


def test_a_missing_secret_is_added_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    first = credentials.load_or_make(file)
    kept = [line for line in file.read_text().splitlines() if not line.startswith("API_PASSWORD")]
    file.write_text("\n".join(kept) + "\n")
    second = credentials.load_or_make(file)
    assert second["PRS_MASTER_KEYS"] == first["PRS_MASTER_KEYS"]
    assert second["API_PASSWORD"] != first["API_PASSWORD"]
