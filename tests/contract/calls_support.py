"""Requests for help."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CALLS: dict[str, Callable[[Ground], Call]] = {
    "askForSupport": lambda _: Call(
        json={"subject": "Where is it?", "message": "I cannot find the place.", "email": "asha@example.org"}
    ),
    "listSupportRequests": lambda ground: Call({"organization": ground.organization}),
}
