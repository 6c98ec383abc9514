"""A person's own data, asked for by the person or by a privacy officer."""

from uuid import UUID

from api.domain.accounts.errors import AccountNeeded
from api.domain.catalog import service as catalog
from api.domain.organizations import service as organizations
from api.domain.privacy import consents, erasures, register, retention
from api.domain.privacy.contracts import ANALYTICS, Consent, ConsentGiven, Erasure, Section, Subject
from api.domain.privacy.register import Processing
from api.domain.registrations import access, erasing, own_data, repository, submission
from api.domain.registrations.models import Registration
from api.domain.registrations.personal_data import RegistrationData
from api.domain.registrations.repository import RegistrationRepository
from api.lib.errors import FieldProblem, NotFound, Unprocessable
from api.lib.security import Permission, Scope
from api.lib.uow import UnitOfWork


async def _held(uow: UnitOfWork, uid: UUID, *, lock: bool = False) -> Registration:
    """Return a registration of the caller's own; staff have routes of their own.

    Raises:
        NotFound: it is not the caller's.
    """
    return await access.enter(uow, uid, None, lock=lock)


async def consents_of(uow: UnitOfWork, uid: UUID) -> list[Consent]:
    """Return what was agreed to with a registration."""
    return await consents.of(uow, [(await _held(uow, uid)).id])


async def give(uow: UnitOfWork, uid: UUID, purpose: str, text_version: str, locale: str) -> Consent:
    """Record a consent that the app has asked for; what it permits to be told is told now, if it has happened."""
    row = await _held(uow, uid)
    given = ConsentGiven(purpose, text_version, locale, "app")
    [made] = await consents.give(uow, [given], registration_id=row.id, organization_id=row.organization_id)
    if purpose == ANALYTICS and row.state == "confirmed":
        await submission.tell_analysts(uow, row)
    return next(one for one in await consents.of(uow, [row.id]) if one.uid == made)


async def withdraw(uow: UnitOfWork, uid: UUID, consent: UUID) -> Consent:
    """Withdraw a consent; the analysts forget what they were told with it.

    Raises:
        NotFound, AlreadyWithdrawn: as they say.
    """
    return await _withdraw(uow, consent, [await _held(uow, uid)])


async def _withdraw(uow: UnitOfWork, consent: UUID, rows: list[Registration]) -> Consent:
    done = await consents.withdraw(uow, consent, [row.id for row in rows])
    if done.purpose == ANALYTICS:
        found = [row for row in rows if row.id == done.registration_id]
        for row in found:
            # The next revision: each withdrawal is told, also a second one.
            row.touch()
        await uow.session.flush()
        await erasing.forget_analytics(uow, found)
    return done


async def _mine(uow: UnitOfWork) -> list[Registration]:
    account_id = uow.principal.account_id
    if account_id is None:
        raise AccountNeeded
    await uow.enter(Scope(frozenset(await repository.organizations_of_account(uow.session, account_id))))
    return await RegistrationRepository(session=uow.session).of_account(account_id, 1000)


async def my_consents(uow: UnitOfWork) -> list[tuple[Consent, UUID | None]]:
    """Return the consents of the signed-in person's registrations, each with its registration.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    by_id = {row.id: row.uid for row in await _mine(uow)}
    return [(one, by_id.get(one.registration_id or 0)) for one in await consents.of(uow, list(by_id))]


async def withdraw_mine(uow: UnitOfWork, consent: UUID) -> tuple[Consent, UUID | None]:
    """Withdraw a consent of one of the signed-in person's registrations.

    Raises:
        AccountNeeded, NotFound, AlreadyWithdrawn: as they say.
    """
    rows = await _mine(uow)
    done = await _withdraw(uow, consent, rows)
    return done, next((row.uid for row in rows if row.id == done.registration_id), None)


async def export(uow: UnitOfWork, uid: UUID) -> list[Section]:
    """Return everything about a registration of the caller's own."""
    row = await _held(uow, uid)
    return await RegistrationData().export(uow, Subject(registrations=(row.uid,)))


async def erase(uow: UnitOfWork, uid: UUID) -> Erasure:
    """Ask for a registration of the caller's own to be erased."""
    row = await _held(uow, uid, lock=True)
    return await erasures.request(
        uow, Subject(registrations=(row.uid,)), source="holder", organization_id=row.organization_id
    )


async def erase_for(uow: UnitOfWork, organization: UUID, *, registration: UUID | None, email: str | None) -> Erasure:
    """Ask on a person's behalf for one registration, or all under an address, to be erased.

    Raises:
        NotFound: the organization, or the registration in it, is none of the caller's business.
        Unprocessable: neither or both are given.
    """
    entered = await organizations.enter(uow, organization, Permission.PRIVACY_MANAGE)
    if (registration is None) == (email is None):
        problem = FieldProblem("/registration", "required", "Give a registration or an e-mail address.")
        raise Unprocessable(errors=(problem,))
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    if registration is None:
        return await erasures.request(uow, Subject(email=email), source="staff", organization_id=entered.id)
    row = await RegistrationRepository(session=uow.session).by_uid(registration, deleted=True)
    if row is None:
        raise NotFound
    subject = Subject(registrations=(row.uid,))
    return await erasures.request(uow, subject, source="staff", organization_id=row.organization_id)


async def erasures_of(uow: UnitOfWork, organization: UUID) -> list[Erasure]:
    """Return the newest erasures of an organization and what lies below it.

    Raises:
        NotFound: the organization is none of the caller's business.
    """
    entered = await organizations.enter(uow, organization, Permission.PRIVACY_MANAGE)
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    return await erasures.listed(uow, sorted(below))


async def processing(uow: UnitOfWork, organization: UUID) -> list[Processing]:
    """Return the register of processing: the tables, and the fields of the forms that published events ask.

    Raises:
        NotFound: the organization is none of the caller's business.
    """
    entered = await organizations.enter(uow, organization, Permission.PRIVACY_MANAGE)
    days = {rule.table: days for rule, days, _ in await retention.of(uow, entered.id)}
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    events = await catalog.of(uow, sorted(below), None, 1000)
    fields = [
        Processing(
            kind="field",
            name=one["name"],
            purpose=one["purpose"] or register.TABLES["registration_step"].purpose,
            categories=one["categories"],
            sensitive=one["sensitive"],
            recipients="the back office (Odoo)" if one["shared"] else "nobody else",
            retention=f"{one['retain_days'] or days['registration']} days after the event",
        )
        for one in await own_data.declared_fields(uow, events)
    ]
    return [*register.rows(), *fields]
