"""The organization tree: the tenant scope and the residency."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

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
