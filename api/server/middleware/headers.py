"""What browsers are told to allow."""

# Nothing inline: a script that gets into a page does not run.
_PAGES = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "media-src 'self' blob:",
        "object-src 'none'",
        "frame-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# An answer of the API is no page, whoever opens it as one.
_ANSWERS = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
# A form may read a code, record or ask where somebody is; the browser still asks the person.
_PAGES_MAY = frozenset({"camera", "geolocation", "microphone"})

Headers = list[tuple[bytes, bytes]]


def _headers(policy: str, allowed: frozenset[str], *, secure: bool) -> Headers:
    found = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{one}=(self)" if one in allowed else f"{one}=()" for one in _FEATURES),
        "content-security-policy": policy,
    }
    if secure:
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in found.items()]


class SecurityHeaders:
    """The headers of every answer; ``secure`` where people reach the installation over HTTPS."""

    def __init__(self, *, secure: bool) -> None:
        self._pages = _headers(_PAGES, _PAGES_MAY, secure=secure)
        self._answers = [*_headers(_ANSWERS, frozenset(), secure=secure), (b"cache-control", b"no-store")]

    def added(self, path: str, given: Headers) -> Headers:
        """Return the headers of an answer, with those that it does not set itself.

        What the API answers is kept by nobody unless its route says otherwise: most of it is about somebody.
        """
        own = {name.lower() for name, _ in given}
        wanted = self._answers if path.startswith("/api/") else self._pages
        return [*given, *((name, value) for name, value in wanted if name not in own)]
