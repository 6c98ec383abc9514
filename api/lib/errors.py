"""Business errors: classes with a status and a stable problem type (RFC 9457).

    Problem
    ├── BadRequest 400      ├── Conflict 409               ├── Unprocessable 422
    ├── Unauthenticated 401 ├── PreconditionFailed 412     ├── PreconditionRequired 428
    ├── Forbidden 403       ├── BodyTooLarge 413           ├── RateLimited 429
    ├── NotFound 404        ├── UnsupportedMediaType 415   └── Unavailable 503
                            └── MisdirectedRequest 421

A module derives its own: ``class TicketSoldOut(Conflict)``. ``detail`` tells a person what to do next.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec


class FieldProblem(msgspec.Struct, frozen=True):
    """One wrong field. ``pointer`` is a JSON pointer into the body that was sent."""

    pointer: str
    code: str
    message: str


class Problem(Exception):
    """An error that a caller is told about."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"
    default_detail: ClassVar[str] = "Try again; if it goes on, tell support the request id."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldProblem, ...] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.default_detail)
        self.detail = detail or self.default_detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class BadRequest(Problem):
    status = 400
    slug = "bad-request"
    title = "The request cannot be read"
    default_detail = "Correct the request and send it again."


class Unauthenticated(Problem):
    status = 401
    slug = "unauthenticated"
    title = "Sign in first"
    default_detail = "Send a valid access token or API key as a bearer token."


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = "Not allowed"
    default_detail = "Your roles do not include this; ask an administrator of the organization."


class AddressNotAllowed(Forbidden):
    slug = "address-not-allowed"
    title = "Not from this address"
    default_detail = "The networks you may come from are limited; connect from one of them, or ask an administrator."


class SecondFactorRequired(Forbidden):
    slug = "second-factor-required"
    title = "A second factor is needed"
    default_detail = "The organization asks for a second factor: set one up under your account, and sign in with it."


class NotFound(Problem):
    status = 404
    slug = "not-found"
    title = "Not found"
    default_detail = "Check the address; the thing may have been removed or belong to someone else."


class MethodNotAllowed(Problem):
    status = 405
    slug = "method-not-allowed"
    title = "Method not allowed"
    default_detail = "See the OpenAPI document at /schema/openapi.json for the methods of this address."


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = "That conflicts with what is stored"
    default_detail = "Load the current state and try again."


class PreconditionFailed(Problem):
    status = 412
    slug = "precondition-failed"
    title = "It has changed meanwhile"
    default_detail = "Load it again, compare, and send your change with the new revision in If-Match."


class BodyTooLarge(Problem):
    status = 413
    slug = "body-too-large"
    title = "The body is too large"


class UnsupportedMediaType(Problem):
    status = 415
    slug = "unsupported-media-type"
    title = "This kind of body is not accepted"
    default_detail = "Send JSON with Content-Type: application/json."


class MisdirectedRequest(Problem):
    status = 421
    slug = "misdirected-request"
    title = "This organization lives in another region"


class Unprocessable(Problem):
    status = 422
    slug = "validation-failed"
    title = "Some fields need your attention"
    default_detail = "Correct the fields listed in errors and send it again."


class PreconditionRequired(Problem):
    status = 428
    slug = "precondition-required"
    title = "A revision is needed"
    default_detail = "Send the revision you have read in If-Match, so that no other change is overwritten."


class RateLimited(Problem):
    status = 429
    slug = "rate-limited"
    title = "Too many requests"
    default_detail = "Wait as long as Retry-After says, then go on."


class Unavailable(Problem):
    status = 503
    slug = "unavailable"
    title = "Temporarily unavailable"
    default_detail = (
        "Nothing was saved. Try again in a few seconds; with the same Idempotency-Key nothing happens twice."
    )


def problem_types() -> list[type[Problem]]:
    """Return every problem class that is loaded, for the reference page and the OpenAPI document."""
    found: list[type[Problem]] = []
    todo: list[type[Problem]] = [Problem]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo.extend(kind.__subclasses__())
    return sorted(set(found), key=lambda kind: (kind.status, kind.slug))
