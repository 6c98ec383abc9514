"""Roles and what they permit, in one table. docs/guides/permissions.md is written from it."""

from enum import StrEnum

from api.lib.security import Permission


class Role(StrEnum):
    """A named set of permissions, granted on an organization and everything below it."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    FRONT_DESK = "front-desk"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    DATA_STEWARD = "data-steward"
    PRIVACY_OFFICER = "privacy-officer"
    INTEGRATOR = "integrator"


_READER = frozenset({Permission.ORGANIZATION_READ, Permission.EVENT_READ})

_ORGANISER = _READER | {
    Permission.FORM_READ,
    Permission.FORM_MANAGE,
    Permission.EVENT_MANAGE,
    Permission.REGISTRATION_READ,
    Permission.REGISTRATION_CREATE,
    Permission.REGISTRATION_MANAGE,
    Permission.REGISTRATION_EXPORT,
    Permission.SYNC_READ,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _ORGANISER
    | {
        Permission.ORGANIZATION_MANAGE,
        Permission.ROLE_MANAGE,
        Permission.API_KEY_MANAGE,
        Permission.AUDIT_READ,
        Permission.PRIVACY_MANAGE,
    },
    Role.ORGANISER: _ORGANISER,
    Role.FRONT_DESK: _READER | {Permission.REGISTRATION_READ},
    Role.ANALYST: _READER | {Permission.FORM_READ, Permission.REGISTRATION_READ, Permission.REGISTRATION_EXPORT},
    Role.AUDITOR: _READER | {Permission.FORM_READ, Permission.SYNC_READ, Permission.AUDIT_READ},
    # Whoever may see an identity number does little else: not even an administrator can.
    Role.DATA_STEWARD: _READER | {Permission.REGISTRATION_READ, Permission.SENSITIVE_REVEAL},
    Role.PRIVACY_OFFICER: _READER
    | {Permission.FORM_READ, Permission.REGISTRATION_READ, Permission.AUDIT_READ, Permission.PRIVACY_MANAGE},
    Role.INTEGRATOR: _READER | {Permission.FORM_READ, Permission.REGISTRATION_CREATE, Permission.REGISTRATION_READ},
}
