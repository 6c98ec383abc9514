"""Every error leaves as a problem document (RFC 9457) with a stable type and, where it helps, the field's pointer."""

import re
from typing import Any

import msgspec
from advanced_alchemy.exceptions import IntegrityError as RepositoryIntegrityError
from advanced_alchemy.exceptions import NotFoundError as RepositoryNotFound
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.lib import telemetry
from api.lib.errors import (
    BadRequest,
    BodyTooLarge,
    Conflict,
    FieldProblem,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    PreconditionRequired,
    Problem,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    UnsupportedMediaType,
)
from api.lib.http.body import message_of

log = telemetry.logger(__name__)

PROBLEM_JSON = "application/problem+json"
# The database is gone, ends the connection, or refuses new work: SQLSTATE classes 08, 53, 57, locks and timeouts.
_GONE = ("08", "53", "57", "55P03", "40001", "40P01", "25006")

# The framework's words for a parameter that was not sent.
_MISSING = re.compile(r"Missing required (?P<kind>\w+) parameter '(?P<name>[^']+)'")

_BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest, Unauthenticated, Forbidden, NotFound, MethodNotAllowed, Conflict, BodyTooLarge,
        UnsupportedMediaType, Unprocessable, Unavailable,
    )
}  # fmt: skip


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem]


def document(problem: Problem) -> dict[str, Any]:
    """Return the body of ``problem``, with its extension members."""
    body = ProblemDocument(
        type=f"/problems/{problem.slug}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        request_id=telemetry.request_id.get(),
        errors=list(problem.errors),
    )
    return {**msgspec.to_builtins(body), **problem.extra}


def response(problem: Problem) -> Response[bytes]:
    """Return the HTTP answer for ``problem``."""
    return Response(
        msgspec.json.encode(document(problem)),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def _from_http(error: HTTPException) -> Problem:
    if isinstance(error, NotFoundException):
        return NotFound()
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed()
    if isinstance(error, ValidationException):
        return _from_validation(error)
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        return Problem() if error.status_code >= 500 else BadRequest()
    return kind(headers=error.headers)


def _from_validation(error: ValidationException) -> Problem:
    missing = _MISSING.search(str(error.detail))
    if missing is None:
        return Unprocessable(errors=tuple(_fields(error.extra)))
    if missing["name"].lower() == "if-match":
        return PreconditionRequired()
    return Unprocessable(errors=(FieldProblem(f"/{missing['name']}", "required", f"Send this {missing['kind']}."),))


def _fields(extra: Any) -> list[FieldProblem]:
    found = extra if isinstance(extra, list) else []
    return [
        FieldProblem(_pointer(str(part.get("key", ""))), "type", message_of(str(part.get("message", ""))))
        for part in found
        if isinstance(part, dict)
    ]


def _pointer(key: str) -> str:
    # The framework calls the whole body "data" and keeps "state" to itself: that parameter is named in_state.
    return "" if key in ("", "data") else "/" + key.removeprefix("data.").removeprefix("in_").replace(".", "/")


def from_exception(error: BaseException) -> Problem:
    """Return the problem that stands for any exception; what is not foreseen is a 500 without details."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, RepositoryNotFound):
        return NotFound()
    # First: the repository library calls every failed statement an IntegrityError, a lost connection too.
    if is_unavailable(error):
        return Unavailable(headers={"Retry-After": "2"})
    if isinstance(error, (IntegrityError, RepositoryIntegrityError)) and _violates(error):
        return Conflict()
    return Problem()


def _violates(error: BaseException) -> bool:
    """Tell whether a constraint refused the row: SQLSTATE class 23, somewhere in the chain of causes."""
    found: BaseException | None = error
    for _ in range(8):
        if found is None:
            return False
        if _state(found).startswith("23"):
            return True
        found = found.__cause__ or found.__context__
    return False


def is_unavailable(error: BaseException | None) -> bool:
    """Tell whether the database, rather than the request, is the reason."""
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, (OperationalError, InterfaceError, PoolTimeout, ConnectionError, TimeoutError)):
            return True
        if _state(error).startswith(_GONE):
            return True
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        error = error.__cause__ or error.__context__
        seen += 1
    return False


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _log_refusal(request: Request[Any, Any, Any], problem: Problem) -> None:
    """Write down who was refused what: many of them are somebody looking for a way in."""
    handler, principal = request.scope.get("route_handler"), request.scope.get("user")
    log.warning(
        "authorization refused",
        **{
            "http.method": request.method,
            "http.route": request.scope.get("path_template", "-"),
            "permission": str(getattr(handler, "opt", {}).get("permission", "-")),
            "slug": problem.slug,
            "usr.id": getattr(principal, "subject_uid", None),
            "usr.kind": getattr(principal, "kind", "anonymous"),
        },
    )


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Exception handler for everything."""
    problem = from_exception(error)
    if problem.status == Forbidden.status:
        _log_refusal(request, problem)
    if problem.status >= 500:
        # The statement's parameters may be people's answers: the type and the place are enough to find the cause.
        log.error(
            "request failed",
            error=type(error).__name__,
            slug=problem.slug,
            sqlstate=_state(error),
            trace=telemetry.trace(error),
        )
    return response(problem)
