"""What a route says of itself: who may call it, which limit it shares, which problems it answers."""

from collections.abc import Sequence
from typing import Any

import msgspec

from api.lib.errors import Problem
from api.lib.http import guards
from api.lib.security import Permission
from api.lib.throttle import RouteClass

THROTTLE = "throttle"
PROBLEMS = "problems"
BODY = "body"
ANSWERS = "answers"


class Body(msgspec.Struct, frozen=True):
    """What a route takes: at most ``limit`` bytes of one media type."""

    limit: int = 256 * 1024
    media_type: str = "application/json"


# A form's document, spreadsheet or not, may be larger than any answer.
DOCUMENT = Body(5 * 1024 * 1024)
UPLOAD = Body(5 * 1024 * 1024, "multipart/form-data")
# A piece of a file that somebody adds to their answers.
CHUNK = Body(1024 * 1024, "application/offset+octet-stream")
# A picture, and the frame that multipart/form-data puts around it.
PICTURE = Body(10 * 1024 * 1024 + 4096, "multipart/form-data")


def declare(
    permission: Permission,
    route_class: RouteClass = RouteClass.DEFAULT,
    *problems: type[Problem],
    body: Body | None = None,
    answers: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the ``opt`` of a route. ``problems`` are those beyond what its parameters imply; ``body`` is what it takes
    where that is not a small JSON text; ``answers`` are the media types it chooses from, where there are several."""
    found = {guards.KEY: permission, THROTTLE: route_class, PROBLEMS: problems, ANSWERS: tuple(answers)}
    return found | {BODY: body} if body else found
