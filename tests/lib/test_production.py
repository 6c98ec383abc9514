"""An installation in production sends nothing unencrypted over a network."""

import pytest

from api.lib.settings import SettingsError, read

GOOD = {
    "PRS_ENV": "production",
    "PRS_PUBLIC_URL": "https://prs.example.org",
    "PRS_API_DATABASE_URL": "postgresql://prs_app:x@db.example/prs?ssl=verify-full",
    "PRS_WORKER_DATABASE_URL": "postgresql://prs_worker:x@/prs?host=/run/postgresql",
    "PRS_SEALER_DATABASE_URL": "postgresql://prs_sealer:x@127.0.0.1/prs",
    "PRS_REDIS_URL": "rediss://:x@redis.example/0",
    "PRS_ODOO_URL": "https://odoo.example",
    "PRS_FRESHDESK_URL": "https://desk.example",
    "PRS_KMS_ENDPOINT": "http://localhost:4566",
    "PRS_STORAGE_URL": "s3://bucket/prs?endpoint=https://s3.example&region=eu",
    "PRS_ANTIVIRUS_URL": "clamd+unix:///run/clamav/clamd.ctl",
    "PRS_DATADOG_URL": "udp://127.0.0.1:8125",
    "PRS_TRACES_URL": "unix:///run/datadog.sock",
}
OPEN = {
    "pages over http": {"PRS_PUBLIC_URL": "http://prs.example.org"},
    "pages of this machine": {"PRS_PUBLIC_URL": "http://127.0.0.1:8000"},
    "a database that may be anybody": {"PRS_API_DATABASE_URL": "postgresql://prs_app:x@db.example/prs"},
    "a database whose name is not checked": {"PRS_API_DATABASE_URL": "postgresql://a:x@db.example/prs?ssl=require"},
    "a database that only sounds near": {"PRS_DATABASE_URL": "postgresql://a:x@127.0.0.1.evil.example/prs"},
    "redis": {"PRS_REDIS_URL": "redis://:x@redis.example/0"},
    "the back office": {"PRS_ODOO_URL": "http://odoo.example"},
    "the help desk": {"PRS_FRESHDESK_URL": "http://desk.example"},
    "the analysts": {"PRS_MIXPANEL_URL": "http://mixpanel.example"},
    "deletions": {"PRS_MIXPANEL_DELETION_URL": "http://mixpanel.example"},
    "the key service": {"PRS_KMS_ENDPOINT": "http://10.0.0.5"},
    "files": {"PRS_STORAGE_URL": "s3://bucket/prs?endpoint=http://s3.example&region=eu"},
    "files on their way to the scanner": {"PRS_ANTIVIRUS_URL": "clamd://scanner.example:3310"},
    "metrics": {"PRS_DATADOG_URL": "udp://agent.example:8125"},
    "traces": {"PRS_TRACES_URL": "http://agent.example:8126"},
}


def test_what_is_encrypted_or_stays_here_is_taken() -> None:
    assert read(GOOD).env == "production"


@pytest.mark.parametrize("changes", OPEN.values(), ids=OPEN)
def test_production_wants_encryption(changes: dict[str, str]) -> None:
    [(name, value)] = changes.items()
    with pytest.raises(SettingsError) as refused:
        read(GOOD | changes)
    assert f"{name}: must" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 2
    # It may be a secret.
    assert value not in str(refused.value)
    # Elsewhere it is nobody's business.
    assert read({**GOOD, **changes, "PRS_ENV": "test"}).env == "test"


def test_the_default_address_is_refused_too() -> None:
    with pytest.raises(SettingsError, match="PRS_PUBLIC_URL: must begin with https://"):
        read({"PRS_ENV": "production"})
