"""What other modules know of accounts."""

from datetime import datetime
from uuid import UUID

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A person who can sign in. ``id`` stays inside the process."""

    id: int
    uid: UUID
    email: str
    name: str


class AccountMail(msgspec.Struct, frozen=True):
    """What a mail about an account says. ``link`` is empty where the occasion needs none, ``organization`` is the name
    of the one that invites."""

    email: str
    locale: str
    link: str
    organization: str = ""


class SecondFactor(msgspec.Struct, frozen=True):
    """Where an account's second factor stands. ``required``: one of the account's organizations asks for it."""

    enabled: bool
    confirmed_at: datetime | None
    recovery_codes_left: int
    required: bool


class Enrolment(msgspec.Struct, frozen=True):
    """What an authenticator app is set up with; shown once. ``qr_svg`` is a drawing of ``uri``."""

    secret: str
    uri: str
    qr_svg: str


class SignedIn(msgspec.Struct, frozen=True):
    """The two tokens of a sign-in; the refresh token is shown once and only its hash is stored."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int
    # Proves that a request with the cookie comes from the app: bound to the session, so another session's does not do.
    csrf_token: str


class SessionInfo(msgspec.Struct, frozen=True):
    """One sign-in on one device, as its owner sees it."""

    uid: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    method: str
    second_factor: bool
    current: bool


class SigningKeyInfo(msgspec.Struct, frozen=True):
    """A key that signs access tokens, without any part of it. ``state``: next, active, retiring or gone."""

    kid: str
    state: str
    created_at: datetime
    active_from: datetime
    retired_at: datetime | None
    gone_at: datetime | None
    has_private: bool


class RoleGrant(msgspec.Struct, frozen=True):
    """A role that somebody holds in an organization (``active``), or is invited to (``invited``)."""

    uid: UUID
    email: str
    name: str | None
    role: str
    expires_at: datetime | None
    state: str
    created_at: datetime


class GrantedRole(msgspec.Struct, frozen=True):
    """A role of the caller. ``second_factor_needed``: it does nothing in this session, which has none."""

    organization_uid: UUID
    organization_name: str
    organization_slug: str
    role: str
    permissions: list[str]
    second_factor_needed: bool


class ApiKey(msgspec.Struct, frozen=True):
    """An integrator's key, without its secret."""

    uid: UUID
    name: str
    key_id: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    networks: list[str]
    last_used_at: datetime | None
    replaced_by: UUID | None
