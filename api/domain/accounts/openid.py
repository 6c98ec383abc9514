"""OpenID Connect as a relying party: authorization code with PKCE, and everything that is checked of an ID token.

Sources: OpenID Connect Core 1.0 (sections 3.1.2 and 3.1.3), RFC 7636 (PKCE), RFC 9207 (the issuer in the answer), RFC
9700 (best current practice). Knows no table: who a person is here is decided in ``sign_on``.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.domain.accounts.errors import ProviderRefused, ProviderUnavailable
from api.lib import clock, telemetry
from api.lib.oidc import Provider

log = telemetry.logger(__name__)

_CACHE_SECONDS = 3600.0
# An unknown key id asks for the keys again, but no more often than that.
_KEYS_AGAIN_SECONDS = 60.0
_TIMEOUT = httpx2.Timeout(5.0)
_LARGEST = 200_000
# How far the clocks may be apart, and how old an ID token may be.
_LEEWAY = 30
_OLDEST = 600
_DIGESTS = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class Metadata(msgspec.Struct, frozen=True):
    """What is used of a discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Attempt(msgspec.Struct, frozen=True):
    """What a browser keeps, sealed, while it is at the provider. ``expires_at`` is seconds since 1970."""

    provider: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    expires_at: int


class Person(msgspec.Struct, frozen=True):
    """Whom a provider has signed in. ``email`` is ``None`` where it does not vouch for one."""

    issuer: str
    subject: str
    email: str | None
    name: str
    second_factor: bool


def _refuse(provider: Provider, reason: str) -> ProviderRefused:
    log.warning("a provider's answer was refused", provider=provider.slug, reason=reason)
    return ProviderRefused()


class RelyingParty:
    """We, as one provider's client. One per process and provider: it remembers discovery and keys."""

    def __init__(self, provider: Provider, redirect_uri: str) -> None:
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    async def authorization_url(self, attempt: Attempt) -> str:
        """Return where the browser goes.

        Raises:
            ProviderUnavailable: the provider does not say where.
        """
        metadata = await self._discover()
        extra = {"acr_values": " ".join(self.provider.acr_values)} if self.provider.acr_values else {}
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
                **extra,
            )
        return str(url)

    async def redeem(self, attempt: Attempt, answer: Mapping[str, str]) -> Person:
        """Return who has signed in, after exchanging the code and checking everything.

        Raises:
            ProviderRefused: any check fails.
            ProviderUnavailable: the provider cannot be reached.
        """
        metadata = await self._discover()
        self._check_answer(metadata, attempt, answer)
        async with self._client(metadata) as client:
            try:
                tokens = await client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=attempt.verifier,
                )
            except (AuthlibBaseError, ValueError) as error:
                raise _refuse(self.provider, f"token endpoint: {type(error).__name__}") from error
            except httpx2.HTTPError as error:
                raise self._away(error) from error
            claims = await self._id_token(metadata, attempt, tokens)
            if not claims.get("email") and metadata.userinfo_endpoint:
                claims = await self._user_info(client, metadata.userinfo_endpoint, claims)
        return self._person(claims)

    def _client(self, metadata: Metadata | None = None) -> AsyncOAuth2Client:
        methods = metadata.token_endpoint_auth_methods_supported if metadata else ()
        secret = self.provider.client_secret
        method = "none" if not secret else "client_secret_basic"
        if secret and "client_secret_basic" not in methods and "client_secret_post" in methods:
            method = "client_secret_post"
        return AsyncOAuth2Client(
            client_id=self.provider.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method=method,
            redirect_uri=self.redirect_uri,
            scope=self.provider.scope,
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    def _away(self, error: Exception) -> ProviderUnavailable:
        log.warning("a provider is away", provider=self.provider.slug, error=type(error).__name__)
        return ProviderUnavailable()

    # Discovery and keys.

    async def _get(self, url: str) -> bytes:
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
                answer = await client.get(url, headers={"Accept": "application/json"})
                answer.raise_for_status()
        except httpx2.HTTPError as error:
            raise self._away(error) from error
        if len(answer.content) > _LARGEST:
            raise _refuse(self.provider, "a document is too large")
        return answer.content

    async def _discover(self) -> Metadata:
        if self._metadata is not None and time.monotonic() - self._metadata[0] < _CACHE_SECONDS:
            return self._metadata[1]
        raw = await self._get(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            found = msgspec.json.decode(raw, type=Metadata)
        except msgspec.MsgspecError as error:
            raise _refuse(self.provider, "the discovery document cannot be read") from error
        # The document is not signed: it must speak for the issuer that was configured, and of places as safe as it.
        if found.issuer != self.provider.issuer:
            raise _refuse(self.provider, "the discovery document is another issuer's")
        places = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
        if any(place is not None and not self._as_safe(place) for place in places):
            raise _refuse(self.provider, "the discovery document names an unsafe place")
        self._metadata = (time.monotonic(), found)
        return found

    def _as_safe(self, place: str) -> bool:
        there, issuer = urlsplit(place), urlsplit(self.provider.issuer)
        return there.scheme == "https" or (there.scheme == issuer.scheme and there.hostname == issuer.hostname)

    async def _key_set(self, metadata: Metadata, kid: object) -> KeySet:
        held = self._keys
        age = time.monotonic() - held[0] if held else _CACHE_SECONDS
        known = held is not None and any(key.get("kid") == kid for key in held[1].get("keys", ()))
        if held is None or age >= _CACHE_SECONDS or (not known and age >= _KEYS_AGAIN_SECONDS):
            held = (time.monotonic(), _usable(await self._get(metadata.jwks_uri)))
            self._keys = held
        try:
            return KeySet.import_key_set(held[1])  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refuse(self.provider, "the keys cannot be read") from error

    # Checks.

    def _check_answer(self, metadata: Metadata, attempt: Attempt, answer: Mapping[str, str]) -> None:
        if attempt.provider != self.provider.slug or attempt.expires_at < int(clock.now().timestamp()):
            raise _refuse(self.provider, "the attempt is another one's or too old")
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise _refuse(self.provider, "state")
        # RFC 9207: the answer of an honest provider must not reach another one's token endpoint.
        issuer = answer.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise _refuse(self.provider, "the answer does not name its issuer")
        if issuer is not None and issuer != self.provider.issuer:
            raise _refuse(self.provider, "the answer is another issuer's")
        if "error" in answer or not answer.get("code"):
            raise _refuse(self.provider, "the provider did not sign anybody in")

    async def _id_token(self, metadata: Metadata, attempt: Attempt, tokens: Mapping[str, Any]) -> dict[str, Any]:
        raw = tokens.get("id_token")
        if not isinstance(raw, str):
            raise _refuse(self.provider, "no ID token")
        header = _header(raw)
        if header.get("alg") not in self.provider.algorithms:
            raise _refuse(self.provider, "the ID token's algorithm")
        keys = await self._key_set(metadata, header.get("kid"))
        try:
            token = jwt.decode(raw, keys, algorithms=list(self.provider.algorithms))
        except (JoseError, ValueError) as error:
            raise _refuse(self.provider, f"the ID token's signature: {type(error).__name__}") from error
        wrong = self._wrong_claim(token.claims, attempt)
        if wrong is None and not _fits_access_token(token.claims, str(header["alg"]), tokens.get("access_token")):
            wrong = "at_hash"
        if wrong is not None:
            raise _refuse(self.provider, f"the ID token's {wrong}")
        return dict(token.claims)

    def _wrong_claim(self, claims: Mapping[str, Any], attempt: Attempt) -> str | None:
        now, audience = int(clock.now().timestamp()), claims.get("aud")
        several = isinstance(audience, list) and len(audience) > 1
        issued, expires, begins = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
        checks = {
            "iss": claims.get("iss") == self.provider.issuer,
            "sub": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,
            "aud": self.provider.client_id in (audience if isinstance(audience, list) else [audience]),
            "azp": claims.get("azp", None if several else self.provider.client_id) == self.provider.client_id,
            "exp": _is_number(expires) and expires > now - _LEEWAY,
            "iat": _is_number(issued) and now - _OLDEST <= issued <= now + _LEEWAY,
            "nbf": _is_number(begins) and begins <= now + _LEEWAY,
            "nonce": hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()),
        }
        return next((name for name, good in checks.items() if not good), None)

    async def _user_info(self, client: AsyncOAuth2Client, url: str, claims: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await client.get(url)
            answer.raise_for_status()
            told = msgspec.json.decode(answer.content, type=dict[str, Any])
        except httpx2.HTTPError as error:
            raise self._away(error) from error
        except (AuthlibBaseError, msgspec.MsgspecError) as error:
            raise _refuse(self.provider, "what it tells of the person cannot be read") from error
        # OpenID Connect Core 1.0, section 5.3.2: else one person's token could bring another one's address.
        if told.get("sub") != claims["sub"]:
            raise _refuse(self.provider, "it tells of another person")
        return {**{name: told[name] for name in ("email", "email_verified", "name") if name in told}, **claims}

    def _person(self, claims: Mapping[str, Any]) -> Person:
        email, name = claims.get("email"), claims.get("name")
        vouched = self.provider.email_is_verified or claims.get("email_verified") in (True, "true")
        address = email if vouched and isinstance(email, str) else None
        shown = name if isinstance(name, str) else ""
        methods = claims.get("amr")
        strong = claims.get("acr") in self.provider.second_factor_acr or not set(
            self.provider.second_factor_amr
        ).isdisjoint(str(one) for one in (methods if isinstance(methods, list) else ()))
        return Person(self.provider.issuer, claims["sub"], address, shown, strong)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _header(raw: str) -> dict[str, Any]:
    part = raw.partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict[str, Any])
    except (ValueError, msgspec.MsgspecError):
        return {}


def _usable(raw: bytes) -> dict[str, Any]:
    """Return the keys that sign; a symmetric one among them would let anybody who reads it sign."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, list[dict[str, Any]]]).get("keys", [])
    except msgspec.MsgspecError:
        found = []
    return {"keys": [key for key in found if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]}


def _fits_access_token(claims: Mapping[str, Any], algorithm: str, access_token: object) -> bool:
    """Check ``at_hash`` where there is one (OpenID Connect Core 1.0, section 3.1.3.8)."""
    told = claims.get("at_hash")
    if told is None:
        return True
    if not isinstance(told, str) or not isinstance(access_token, str):
        return False
    # Ed25519's hash is SHA-512.
    digest = _DIGESTS.get(algorithm[-3:], hashlib.sha512)(access_token.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode(), told)
