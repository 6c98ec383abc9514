"""The cookies of a session, and what a request that carries them must show.

Two cookies: the refresh token, out of reach of scripts, and a token that only the app's own pages can read and send
back in a header. The second one is bound to the session (:func:`api.domain.accounts.sessions.csrf_token`): an attacker
who plants a cookie from a sibling subdomain has none that fits. Where the site is served over https the names carry the
prefixes that keep a sibling subdomain from writing them at all, or without TLS (RFC 6265bis, section 4.1.3).
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie

from api.domain.accounts import contracts, schemas
from api.domain.accounts.errors import CrossSiteRequest
from api.lib.settings import Settings

CSRF_HEADER = "x-csrf-token"
_REFRESH = "prs_refresh"
_CSRF = "prs_csrf"


def _secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https:")


def refresh_cookie(settings: Settings) -> str:
    """Return the name of the refresh token's cookie."""
    return f"__Host-{_REFRESH}" if _secure(settings) else _REFRESH


def csrf_cookie(settings: Settings) -> str:
    """Return the name of the cookie that the app reads."""
    return f"__Host-{_CSRF}" if _secure(settings) else _CSRF


def cookies(settings: Settings, refresh: str, csrf: str, seconds: int) -> list[Cookie]:
    """Return both cookies of a session; empty ones with no life end them in the browser."""
    secure = _secure(settings)
    return [
        Cookie(
            key=refresh_cookie(settings), value=refresh, path="/", max_age=seconds,
            httponly=True, samesite="strict", secure=secure,
        ),
        Cookie(
            key=csrf_cookie(settings), value=csrf, path="/", max_age=seconds,
            httponly=False, samesite="strict", secure=secure,
        ),
    ]  # fmt: skip


def opened(signed_in: contracts.SignedIn, settings: Settings) -> Response[schemas.TokenOut]:
    """Return the answer to whoever has signed in or refreshed."""
    body = schemas.TokenOut(
        access_token=signed_in.access_token,
        token_type="Bearer",  # noqa: S106 (a kind of token, not one)
        expires_in=signed_in.expires_in,
        csrf_token=signed_in.csrf_token,
    )
    return Response(
        body,
        cookies=cookies(settings, signed_in.refresh_token, signed_in.csrf_token, signed_in.refresh_expires_in),
        headers={"Cache-Control": "no-store"},
    )


def closed(settings: Settings) -> Response[None]:
    """Return an answer that takes the cookies away, and what the browser's cache holds.

    Not its storage: the drafts of guests on the same device lie there. The app clears what was the account's itself.
    """
    return Response(None, cookies=cookies(settings, "", "", 0), headers={"Clear-Site-Data": '"cache"'})


def refuse_cross_site(request: Request[Any, Any, Any], settings: Settings) -> None:
    """Refuse a cookie that another site's page has sent along.

    Raises:
        CrossSiteRequest: the browser says so, in Sec-Fetch-Site or in Origin.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = {urlsplit(settings.public_url).netloc, request.headers.get("host", "")}
    if site not in (None, "same-origin", "none") or (origin and _host(origin) not in own):
        raise CrossSiteRequest


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
