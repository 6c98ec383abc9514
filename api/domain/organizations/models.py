"""The organization tree: the tenant scope and the residency."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Aggregate, Base


class Organization(Aggregate, Base):
    """A node of the tree. ``path`` holds the private ids from the root down to the node itself."""

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint(
            "kind in ('organization', 'university', 'faculty', 'department', 'centre', 'store')", name="kind"
        ),
        Index("ix_organization_path", "path", postgresql_using="gin"),
    )

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    path: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    kind: Mapped[str]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    home_region: Mapped[str]


class OrganizationAccessPolicy(Base):
    """What an organization asks of its staff and keys. Without a row it asks nothing of its own."""

    __tablename__ = "organization_access_policy"

    organization_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    second_factor_required: Mapped[bool]
    allowed_networks: Mapped[list[str]] = mapped_column(ARRAY(String))
    denied_networks: Mapped[list[str]] = mapped_column(ARRAY(String))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
