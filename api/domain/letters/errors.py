"""What can go wrong with mails and what goes with them."""

from api.lib.errors import Conflict, Unprocessable


class TemplateInvalid(Unprocessable):
    """The text names what it cannot, or is not well formed."""

    slug = "mail-template-invalid"
    title = "The text cannot be used"
    default_detail = "Correct what is listed in errors and save again."


class NotConfirmed(Conflict):
    """There is no ticket of what was never confirmed, and no confirmation to send again."""

    slug = "not-confirmed"
    title = "The registration is not confirmed"
    default_detail = "Submit it first; the ticket comes with the confirmation."


class MailNotSetUp(Conflict):
    """The installation sends no mail, or the registration has no address."""

    slug = "mail-not-set-up"
    title = "No mail can be sent"
    default_detail = "Ask whoever runs the installation to set up a mail server, or give the registration an address."
