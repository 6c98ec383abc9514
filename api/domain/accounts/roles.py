"""Roles and what they permit, in one table. docs/guides/permissions.md is written from it."""

from enum import StrEnum

from api.lib.security import Permission as P


class Role(StrEnum):
    """A named set of permissions, granted on an organization and everything below it."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    FRONT_DESK = "front-desk"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"


_READER = {P.ORGANIZATION_READ, P.EVENT_READ}

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ADMINISTRATOR: frozenset(
        _READER
        | {
            P.ORGANIZATION_MANAGE, P.API_KEY_MANAGE, P.FORM_READ, P.FORM_MANAGE, P.EVENT_MANAGE, P.REGISTRATION_READ,
            P.REGISTRATION_CREATE, P.REGISTRATION_MANAGE, P.REGISTRATION_EXPORT, P.SYNC_READ,
        }
    ),
    Role.ORGANISER: frozenset(
        _READER
        | {
            P.FORM_READ, P.FORM_MANAGE, P.EVENT_MANAGE, P.REGISTRATION_READ, P.REGISTRATION_CREATE,
            P.REGISTRATION_MANAGE, P.REGISTRATION_EXPORT, P.SYNC_READ,
        }
    ),
    Role.FRONT_DESK: frozenset(_READER | {P.REGISTRATION_READ}),
    Role.ANALYST: frozenset(_READER | {P.FORM_READ, P.REGISTRATION_READ, P.REGISTRATION_EXPORT}),
    Role.AUDITOR: frozenset(_READER | {P.FORM_READ, P.SYNC_READ}),
    Role.INTEGRATOR: frozenset(_READER | {P.FORM_READ, P.REGISTRATION_CREATE, P.REGISTRATION_READ}),
}  # fmt: skip
