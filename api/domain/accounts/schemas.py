"""Signing in over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

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


class ApiKeyIn(Input, frozen=True, kw_only=True):
    """A new key; it can do no more than its maker."""

    name: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=100)]
    permissions: Annotated[list[str], Meta(min_length=1, max_length=30)]
    expires_at: Moment | None = None


class ApiKeyOut(Output, frozen=True, kw_only=True):
    """A key without its secret."""

    uid: UUID
    name: str
    key_id: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyCreated(Output, frozen=True, kw_only=True):
    """The key's full text is shown here and never again."""

    api_key: ApiKeyOut
    key: str
