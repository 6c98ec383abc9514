"""The only module that issues and verifies access tokens (ES256, RFC 9068) and the only one that imports python-jose.

python-jose 3.5.0 alone is not safe: it accepts a token without ``exp``, unknown ``crit`` headers, trailing junk in the
signature, and confuses key families where the algorithm list is loose (CVE-2026-85394). So the compact form is checked
here, byte by byte, before the library sees it, and the library is given exactly one algorithm and one prepared key.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jws
from jose.exceptions import JOSEError

from api.lib.crypto import new_token

T = TypeVar("T")

ALGORITHM = "ES256"
TYPE = "at+jwt"
_MAX_LENGTH = 2048


class TokenRefused(Exception):
    """The token is not one of ours, or no longer valid. The reason is for logs, not for callers."""


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    typ: str
    kid: str


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an access token says; no personal data."""

    iss: str
    aud: str
    sub: str
    sid: str
    jti: str
    iat: int
    exp: int


class SigningKey:
    """A P-256 key with its id, prepared once: signing from PEM each time costs 50 times more.

    It signs from ``active_from`` until a newer one does, and verifies until ``gone_at`` (epoch seconds; None: no end).
    """

    def __init__(self, kid: str, private_pem: bytes, *, active_from: float = 0, gone_at: float | None = None) -> None:
        self.kid = kid
        self.active_from = active_from
        self.gone_at = gone_at
        self._private = jwk.construct(private_pem.decode(), ALGORITHM)
        self.public = self._private.public_key()

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public part as a JSON Web Key (RFC 7517, section 4)."""
        found: dict[str, str] = self.public.to_dict()
        return {
            "kty": "EC", "crv": "P-256", "x": found["x"], "y": found["y"],
            "kid": self.kid, "use": "sig", "alg": ALGORITHM,
        }  # fmt: skip

    def is_gone(self, now: float) -> bool:
        """Tell whether what it signed is refused."""
        return self.gone_at is not None and self.gone_at <= now

    def sign(self, claims: Mapping[str, Any]) -> str:
        signed: str = jws.sign(dict(claims), self._private, headers={"kid": self.kid, "typ": TYPE}, algorithm=ALGORITHM)
        return signed


def generate_private_pem() -> bytes:
    """Return a new P-256 private key as PKCS #8 PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class TokenService:
    """Issues with the key whose time it is, verifies with all that are not gone."""

    def __init__(self, keys: list[SigningKey], *, issuer: str, audience: str, seconds: int) -> None:
        self._keys: dict[str, SigningKey] = {}
        self.adopt(keys)
        self._issuer = issuer
        self._audience = audience
        self.seconds = seconds

    def adopt(self, keys: list[SigningKey]) -> None:
        """Work with these keys from now on.

        Raises:
            ValueError: there is none.
        """
        if not keys:
            raise ValueError("no signing key: run `prs keys ensure`")
        self._keys = {key.kid: key for key in keys}

    def knows(self, token: str) -> bool:
        """Tell whether the key that a token names is here; what does not look like a token names none."""
        try:
            return self._decode(token.partition(".")[0], _Header).kid in self._keys
        except TokenRefused:
            return True

    def public_keys(self, *, now: int) -> list[dict[str, str]]:
        """Return the JSON Web Keys with which tokens can be verified, those of the next key included."""
        return [key.public_jwk for key in self._keys.values() if not key.is_gone(now)]

    def _active(self, now: int) -> SigningKey:
        begun = [key for key in self._keys.values() if key.active_from <= now]
        # A clock that lags may see none yet: the eldest was published long enough.
        if not begun:
            return min(self._keys.values(), key=lambda key: key.active_from)
        return max(begun, key=lambda key: key.active_from)

    def issue(self, *, subject: str, session: str, now: int) -> str:
        """Return an access token for ``subject`` that lives ``seconds`` from ``now`` (epoch seconds)."""
        claims = Claims(
            self._issuer, self._audience, subject, session, new_token()[:22], iat=now, exp=now + self.seconds
        )
        return self._active(now).sign(msgspec.to_builtins(claims))

    def verify(self, token: str, *, now: int) -> Claims:
        """Return the claims of a valid token.

        Raises:
            TokenRefused: anything at all is not exactly as this service issues it.
        """
        if len(token) > _MAX_LENGTH or not token.isascii():
            raise TokenRefused("length or characters")
        parts = token.split(".")
        if len(parts) != 3:
            raise TokenRefused("not three parts")
        header = self._decode(parts[0], _Header)
        if header.alg != ALGORITHM or header.typ != TYPE:
            raise TokenRefused("header")
        key = self._keys.get(header.kid)
        if key is None or key.is_gone(now):
            raise TokenRefused("unknown key id")
        if len(_canonical(parts[2])) != 64:
            raise TokenRefused("signature length")
        claims = self._decode(parts[1], Claims)
        try:
            jws.verify(token, key.public, algorithms=[ALGORITHM])
        except JOSEError as error:
            raise TokenRefused("signature") from error
        self._check(claims, now)
        return claims

    def _check(self, claims: Claims, now: int) -> None:
        if claims.iss != self._issuer or claims.aud != self._audience:
            raise TokenRefused("issuer or audience")
        if not claims.sub or not claims.sid or not claims.jti:
            raise TokenRefused("empty claim")
        if claims.exp <= now or claims.iat > now + 5 or claims.exp - claims.iat != self.seconds:
            raise TokenRefused("time")

    @staticmethod
    def _decode(part: str, kind: type[T]) -> T:
        raw = _canonical(part)
        try:
            # The decoder lets the last of two equal members win; another reader of the token may take the first.
            json.loads(raw, object_pairs_hook=_once)
            return msgspec.json.decode(raw, type=kind, strict=True)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise TokenRefused("malformed") from error


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member comes twice")


def _canonical(part: str) -> bytes:
    """Decode base64url without padding, and refuse any second spelling of the same bytes."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise TokenRefused("base64") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise TokenRefused("base64 is not canonical")
    return raw
