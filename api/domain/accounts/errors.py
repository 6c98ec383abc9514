"""What can go wrong with signing in."""

from api.lib.errors import Conflict, Forbidden, Unauthenticated, Unprocessable


class WrongCredentials(Unauthenticated):
    """Says neither which of the two was wrong nor whether the account exists."""

    slug = "wrong-credentials"
    title = "E-mail address or password is wrong"
    default_detail = "Check both and try again, or create an account."


class SessionEnded(Unauthenticated):
    """The refresh token is unknown, expired, revoked or was used before."""

    slug = "session-ended"
    title = "Your session has ended"
    default_detail = "Sign in again."


class CrossSiteRequest(Forbidden):
    """A cookie came with a request that another site started."""

    slug = "cross-site-request"
    title = "The request came from another site"
    default_detail = "Open the app at its own address and try again."


class AccountNeeded(Forbidden):
    """A key or a service asks for what only a person has."""

    slug = "account-needed"
    title = "This belongs to a person's account"
    default_detail = "Sign in with an account instead of a key."


class EmailTaken(Conflict):
    """An account with this address exists."""

    slug = "email-taken"
    title = "This e-mail address has an account"
    default_detail = "Sign in with it instead."


class PasswordTooWeak(Unprocessable):
    """Shorter than the minimum."""

    slug = "password-too-weak"


class PermissionNotYours(Forbidden):
    """A key cannot do what its maker may not."""

    slug = "permission-not-yours"
    default_detail = "Ask for permissions you hold yourself in this organization."
