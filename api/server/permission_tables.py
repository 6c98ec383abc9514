"""The permission tables of docs/guides/permissions.md, from the roles and from what every route declares."""

from collections.abc import Iterable

from litestar import Litestar

from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib.http import guards
from api.lib.security import OPEN, Permission

_YES = "●"
# Some of them see more or less, by whose thing it is; the guide's text says by what.
_SOME = "○"


def roles() -> str:
    """Return what each role permits, as Markdown."""
    rows = [
        [f"`{permission}`", *(_YES if permission in granted else "" for granted in PERMISSIONS.values())]
        for permission in Permission
        if permission not in OPEN
    ]
    return _table(["permission", *PERMISSIONS], rows)


def operations(app: Litestar) -> str:
    """Return who may call each operation, as Markdown."""
    permissions = {handler.operation_id: str(handler.opt.get(guards.KEY)) for handler in guards.http_handlers(app)}
    rows = sorted(
        (str(operation.operation_id), f"`{method.upper()} {path}`", Permission(permissions[operation.operation_id]))
        for path, item in (app.openapi_schema.paths or {}).items()
        for method in ("get", "put", "post", "delete", "patch")
        if (operation := getattr(item, method)) is not None
    )
    return _table(
        ["operation", "request", "permission", "anybody", "signed in", *PERMISSIONS],
        [[f"`{name}`", request, f"`{permission}`", *_marks(permission)] for name, request, permission in rows],
    )


def _marks(permission: Permission) -> list[str]:
    if permission is Permission.PUBLIC:
        return [_YES] * (2 + len(Role))
    if permission is Permission.SIGNED_IN:
        return ["", *[_YES] * (1 + len(Role))]
    if permission is Permission.REGISTRATION_HOLDER:
        return [_SOME] * (2 + len(Role))
    return ["", "", *(_YES if permission in granted else "" for granted in PERMISSIONS.values())]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = ["| " + " | ".join(titles) + " |", "|---|" + "---|" * (len(titles) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
