"""Secrets of the one-machine run: made once, kept under `.data/secrets.env`, readable by its owner alone."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path


class UnreadableSecrets(RuntimeError):
    """The file of secrets is broken or open to others; the message says what to do."""


_MAKERS: Mapping[str, Callable[[], str]] = {
    "PRS_MASTER_KEYS": lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    "PRS_INTERNAL_TOKEN": lambda: secrets.token_urlsafe(32),
    "OWNER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "API_PASSWORD": lambda: secrets.token_urlsafe(24),
    "WORKER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "SEALER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "AUDITOR_PASSWORD": lambda: secrets.token_urlsafe(24),
    "BACK_OFFICE_PASSWORD": lambda: secrets.token_urlsafe(24),
}


def load_or_make(path: Path) -> dict[str, str]:
    """Returns the secrets; whatever is missing is made and added, what is there stays."""
    known = _read(path) if path.exists() else {}
    missing = {name: make() for name, make in _MAKERS.items() if name not in known}
    if missing:
        complete = known | missing
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in complete.items())
        fresh.rename(path)
        return complete
    return known


def _read(path: Path) -> dict[str, str]:
    if path.stat().st_mode & 0o077:
        raise UnreadableSecrets(f"{path} can be read by others. Run `chmod 600 {path}` and try again.")
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator:
            raise UnreadableSecrets(f"Line {number} of {path} is not NAME=value.")
        found[name.strip()] = value.strip()
    return found
