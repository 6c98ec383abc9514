"""Access tokens: ours are taken, and nothing that merely looks like one."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.lib.tokens import Claims, SigningKey, TokenRefused, TokenService, generate_private_pem
from tests.lib.forging import Forger, part

NOW = 1_800_000_000
SECONDS = 600
ISSUER, AUDIENCE = "https://prs.example", "global-prs-api"
PEM = generate_private_pem()
OTHER_PEM = generate_private_pem()

SERVICE = TokenService([SigningKey("k1", PEM)], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
GOOD = SERVICE.issue(subject="account", session="session", now=NOW)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": AUDIENCE, "sub": "account", "sid": "session", "jti": "x" * 22, "iat": NOW, "exp": NOW + SECONDS,
}  # fmt: skip


FORGER = Forger(PEM, "k1", CLAIMS)
FORGED = FORGER.corpus()


def test_the_corpus_is_large_enough() -> None:
    assert len(FORGED) >= 60


def test_what_the_service_issues_it_takes() -> None:
    claims = SERVICE.verify(GOOD, now=NOW + SECONDS - 1)
    assert (claims.iss, claims.aud, claims.sub, claims.sid) == (ISSUER, AUDIENCE, "account", "session")
    assert claims.exp - claims.iat == SECONDS


def test_what_is_forged_by_this_file_is_good_where_nothing_is_changed() -> None:
    assert isinstance(SERVICE.verify(FORGER.token(), now=NOW), Claims)


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(TokenRefused):
        SERVICE.verify(forged, now=NOW)


@given(st.binary(max_size=200).map(part) | st.text(max_size=200), st.integers(0, 2))
def test_anything_in_place_of_a_part_is_refused(text: str, place: int) -> None:
    parts = GOOD.split(".")
    if parts[place] == text:
        return
    parts[place] = text
    with pytest.raises(TokenRefused):
        SERVICE.verify(".".join(parts), now=NOW)


def test_no_token_outlives_its_key_but_a_retiring_one_is_still_read() -> None:
    both = TokenService(
        [SigningKey("k2", OTHER_PEM), SigningKey("k1", PEM)], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS
    )
    assert both.verify(GOOD, now=NOW).sub == "account"
    fresh = both.issue(subject="account", session="session", now=NOW)
    with pytest.raises(TokenRefused):
        SERVICE.verify(fresh, now=NOW)


def test_a_key_signs_from_its_time_on_and_is_refused_once_it_is_gone() -> None:
    old = SigningKey("k1", PEM, active_from=NOW - 9000, gone_at=NOW + SECONDS)
    new = SigningKey("k2", OTHER_PEM, active_from=NOW)
    service = TokenService([new, old], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
    before = service.issue(subject="account", session="session", now=NOW - 1)
    after = service.issue(subject="account", session="session", now=NOW)
    for token, verifier in ((before, old), (after, new)):
        alone = TokenService([verifier], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
        assert alone.verify(token, now=NOW).sub == "account"
    assert service.verify(before, now=NOW + SECONDS - 2).sub == "account"
    lasting = SERVICE.issue(subject="account", session="session", now=NOW + 1)
    assert service.verify(lasting, now=NOW + SECONDS - 1).sub == "account"
    with pytest.raises(TokenRefused, match="unknown key"):
        service.verify(lasting, now=NOW + SECONDS)
    assert [key["kid"] for key in service.public_keys(now=NOW + SECONDS)] == ["k2"]
    assert SERVICE.verify(lasting, now=NOW + SECONDS).sub == "account"


def test_two_tokens_are_never_the_same() -> None:
    issued = {SERVICE.issue(subject="account", session="session", now=NOW) for _ in range(50)}
    assert len({hashlib.sha256(one.encode()).digest() for one in issued}) == 50


def test_a_service_without_a_key_does_not_start() -> None:
    with pytest.raises(ValueError, match="no signing key"):
        TokenService([], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
