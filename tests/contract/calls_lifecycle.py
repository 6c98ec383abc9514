"""Registrations taken up again, and drafts moved to what is published now."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CALLS: dict[str, Callable[[Ground], Call]] = {
    "reinstateRegistration": lambda ground: Call(
        {"organization": ground.organization, "registration": ground.cancelled.uid}
    ),
}
