"""Settings from the environment, read once at start.

Every setting is a field of :class:`Settings`; its variable is ``PRS_`` plus the name in capitals. A bad value stops the
start with a message that names the variable, what was found and what is wanted. ``prs settings --markdown`` writes the
table in ``docs/guides/settings.md`` from these declarations.
"""

import base64
import binascii
import os
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from api.lib import oidc, transit
from api.lib.networks import NotANetwork, network
from api.lib.storage import complaint as storage_complaint

PREFIX = "PRS_"


class Setting(msgspec.Struct, frozen=True):
    """What the table in the documentation says of one variable."""

    help: str
    secret: bool = False


class SettingsError(ValueError):
    """One or more variables are unusable; the message lists all of them."""


def _setting(text: str, *, secret: bool = False) -> Setting:
    return Setting(help=text, secret=secret)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Typed settings. Times are seconds unless the name says otherwise."""

    env: Annotated[Literal["local", "test", "production"], _setting("Kind of installation.")] = "local"
    region: Annotated[str, _setting("Region of this cell, e.g. `in` or `eu`.")] = "local"
    region_addresses: Annotated[
        dict[str, str], _setting("Public addresses of the other cells, `region=url` separated by commas.")
    ] = msgspec.field(default_factory=dict)
    host: Annotated[str, _setting("Address the API listens on.")] = "127.0.0.1"
    port: Annotated[int, _setting("Port of the API and the app.")] = 8000
    public_url: Annotated[str, _setting("Address people use; links in mails begin with it.")] = "http://127.0.0.1:8000"
    database_url: Annotated[str, _setting("Owner's database URL: migrations and `prs db` only.", secret=True)] = ""
    api_database_url: Annotated[str, _setting("Database URL of the API's role, which owns nothing.", secret=True)] = ""
    worker_database_url: Annotated[
        str, _setting("Database URL of the worker's role, which owns nothing.", secret=True)
    ] = ""
    sealer_database_url: Annotated[
        str, _setting("Database URL of the role that seals the audit trail; unsealed while empty.", secret=True)
    ] = ""
    auditor_database_url: Annotated[
        str, _setting("Database URL of the auditors' role: `prs audit verify` and `search`.", secret=True)
    ] = ""
    audit_seals_dir: Annotated[
        str, _setting("Folder outside the database to which each seal is appended; none while empty.")
    ] = ""
    database_pool: Annotated[int, _setting("Database connections of one process.")] = 8
    redis_url: Annotated[str, _setting("Redis-compatible server: caches, limits, nudges.", secret=True)] = (
        "redis://127.0.0.1:6379/0"
    )
    redis_timeout: Annotated[float, _setting("Longest wait for Redis before going on without it.")] = 0.05
    odoo_url: Annotated[str, _setting("Back office; nothing is sent while it is empty.")] = ""
    odoo_database: Annotated[str, _setting("Name of the back office's database.")] = "prs"
    odoo_login: Annotated[str, _setting("Login of the sync's user in the back office.")] = "admin"
    odoo_password: Annotated[str, _setting("Password or API key of that user.", secret=True)] = ""
    odoo_timeout: Annotated[float, _setting("Longest wait for one call to the back office.")] = 30.0
    smtp_url: Annotated[
        str, _setting("Mail server `smtp://[user:password@]host:port`; no mail while empty.", secret=True)
    ] = ""
    mail_from: Annotated[str, _setting("Sender of mails.")] = "Global PRS <no-reply@globalprs.example>"
    master_keys: Annotated[
        str, _setting("Keys that wrap data keys, `id:base64` of 32 bytes, the active one first.", secret=True)
    ] = ""
    key_provider: Annotated[
        Literal["environment", "file", "aws-kms"], _setting("Where the master keys are: docs/guides/keys.md.")
    ] = "environment"
    master_keys_file: Annotated[
        str, _setting("File with such keys, one a line, that only its owner can read; for the provider `file`.")
    ] = ""
    kms_key: Annotated[str, _setting("ARN or alias of the key in AWS KMS; for the provider `aws-kms`.")] = ""
    kms_endpoint: Annotated[str, _setting("Address of the key service where it is not AWS's own.")] = ""
    aadhaar_vault: Annotated[
        Literal["off", "on"], _setting("Keep whole Aadhaar numbers; read docs/guides/sensitive-answers.md first.")
    ] = "off"
    internal_token: Annotated[str, _setting("Token with which the scheduler calls the API.", secret=True)] = ""
    access_token_seconds: Annotated[int, _setting("Life of an access token.")] = 600
    refresh_token_seconds: Annotated[int, _setting("Life of a session without use.")] = 30 * 86400
    session_max_seconds: Annotated[int, _setting("Longest life of a session, however much it is used.")] = 90 * 86400
    signing_key_days: Annotated[int, _setting("Age at which the key that signs access tokens is replaced.")] = 90
    signing_key_lead_seconds: Annotated[
        int, _setting("How long a new signing key is published before it signs: longer than anybody caches the JWKS.")
    ] = 600
    draft_seconds: Annotated[int, _setting("Life of a draft without a change.")] = 30 * 86400
    hold_seconds: Annotated[int, _setting("How long an open draft holds its seats.")] = 1800
    resume_link_seconds: Annotated[int, _setting("Life of a link that resumes a draft.")] = 86400
    oidc_providers: Annotated[
        str, _setting("OpenID providers as a JSON list, see docs/guides/sign-in.md; none while empty.", secret=True)
    ] = ""
    trusted_proxies: Annotated[tuple[str, ...], _setting("CIDRs whose X-Forwarded-For is believed, by commas.")] = ()
    allowed_networks: Annotated[
        tuple[str, ...], _setting("CIDRs from which the API may be called, by commas; from everywhere while empty.")
    ] = ()
    denied_networks: Annotated[
        tuple[str, ...], _setting("CIDRs from which the API may not be called, by commas; they win.")
    ] = ()
    api_processes: Annotated[
        int, _setting("API processes of the cell: each holds this share of a limit while Redis is away.")
    ] = 1
    rate_limit_scale: Annotated[float, _setting("Factor on all rate limits; 0 turns them off.")] = 1.0
    datadog_url: Annotated[str, _setting("DogStatsD, e.g. `udp://127.0.0.1:8125`; off while empty.")] = ""
    traces_url: Annotated[
        str,
        _setting("Datadog agent for traces, e.g. `http://127.0.0.1:8126`; off while empty. Needs the extra `traces`."),
    ] = ""
    mixpanel_token: Annotated[str, _setting("Mixpanel project token; off while empty.", secret=True)] = ""
    mixpanel_url: Annotated[str, _setting("Mixpanel's API host, e.g. `https://api-eu.mixpanel.com`.")] = (
        "https://api.mixpanel.com"
    )
    mixpanel_deletion_url: Annotated[str, _setting("Mixpanel's application API, which deletes persons.")] = (
        "https://mixpanel.com"
    )
    mixpanel_deletion_token: Annotated[
        str, _setting("OAuth token of Mixpanel's GDPR API; without it erasures wait.", secret=True)
    ] = ""
    freshdesk_url: Annotated[
        str, _setting("Help desk, e.g. `https://example.freshdesk.com`; requests wait here while it is empty.")
    ] = ""
    freshdesk_key: Annotated[str, _setting("API key of an agent of the help desk.", secret=True)] = ""
    storage_url: Annotated[
        str,
        _setting(
            "Where files lie: `file:///folder` or `s3://bucket/prefix?endpoint=…&region=…&kms=…`; none while empty."
        ),
    ] = ""
    antivirus_url: Annotated[
        str,
        _setting("A clamd that looks at every upload: `clamd://host:3310` or `clamd+unix:///path`; none while empty."),
    ] = ""
    upload_registration_bytes: Annotated[
        int, _setting("Bytes that the files of one registration may have together.")
    ] = 500 * 1024 * 1024
    api_docs: Annotated[
        Literal["on", "off"], _setting("Serve the contract and its pages: `/docs`, `/schema/openapi.json`.")
    ] = "on"
    frontend_dir: Annotated[str, _setting("Folder of the built app that the API serves; none while empty.")] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _setting("Least level that is logged.")] = "INFO"


class SettingRow(msgspec.Struct, frozen=True):
    """One line of the documented table."""

    variable: str
    default: str
    help: str
    secret: bool


def rows() -> list[SettingRow]:
    """Return the settings in the order of their declaration, for the documentation."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = Settings()
    found = []
    for name in Settings.__struct_fields__:
        meta = next(part for part in get_args(hints[name]) if isinstance(part, Setting))
        value = getattr(defaults, name)
        shown = "" if value in ("", (), {}) else str(value)
        found.append(SettingRow(f"{PREFIX}{name.upper()}", shown, meta.help, meta.secret))
    return found


def _pairs(raw: str) -> dict[str, str]:
    return dict(_split(part) for part in raw.split(",") if part.strip())


def _split(part: str) -> tuple[str, str]:
    key, found, value = part.partition("=")
    if not found:
        raise ValueError(f"{part!r} is not name=value")
    return key.strip(), value.strip()


def _convert(raw: str, wanted: Any) -> Any:
    if get_origin(wanted) is dict:
        return _pairs(raw)
    if get_origin(wanted) is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return msgspec.convert(raw, wanted, strict=False)


def _url(*schemes: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if value and urlsplit(value).scheme not in schemes:
            return f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        return None

    return check


def _master_keys(value: str) -> str | None:
    for part in filter(None, value.split(",")):
        name, _, encoded = part.partition(":")
        try:
            size = len(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            return "must be `id:base64` parts separated by commas"
        if not name or size != 32:
            return "each key must be `id:` and the base64 of 32 bytes"
    return None


def _networks(values: tuple[str, ...]) -> str | None:
    for value in values:
        try:
            network(value)
        except NotANetwork as error:
            return f"{value!r}: {error}"
    return None


def _lead(value: int) -> str | None:
    # Processes look for new keys every half second.
    return None if value >= 2 else "must be at least 2: every process has to know a key before it signs"


def _oidc_providers(value: str) -> str | None:
    try:
        oidc.read(value)
    except ValueError as error:
        return str(error)
    return None


def _positive(value: float) -> str | None:
    return None if value > 0 else "must be greater than 0"


_CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    "database_url": _url("postgresql"),
    "api_database_url": _url("postgresql"),
    "worker_database_url": _url("postgresql"),
    "sealer_database_url": _url("postgresql"),
    "auditor_database_url": _url("postgresql"),
    "redis_url": _url("redis", "rediss", "unix"),
    "odoo_url": _url("http", "https"),
    "public_url": _url("http", "https"),
    "mixpanel_url": _url("http", "https"),
    "mixpanel_deletion_url": _url("http", "https"),
    "freshdesk_url": _url("http", "https"),
    "kms_endpoint": _url("http", "https"),
    "smtp_url": _url("smtp", "smtps"),
    "datadog_url": _url("udp", "unix"),
    "storage_url": lambda value: storage_complaint(value) if value else None,
    "antivirus_url": _url("clamd", "clamd+unix"),
    "traces_url": _url("http", "unix"),
    "master_keys": _master_keys,
    "oidc_providers": _oidc_providers,
    "trusted_proxies": _networks,
    "allowed_networks": _networks,
    "denied_networks": _networks,
    "api_processes": _positive,
    "upload_registration_bytes": _positive,
    "port": lambda value: None if 0 < value < 65536 else "must be a port from 1 to 65535",
    "database_pool": _positive,
    "redis_timeout": _positive,
    "odoo_timeout": _positive,
    "hold_seconds": _positive,
    "draft_seconds": _positive,
    "access_token_seconds": _positive,
    "refresh_token_seconds": _positive,
    "session_max_seconds": _positive,
    "signing_key_days": _positive,
    "signing_key_lead_seconds": _lead,
}


def read(environ: Mapping[str, str]) -> Settings:
    """Build the settings from ``environ``.

    Raises:
        SettingsError: with one line for each variable that cannot be used.
    """
    hints = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name in Settings.__struct_fields__:
        variable = f"{PREFIX}{name.upper()}"
        raw = environ.get(variable)
        if raw is None or raw == "":
            continue
        secret = next(part for part in get_args(hints[name]) if isinstance(part, Setting)).secret
        try:
            value = _convert(raw, get_args(hints[name])[0])
            complaint = _CHECKS[name](value) if name in _CHECKS else None
        except (msgspec.ValidationError, ValueError) as error:
            complaint = str(error)
        if complaint:
            shown = "(hidden)" if secret else repr(raw)
            problems.append(f"{variable}={shown}: {complaint}")
            continue
        values[name] = value
    unknown = sorted(set(environ) & _lookalikes(environ))
    problems.extend(f"{variable}: no such setting; see docs/guides/settings.md" for variable in unknown)
    found = Settings(**values)
    problems.extend(_unencrypted(found))
    if problems:
        raise SettingsError("The settings cannot be used:\n  " + "\n  ".join(problems))
    return found


def _unencrypted(found: Settings) -> list[str]:
    names = [name for name in Settings.__struct_fields__ if name.endswith(("_url", "_endpoint"))]
    if found.env != "production":
        return []
    complaints = ((name, transit.complaint(name, getattr(found, name))) for name in names)
    return [f"{PREFIX}{name.upper()}: {complaint}" for name, complaint in complaints if complaint]


# Variables of the launcher and of the test suite, which the processes ignore.
_FOREIGN = ("PRS_TEST_", "PRS_LOCAL_")


def _lookalikes(environ: Mapping[str, str]) -> set[str]:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}
    return {name for name in environ if name.startswith(PREFIX) and name not in known and not name.startswith(_FOREIGN)}


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return read(os.environ)


def settings_or_exit() -> Settings:
    """Return the settings of this process, or end it with the readable message: for the processes' entry points."""
    try:
        return settings()
    except SettingsError as error:
        sys.exit(str(error))
