"""Settings: a bad value stops the start, with a message that names all of them and shows no secret."""

import base64
import json

import pytest

from api.lib.settings import Settings, SettingsError, read, rows

KEY = base64.b64encode(b"k" * 32).decode()


def provider(**changes: object) -> str:
    """Return the declaration of one OpenID provider."""
    good = {"slug": "lab", "name": "Lab", "issuer": "https://accounts.example", "client_id": "prs"}
    return json.dumps([{**good, **changes}])


WRONG = {
    "a port in words": {"PRS_PORT": "http"},
    "a port of nothing": {"PRS_PORT": "0"},
    "a port too high": {"PRS_PORT": "65536"},
    "a fraction of a port": {"PRS_PORT": "8000.5"},
    "an environment nobody knows": {"PRS_ENV": "staging"},
    "a level nobody knows": {"PRS_LOG_LEVEL": "debug"},
    "another database": {"PRS_DATABASE_URL": "mysql://u:p@h/d"},
    "a database without a scheme": {"PRS_API_DATABASE_URL": "localhost/d"},
    "a redis over http": {"PRS_REDIS_URL": "http://127.0.0.1"},
    "a public address without a scheme": {"PRS_PUBLIC_URL": "prs.example"},
    "an address in ftp": {"PRS_ODOO_URL": "ftp://odoo"},
    "mail over http": {"PRS_SMTP_URL": "http://mail"},
    "metrics over http": {"PRS_DATADOG_URL": "http://dog"},
    "a negative timeout": {"PRS_REDIS_TIMEOUT": "-1"},
    "no pool": {"PRS_DATABASE_POOL": "0"},
    "holds of no length": {"PRS_HOLD_SECONDS": "0"},
    "a short key": {"PRS_MASTER_KEYS": "k1:" + base64.b64encode(b"short").decode()},
    "a key that is no base64": {"PRS_MASTER_KEYS": "k1:!!!"},
    "a key without a name": {"PRS_MASTER_KEYS": ":" + KEY},
    "a key that is only a name": {"PRS_MASTER_KEYS": "k1"},
    "providers that are no list": {"PRS_OIDC_PROVIDERS": "{}"},
    "a provider without an issuer": {"PRS_OIDC_PROVIDERS": '[{"slug": "lab", "name": "Lab", "client_id": "prs"}]'},
    "a provider over http": {"PRS_OIDC_PROVIDERS": provider(issuer="http://accounts.example")},
    "a provider's address with a query": {"PRS_OIDC_PROVIDERS": provider(issuer="https://accounts.example/?a=b")},
    "a provider that signs with a secret": {"PRS_OIDC_PROVIDERS": provider(algorithms=["HS256"])},
    "a provider that signs nothing": {"PRS_OIDC_PROVIDERS": provider(algorithms=["none"])},
    "a provider without OpenID": {"PRS_OIDC_PROVIDERS": provider(scope="email")},
    "a provider named as a path": {"PRS_OIDC_PROVIDERS": provider(slug="../lab")},
    "a provider named as the password": {"PRS_OIDC_PROVIDERS": provider(slug="password")},
    "a setting of a provider that nobody knows": {"PRS_OIDC_PROVIDERS": provider(trust=True)},
    "two providers of one name": {"PRS_OIDC_PROVIDERS": f"[{provider()[1:-1]}, {provider()[1:-1]}]"},
    "regions without addresses": {"PRS_REGION_ADDRESSES": "eu"},
    "a name nobody knows": {"PRS_DATABSE_URL": "postgresql://h/d"},
}


@pytest.mark.parametrize("environ", WRONG.values(), ids=WRONG)
def test_a_bad_value_stops_the_start_and_is_named(environ: dict[str, str]) -> None:
    (name,) = environ
    with pytest.raises(SettingsError, match=name):
        read(environ)


def test_every_bad_value_is_told_at_once() -> None:
    environ = {
        "PRS_PORT": "http",
        "PRS_ENV": "staging",
        "PRS_REDIS_URL": "x",
        "PRS_TYPO": "1",
        "PRS_HOLD_SECONDS": "-5",
    }
    with pytest.raises(SettingsError) as refused:
        read(environ)
    assert all(name in str(refused.value) for name in environ)
    assert len(str(refused.value).splitlines()) == len(environ) + 1


@pytest.mark.parametrize(
    "name", [row.variable for row in rows() if row.secret and row.variable.endswith(("_URL", "_KEYS"))]
)
def test_a_bad_secret_is_named_and_not_shown(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read({name: "k1:hunter2-hunter2"})
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_nothing_gives_the_defaults_and_so_does_what_is_empty() -> None:
    assert read({}) == Settings() == read({row.variable: "" for row in rows()})
    assert read({"PATH": "/bin", "PRS_TEST_X": "1", "PRS_LOCAL_X": "1"}) == Settings()


def test_values_become_what_they_are() -> None:
    found = read(
        {
            "PRS_PORT": "9000",
            "PRS_REDIS_TIMEOUT": "0.2",
            "PRS_REGION_ADDRESSES": "eu=https://eu.example, in=https://in.example",
            "PRS_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1/32",
            "PRS_MASTER_KEYS": f"k2:{KEY},k1:{KEY}",
            "PRS_RATE_LIMIT_SCALE": "0",
        }
    )
    assert (found.port, found.redis_timeout, found.rate_limit_scale) == (9000, 0.2, 0)
    assert found.region_addresses == {"eu": "https://eu.example", "in": "https://in.example"}
    assert found.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32")


def test_every_setting_is_explained() -> None:
    assert all(row.help.endswith((".", ")")) for row in rows())
    assert {row.variable for row in rows() if row.secret} >= {
        "PRS_MASTER_KEYS",
        "PRS_INTERNAL_TOKEN",
        "PRS_ODOO_PASSWORD",
    }


def test_providers_are_read_from_their_list() -> None:
    assert read({"PRS_OIDC_PROVIDERS": provider()}).oidc_providers == provider()
    assert "PRS_OIDC_PROVIDERS" in {row.variable for row in rows() if row.secret}
