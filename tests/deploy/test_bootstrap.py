"""The bootstrap: what it refuses, what it picks, what it passes over."""

import hashlib
import io
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.local import bootstrap, get_uv, stamps
from deploy.local.get_uv import HashMismatch, Pins, UvUnavailable


def _wheel(program: bytes = b"#!/bin/sh\necho uv 0.13.8\n") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("uv-0.13.8.data/scripts/uv", program)
    return packed.getvalue()


def test_a_wheel_with_another_hash_is_refused_and_not_unpacked() -> None:
    with pytest.raises(HashMismatch, match="none of those pinned"):
        get_uv.unpack(_wheel(), Pins("0.13.8", frozenset({"0" * 64})))


def test_the_program_of_a_pinned_wheel_is_returned() -> None:
    wheel = _wheel(b"program")
    assert get_uv.unpack(wheel, Pins("0.13.8", frozenset({hashlib.sha256(wheel).hexdigest()}))) == b"program"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[bytes]:
    """Serves a package index with one wheel for every platform we know; yields the wheel."""
    wheel = _wheel(b"#!/bin/sh\necho uv 0.13.8\n")
    names = (
        "uv-0.13.8-py3-none-manylinux_2_17_x86_64.whl",
        "uv-0.13.8-py3-none-musllinux_1_1_x86_64.whl",
        "uv-0.13.8-py3-none-manylinux_2_28_aarch64.whl",
        "uv-0.13.8-py3-none-macosx_11_0_arm64.whl",
    )
    page = "".join(f'<a href="../../files/{name}#sha256=00">{name}</a>' for name in names).encode()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page if self.path == "/simple/uv/" else wheel)

        def log_message(self, format: str, *args: object) -> None:
            """Stays quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_address[1]}/simple")
    yield wheel
    server.shutdown()
    thread.join()
    server.server_close()


def test_uv_is_fetched_from_an_index_where_there_is_no_pip(tmp_path: Path, index: bytes) -> None:
    target = tmp_path / "bin" / "uv"
    get_uv.download(target, Pins("0.13.8", frozenset({hashlib.sha256(index).hexdigest()})))
    assert subprocess.run([target], capture_output=True, check=True).stdout == b"uv 0.13.8\n"


@pytest.mark.usefixtures("index")
def test_an_index_that_offers_another_wheel_installs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "bin" / "uv"
    with pytest.raises(HashMismatch):
        get_uv.download(target, Pins("0.13.8", frozenset({"0" * 64})))
    assert not target.exists()


@pytest.mark.usefixtures("index")
def test_an_index_without_the_pinned_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(UvUnavailable, match=r"offers no uv 9\.9\.9"):
        get_uv.download(tmp_path / "uv", Pins("9.9.9", frozenset()))


def test_only_https_is_fetched() -> None:
    with pytest.raises(UvUnavailable, match="only https"):
        get_uv.fetch("http://pypi.org/simple/uv/")


@pytest.mark.parametrize(
    ("name", "system", "machine", "musl"),
    [
        ("uv-0.13.8-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "linux", "x86_64", False),
        ("uv-0.13.8-py3-none-musllinux_1_1_x86_64.whl", "linux", "x86_64", True),
        ("uv-0.13.8-py3-none-manylinux_2_28_aarch64.whl", "linux", "aarch64", False),
        (
            "uv-0.13.8-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
            "linux",
            "aarch64",
            True,
        ),
        ("uv-0.13.8-py3-none-macosx_11_0_arm64.whl", "darwin", "arm64", False),
    ],
)
def test_the_wheel_of_the_platform_is_recognised(name: str, system: str, machine: str, musl: bool) -> None:
    assert get_uv.wheel_pattern("0.13.8", system, machine, musl=musl).fullmatch(name)


@pytest.mark.parametrize(
    "name",
    [
        "uv-0.13.8-py3-none-manylinux_2_17_i686.manylinux2014_i686.whl",
        "uv-0.13.80-py3-none-manylinux_2_17_x86_64.whl",
        "uv-0.13.8-py3-none-win_amd64.whl",
        "uv-0.13.8-py3-none-musllinux_1_1_x86_64.whl",
    ],
)
def test_the_wheel_of_another_platform_is_not(name: str) -> None:
    assert not get_uv.wheel_pattern("0.13.8", "linux", "x86_64", musl=False).fullmatch(name)


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_an_unfit_python_is_refused_with_words(version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.UnfitPython, match=r"needs 3\.11 to 3\.14"):
        bootstrap.check_python(version)


def test_the_installer_runs_without_a_home_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    assert Path(bootstrap.installer_environment()["UV_CACHE_DIR"]).is_relative_to(bootstrap.BOOT)


def test_the_installer_never_downloads_a_python() -> None:
    assert bootstrap.installer_environment()["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_stamp_is_current_until_an_input_changes(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source.ts", tmp_path / "made" / ".stamp"
    source.write_text("one")
    stamps.write(stamp, stamps.fingerprint([source]))
    assert stamps.is_current(stamp, stamps.fingerprint([source]))
    source.write_text("two")
    assert not stamps.is_current(stamp, stamps.fingerprint([source]))


def test_what_is_installed_or_built_is_no_input(tmp_path: Path) -> None:
    for name in ("src/app.ts", "node_modules/x/index.js", "dist/index.html"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x")
    assert [path.name for path in stamps.files_under(tmp_path)] == ["app.ts"]
