"""What an installation in production may send over a network: nothing unencrypted."""

from urllib.parse import parse_qs, urlsplit

from api.lib.networks import is_here

_OPEN = {
    "http": "https://",
    "redis": "rediss://",
    "udp": "unix:// or an agent on this machine",
    "clamd": "clamd+unix:// or a scanner on this machine",
}


def complaint(name: str, value: str) -> str | None:
    """Return why an address must not be used in production, or ``None`` where it may; ``name`` is the setting's."""
    parts = urlsplit(value)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if name == "storage_url":
        return complaint("endpoint", options.get("endpoint", ""))
    if parts.scheme == "postgresql":
        is_socket = options.get("host", "").startswith("/")
        if is_socket or options.get("ssl") == "verify-full" or is_here(parts.hostname or ""):
            return None
        return "must say ssl=verify-full in production"
    # People are elsewhere, whatever the address says.
    if name != "public_url" and is_here(parts.hostname or ""):
        return None
    wanted = _OPEN.get(parts.scheme)
    return f"must begin with {wanted} in production" if wanted else None
