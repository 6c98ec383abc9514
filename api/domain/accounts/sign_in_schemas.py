"""Signing up, proving an address, and second factors over HTTP."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from api.domain.accounts.schemas import Email
from api.lib.schema import Input, Output

Password = Annotated[str, Meta(min_length=1, max_length=256)]
# Of a link or a challenge: 43 characters today.
Token = Annotated[str, Meta(min_length=1, max_length=200)]
# Six digits of an app, or a recovery code with its hyphens.
Code = Annotated[str, Meta(min_length=6, max_length=40)]


class CheckYourMail(Output, frozen=True, kw_only=True):
    """Always the same, whether the address has an account or not."""

    status: str


class EmailIn(Input, frozen=True, kw_only=True):
    """Where a mail is to go."""

    email: Email


class VerificationIn(Input, frozen=True, kw_only=True):
    """The token of a mail's link, and the password that the account was made with."""

    token: Token
    password: Password


class NewPasswordIn(Input, frozen=True, kw_only=True):
    """The token of a mail's link, and the password from now on."""

    token: Token
    password: Password


class PasswordChangeIn(Input, frozen=True, kw_only=True):
    """The password so far, and the one from now on."""

    current_password: Password
    new_password: Password


class ChallengeIn(Input, frozen=True, kw_only=True):
    """The challenge of a sign-in, with a code of the authenticator app or a recovery code."""

    challenge: Token
    code: Code


class CodeIn(Input, frozen=True, kw_only=True):
    """A code of the authenticator app or, where one is turned on, a recovery code."""

    code: Code


class PasswordIn(Input, frozen=True, kw_only=True):
    """The person's password, once more."""

    password: Password


class ConfirmationIn(Input, frozen=True, kw_only=True):
    """All that the account is signed in to with: the password where it has one, a code where a second factor is on."""

    password: Password | None = None
    code: Code | None = None


class SecondFactorOut(Output, frozen=True, kw_only=True):
    """Where the second factor stands. ``required``: an organization in which you hold a role asks for it."""

    enabled: bool
    confirmed_at: datetime | None
    recovery_codes_left: int
    required: bool


class EnrolmentOut(Output, frozen=True, kw_only=True):
    """What an authenticator app is set up with, shown once. ``qr_svg`` is a drawing of ``uri``."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodesOut(Output, frozen=True, kw_only=True):
    """Codes that each work once in place of the app; shown once."""

    recovery_codes: list[str]


class ProviderOut(Output, frozen=True, kw_only=True):
    """A provider to sign in through; its slug goes into the address."""

    slug: str
    name: str
