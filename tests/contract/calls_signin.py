"""Requests about signing up, second factors and providers.

What needs a secret that only a mail, a phone or a provider holds is asked for without it: the answer then shows that
the door was open. With the secret, the tests of ``tests/domain/accounts`` ask.
"""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import PARTICIPANT, Ground, fresh
from tests.factories.world import PASSWORD

_CODE = {"code": "000000"}

CALLS: dict[str, Callable[[Ground], Call]] = {
    "createAccount": lambda _: Call(
        json={"email": f"{fresh('new')}@example.org", "password": PASSWORD, "name": "Somebody new"}
    ),
    "verifyEmail": lambda _: Call(json={"token": "of-no-mail", "password": PASSWORD}),
    "resendVerification": lambda _: Call(json={"email": PARTICIPANT}),
    "requestPasswordReset": lambda _: Call(json={"email": PARTICIPANT}),
    "resetPassword": lambda _: Call(json={"token": "of-no-mail", "password": PASSWORD}),
    "changePassword": lambda _: Call(json={"current_password": "not this", "new_password": PASSWORD}),
    "finishSignIn": lambda _: Call(json={"challenge": "of-no-sign-in", **_CODE}),
    "confirmItIsMe": lambda _: Call(json={"password": "not this"}),
    "getSecondFactor": lambda _: Call(),
    "beginSecondFactor": lambda _: Call(json={"password": "not this"}),
    "confirmSecondFactor": lambda _: Call(json=_CODE),
    "renewRecoveryCodes": lambda _: Call(json=_CODE),
    "turnOffSecondFactor": lambda _: Call(json=_CODE),
    "listProviders": lambda _: Call(),
    "startSignOn": lambda _: Call({"provider": "none"}),
    "finishSignOn": lambda _: Call({"provider": "none"}),
}
# What the open door answers to those.
ANSWERS = {
    "verifyEmail": "422 link-not-valid",
    "resetPassword": "422 link-not-valid",
    "changePassword": "422 wrong-password",
    "finishSignIn": "401 challenge-not-valid",
    "confirmItIsMe": "422 wrong-password",
    "beginSecondFactor": "422 wrong-password",
    "confirmSecondFactor": "409 second-factor-not-enabled",
    "renewRecoveryCodes": "409 second-factor-not-enabled",
    "turnOffSecondFactor": "409 second-factor-not-enabled",
    "startSignOn": "404 not-found",
    "finishSignOn": "404 not-found",
}
