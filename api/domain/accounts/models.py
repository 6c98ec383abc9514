"""Accounts, their sessions and grants, API keys, and the keys that sign access tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Aggregate, Base, Key
from api.lib.ids import new_uid


class Account(Aggregate, Base):
    """A person who can sign in."""

    __tablename__ = "account"

    email: Mapped[str]
    name: Mapped[str]
    # None: the person signs in through a provider only.
    password_hash: Mapped[str | None]
    # Set while the password is shorter than one that stands alone: the second factor must stay.
    password_is_short: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="en")
    disabled_at: Mapped[datetime | None]
    # When a role was given or taken: who has cached the account's rights looks them up again.
    grants_changed_at: Mapped[datetime | None] = mapped_column(index=True)


# E-mail addresses are compared without case; the database has no citext.
Index("uq_account_email", func.lower(Account.email), unique=True)


class RoleGrant(Key, Base):
    """An account's role in an organization and everything below it, or the invitation of an address to one."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("uq_role_grant", "account_id", "organization_id", "role", unique=True),
        Index(
            "uq_role_grant_invited",
            func.lower(text("email")),
            "organization_id",
            "role",
            unique=True,
            postgresql_where=text("account_id IS NULL"),
        ),
        CheckConstraint("(account_id IS NULL) <> (email IS NULL)", name="who"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=new_uid)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    # Only of an invitation: once it is claimed, the address is the account's.
    email: Mapped[str | None]
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"), index=True)
    role: Mapped[str]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ApiKey(Aggregate, Base):
    """A key of an integrator. Only a hash of the secret is stored."""

    __tablename__ = "api_key"

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    key_id: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    # CIDRs it may be used from; from everywhere where there are none.
    networks: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    replaced_by: Mapped[UUID | None]
    # When it was revoked or its end moved: who has cached it looks it up again.
    changed_at: Mapped[datetime | None] = mapped_column(index=True)


class AuthSession(Key, Base):
    """A sign-in on one device: the family of its refresh tokens."""

    __tablename__ = "auth_session"

    uid: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(index=True)
    user_agent: Mapped[str]
    # How somebody signed in: password, or the slug of a provider.
    method: Mapped[str] = mapped_column(default="password")
    # When its person showed a second factor, at the sign-in or while it was open.
    second_factor_at: Mapped[datetime | None]
    # When they last showed all of it again, for changes of what guards the account.
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)


class RefreshToken(Base):
    """One link of a session's chain. A link that is used twice revokes the session."""

    __tablename__ = "refresh_token"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auth_session.id", ondelete="CASCADE"), index=True)
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    # The token it was exchanged for.
    parent_hash: Mapped[bytes | None] = mapped_column(index=True)


class SigningKeyRow(Base):
    """A key that signs access tokens; the private part is sealed, and deleted once the key is gone."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    sealed_private: Mapped[bytes | None]
    # Published from then on, signing from active_from to retired_at, verifying until gone_at.
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    active_from: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
