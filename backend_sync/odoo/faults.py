"""From an XML-RPC fault of Odoo 17 to our error.

The cases were recorded on a real server and are kept in `tests/backend_sync/recorded`.
"""

from __future__ import annotations

import re
import xmlrpc.client

from backend_sync.odoo.errors import (
    OdooAccessDenied,
    OdooAnsweredNothing,
    OdooConflict,
    OdooError,
    OdooForbidden,
    OdooRejected,
    OdooSetupError,
    OdooUnavailable,
    OdooUnknownReference,
)

# Codes of odoo/addons/base/controllers/rpc.py.
FAULT_APPLICATION = 1
FAULT_WARNING = 2
FAULT_ACCESS_DENIED = 3
FAULT_ACCESS_ERROR = 4

_LONGEST_REASON = 500
_EXCEPTION_LINE = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$")
_CONFLICTS = {"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError"}
# The database behind Odoo is restarting, full or gone: says nothing about the row.
_OUTAGES = {
    "OperationalError",
    "InterfaceError",
    "PoolError",
    "AdminShutdown",
    "CrashShutdown",
    "CannotConnectNow",
    "TooManyConnections",
}
_WRONG_SETUP = re.compile(
    r"Invalid field |Object \S+ doesn't exist|The method '.*' does not exist|has no attribute|Method not available"
)
_UNKNOWN_REFERENCE = re.compile(r"refers by (\w+) to (\S+), which is unknown\.")
# A uid of another database: Odoo misses the user's record before it looks at the password.
_UNKNOWN_UID = "(Record: res.users("


def reason_of(text: str) -> tuple[str, str]:
    """(exception class, one-line reason) of a fault's text: a traceback's last exception, or the message itself."""
    _, traceback, rest = text.rpartition("Traceback (most recent call last):")
    lines = [line.rstrip() for line in rest.splitlines() if line.strip()]
    if traceback:
        # Frames are indented; the exception begins at the margin, and its message may run over several lines.
        frames = next((index for index, line in enumerate(lines) if not line.startswith(" ")), len(lines))
        lines = lines[frames:]
    match = _EXCEPTION_LINE.match(lines[0]) if traceback and lines else None
    if match is None:
        return "", " ".join(" ".join(lines).split())[:_LONGEST_REASON]
    name = match[1].rpartition(".")[2]
    message = " ".join(" ".join([match[2] or "", *lines[1:]]).split())
    return name, f"{name}: {message}"[:_LONGEST_REASON]


def error_of(fault: xmlrpc.client.Fault) -> OdooError:
    """The error that says what to do about this fault."""
    name, reason = reason_of(str(fault.faultString))
    if fault.faultCode == FAULT_ACCESS_DENIED or _UNKNOWN_UID in reason:
        return OdooAccessDenied(reason)
    if fault.faultCode == FAULT_ACCESS_ERROR:
        return OdooForbidden(reason)
    if _WRONG_SETUP.search(reason):
        return OdooSetupError(reason)
    if fault.faultCode == FAULT_APPLICATION:
        if name in _CONFLICTS:
            return OdooConflict(reason)
        if name in _OUTAGES:
            return OdooUnavailable(reason, may_have_committed=False)
        if "cannot marshal None" in reason:
            return OdooAnsweredNothing(reason)
    reference = _UNKNOWN_REFERENCE.search(reason)
    if reference:
        return OdooUnknownReference(reason, reference[1], reference[2])
    return OdooRejected(reason)
