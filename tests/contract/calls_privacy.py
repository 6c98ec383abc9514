"""Requests about persons' own data, and of privacy officers."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CONSENT = {"purpose": "analytics", "text_version": "2026-11", "locale": "en"}


def _held(ground: Ground) -> Call:
    return Call({"registration": ground.confirmed.uid}, holder=ground.confirmed.headers)


CALLS: dict[str, Callable[[Ground], Call]] = {
    "listConsents": _held,
    "giveConsent": lambda ground: Call(
        {"registration": ground.confirmed.uid}, json=CONSENT, holder=ground.confirmed.headers
    ),
    "withdrawConsent": lambda ground: Call(
        {"registration": ground.confirmed.uid, "consent": ground.consent}, holder=ground.confirmed.headers
    ),
    "exportRegistrationData": _held,
    "eraseRegistration": _held,
    "listMyConsents": lambda _: Call(),
    "withdrawMyConsent": lambda ground: Call({"consent": ground.consent}),
    "exportMyData": lambda _: Call(),
    # Nobody's account is to go while others are tried with it: what a right password does is tested in its own place.
    "eraseMe": lambda _: Call(json={"password": "not the password"}),
    "listErasures": lambda ground: Call({"organization": ground.organization}),
    "eraseForPerson": lambda ground: Call(
        {"organization": ground.organization}, json={"registration": ground.confirmed.uid}
    ),
    "getRetention": lambda ground: Call({"organization": ground.organization}),
    "setRetention": lambda ground: Call(
        {"organization": ground.organization}, json={"rules": [{"table": "registration", "days": 400}]}
    ),
    "getProcessingRegister": lambda ground: Call({"organization": ground.organization}),
}
