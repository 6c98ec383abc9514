"""What can go wrong with a registration."""

from api.lib.errors import Conflict, NotFound, Unavailable, Unprocessable


class NotEditable(Conflict):
    """The registration is no draft any more."""

    slug = "registration-not-editable"
    title = "The registration can no longer be changed"
    default_detail = "It was submitted, cancelled, or has expired. Begin a new one."


class ChangesClosed(Conflict):
    """The organiser lets nobody change confirmed registrations, or no longer."""

    slug = "changes-closed"
    title = "Changes are closed"
    default_detail = "The organiser takes no changes here, or no longer. Ask them."


class CancellingClosed(Conflict):
    """The time to cancel is over."""

    slug = "cancelling-closed"
    title = "It is too late to cancel here"
    default_detail = "The organiser's deadline is over. Ask them."


class StepNotInFlow(NotFound):
    """The pinned flow has no such step."""

    slug = "step-not-found"
    title = "There is no such step"
    default_detail = "See the steps of the registration's flow."


class StepNotApplicable(Conflict):
    """The step's condition does not hold for the answers so far."""

    slug = "step-not-applicable"
    title = "This step does not apply"
    default_detail = "Go on with the next step."


class AnswersInvalid(Unprocessable):
    """Some answers are missing or wrong."""

    slug = "answers-invalid"
    title = "Some answers need your attention"
    default_detail = "Correct the fields listed in errors and send them again."


class IdempotencyKeyReused(Unprocessable):
    """The key came before with another body."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for something else"
    default_detail = "Use a new key for a new request."


class IdempotencyInProgress(Conflict):
    """The same request is being worked on."""

    slug = "idempotency-in-progress"
    title = "The same request is being worked on"
    default_detail = "Wait a second and send it again with the same key."


class FlowChanged(Conflict):
    """Another flow was published since the draft's owner looked."""

    slug = "flow-changed"
    title = "The form was changed once more"
    default_detail = "Look at what has changed now, and choose again."


class LinkInvalid(NotFound):
    """The resume link is unknown, used or over."""

    slug = "link-invalid"
    title = "This link does not work any more"
    default_detail = "Make a new one on the device where you began."


class CancelFirst(Conflict):
    """A confirmed registration cannot be deleted."""

    slug = "cancel-first"
    title = "The registration is confirmed"
    default_detail = "Cancel it first, so that its seats come back."


class ValueNotKept(Conflict):
    """The answer was checked when it was given, and only what is shown of it was kept."""

    slug = "value-not-kept"
    title = "This answer was not kept"
    default_detail = "It was checked when it was given; only its last characters are stored."


class NumberNotKept(Conflict):
    """Numbers of this kind are checked and not kept."""

    slug = "number-not-kept"
    title = "Numbers of this kind are not kept"
    default_detail = "They are checked when they are given, so nobody can be found by one. Search by name or address."


class ExportsBusy(Unavailable):
    """As many exports are being built as this process builds at once."""

    slug = "exports-busy"
    title = "Other exports are being built"
    default_detail = "Try again in half a minute."
