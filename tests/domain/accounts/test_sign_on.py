"""Signing in through a provider: a certified one, and ones that lie."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.lib.db import Database
from api.lib.settings import Settings
from tests.conftest import Running, running, structs
from tests.domain.accounts.conftest import EMAIL, PHRASE, Post, actions, attempt, rows, rows_changed, sign_up, verified
from tests.domain.accounts.test_second_factor import code, enable, finish
from tests.peers.openid import CLIENT, SECRET, Certified, Lying, certified

BASE = "/api/v1/auth/oidc"
CALLBACK = "http://testserver.local/api/v1/auth/oidc/{}/callback"
Change = Callable[[Lying], None]


def declared(slug: str, issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug, "name": slug.capitalize(), "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, **more
    }  # fmt: skip


@pytest.fixture
def lying() -> Iterator[Lying]:
    """A provider that is honest until it is told otherwise."""
    provider = Lying()
    yield provider
    provider.close()


@pytest.fixture
def options() -> dict[str, Any]:
    """What a test adds to the provider's declaration."""
    return {}


@pytest.fixture
async def app(settings: Settings, world: object, lying: Lying, options: dict[str, Any]) -> AsyncIterator[Running]:  # noqa: ARG001
    """The application with the provider, and with a second one that nobody answers for."""
    providers = [declared("lab", lying.issuer, **options), declared("other", "http://127.0.0.1:1")]
    async with running(structs(settings, oidc_providers=json.dumps(providers))) as found:
        yield found


async def begin(client: httpx.AsyncClient, slug: str = "lab", return_to: str = "/events?page=2") -> dict[str, str]:
    """Start; returns what the browser takes to the provider."""
    answer = await client.get(f"{BASE}/{slug}/start", params={"return_to": return_to})
    assert answer.status_code == 302, answer.text
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in sent.items()}


async def come_back(client: httpx.AsyncClient, slug: str = "lab", **answer: str) -> httpx.Response:
    return await client.get(f"{BASE}/{slug}/callback", params=answer)


async def through(app: Running, lying: Lying, **changes: str) -> httpx.Response:
    """Go to the provider and come back with what it answers, or with changes of that."""
    sent = await begin(app.client)
    lying.nonce = lying.nonce or sent["nonce"]
    answer = {"code": "a-code", "state": sent["state"], "iss": lying.issuer} | changes
    return await come_back(app.client, **answer)


async def people(owner: Database) -> list[list[tuple[object, ...]]]:
    """Return all that signing in could change."""
    return [
        await rows(owner, "SELECT id, email, password_hash, email_verified_at FROM account ORDER BY id"),
        await rows(owner, "SELECT account_id, issuer, subject FROM account_identity ORDER BY id"),
        await rows(owner, "SELECT id FROM auth_session ORDER BY id"),
    ]


def refused(answer: httpx.Response, problem: str = "provider-refused") -> bool:
    return (
        answer.status_code == 303
        and answer.headers["location"] == f"/sign-in?problem={problem}"
        and not any("prs_refresh" in value for value in answer.headers.get_list("set-cookie"))
    )


# The certified provider.


@pytest.fixture(scope="module")
def provider() -> Iterator[Certified]:
    """The certified provider, with three people."""
    known = {
        "asha": {"email": "asha@example.net", "email_verified": True, "name": "Asha"},
        "unsure": {"email": "unsure@example.net", "email_verified": False},
        "nameless": {},
    }
    with certified(CALLBACK.format("real"), known) as found:
        yield found


@pytest.fixture
async def real(settings: Settings, world: object, provider: Certified) -> AsyncIterator[Running]:  # noqa: ARG001
    """The application with the certified provider."""
    providers = json.dumps([declared("real", provider.issuer)])
    async with running(structs(settings, oidc_providers=providers)) as found:
        yield found


async def come_from(real: Running, provider: Certified, login: str) -> tuple[httpx.Response, str]:
    """Sign in there as somebody; returns our answer, and the address that the browser came back to."""
    started = await real.client.get(f"{BASE}/real/start", params={"return_to": "/my/registrations"})
    back = await asyncio.to_thread(provider.sign_in, started.headers["location"], login)
    assert back.startswith(CALLBACK.format("real"))
    return await real.client.get(back), back


async def test_a_certified_provider_signs_somebody_in(real: Running, provider: Certified, owner: Database) -> None:
    assert (await real.client.get("/api/v1/auth/providers")).json() == [{"slug": "real", "name": "Real"}]
    answer, _ = await come_from(real, provider, "asha")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/registrations")
    # What the app does next, at its own address.
    proof = {"X-CSRF-Token": real.client.cookies["prs_csrf"]}
    session = await real.client.post("/api/v1/auth/refresh", headers=proof)
    headers = {"Authorization": f"Bearer {session.json()['access_token']}"}
    me = (await real.client.get("/api/v1/me", headers=headers)).json()
    assert (me["email"], me["name"]) == ("asha@example.net", "Asha")
    [listed] = (await real.client.get("/api/v1/me/sessions", headers=headers)).json()
    assert listed["method"] == "real"
    assert {"account.created", "email.verified", "identity.linked"} <= set(await actions(owner))
    # The second time it is the same person.
    real.client.cookies.clear()
    await come_from(real, provider, "asha")
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]


async def test_a_code_of_a_certified_provider_works_once(real: Running, provider: Certified, owner: Database) -> None:
    kept = (await real.client.get(f"{BASE}/real/start")).headers
    cookie = kept["set-cookie"].partition(";")[0]
    back = await asyncio.to_thread(provider.sign_in, kept["location"], "asha")
    first = await real.client.get(back, headers={"Cookie": cookie})
    assert first.headers["location"] == "/"
    before = await people(owner)
    real.client.cookies.clear()
    assert refused(await real.client.get(back, headers={"Cookie": cookie}))
    assert await people(owner) == before


async def test_a_certified_provider_wants_the_verifier_of_the_same_browser(
    real: Running, provider: Certified, owner: Database
) -> None:
    _, stolen = await come_from(real, provider, "nameless")
    started = await real.client.get(f"{BASE}/real/start")
    mine = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    back = await asyncio.to_thread(provider.sign_in, started.headers["location"], "asha")
    theirs = parse_qs(urlsplit(back).query)["code"][0]
    # Somebody else's code in this browser: another attempt's verifier does not fit it.
    real.client.cookies.clear()
    other = await real.client.get(f"{BASE}/real/start")
    state = parse_qs(urlsplit(other.headers["location"]).query)["state"][0]
    assert state != mine
    before = await people(owner)
    answer = await real.client.get(
        f"{BASE}/real/callback", params={"code": theirs, "state": state, "iss": provider.issuer}
    )
    assert refused(answer)
    assert stolen != back
    assert await people(owner) == before


@pytest.mark.parametrize("login", ["unsure", "nameless"])
async def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    real: Running, provider: Certified, owner: Database, login: str
) -> None:
    before = await people(owner)
    answer, _ = await come_from(real, provider, login)
    assert refused(answer, "email-not-verified")
    assert await people(owner) == before


# Liars.


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
    assert f"path={BASE}" in cookie
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


# Whose account it opens.


async def test_a_verified_account_with_the_address_is_linked(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await verified(app.client, post)
    before = await rows(owner, "SELECT password_hash FROM account WHERE email = :email", email=EMAIL)
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    assert await rows(owner, "SELECT password_hash FROM account WHERE email = :email", email=EMAIL) == before
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]
    assert (await attempt(app.client)).status_code == 201
    assert (await actions(owner)).count("identity.linked") == 1


async def test_an_unverified_account_loses_the_password_that_a_stranger_may_have_set(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await sign_up(app.client)
    link = await post.token("verify-email")
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    app.client.cookies.clear()
    assert (await attempt(app.client)).status_code == 401
    answer = await app.client.post("/api/v1/auth/email-verifications", json={"token": link, "password": PHRASE})
    assert answer.status_code == 422
    assert (await attempt(app.client)).status_code == 401
    assert await rows(owner, "SELECT count(*) FROM account WHERE email = :email", email=EMAIL) == [(1,)]


async def test_the_identity_counts_and_not_the_address(app: Running, lying: Lying, owner: Database) -> None:
    await through(app, lying)
    lying.person = {**lying.person, "email": "administrator@example.org"}
    lying.nonce = ""
    app.client.cookies.clear()
    assert (await through(app, lying)).status_code == 303
    found = await rows(
        owner, "SELECT DISTINCT email FROM auth_session JOIN account ON account.id = auth_session.account_id"
    )
    assert found == [(EMAIL,)]


async def test_a_disabled_account_stays_closed(app: Running, lying: Lying, owner: Database) -> None:
    await through(app, lying)
    await rows_changed(owner, "UPDATE account SET disabled_at = now() WHERE email = :email", email=EMAIL)
    before = await people(owner)
    for subject in ("person-1", "person-2"):
        lying.person = {**lying.person, "sub": subject}
        lying.nonce = ""
        app.client.cookies.clear()
        assert refused(await through(app, lying))
    assert await people(owner) == before


async def test_two_at_the_same_moment_make_one_account(app: Running, lying: Lying, owner: Database) -> None:
    cookies, answers = [], []
    for _ in range(4):
        started = await app.client.get(f"{BASE}/lab/start")
        sent = {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}
        cookies.append((started.headers["set-cookie"].partition(";")[0], sent))
        app.client.cookies.clear()
    nonces = {sent["code_challenge"]: sent["nonce"] for _, sent in cookies}
    assert len(nonces) == 4
    lying.claims = lambda honest: {**honest, "nonce": lying.exchanges[-1]["code"]}
    for cookie, sent in cookies:
        params = {"code": sent["nonce"], "state": sent["state"], "iss": lying.issuer}
        answers.append(app.client.get(f"{BASE}/lab/callback", params=params, headers={"Cookie": cookie}))
    await asyncio.gather(*answers)
    assert await rows(owner, "SELECT count(*) FROM account WHERE email = :email", email=EMAIL) == [(1,)]
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]


async def test_the_second_factor_is_asked_for_here_too(app: Running, lying: Lying, post: Post, owner: Database) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    answer = await through(app, lying)
    place = urlsplit(answer.headers["location"])
    assert (answer.status_code, place.path, place.query) == (303, "/sign-in", "")
    given = parse_qs(place.fragment)
    assert given["return_to"] == ["/events?page=2"]
    assert await rows(owner, "SELECT count(*) FROM auth_session") == [(1,)]
    assert (await finish(app.client, given["challenge"][0], code(secret))).status_code == 201


@pytest.mark.parametrize("options", [{"second_factor_amr": ["mfa"]}, {"second_factor_acr": ["urn:strong"]}])
async def test_a_provider_that_is_trusted_with_it_may_have_asked_for_the_second_factor(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await enable(app.client, await verified(app.client, post))
    weak = await through(app, lying)
    assert urlsplit(weak.headers["location"]).fragment
    lying.person = {**lying.person, "amr": ["pwd", "mfa"], "acr": "urn:strong"}
    lying.nonce = ""
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    [(marked,)] = await rows(owner, "SELECT second_factor_at IS NOT NULL FROM auth_session ORDER BY id DESC LIMIT 1")
    assert marked


async def test_an_account_without_a_password_sets_one_by_mail(app: Running, lying: Lying, post: Post) -> None:
    await through(app, lying)
    app.client.cookies.clear()
    assert (await attempt(app.client)).status_code == 401
    await app.client.post("/api/v1/auth/password-resets", json={"email": EMAIL})
    body = {"token": await post.token("reset-password"), "password": PHRASE}
    assert (await app.client.post("/api/v1/auth/password-resets/confirm", json=body)).status_code == 204
    assert (await attempt(app.client)).status_code == 201
