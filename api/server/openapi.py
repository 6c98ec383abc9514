"""The OpenAPI 3.1 document: every operation with its permission and every status it can answer."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, OpenAPIResponse, Operation, Reference, SecurityScheme

from api.domain.organizations.errors import LivesElsewhere
from api.lib.errors import (
    BadRequest,
    BodyTooLarge,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    UnsupportedMediaType,
)
from api.lib.http import guards
from api.lib.http.problems import PROBLEM_JSON, ProblemDocument
from api.lib.http.routes import ANSWERS, PROBLEMS, THROTTLE
from api.lib.schema import Input
from api.lib.security import OPEN, Permission
from api.lib.throttle import RouteClass

VERSION = "1.0.0"
# Where a request names an organization: it is entered, or refused as unknown or as living elsewhere.
_ORGANIZATION = frozenset({"organization", "parent"})


def config() -> OpenAPIConfig:
    """Return the document's frame."""
    return OpenAPIConfig(
        title="Global PRS",
        version=VERSION,
        description=(
            "Registration for programs in many countries. Errors are problem documents (RFC 9457); lists have "
            "cursors; changes name the revision they were made on in `If-Match`; submits carry an `Idempotency-Key`."
        ),
        path="/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="An access token or an API key `prs_…`."
                ),
                "registration": SecurityScheme(
                    type="apiKey", security_scheme_in="header", name="Registration-Token",
                    description="A guest's capability for one registration.",
                ),
            }
        ),
    )  # fmt: skip


def _implied(handler: HTTPRouteHandler, operation: Operation) -> Iterable[type[Problem]]:
    permission: Permission = handler.opt[guards.KEY]
    names = {getattr(parameter, "name", "").lower() for parameter in operation.parameters or ()}
    where = {getattr(parameter, "param_in", "") for parameter in operation.parameters or ()}
    body = handler.parsed_fn_signature.parameters.get("data")
    names.update(getattr(body.annotation, "__struct_fields__", ()) if body else ())
    yield Unavailable
    yield Problem
    # A bearer token is looked at wherever one is sent.
    yield Unauthenticated
    if permission not in OPEN:
        yield Forbidden
    if "path" in where or permission is Permission.REGISTRATION_HOLDER:
        yield NotFound
    if permission not in OPEN and not names.isdisjoint(_ORGANIZATION):
        yield NotFound
        yield LivesElsewhere
    if where:
        yield BadRequest
        yield Unprocessable
    if "if-match" in names:
        yield PreconditionFailed
        yield PreconditionRequired
    if handler.http_methods & {"POST", "PUT", "PATCH", "DELETE"}:
        yield BadRequest
        yield BodyTooLarge
        yield UnsupportedMediaType
        yield Unprocessable
        yield Conflict
    if handler.opt.get(THROTTLE) is not RouteClass.UNLIMITED:
        yield RateLimited


def describe_problems(app: Litestar) -> None:
    """Add the problem responses, the security of each operation, and bodies exactly."""
    schema = app.openapi_schema
    components = schema.components
    document: dict[str, Any] = msgspec.json.schema_components(
        [ProblemDocument], ref_template="#/components/schemas/{name}"
    )[1]
    for name, part in document.items():
        components.schemas[name] = _Raw(part)  # type: ignore[assignment]
    by_id = {handler.operation_id: handler for handler in guards.http_handlers(app)}
    for item in (schema.paths or {}).values():
        for method in ("get", "put", "post", "delete", "patch"):
            operation: Operation | None = getattr(item, method)
            if operation is not None:
                _describe(by_id[operation.operation_id], operation)
    _describe_bodies(components.schemas)


class _Raw(dict[str, Any]):
    """A schema that is already JSON."""

    def to_schema(self) -> dict[str, Any]:
        return dict(self)


def _describe(handler: HTTPRouteHandler, operation: Operation) -> None:
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in dict.fromkeys([*_implied(handler, operation), *handler.opt.get(PROBLEMS, ())]):
        by_status.setdefault(problem.status, []).append(problem)
    responses = dict(operation.responses or {})
    if (nothing := responses.get("204")) is not None and isinstance(nothing, OpenAPIResponse):
        nothing.content = None
    done = responses.get("200")
    if isinstance(done, OpenAPIResponse):
        for media_type in handler.opt.get(ANSWERS, ()):
            (done.content or {}).setdefault(media_type, OpenAPIMediaType())
    if any(getattr(parameter, "name", "").lower() == "if-none-match" for parameter in operation.parameters or ()):
        responses["304"] = OpenAPIResponse(description="You hold it already.")
    for status, kinds in sorted(by_status.items()):
        slugs = ", ".join(f"`{kind.slug}`" for kind in sorted(kinds, key=lambda kind: kind.slug))
        responses[str(status)] = OpenAPIResponse(
            description=f"Problem: {slugs}.",
            content={PROBLEM_JSON: OpenAPIMediaType(schema=Reference(ref="#/components/schemas/ProblemDocument"))},
        )
    operation.responses = responses
    permission: Permission = handler.opt[guards.KEY]
    operation.description = f"{operation.description or ''}\n\nPermission: `{permission}`.".strip()
    operation.security = _security(permission)


def _security(permission: Permission) -> list[dict[str, list[str]]]:
    if permission is Permission.PUBLIC:
        return []
    if permission is Permission.REGISTRATION_HOLDER:
        return [{"registration": []}, {"bearer": []}]
    return [{"bearer": []}]


def _inputs() -> dict[str, type[Input]]:
    found: dict[str, type[Input]] = {}
    todo: list[type[Input]] = [Input]
    while todo:
        for kind in todo.pop().__subclasses__():
            found[kind.__name__] = kind
            todo.append(kind)
    return found


def _describe_bodies(schemas: dict[str, Any]) -> None:
    """Describe bodies as their decoder reads them: the framework forgets what holds inside of mappings."""
    inputs = _inputs()
    kinds = [kind for name, kind in sorted(inputs.items()) if name in schemas]
    exact: dict[str, Any] = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")[1]
    for name, part in exact.items():
        schemas[name] = _Raw(_with_open_mappings(part))


def _with_open_mappings(node: Any) -> Any:
    """Say of a mapping to anything that it may hold something: generated clients read a bare object as empty."""
    if isinstance(node, list):
        return [_with_open_mappings(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: _with_open_mappings(item) for name, item in node.items()}
    if found.get("type") == "object" and "properties" not in found:
        found.setdefault("additionalProperties", {})
    return found


def render(app: Litestar) -> bytes:
    """Return the document as it is committed: stable order, one line each, a final newline."""
    return msgspec.json.format(msgspec.json.encode(app.openapi_schema.to_schema(), order="sorted"), indent=2) + b"\n"
