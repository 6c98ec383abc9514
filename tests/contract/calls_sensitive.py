"""Requests to show and find sensitive answers."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CALLS: dict[str, Callable[[Ground], Call]] = {
    "revealAnswer": lambda ground: Call(
        {"registration": ground.with_passport.uid},
        json={"step": "about", "pointer": "/passport", "reason": "identity-check"},
    ),
    "getRevealNote": lambda ground: Call({"registration": ground.with_passport.uid, "note": ground.reveal_note}),
    "searchByNumber": lambda ground: Call(
        {"organization": ground.organization}, json={"identity": "passport", "value": "Z1234567"}
    ),
}
