"""What can go wrong with signing in."""

from api.lib.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthenticated, Unprocessable


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


class UnknownAccount(NotFound):
    """Nobody has this address. For operators only: no route tells."""

    slug = "unknown-account"


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
    """Too short, too common, or the person's own name."""

    slug = "password-too-weak"
    title = "The password is too easy to guess"


class WrongPassword(Unprocessable):
    """Somebody who is signed in gave another password than theirs."""

    slug = "wrong-password"
    title = "That is not your password"
    default_detail = "Enter the password that you sign in with. If you have none yet, set one with 'Forgot password'."


class NotYourPassword(Unprocessable):
    """The link is good, but the password is not the one that was chosen with the account."""

    slug = "not-your-password"
    title = "That is not the password of this account"
    default_detail = (
        "Enter the password that you chose when you signed up. If you did not sign up yourself, or forgot it, choose "
        "'Forgot password': the link you get there sets a new one."
    )


class LinkNotValid(Unprocessable):
    """The link of a mail was used, has expired, or never was one."""

    slug = "link-not-valid"
    title = "This link does not work any more"
    default_detail = "Ask for a new one: each link works once and for a limited time."


class SecondFactorNeeded(Unauthenticated):
    """The password was right; ``challenge`` goes with the code of the authenticator app."""

    slug = "second-factor-needed"
    title = "A code from your authenticator app is needed"
    default_detail = "Send the code together with this challenge within five minutes."


class ChallengeNotValid(Unauthenticated):
    """The challenge was used, has expired, or never was one."""

    slug = "challenge-not-valid"
    title = "Sign in once more"
    default_detail = "Too much time has passed since the password. Enter it again."


class WrongCode(Unprocessable):
    """Neither the app's current code nor an unused recovery code."""

    slug = "wrong-code"
    title = "That code is not right"
    default_detail = "Enter the code that your app shows now, or a recovery code that you have not used."


class TooManyAttempts(RateLimited):
    """Five wrong codes: the account's second factor rests."""

    slug = "too-many-attempts"
    title = "Too many wrong codes"


class SecondFactorEnabled(Conflict):
    """The account has a second factor."""

    slug = "second-factor-enabled"
    title = "A second factor is turned on"
    default_detail = "Turn it off before you set up another app."


class SecondFactorNotEnabled(Conflict):
    """The account has no second factor, or it was never confirmed."""

    slug = "second-factor-not-enabled"
    title = "No second factor is turned on"
    default_detail = "Set up an authenticator app first."


class LongerPasswordFirst(Conflict):
    """The password is too short to stand alone."""

    slug = "longer-password-first"
    title = "Your password is too short to stand alone"
    default_detail = "Change it to one of at least 15 characters, then turn the second factor off."


class ConfirmItIsYou(Forbidden):
    """Who somebody is was shown too long ago for this; ``ways`` lists what to send: password, code."""

    slug = "confirm-it-is-you"
    title = "Show again that it is you"
    default_detail = "POST /api/v1/me/confirmations, then send this again; without a way to confirm, sign in anew."


class NothingToConfirmWith(Conflict):
    """The account has neither a password nor a second factor."""

    slug = "nothing-to-confirm-with"
    title = "Your account has no password and no second factor"
    default_detail = "Sign out and in again with your provider, then do it within five minutes."


class ProviderRefused(Unauthenticated):
    """A provider's answer does not prove who somebody is; ``reason`` is for the log."""

    slug = "provider-refused"
    title = "Signing in there did not work"
    default_detail = "Try again, or sign in another way."


class EmailNotVerified(ProviderRefused):
    """The provider does not vouch for the address."""

    slug = "email-not-verified"
    title = "The provider has not verified your e-mail address"
    default_detail = "Verify it there, or create an account here."


class ProviderUnavailable(ProviderRefused):
    """The provider cannot be reached."""

    slug = "provider-unavailable"
    title = "That way of signing in is not available now"
    default_detail = "Try again later, or sign in another way."


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
