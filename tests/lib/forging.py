"""A corpus of forged and malformed access tokens, around a key and claims that are good."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from api.lib.tokens import generate_private_pem

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(value: Any) -> str:
    return part(json.dumps(value, separators=(",", ":")).encode())


def signature(head: str, body: str, pem: bytes) -> bytes:
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


@dataclass(frozen=True)
class Forger:
    """Somebody who knows a good token, its key and its claims: so that each forgery is wrong in one thing only."""

    pem: bytes
    kid: str
    claims: dict[str, Any]

    @property
    def header(self) -> dict[str, Any]:
        return {"alg": "ES256", "kid": self.kid, "typ": "at+jwt"}

    def corpus(self) -> dict[str, str]:
        """Return the forged tokens by what is wrong with them."""
        return dict([*self.forged_headers(), *self.forged_claims(), *self.forged_signatures()])

    def token(self, header: Any = None, claims: Any = None, pem: bytes = b"") -> str:
        """Return a token that is signed as it should be, whatever it says."""
        header = self.header if header is None else header
        claims = self.claims if claims is None else claims
        head = header if isinstance(header, str) else encoded(header)
        body = claims if isinstance(claims, str) else encoded(claims)
        return f"{head}.{body}.{part(signature(head, body, pem or self.pem))}"

    def public_pem(self) -> bytes:
        private = serialization.load_pem_private_key(self.pem, None)
        return private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def hmac_with(self, secret: bytes, algorithm: str = "HS256") -> str:
        head, body = encoded(self.header | {"alg": algorithm}), encoded(self.claims)
        digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
        return f"{head}.{body}.{part(hmac.digest(secret, f'{head}.{body}'.encode(), digest))}"

    def rsa_signed(self) -> str:
        head, body = encoded(self.header | {"alg": "RS256"}), encoded(self.claims)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return f"{head}.{body}.{part(key.sign(f'{head}.{body}'.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def unsigned(self, algorithm: str, tail: str = "") -> str:
        return f"{encoded(self.header | {'alg': algorithm})}.{encoded(self.claims)}.{tail}"

    def with_signature(self, change: Callable[[bytes], bytes]) -> str:
        head, body, tail = self.token().split(".")
        return f"{head}.{body}.{part(change(base64.urlsafe_b64decode(tail + '==')))}"

    def forged_headers(self) -> Iterator[tuple[str, str]]:
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
            yield f"alg {algorithm or 'empty'}", self.token(self.header | {"alg": algorithm})
        yield "alg missing", self.token({"typ": "at+jwt", "kid": self.kid})
        yield "alg null", self.token(self.header | {"alg": None})
        yield "alg a list", self.token(self.header | {"alg": ["ES256"]})
        yield "typ missing", self.token({"alg": "ES256", "kid": self.kid})
        for kind in ("JWT", "jwt", "at+JWT", "application/at+jwt", ""):
            yield f"typ {kind}", self.token(self.header | {"typ": kind})
        yield "kid missing", self.token({"alg": "ES256", "typ": "at+jwt"})
        kids = ("k2", "", self.kid.swapcase(), f"../{self.kid}", f"{self.kid} ", "/dev/null", f"{self.kid}' OR '1'='1")
        for kid in kids:
            yield f"kid {kid!r}", self.token(self.header | {"kid": kid})
        yield "kid a number", self.token(self.header | {"kid": 1})
        for name, value in {
            "crit": ["exp"], "crit of nothing": [], "jwk": {"kty": "EC"}, "jku": "https://evil.example/keys", "x5u": "https://evil.example",
            "x5c": [], "b64": False, "zip": "DEF", "cty": "JWT",
        }.items():  # fmt: skip
            yield f"header {name}", self.token(self.header | {("crit" if name.startswith("crit") else name): value})
        yield "header a list", self.token([self.header])
        yield "header empty", self.token("")
        yield (
            "header twice kid",
            self.token(part(f'{{"alg":"ES256","kid":"x","kid":"{self.kid}","typ":"at+jwt"}}'.encode())),
        )
        yield "header twice alg", self.token(part(b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":self.kid,"x":1}'))

    def forged_claims(self) -> Iterator[tuple[str, str]]:
        issuer, audience, now = self.claims["iss"], self.claims["aud"], self.claims["iat"]
        seconds = self.claims["exp"] - now
        for name in self.claims:
            yield f"no {name}", self.token(claims={key: value for key, value in self.claims.items() if key != name})
        wrong: dict[str, list[Any]] = {
            "iss": ["https://evil.example", "", None, [issuer], issuer + "/"],
            "aud": ["other", [audience], None],
            "sub": ["", None, 7, ["account"]],
            "sid": ["", None],
            "jti": ["", None],
            "iat": [now + 6, now - 1, str(now), float(now) + 0.5, None, True],
            "exp": [now, now - 1, now + seconds + 1, 2**63, str(now + seconds), None, -1],
        }
        for name, values in wrong.items():
            for value in values:
                yield f"{name} {value!r}", self.token(claims=self.claims | {name: value})
        yield "long life", self.token(claims=self.claims | {"iat": now, "exp": now + 10 * seconds})
        yield "expired", self.token(claims=self.claims | {"iat": now - seconds, "exp": now})
        yield "not begun", self.token(claims=self.claims | {"iat": now + 60, "exp": now + 60 + seconds})
        for name in ("admin", "nbf", "scope", "roles"):
            yield f"claim {name}", self.token(claims=self.claims | {name: now})
        doubled = json.dumps(self.claims)[:-1] + ',"sub":"root"}'
        yield "claims twice sub", self.token(claims=part(doubled.encode()))
        yield "claims a list", self.token(claims=[self.claims])
        yield "claims empty", self.token(claims="")

    def forged_signatures(self) -> Iterator[tuple[str, str]]:
        good = self.token()
        head, body, tail = good.split(".")
        yield "another key", self.token(pem=generate_private_pem())
        yield "HS256 with the public key", self.hmac_with(self.public_pem())
        yield "HS256 with the public key, trimmed", self.hmac_with(self.public_pem().strip())
        yield "HS384 with the public key", self.hmac_with(self.public_pem(), "HS384")
        yield "HS256 with nothing", self.hmac_with(b"")
        yield (
            "HS256 said to be ES256",
            f"{head}.{body}.{part(hmac.digest(self.public_pem(), f'{head}.{body}'.encode(), 'sha512'))}",
        )
        yield "RS256", self.rsa_signed()
        for algorithm in ("none", "None", "ES256"):
            yield f"unsigned {algorithm}", self.unsigned(algorithm)
        yield "zeros", self.with_signature(lambda _: bytes(64))
        yield "r = s = order", self.with_signature(lambda _: ORDER.to_bytes(32, "big") * 2)
        yield "junk after", self.with_signature(lambda raw: raw + b"\0")
        yield "junk before", self.with_signature(lambda raw: b"\0" + raw)
        yield "short", self.with_signature(lambda raw: raw[:-1])
        yield "halves swapped", self.with_signature(lambda raw: raw[32:] + raw[:32])
        yield "as DER", self.with_signature(der)
        yield "a bit flipped", self.with_signature(lambda raw: bytes([raw[0] ^ 1]) + raw[1:])
        yield "claims of another", f"{head}.{encoded(self.claims | {'sub': 'root'})}.{tail}"
        yield "header of another", f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': self.kid})}.{body}.{tail}"
        other_alphabet = good.replace("-", "+").replace("_", "/") + ("+" if not {"-", "_"} & set(good) else "")
        yield from {
            "padded": good + "=",
            "doubly padded": good + "==",
            "padded head": f"{head}=.{body}.{tail}",
            "newline": good + "\n",
            "space": " " + good,
            "two parts": f"{head}.{body}",
            "four parts": good + ".",
            "five parts": good + ".x.y",
            "nothing": "",
            "dots": "..",
            "standard alphabet": other_alphabet,
            "long": good + "A" * 3000,
            "not ASCII": good.replace("e", "\u0435", 1),
            "NUL": good + "\0",
            "JSON": json.dumps(self.claims),
        }.items()
        last = tail[-1]
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        # 64 bytes end in a letter of which only two bits count: the fifteen others spell the same bytes.
        twin = alphabet[alphabet.index(last) ^ 1]
        yield "a second spelling", f"{head}.{body}.{tail[:-1]}{twin}"
