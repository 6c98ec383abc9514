"""Lock files name the public registries and nothing else, and every package has a hash."""

import json
from pathlib import Path

import pytest

from deploy.local import locks
from deploy.local.bootstrap import ROOT
from deploy.local.get_uv import PINS, Pins


@pytest.mark.parametrize("path", locks.lock_files(ROOT), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_names_only_public_registries(path: Path) -> None:
    assert locks.foreign_hosts(path) == []


def test_every_kind_of_lock_is_looked_at() -> None:
    names = {path.name for path in locks.lock_files(ROOT)}
    assert {"uv.lock", "requirements.txt", "requirements-local.txt", "requirements-dev.txt", "uv.txt"} <= names
    assert "package-lock.json" in names


@pytest.mark.parametrize("name", locks.EXPORTS)
def test_every_requirement_has_a_hash(name: str) -> None:
    assert locks.without_hash((ROOT / name).read_text()) == []


def test_a_foreign_index_in_uv_lock_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "uv.lock"
    lock.write_text(
        'source = { registry = "https://mirror.example/simple" }\nurl = "https://files.pythonhosted.org/x.whl"'
    )
    assert locks.foreign_hosts(lock) == ["mirror.example"]


def test_a_folder_of_wheels_is_found(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("--find-links file:///opt/wheels\n# see https://docs.example/\nx==1 --hash=sha256:00\n")
    assert locks.foreign_hosts(requirements) == ["file:///opt/wheels"]


def test_a_donation_address_in_an_npm_lock_is_no_registry(tmp_path: Path) -> None:
    packages = {
        "node_modules/a": {
            "resolved": "https://registry.npmjs.org/a.tgz",
            "funding": {"url": "https://donate.example"},
        },
        "node_modules/b": {"resolved": "http://10.0.0.1:4873/b.tgz"},
    }
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": packages}))
    assert locks.foreign_hosts(lock) == ["10.0.0.1"]


NPM_LOCKS = [path for path in locks.lock_files(ROOT) if path.name == "package-lock.json"]


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_an_npm_lock_holds_the_programs_of_every_platform(path: Path) -> None:
    assert locks.missing_platforms(path) == []


def test_an_npm_lock_without_a_platform_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    packages = {"node_modules/a": {"optionalDependencies": {"a-linux": "1", "a-mac": "1"}}, "node_modules/a-linux": {}}
    lock.write_text(json.dumps({"packages": packages}))
    assert locks.missing_platforms(lock) == ["a-mac"]


def test_a_requirement_without_hash_is_found() -> None:
    assert locks.without_hash("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]


def test_uv_is_pinned_for_every_platform_we_name() -> None:
    pins = Pins.read(PINS)
    assert len(pins.hashes) >= 6
