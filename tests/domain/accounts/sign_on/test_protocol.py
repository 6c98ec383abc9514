"""Signing in through a provider that lies, or that somebody else speaks for."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.lib.db import Database
from tests.conftest import Running
from tests.domain.accounts.sign_on.conftest import BASE, begin, come_back, people, refused, through
from tests.peers.openid import CLIENT, SECRET, Lying

Change = Callable[[Lying], None]


async def test_the_honest_answer_is_taken(app: Running, lying: Lying) -> None:
    answer = await through(app, lying)
    assert (answer.status_code, answer.headers["location"]) == (303, "/events?page=2")
    [exchange] = lying.exchanges
    assert (exchange["client_secret"], exchange["code"]) == (SECRET, "a-code")
    assert len(exchange["code_verifier"]) >= 43
    attributes = {part.strip().lower() for part in answer.headers.get_list("set-cookie")[0].split(";")}
    assert {"httponly", "samesite=strict"} <= attributes


async def test_the_attempt_is_kept_sealed_and_goes_nowhere_else(app: Running) -> None:
    answer = await app.client.get(f"{BASE}/lab/start")
    cookie = answer.headers["set-cookie"].lower()
    assert "samesite=lax" in cookie
    assert "httponly" in cookie
    # Sealed, and of one attempt: the whole site may send it, as the prefix __Host- asks.
    assert "path=/;" in cookie
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert sent["state"][0].lower() not in cookie
    assert sent["nonce"][0].lower() not in cookie


def with_claims(**changes: Any) -> Change:
    def change(lying: Lying) -> None:
        lying.claims = lambda honest: {name: value for name, value in {**honest, **changes}.items() if value is not ...}

    return change


def signing(make: Callable[[Lying], Callable[[dict[str, Any]], str]]) -> Change:
    def change(lying: Lying) -> None:
        lying.sign = make(lying)

    return change


def discovering(**changes: Any) -> Change:
    def change(lying: Lying) -> None:
        lying.discovery = lambda honest: {**honest, **changes}

    return change


def secret_among_the_keys(lying: Lying) -> None:
    key = {"kty": "oct", "kid": "first", "k": "YSBzZWNyZXQgb2YgdGhyb3ctYXdheSBkYXRh"}
    lying.keys = lambda _: {"keys": [key]}
    lying.sign = lying.signed_with_the_secret


def key_for_encryption(lying: Lying) -> None:
    lying.keys = lambda honest: {"keys": [{**key, "use": "enc"} for key in honest["keys"]]}


def another_person_told(lying: Lying) -> None:
    lying.claims = lambda honest: {name: value for name, value in honest.items() if not name.startswith("email")}
    lying.told = lambda honest: {**honest, "sub": "person-2"}


NOW = int(time.time())
LIES: dict[str, Change] = {
    "another nonce": with_claims(nonce="x" * 43),
    "no nonce": with_claims(nonce=...),
    "another audience": with_claims(aud="another-client"),
    "no audience": with_claims(aud=...),
    "several audiences and no authorized party": with_claims(aud=[CLIENT, "another-client"]),
    "another authorized party": with_claims(azp="another-client"),
    "another issuer": with_claims(iss="https://accounts.example"),
    "expired": with_claims(exp=NOW - 3600),
    "no expiry": with_claims(exp=...),
    "an expiry in words": with_claims(exp="tomorrow"),
    "from the future": with_claims(iat=NOW + 3600),
    "from long ago": with_claims(iat=NOW - 7200),
    "not yet valid": with_claims(nbf=NOW + 3600),
    "nobody": with_claims(sub=...),
    "an empty subject": with_claims(sub=""),
    "a subject that is a number": with_claims(sub=7),
    "another access token's hash": with_claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": signing(lambda lying: lying.unsigned),
    "signed with the client's secret": signing(lambda lying: lying.signed_with_the_secret),
    "signed by a stranger": signing(lambda _: Lying.signed.__get__(_Stranger())),
    "a signature of other claims": signing(lambda lying: lambda claims: _mixed(lying, claims)),
    "no token": signing(lambda _: lambda __: ""),
    "junk": signing(lambda _: lambda __: "a.b.c"),
    "a symmetric key among the keys": secret_among_the_keys,
    "keys for encryption": key_for_encryption,
    "no keys": lambda lying: setattr(lying, "keys", lambda _: {"keys": []}),
    "keys that are none": lambda lying: setattr(lying, "keys", lambda _: {"keys": [{"kty": "EC"}]}),
    "a person that the token is not about": another_person_told,
}  # fmt: skip


class _Stranger:
    def __init__(self) -> None:
        made = Lying()
        made.close()
        self.key = made.key


def _mixed(lying: Lying, claims: dict[str, Any]) -> str:
    honest, other = lying.signed(claims), lying.signed({**claims, "sub": "person-2"})
    return ".".join([*other.split(".")[:2], honest.split(".")[2]])


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_in_the_token_is_refused_and_changes_nothing(
    app: Running, lying: Lying, owner: Database, lie: str
) -> None:
    LIES[lie](lying)
    before = await people(owner)
    assert refused(await through(app, lying))
    assert await people(owner) == before


ANSWERS: dict[str, dict[str, str]] = {
    "another state": {"state": "x" * 43},
    "no state": {"state": ""},
    "no code": {"code": ""},
    "an error": {"error": "access_denied"},
    "another issuer": {"iss": "https://accounts.example"},
}


@pytest.mark.parametrize("change", ANSWERS)
async def test_a_changed_answer_is_refused_before_the_code_is_spent(
    app: Running, lying: Lying, owner: Database, change: str
) -> None:
    before = await people(owner)
    assert refused(await through(app, lying, **ANSWERS[change]))
    assert lying.exchanges == []
    assert await people(owner) == before


async def test_an_answer_without_its_issuer_is_refused_where_one_is_promised(app: Running, lying: Lying) -> None:
    sent = await begin(app.client)
    lying.nonce = sent["nonce"]
    assert refused(await come_back(app.client, code="a-code", state=sent["state"]))
    assert lying.exchanges == []


async def test_a_parameter_that_is_there_twice_is_refused(app: Running, lying: Lying) -> None:
    sent = await begin(app.client)
    answer = await app.client.get(f"{BASE}/lab/callback?code=a&code=b&state={sent['state']}&iss={lying.issuer}")
    assert refused(answer)
    assert lying.exchanges == []


async def test_one_providers_answer_does_not_reach_another_one(app: Running, lying: Lying, owner: Database) -> None:
    sent = await begin(app.client)
    before = await people(owner)
    answer = await come_back(app.client, "other", code="a-code", state=sent["state"], iss=lying.issuer)
    assert answer.headers["location"].startswith("/sign-in?problem=provider-")
    assert lying.exchanges == []
    assert await people(owner) == before


@pytest.mark.parametrize("cookie", ["", "x", "AQ==", "no base64!"])
async def test_another_browsers_answer_is_refused(app: Running, lying: Lying, cookie: str) -> None:
    sent = await begin(app.client)
    app.client.cookies.clear()
    headers = {"Cookie": f"prs_oidc={cookie}"}
    params = {"code": "a-code", "state": sent["state"], "iss": lying.issuer}
    assert refused(await app.client.get(f"{BASE}/lab/callback", params=params, headers=headers))
    assert lying.exchanges == []


DISCOVERIES: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "http://127.0.0.1:9"},
    "a token endpoint elsewhere": {"token_endpoint": "http://192.0.2.1/token"},
    "keys elsewhere": {"jwks_uri": "http://192.0.2.1/keys"},
    "a file": {"jwks_uri": "file:///etc/passwd"},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "no endpoint": {"token_endpoint": None},
}


@pytest.mark.parametrize("change", DISCOVERIES)
async def test_a_changed_discovery_document_sends_nobody_anywhere(app: Running, lying: Lying, change: str) -> None:
    discovering(**DISCOVERIES[change])(lying)
    answer = await app.client.get(f"{BASE}/lab/start")
    assert refused(answer)
    assert lying.exchanges == []


async def test_a_provider_that_is_away_is_told(app: Running) -> None:
    assert refused(await app.client.get(f"{BASE}/other/start"), "provider-unavailable")
    assert (await app.client.get(f"{BASE}/unknown/start")).status_code == 404


async def test_discovery_and_keys_are_fetched_once_and_again_for_a_new_key(
    app: Running, lying: Lying, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        lying.nonce = ""
        assert (await through(app, lying)).headers["location"] == "/events?page=2"
        app.client.cookies.clear()
    assert lying.fetched.count("/.well-known/openid-configuration") == 1
    assert lying.fetched.count("/keys") == 1
    monkeypatch.setattr("api.domain.accounts.openid._KEYS_AGAIN_SECONDS", 0.0)
    lying.key = type(lying.key).generate_key("P-256", {"kid": "second", "use": "sig"})
    lying.sign = lambda claims: lying.signed(claims, kid="second")
    lying.nonce = ""
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    assert lying.fetched.count("/keys") == 2


AWAY = (
    "//evil.example", "https://evil.example", "\\\\evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x",
    "evil.example", "", "/ /evil.example", "/\r\nSet-Cookie: a=b", "/" + "x" * 600, "///evil.example", "/\u2028/evil",
)  # fmt: skip


@pytest.mark.parametrize("wanted", AWAY)
async def test_the_way_back_leads_nowhere_else(app: Running, lying: Lying, wanted: str) -> None:
    sent = await begin(app.client, return_to=wanted)
    lying.nonce = sent["nonce"]
    answer = await come_back(app.client, code="a-code", state=sent["state"], iss=lying.issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
