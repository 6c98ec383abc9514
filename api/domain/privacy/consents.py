"""Consents: given, listed, withdrawn. A changed answer adds a row; only a withdrawal writes into one."""

from collections.abc import Sequence
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.privacy import repository
from api.domain.privacy.contracts import Consent, ConsentGiven
from api.domain.privacy.errors import AlreadyWithdrawn
from api.domain.privacy.models import ConsentRow
from api.lib import clock
from api.lib.errors import NotFound
from api.lib.ids import new_uid
from api.lib.uow import UnitOfWork


def _contract(row: ConsentRow) -> Consent:
    return Consent(
        row.uid, row.registration_id, row.purpose, row.text_version, row.locale, row.given_at, row.withdrawn_at,
        row.source,
    )  # fmt: skip


async def give(
    uow: UnitOfWork, given: Sequence[ConsentGiven], *, registration_id: int, organization_id: int
) -> list[UUID]:
    """Record consents in the transaction of what they were given with; returns their uids."""
    now = clock.now()
    rows = [
        {
            "uid": new_uid(),
            "organization_id": organization_id,
            "registration_id": registration_id,
            "purpose": one.purpose,
            "text_version": one.text_version,
            "locale": one.locale,
            "given_at": now,
            "source": one.source,
        }
        for one in given
    ]
    await repository.add_consents(uow.session, rows)
    return [row["uid"] for row in rows if isinstance(row["uid"], UUID)]


async def of(uow: UnitOfWork, registration_ids: Sequence[int]) -> list[Consent]:
    """Return the consents of some registrations, the newest first."""
    if not registration_ids:
        return []
    return [_contract(row) for row in await repository.consents_of(uow.session, registration_ids)]


async def withdraw(uow: UnitOfWork, uid: UUID, registration_ids: Sequence[int]) -> Consent:
    """Withdraw a consent of one of these registrations.

    Raises:
        NotFound: none of them has it.
        AlreadyWithdrawn: as it says.
    """
    row = await repository.consent(uow.session, uid, registration_ids)
    if row is None:
        raise NotFound
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    row.withdrawn_at = clock.now()
    await uow.session.flush()
    await audit.record(
        uow, "consent.withdrawn", subject_type="consent", subject_uid=row.uid, organization_id=row.organization_id,
    )  # fmt: skip
    return _contract(row)


async def consenting(uow: UnitOfWork, purpose: str, registration_ids: Sequence[int]) -> frozenset[int]:
    """Return those of some registrations whose consent to a purpose stands."""
    return await repository.consenting(uow.session, purpose, registration_ids) if registration_ids else frozenset()


async def ever_given(uow: UnitOfWork, purpose: str, registration_ids: Sequence[int]) -> frozenset[int]:
    """Return those of some registrations that ever agreed to a purpose, withdrawn or not."""
    found = await of(uow, registration_ids)
    return frozenset(one.registration_id for one in found if one.purpose == purpose and one.registration_id)


async def unlink(uow: UnitOfWork, registration_ids: Sequence[int]) -> int:
    """Keep that consents were given, and forget by whom; returns how many."""
    return await repository.unlink_consents(uow.session, registration_ids) if registration_ids else 0
