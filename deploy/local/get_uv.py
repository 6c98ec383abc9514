"""Finds or fetches uv, the installer, on a machine that may have neither pip nor venv.

The order: a uv on the PATH that is new enough; the one fetched before; pip; else the wheel is read from the
package index directly. Whatever is fetched must match a SHA-256 pinned in `uv.txt`.
"""

import hashlib
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("uv.txt")
_OLDEST = (0, 13)
_INDEX = "https://pypi.org/simple"
_LINK = re.compile(r'href="([^"]*/(uv-[^"/#]+\.whl))(?:#[^"]*)?"')


class UvUnavailable(RuntimeError):
    """uv could not be had; the message says why and what helps."""


class HashMismatch(UvUnavailable):
    """What the index delivered is not what was pinned: nothing of it is used."""


@dataclass(frozen=True)
class Pins:
    """The pinned version and the hashes of its wheels."""

    version: str
    hashes: frozenset[str]

    @classmethod
    def read(cls, path: Path = PINS) -> "Pins":
        """Returns the pins of a requirements file with hashes."""
        text = path.read_text()
        version = re.search(r"^uv==(\S+)", text, re.MULTILINE)
        if version is None:
            raise UvUnavailable(f"{path} names no version of uv.")
        return cls(version.group(1), frozenset(re.findall(r"sha256:([0-9a-f]{64})", text)))


def ensure_uv(boot: Path) -> Path:
    """Returns a uv that fits, fetching it into `boot` where the machine has none."""
    pins = Pins.read()
    present = shutil.which("uv")
    if present is not None and _version(Path(present)) >= _OLDEST:
        return Path(present)
    own = boot / "bin" / "uv"
    if _version(own) == tuple(int(part) for part in pins.version.split(".")[:2]):
        return own
    shutil.rmtree(boot / "bin", ignore_errors=True)
    boot.mkdir(parents=True, exist_ok=True)
    if not _by_pip(boot):
        download(own, pins)
    if _version(own) == (0, 0):
        raise UvUnavailable(f"The uv that was fetched to {own} does not run on this machine ({platform.machine()}).")
    return own


def _version(program: Path) -> tuple[int, ...]:
    try:
        shown = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0, 0)
    found = re.search(r"uv (\d+)\.(\d+)", shown)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _by_pip(boot: Path) -> bool:
    """Installs with the machine's pip; False where there is none or it fails (the download is tried then)."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(boot), "--upgrade"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", str(PINS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and (boot / "bin" / "uv").is_file()


def download(target: Path, pins: Pins) -> None:
    """Writes the fitting wheel's program to `target`; nothing is written where `UvUnavailable` is raised."""
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or _INDEX
    page_url = f"{index.rstrip('/')}/uv/"
    page = fetch(page_url).decode(errors="replace")
    wanted = wheel_pattern(pins.version)
    for address, name in _LINK.findall(page):
        if wanted.fullmatch(urllib.parse.unquote(name)):
            program = unpack(fetch(urllib.parse.urljoin(page_url, address)), pins)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(program)
            target.chmod(0o755)
            return
    raise UvUnavailable(
        f"{page_url} offers no uv {pins.version} for {sys.platform} {platform.machine()}. "
        "Install uv by hand (https://docs.astral.sh/uv/) and run again."
    )


def wheel_pattern(
    version: str, system: str = sys.platform, machine: str = "", *, musl: bool | None = None
) -> re.Pattern[str]:
    """Returns what the file name of the fitting wheel looks like."""
    processor = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        machine or platform.machine(), machine or platform.machine()
    )
    if system == "darwin":
        tag = rf"macosx_\d+_\d+_{'arm64' if processor == 'aarch64' else processor}"
    else:
        on_musl = any(Path("/lib").glob("ld-musl-*")) if musl is None else musl
        tag = rf"(?:\w+\.)*{'musllinux' if on_musl else 'manylinux'}_\d+_\d+_{processor}(?:\.\w+)*"
    return re.compile(rf"uv-{re.escape(version)}-py3-none-{tag}\.whl")


def unpack(wheel: bytes, pins: Pins) -> bytes:
    """Returns the program inside a wheel; raises `HashMismatch` unless the wheel is one of the pinned ones."""
    found = hashlib.sha256(wheel).hexdigest()
    if found not in pins.hashes:
        raise HashMismatch(
            f"The uv {pins.version} that was downloaded has the SHA-256 {found}, which is none "
            f"of those pinned in {PINS.name}. It was not used. Check the network between here and the package index."
        )
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.read(f"uv-{pins.version}.data/scripts/uv")


def fetch(address: str) -> bytes:
    """Returns what an https address answers; raises `UvUnavailable` with words for a person otherwise."""
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise UvUnavailable(f"Refusing to fetch {address}: only https is used.")
    try:
        with urllib.request.urlopen(address, timeout=60, context=_tls()) as answer:  # noqa: S310 (checked above)
            content: bytes = answer.read()
    except OSError as error:
        raise UvUnavailable(
            f"{address} could not be read ({error}). The first run needs the network: PyPI and the npm registry."
        ) from error
    return content


def has_certificates() -> bool:
    """Tells whether this machine has any certificate authorities to check a server against."""
    if ssl.create_default_context().get_ca_certs():
        return True
    # A folder of authorities is read only when it is needed, so the context above does not list it.
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).glob("*"))


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not has_certificates():
        # A bare Debian has no certificates at all. The pinned hash still decides what is used.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
