"""What can go wrong between us and Odoo, sorted by what the drain should do about it.

OdooError
├── OdooUnavailable     nobody answered, or not Odoo: retry the same rows later; they may have been committed
├── OdooConflict        Odoo gave up on a serialization failure: nothing was written, retry
├── OdooRejected        a row is bad: bisect, dead-letter
│   ├── OdooUnknownReference  a row refers to a record that has not arrived: send that one first
│   └── OdooUnsendable        a value has no form in XML-RPC: refused here, nothing was sent
├── OdooSetupError      every row would fail alike (addon missing, field unknown): pause, tell an operator
│   ├── OdooAccessDenied    login or password
│   └── OdooForbidden       the user lacks the right, or the method is private
└── OdooAnsweredNothing  the method returned None: Odoo committed, then could not marshal its answer
"""

from __future__ import annotations


class OdooError(Exception):
    """Root of the tree. `reason` is one line and safe to show to staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OdooUnavailable(OdooError):
    """No usable answer; `may_have_committed` says whether the request had already left."""

    def __init__(self, reason: str, *, may_have_committed: bool) -> None:
        super().__init__(reason)
        self.may_have_committed = may_have_committed


class OdooConflict(OdooError):
    """Odoo retried a concurrent update and gave up; its transaction was rolled back."""


class OdooRejected(OdooError):
    """A value or a record was refused; the whole call was rolled back."""


class OdooUnknownReference(OdooRejected):
    """`ext_uuid` in `field` of a row is of a record that Odoo does not hold."""

    def __init__(self, reason: str, field: str, ext_uuid: str) -> None:
        super().__init__(reason)
        self.field = field
        self.ext_uuid = ext_uuid


class OdooUnsendable(OdooRejected):
    """A value cannot travel over XML-RPC; `path` leads to it, e.g. `[3].seats_max`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'value'}: {reason}")
        self.path = path


class OdooSetupError(OdooError):
    """The installation does not fit this client; no row is to blame."""


class OdooAccessDenied(OdooSetupError):
    """Odoo does not know this login and password."""


class OdooForbidden(OdooSetupError):
    """The user may not do this, or the method is private."""


class OdooAnsweredNothing(OdooError):
    """The method returned None; what it wrote is committed."""
