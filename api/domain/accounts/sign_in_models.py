"""What a person proves themselves with besides the password: links from mails, a second factor, a provider's word."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key


class AccountToken(Base):
    """A secret with one purpose that works once. Only its hash is stored."""

    __tablename__ = "account_token"
    __table_args__ = (
        CheckConstraint("purpose in ('verify-email', 'reset-password', 'second-factor')", name="purpose"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """An authenticator app's secret, sealed; it counts once ``confirmed_at`` is set."""

    __tablename__ = "account_second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    # The newest time step whose code was accepted (RFC 6238, section 5.2: one acceptance only).
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(Base):
    """Stands in for the authenticator app, once. Only its hash is stored."""

    __tablename__ = "account_recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class AccountIdentity(Key, Base):
    """Who a provider says somebody is: the issuer and its own identifier, never the e-mail address."""

    __tablename__ = "account_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
