"""The access log: one JSON line for each request, in Datadog's standard attributes.

https://docs.datadoghq.com/standard-attributes/ names them. A line never holds a query, a body, a token or a number that
could be somebody's: search terms and identity numbers end up in addresses by mistake.
"""

import re
from typing import Any

from api.lib import telemetry
from api.lib.http.asgi import Scope

ABORTED = 499  # nginx's number for a client that left before it was answered
_LONGEST = 200
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SECRET = re.compile(
    rf"(?P<uid>(?<![0-9a-f]){_UID}(?![0-9a-f]))"
    r"|eyJ[\w-]{4,}(?:\.[\w-]*)*"  # a JSON web token
    r"|prs_\w{4,}"  # an API key
    r"|[A-Za-z0-9_-]{40,}"  # a random token
    r"|\b[A-Za-z]\d{7}\b"  # an Indian passport
    r"|\d(?:[ -]?\d){8,}"  # nine digits and more: an Aadhaar, a telephone
    r"|[^\s/@]+@[^\s/@]+\.\w+"  # a mail address
)
# In an address, where names of browsers do not come: any other document's number, letters and digits in one word.
_NUMBER = re.compile(
    rf"(?P<uid>(?<![0-9a-f]){_UID}(?![0-9a-f]))|\b(?=\d*[A-Za-z])(?=(?:[A-Za-z]*\d){{5}})[A-Za-z0-9]{{6,20}}\b"
)


def clean_path(path: str) -> str:
    """Return an address as a log may hold it."""
    return clean(_NUMBER.sub(lambda found: found["uid"] or "(hidden)", path[: _LONGEST * 4]))


def clean(text: str) -> str:
    """Return text from outside as a log may hold it: printable, short, and without what may be somebody's."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: _LONGEST * 4])
    return _SECRET.sub(lambda found: found["uid"] or "(hidden)", printable)[:_LONGEST]


def method_of(scope: Scope) -> str:
    """Return the method; a word of the caller's own would be a new time series each."""
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """Return the template of the route, ``-`` where there is none."""
    template: str = scope.get("path_template") or "-"
    # Everything else is the app's: its one route takes every path.
    return "/{path}" if template.startswith("/{path") else template


def write(
    scope: Scope, *, request_id: str, status: int, size: int, seconds: float, aborted: bool, user_agent: bytes
) -> None:
    """Write the line of one request."""
    principal = scope.get("user")
    telemetry.line(
        "access",
        "request",
        {
            "http.method": method_of(scope),
            "http.route": route_of(scope),
            "http.url_details.path": clean_path(scope["path"]),
            "http.status_code": status,
            "http.useragent": clean(user_agent.decode("latin-1")),
            "http.request_id": request_id,
            "http.version": scope.get("http_version", ""),
            "network.client.ip": clean(str(scope["client_ip"])),
            "network.bytes_written": size,
            "usr.id": getattr(principal, "subject_uid", None),
            "usr.kind": getattr(principal, "kind", "anonymous"),
            "duration": int(seconds * 1e9),
            **({"aborted": True} if aborted else {}),
        },
    )


def tags(scope: Scope, status: int) -> list[str]:
    """Return the tags of a request's metrics: of each a small, known set."""
    found: Any = (("method", method_of(scope)), ("status", status), ("route", route_of(scope)))
    return [f"{name}:{value}" for name, value in found]
