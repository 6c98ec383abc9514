"""What can go wrong with signing in."""

from api.lib.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unprocessable


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


class UnknownSession(NotFound):
    """The caller has no such session."""

    slug = "unknown-session"
    title = "You have no such session"
    default_detail = "It may have ended already; load the list again."


class UnknownSigningKey(NotFound):
    """No key with this id signs or verifies."""

    slug = "unknown-signing-key"


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


class OwnGrant(Forbidden):
    """Nobody gives a role to themselves."""

    slug = "own-grant"
    title = "Nobody gives a role to themselves"
    default_detail = "Ask another administrator of the organization."


class LastAdministrator(Conflict):
    """Without this grant nobody could give roles in the organization any more."""

    slug = "last-administrator"
    title = "Somebody has to administer the organization"
    default_detail = "Give the role to somebody else first."


class KeyEnded(Conflict):
    """A key that was revoked, replaced or has run out cannot be rotated."""

    slug = "key-ended"
    title = "This key has ended"
    default_detail = "Create a new key instead."


class PermissionNotYours(Forbidden):
    """A key cannot do what its maker may not."""

    slug = "permission-not-yours"
    default_detail = "Ask for permissions you hold yourself in this organization."
