"""Requests about sessions, roles and keys."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground, fresh

CALLS: dict[str, Callable[[Ground], Call]] = {
    "refreshSession": lambda ground: Call(
        headers={"Cookie": f"prs_refresh={ground.session.cookie}", "X-CSRF-Token": ground.session.csrf}
    ),
    "getSigningKeys": lambda _: Call(),
    "listMySessions": lambda _: Call(),
    "endMySession": lambda ground: Call({"session": ground.session.uid}),
    "endMySessions": lambda _: Call(),
    "listGrants": lambda ground: Call({"organization": ground.organization}),
    "createGrant": lambda ground: Call(
        {"organization": ground.organization}, json={"email": f"{fresh('invited')}@example.org", "role": "front-desk"}
    ),
    "deleteGrant": lambda ground: Call({"organization": ground.organization, "grant": ground.grant}),
    "rotateApiKey": lambda ground: Call(
        {"organization": ground.organization, "key": ground.key}, json={"overlap_seconds": 60}
    ),
}
