"""What a route says of itself: who may call it, which limit it shares, which problems it answers."""

from typing import Any

from api.lib.errors import Problem
from api.lib.http import guards
from api.lib.security import Permission
from api.lib.throttle import RouteClass

THROTTLE = "throttle"
PROBLEMS = "problems"


def declare(
    permission: Permission,
    route_class: RouteClass = RouteClass.DEFAULT,
    *problems: type[Problem],
) -> dict[str, Any]:
    """Return the ``opt`` of a route. ``problems`` are those beyond what its parameters imply."""
    return {guards.KEY: permission, THROTTLE: route_class, PROBLEMS: problems}
