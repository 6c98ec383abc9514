"""What Odoo raises, by the names its faults carry."""

from __future__ import annotations


class UserError(Exception):
    """Fault 2: validation, missing record, constraint of the database."""


class AccessDenied(Exception):
    """Fault 3: wrong password."""

    def __init__(self) -> None:
        super().__init__("Access Denied")


class AccessError(Exception):
    """Fault 4: rights, private methods."""


class OperationalError(Exception):
    """Fault 1 with a traceback: the database cannot be reached."""


class SerializationFailure(Exception):
    """Fault 1 with a traceback: Odoo gave up on a concurrent update."""


class NumericValueOutOfRange(Exception):
    """Fault 1 with a traceback: the column is 32 bits wide."""


def missing_record(model: str, record_id: object, uid: int) -> UserError:
    """The fault for a record that is not there; it has the same code as an invalid value."""
    return UserError(f"Record does not exist or has been deleted.\n\n(Record: {model}({record_id},), User: {uid})")


def not_null(model_label: str, model: str, field_label: str, field: str) -> UserError:
    """The fault for a mandatory field that is not set."""
    return UserError(
        "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
        "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
        f"Model: {model_label} ({model})\nField: {field_label} ({field})\n"
    )


def still_referred_to(model_label: str, model: str, constraint: str) -> UserError:
    """The fault for a record that a foreign key holds."""
    return UserError(
        "The operation cannot be completed: another model requires the record being deleted."
        f" If possible, archive it instead.\n\nModel: {model_label} ({model})\nConstraint: {constraint}\n"
    )
