"""Signing in over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from api.domain.accounts.roles import Role
from api.lib.schema import EMAIL, END, LINE, Input, Moment, Output

Email = Annotated[str, Meta(max_length=254, pattern=f"^{EMAIL}{END}")]


class AccountIn(Input, frozen=True, kw_only=True):
    """A new account. The password has at least 15 characters."""

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    name: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=200)]


class SignInIn(Input, frozen=True, kw_only=True):
    """E-mail address and password."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class TokenOut(Output, frozen=True, kw_only=True):
    """An access token for the Authorization header; ``expires_in`` is seconds."""

    access_token: str
    token_type: str
    expires_in: int
    csrf_token: str


class SessionOut(Output, frozen=True, kw_only=True):
    """One sign-in on one device, last used to the minute; ``method`` is ``password`` or the slug of a provider."""

    uid: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    method: str
    second_factor: bool
    current: bool


class KeyOut(Output, frozen=True, kw_only=True):
    """A public key (RFC 7518, section 6.2)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    use: str
    alg: str


class KeySetOut(Output, frozen=True, kw_only=True):
    """A JSON Web Key Set."""

    keys: list[KeyOut]


class GrantOrganization(Output, frozen=True, kw_only=True):
    """The organization a role is held in."""

    uid: UUID
    name: str
    slug: str


class GrantOut(Output, frozen=True, kw_only=True):
    """A role and what it permits; where a second factor is needed it does nothing without one."""

    organization: GrantOrganization
    role: str
    permissions: list[str]
    second_factor_needed: bool


class MeOut(Output, frozen=True, kw_only=True):
    """The signed-in person."""

    uid: UUID
    email: str
    name: str
    grants: list[GrantOut]


class RoleGrantIn(Input, frozen=True, kw_only=True):
    """A role for whoever has, or will have, the account with this address."""

    email: Email
    role: Role
    expires_at: Moment | None = None


class RoleGrantOut(Output, frozen=True, kw_only=True):
    """A role that somebody holds in the organization; ``name`` is null while they are only invited."""

    uid: UUID
    email: str
    name: str | None
    role: str
    expires_at: datetime | None
    state: Literal["active", "invited"]
    created_at: datetime


class ApiKeyIn(Input, frozen=True, kw_only=True):
    """A new key; it can do no more than its maker."""

    name: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=100)]
    permissions: Annotated[list[str], Meta(min_length=1, max_length=30)]
    expires_at: Moment | None = None
    networks: Annotated[tuple[Annotated[str, Meta(max_length=50)], ...], Meta(max_length=50)] = ()


class ApiKeyOut(Output, frozen=True, kw_only=True):
    """A key without its secret."""

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


class ApiKeyRotation(Input, frozen=True, kw_only=True):
    """For how many seconds the old key still works: at most a week."""

    overlap_seconds: Annotated[int, Meta(ge=0, le=604800)]


class ApiKeyCreated(Output, frozen=True, kw_only=True):
    """The key's full text is shown here and never again."""

    api_key: ApiKeyOut
    key: str
