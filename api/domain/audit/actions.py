"""Every operation that leaves an event, and what its details may say.

Details outlive the person they are about: an event is never erased, so what could name somebody has no place in it.
Each detail has a kind, and no kind lets free text, an address or a number of many digits through.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

# Small letters, and never more than three digits in a row: neither a person's name as it is written nor a number.
_WORD = re.compile(r"[a-z_]+[0-9]{0,3}(?:[.:-][a-z_]*[0-9]{0,3})*")
# Twelve random characters or a thumbprint: longer than a passport's number, shorter or longer than an account's.
_KEY = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?:[A-Za-z0-9_-]{12}|[A-Za-z0-9_-]{43})")
_DIGEST = re.compile(r"[0-9a-f]{32}(?:[0-9a-f]{32})?")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_POINTER = re.compile(r"(?:/(?:[A-Za-z_][A-Za-z0-9_-]{0,60}|[0-9]{1,4}))+")
_NETWORK = re.compile(r"[0-9a-fA-F.:]{2,45}(?:/[0-9]{1,3})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_LONGEST = 200
_MOST = 500


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= _LONGEST and pattern.fullmatch(value) is not None


def _list_of(one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= _MOST and all(map(one, value))


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= _MOST and all(word(name) and count(n) for name, n in value.items())


word = _matches(_WORD)


def count(value: Any) -> bool:
    """Tell whether it is a number of things: an identity number has more digits."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9


class Kind(StrEnum):
    """What a detail may be."""

    WORD = "a name from the code or a form"
    WORDS = "names from the code"
    COUNT = "a number of things"
    COUNTS = "numbers of things by name"
    FLAG = "yes or no"
    KEY = "the name of a key"
    DIGEST = "a digest in hexadecimal"
    UID = "a uid"
    POINTER = "a JSON pointer of names"
    NETWORKS = "networks"
    MOMENT = "a moment"


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.WORD: word,
    Kind.WORDS: _list_of(word),
    Kind.COUNT: count,
    Kind.COUNTS: _counts,
    Kind.FLAG: lambda value: isinstance(value, bool),
    Kind.KEY: _matches(_KEY),
    Kind.DIGEST: _matches(_DIGEST),
    Kind.UID: _matches(_UID),
    Kind.POINTER: _matches(_POINTER),
    Kind.NETWORKS: _list_of(_matches(_NETWORK)),
    Kind.MOMENT: _matches(_MOMENT),
}


class Action(msgspec.Struct, frozen=True):
    """An operation, in the words of the guide's table, with the kinds of its details. A detail may be null."""

    name: str
    help: str
    subject: str
    details: dict[str, Kind] = {}


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("access-policy.changed", "An organization's networks or its demand for a second factor were changed",
               "organization", {"second_factor_required": Kind.FLAG, "allowed_networks": Kind.NETWORKS,
                                "denied_networks": Kind.NETWORKS}),
        Action("account.asked-for-again", "An account was asked for with an address that has one", "account"),
        Action("account.created", "An account was made", "account"),
        Action("account.disabled", "An account was disabled; its sessions and keys were ended", "account",
               {"sessions": Kind.COUNT, "api_keys": Kind.COUNT}),
        Action("account.enabled", "A disabled account was let in again", "account"),
        Action("api-key.created", "A key was made", "api-key",
               {"permissions": Kind.WORDS, "networks": Kind.NETWORKS}),
        Action("api-key.revoked", "A key was revoked", "api-key"),
        Action("api-key.rotated", "A key was replaced by another", "api-key",
               {"replaced_by": Kind.UID, "overlap_seconds": Kind.COUNT}),
        Action("audit.exported", "The trail was exported", "organization", {"format": Kind.WORD}),
        Action("account.data-exported", "A person was given all data of their account", "account"),
        Action("consent.withdrawn", "A consent was withdrawn", "consent"),
        Action("erasure.done", "A person was erased: rows by place, and a keyed digest of the person", "erasure",
               {"places": Kind.COUNTS, "digest": Kind.DIGEST}),
        Action("erasure.requested", "A person is to be erased", "erasure", {"source": Kind.WORD}),
        Action("email.verified", "An address was shown to be its owner's", "account"),
        Action("event.archived", "An event was archived", "event"),
        Action("event.cloned", "An event was made after the model of another", "event", {"model": Kind.UID}),
        Action("event.closed", "An event was closed", "event"),
        Action("event.created", "An event was made", "event"),
        Action("event.deleted", "An event was hidden", "event"),
        Action("event.picture-changed", "An event was given another picture", "event"),
        Action("event.picture-removed", "An event's picture was taken away", "event"),
        Action("event.published", "An event was published", "event"),
        Action("event.restored", "A hidden event was brought back", "event"),
        Action("flow.published", "A flow was published", "event",
               {"version": Kind.COUNT, "document_hash": Kind.DIGEST}),
        Action("form.created", "A form was made", "form"),
        Action("form.published", "A form was published", "form",
               {"version": Kind.COUNT, "source_hash": Kind.DIGEST}),
        Action("identity.linked", "An account was linked to a sign-on of a provider", "account",
               {"provider": Kind.WORD}),
        Action("organization.created", "An organization was added", "organization"),
        Action("registration.answers-blanked", "Answers were blanked whose time was over", "organization",
               {"registrations": Kind.COUNT, "days": Kind.COUNT}),
        Action("password.changed", "A password was changed by its owner; other sessions were ended", "account"),
        Action("password.reset", "A password was set by a link; all sessions were ended", "account"),
        Action("registration.added", "Staff began a registration for somebody", "registration",
               {"late": Kind.FLAG, "over": Kind.FLAG, "silent": Kind.FLAG}),
        Action("registration.cancelled", "A registration was cancelled", "registration"),
        Action("registration.changed", "Answers, people or seats of a registration were changed", "registration",
               {"steps": Kind.WORDS}),
        Action("registration.claimed", "A guest's registration was taken into an account", "registration"),
        Action("registration.confirmed", "A registration was confirmed", "registration"),
        Action("registration.data-exported", "A person was given all data of a registration", "registration"),
        Action("registration.deleted", "A registration was hidden", "registration"),
        Action("registration.erased", "A registration was made nobody's", "registration"),
        Action("registration.migrated", "A draft was moved to a newer version of its flow", "registration",
               {"from": Kind.COUNT, "to": Kind.COUNT, "aside": Kind.COUNT}),
        Action("registration.reinstated", "A cancelled or expired registration was taken up again", "registration"),
        Action("registration.restored", "A hidden registration was brought back", "registration"),
        Action("registration-rules.changed", "What participants may change was set", "event",
               {"editable": Kind.COUNT, "on_ticket": Kind.COUNT}),
        Action("mail-template.reset", "A mail's text was set back to the one above it", "organization",
               {"kind": Kind.WORD, "locale": Kind.WORD, "event": Kind.UID}),
        Action("mail-template.saved", "A mail's text was changed", "organization",
               {"kind": Kind.WORD, "locale": Kind.WORD, "version": Kind.COUNT, "event": Kind.UID}),
        Action("mailing.started", "Confirmations were sent again", "organization",
               {"registrations": Kind.COUNT, "event": Kind.UID}),
        Action("mailing.stopped", "A mailing was stopped", "organization", {"withdrawn": Kind.COUNT}),
        Action("registration.seats-added", "Seats were added for a registration over the capacity", "registration",
               {"seats": Kind.COUNT}),
        Action("registrations.trials-removed", "An event's trials were removed", "event",
               {"registrations": Kind.COUNT}),
        Action("event.test-mode-changed", "From now on an event takes trials, or registrations again", "event",
               {"on": Kind.FLAG}),
        Action("registrations.exported", "Registrations were exported", "event",
               {"columns": Kind.COUNT, "format": Kind.WORD}),
        Action("retention.applied", "What is kept no longer was erased", "installation", {"erased": Kind.COUNTS}),
        Action("retention.changed", "An organization changed how long it keeps what", "organization",
               {"rules": Kind.COUNTS}),
        Action("role.granted", "A role was granted", "account",
               {"role": Kind.WORD, "expires_at": Kind.MOMENT}),
        Action("role.offer-withdrawn", "An invitation to a role was withdrawn", "organization", {"role": Kind.WORD}),
        Action("role.offered", "Somebody without an account was invited to a role", "organization",
               {"role": Kind.WORD}),
        Action("role.taken-back", "A role was taken back", "account", {"role": Kind.WORD}),
        Action("second-factor.disabled", "A second factor was turned off", "account"),
        Action("second-factor.enabled", "A second factor was turned on", "account"),
        Action("second-factor.used-recovery-code", "A recovery code stood in for the second factor", "account"),
        Action("session.confirmed", "Somebody signed in has shown again who they are", "account"),
        Action("session.ended", "A session was ended", "session"),
        Action("sensitive.revealed", "A sensitive answer was shown in full", "registration",
               {"step": Kind.WORD, "pointer": Kind.POINTER, "reason": Kind.WORD, "note": Kind.UID}),
        Action("sensitive.searched", "Registrations were looked for by an identity number", "organization",
               {"identity": Kind.WORD, "found": Kind.COUNT}),
        Action("session.opened", "Somebody signed in", "account", {"method": Kind.WORD, "second_factor": Kind.FLAG}),
        Action("session.token-reused", "A refresh token came a second time; its session was ended", "session"),
        Action("sign-in.failed", "A sign-in was refused", "account", {"address": Kind.DIGEST}),
        Action("signing-key.created", "A key for access tokens was made", "signing-key", {"kid": Kind.KEY}),
        Action("signing-key.withdrawn", "A key for access tokens was withdrawn at once", "signing-key",
               {"kid": Kind.KEY}),
        Action("support.asked", "Somebody asked for help", "support-request"),
        Action("ticket.created", "A ticket was added to an event", "event"),
    )
}  # fmt: skip


class NotForTheTrail(ValueError):
    """The code records what the table does not know, or a detail that could name somebody."""


def check(action: str, details: Mapping[str, Any]) -> None:
    """Refuse what has no place in the trail. The message never holds a value.

    Raises:
        NotForTheTrail: an unknown action or detail, or a value that is not of the detail's kind.
    """
    known = ACTIONS.get(action)
    if known is None:
        raise NotForTheTrail(f"{action!r} is not in api.domain.audit.actions")
    for name, value in details.items():
        kind = known.details.get(name)
        if kind is None:
            raise NotForTheTrail(f"{action!r} has no detail {name!r} in api.domain.audit.actions")
        if value is not None and not _FITS[kind](value):
            raise NotForTheTrail(f"detail {name!r} of {action!r} is not {kind.value}")
