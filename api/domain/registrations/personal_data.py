"""What registrations hold of a person: exported, erased, and kept no longer than the rules say."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.domain.accounts.personal_data import account_id
from api.domain.audit import service as audit
from api.domain.catalog import service as catalog
from api.domain.privacy.contracts import Erased, Rule, Section, Subject
from api.domain.registrations import blanking, erasing, own_data, repository, retention_repository
from api.domain.registrations.models import Registration
from api.lib.security import Scope
from api.lib.uow import UnitOfWork

_BATCH = 100


async def _find(uow: UnitOfWork, subject: Subject) -> list[Registration]:
    key = await account_id(uow, subject.account)
    if key is not None and not uow.scope.system:
        # Wherever the person has registered.
        await uow.enter(Scope(frozenset(await repository.organizations_of_account(uow.session, key))))
    return await erasing.find(
        uow.session,
        account_id=key,
        uids=subject.registrations,
        email=subject.email,
        organization_ids=sorted(subject.organization_ids),
    )


async def uids_of(uow: UnitOfWork, subject: Subject) -> list[UUID]:
    """Return the registrations of a person."""
    return [row.uid for row in await _find(uow, subject)]


class RegistrationData:
    """Registrations with all that hangs on them, and consents, which are given with them."""

    name = "registrations"
    tables = (
        "registration", "registration_step", "registration_sealed_answer", "registration_set_aside",
        "registration_change", "registration_key",
        "registration_reveal", "registration_token", "registration_idempotency_key", "registration_upload",
        "registration_upload_part", "attendee", "consent", "outbox",
    )  # fmt: skip

    async def export(self, uow: UnitOfWork, subject: Subject) -> list[Section]:
        rows = await _find(uow, subject)
        sections = await own_data.sections(uow, rows)
        for row in rows:
            await audit.record(
                uow, "registration.data-exported", subject_type="registration", subject_uid=row.uid,
                organization_id=row.organization_id,
            )  # fmt: skip
        return sections

    async def erase(self, uow: UnitOfWork, subject: Subject) -> Erased:
        erased = await erasing.erase(uow, await _find(uow, subject))
        if subject.email is None:
            return erased
        people = await erasing.guests(uow.session, subject.email, sorted(subject.organization_ids))
        more = await erasing.blank_guests(uow, people)
        places = {name: erased.places.get(name, 0) + more.places.get(name, 0) for name in erased.places | more.places}
        return Erased(places, (*erased.told, *more.told))

    async def retain(
        self, uow: UnitOfWork, rule: Rule, before: datetime, organization_ids: Sequence[int] | None
    ) -> int:
        if organization_ids is None:
            return 0
        if rule.table == "registration":
            events = await catalog.ended(uow, before, organization_ids)
            rows = await retention_repository.over(uow.session, sorted(events), _BATCH)
            await erasing.erase(uow, rows)
            return len(rows)
        if rule.table == "registration.unfinished":
            rows = await retention_repository.unfinished(uow.session, before, organization_ids, _BATCH)
            await retention_repository.purge(uow.session, [row.id for row in rows])
            return len(rows)
        if rule.table == "registration.field":
            return await blanking.blank(uow, before, organization_ids)
        return 0
