"""Access tokens: ours are taken, and nothing that merely looks like one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from api.lib.tokens import Claims, SigningKey, TokenRefused, TokenService, generate_private_pem

NOW = 1_800_000_000
SECONDS = 600
ISSUER, AUDIENCE = "https://prs.example", "global-prs-api"
PEM = generate_private_pem()
PRIVATE = serialization.load_pem_private_key(PEM, None)
OTHER_PEM = generate_private_pem()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SERVICE = TokenService([SigningKey("k1", PEM)], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
GOOD = SERVICE.issue(subject="account", session="session", now=NOW)
HEADER: dict[str, Any] = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": AUDIENCE, "sub": "account", "sid": "session", "jti": "x" * 22, "iat": NOW, "exp": NOW + SECONDS,
}  # fmt: skip


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(value: Any) -> str:
    return part(json.dumps(value, separators=(",", ":")).encode())


def signature(head: str, body: str, pem: bytes = PEM) -> bytes:
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(header: Any = HEADER, claims: Any = CLAIMS, pem: bytes = PEM) -> str:
    """Return a token that is signed as it should be, whatever it says."""
    head = header if isinstance(header, str) else encoded(header)
    body = claims if isinstance(claims, str) else encoded(claims)
    return f"{head}.{body}.{part(signature(head, body, pem))}"


def public_pem() -> bytes:
    assert isinstance(PRIVATE, ec.EllipticCurvePrivateKey)
    return PRIVATE.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def hmac_with(secret: bytes, algorithm: str = "HS256") -> str:
    head, body = encoded(HEADER | {"alg": algorithm}), encoded(CLAIMS)
    digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
    return f"{head}.{body}.{part(hmac.digest(secret, f'{head}.{body}'.encode(), digest))}"


def rsa_signed() -> str:
    head, body = encoded(HEADER | {"alg": "RS256"}), encoded(CLAIMS)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return f"{head}.{body}.{part(key.sign(f'{head}.{body}'.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def unsigned(algorithm: str, tail: str = "") -> str:
    return f"{encoded(HEADER | {'alg': algorithm})}.{encoded(CLAIMS)}.{tail}"


def with_signature(change: Callable[[bytes], bytes]) -> str:
    head, body, tail = GOOD.split(".")
    return f"{head}.{body}.{part(change(base64.urlsafe_b64decode(tail + '==')))}"


def der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def forged_headers() -> Iterator[tuple[str, str]]:
    for algorithm in (
        "none",
        "None",
        "NONE",
        "",
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "PS256",
        "ES384",
        "ES512",
        "es256",
        "EdDSA",
        "dir",
    ):
        yield f"alg {algorithm or 'empty'}", token(HEADER | {"alg": algorithm})
    yield "alg missing", token({"typ": "at+jwt", "kid": "k1"})
    yield "alg null", token(HEADER | {"alg": None})
    yield "alg a list", token(HEADER | {"alg": ["ES256"]})
    yield "typ missing", token({"alg": "ES256", "kid": "k1"})
    for kind in ("JWT", "jwt", "at+JWT", "application/at+jwt", ""):
        yield f"typ {kind}", token(HEADER | {"typ": kind})
    yield "kid missing", token({"alg": "ES256", "typ": "at+jwt"})
    for kid in ("k2", "", "K1", "../k1", "k1 ", "/dev/null"):
        yield f"kid {kid!r}", token(HEADER | {"kid": kid})
    yield "kid a number", token(HEADER | {"kid": 1})
    for name, value in {
        "crit": ["exp"], "crit of nothing": [], "jwk": {"kty": "EC"}, "jku": "https://evil.example/keys", "x5u": "https://evil.example",
        "x5c": [], "b64": False, "zip": "DEF", "cty": "JWT",
    }.items():  # fmt: skip
        yield f"header {name}", token(HEADER | {("crit" if name.startswith("crit") else name): value})
    yield "header a list", token([HEADER])
    yield "header empty", token("")
    yield "header twice alg", token(part(b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"k1","x":1}'))


def forged_claims() -> Iterator[tuple[str, str]]:
    for name in CLAIMS:
        yield f"no {name}", token(claims={key: value for key, value in CLAIMS.items() if key != name})
    wrong: dict[str, list[Any]] = {
        "iss": ["https://evil.example", "", None, [ISSUER], ISSUER + "/"],
        "aud": ["other", [AUDIENCE], None],
        "sub": ["", None, 7, ["account"]],
        "sid": ["", None],
        "jti": ["", None],
        "iat": [NOW + 6, NOW - 1, str(NOW), float(NOW) + 0.5, None, True],
        "exp": [NOW, NOW - 1, NOW + SECONDS + 1, 2**63, str(NOW + SECONDS), None, -1],
    }
    for name, values in wrong.items():
        for value in values:
            yield f"{name} {value!r}", token(claims=CLAIMS | {name: value})
    yield "long life", token(claims=CLAIMS | {"iat": NOW, "exp": NOW + 10 * SECONDS})
    yield "expired", token(claims=CLAIMS | {"iat": NOW - SECONDS, "exp": NOW})
    yield "not begun", token(claims=CLAIMS | {"iat": NOW + 60, "exp": NOW + 60 + SECONDS})
    for name in ("admin", "nbf", "scope", "roles"):
        yield f"claim {name}", token(claims=CLAIMS | {name: NOW})
    yield "claims a list", token(claims=[CLAIMS])
    yield "claims empty", token(claims="")


def forged_signatures() -> Iterator[tuple[str, str]]:
    head, body, tail = GOOD.split(".")
    yield "another key", token(pem=OTHER_PEM)
    yield "HS256 with the public key", hmac_with(public_pem())
    yield "HS256 with the public key, trimmed", hmac_with(public_pem().strip())
    yield "HS384 with the public key", hmac_with(public_pem(), "HS384")
    yield "HS256 with nothing", hmac_with(b"")
    yield (
        "HS256 said to be ES256",
        f"{head}.{body}.{part(hmac.digest(public_pem(), f'{head}.{body}'.encode(), 'sha512'))}",
    )
    yield "RS256", rsa_signed()
    for algorithm in ("none", "None", "ES256"):
        yield f"unsigned {algorithm}", unsigned(algorithm)
    yield "zeros", with_signature(lambda _: bytes(64))
    yield "r = s = order", with_signature(lambda _: ORDER.to_bytes(32, "big") * 2)
    yield "junk after", with_signature(lambda raw: raw + b"\0")
    yield "junk before", with_signature(lambda raw: b"\0" + raw)
    yield "short", with_signature(lambda raw: raw[:-1])
    yield "halves swapped", with_signature(lambda raw: raw[32:] + raw[:32])
    yield "as DER", with_signature(der)
    yield "a bit flipped", with_signature(lambda raw: bytes([raw[0] ^ 1]) + raw[1:])
    yield "claims of another", f"{head}.{encoded(CLAIMS | {'sub': 'root'})}.{tail}"
    yield "header of another", f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': 'k1'})}.{body}.{tail}"
    yield from {
        "padded": GOOD + "=", "doubly padded": GOOD + "==", "padded head": f"{head}=.{body}.{tail}", "newline": GOOD + "\n",
        "space": " " + GOOD, "two parts": f"{head}.{body}", "four parts": GOOD + ".", "five parts": GOOD + ".x.y", "nothing": "",
        "dots": "..", "standard alphabet": GOOD.replace("-", "+").replace("_", "/") + ("+" if not {"-", "_"} & set(GOOD) else ""),
        "long": GOOD + "A" * 3000, "not ASCII": GOOD.replace("e", "\u0435", 1), "NUL": GOOD + "\0", "JSON": json.dumps(CLAIMS),
    }.items()  # fmt: skip
    last = tail[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 bytes end in a letter of which only two bits count: the fifteen others spell the same bytes.
    twin = alphabet[alphabet.index(last) ^ 1]
    yield "a second spelling", f"{head}.{body}.{tail[:-1]}{twin}"


FORGED = dict([*forged_headers(), *forged_claims(), *forged_signatures()])


def test_the_corpus_is_large_enough() -> None:
    assert len(FORGED) >= 60


def test_what_the_service_issues_it_takes() -> None:
    claims = SERVICE.verify(GOOD, now=NOW + SECONDS - 1)
    assert (claims.iss, claims.aud, claims.sub, claims.sid) == (ISSUER, AUDIENCE, "account", "session")
    assert claims.exp - claims.iat == SECONDS


def test_what_is_forged_by_this_file_is_good_where_nothing_is_changed() -> None:
    assert isinstance(SERVICE.verify(token(), now=NOW), Claims)


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


def test_two_tokens_are_never_the_same() -> None:
    issued = {SERVICE.issue(subject="account", session="session", now=NOW) for _ in range(50)}
    assert len({hashlib.sha256(one.encode()).digest() for one in issued}) == 50


def test_a_service_without_a_key_does_not_start() -> None:
    with pytest.raises(ValueError, match="no signing key"):
        TokenService([], issuer=ISSUER, audience=AUDIENCE, seconds=SECONDS)
