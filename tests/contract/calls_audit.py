"""Requests of auditors."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CALLS: dict[str, Callable[[Ground], Call]] = {
    "listAuditEvents": lambda ground: Call({"organization": ground.organization}),
    "exportAuditEvents": lambda ground: Call({"organization": ground.organization}),
    "listAuditSeals": lambda ground: Call({"organization": ground.organization}),
}
