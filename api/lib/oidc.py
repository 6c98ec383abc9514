"""Which OpenID providers an installation trusts, as ``PRS_OIDC_PROVIDERS`` declares them."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

# Asymmetric ones only: with HS256 whoever knows the client's secret could sign, with "none" anybody.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An OpenID provider.

    ``email_is_verified``: every address it names is its person's, although it does not say so (a company's own
    directory). ``second_factor_acr`` and ``second_factor_amr``: values that mean that it has asked for a second factor
    itself; where both are empty its word is no second factor here.
    """

    # Letters alone: the trail takes it as a word. A session that a provider opened bears its name.
    slug: Annotated[str, Meta(pattern=r"^(?!password\Z)[a-z]+(-[a-z]+)*\Z", max_length=32)]
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    issuer: Annotated[str, Meta(min_length=1, max_length=500)]
    client_id: Annotated[str, Meta(min_length=1, max_length=500)]
    client_secret: str = ""
    scope: str = "openid email profile"
    algorithms: tuple[str, ...] = ALGORITHMS
    acr_values: tuple[str, ...] = ()
    email_is_verified: bool = False
    second_factor_acr: tuple[str, ...] = ()
    second_factor_amr: tuple[str, ...] = ()


def read(text: str) -> tuple[Provider, ...]:
    """Return the declared providers.

    Raises:
        ValueError: says what is wrong, without any value.
    """
    try:
        found = msgspec.json.decode(text or "[]", type=tuple[Provider, ...])
    except msgspec.MsgspecError as error:
        raise ValueError(f"must be a JSON list of providers: {error}") from error
    if len({one.slug for one in found}) != len(found):
        raise ValueError("two providers have the same slug")
    for one in found:
        _check(one)
    return found


def _check(provider: Provider) -> None:
    parts = urlsplit(provider.issuer)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise ValueError(f"the issuer of {provider.slug} must begin with https://")
    if parts.query or parts.fragment:
        raise ValueError(f"the issuer of {provider.slug} must have neither query nor fragment")
    if not provider.algorithms or set(provider.algorithms) - set(ALGORITHMS):
        raise ValueError(f"the algorithms of {provider.slug} must be some of {', '.join(ALGORITHMS)}")
    if "openid" not in provider.scope.split():
        raise ValueError(f"the scope of {provider.slug} must name openid")
