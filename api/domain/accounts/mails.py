"""Mails about accounts: asked for in the transaction that is their occasion, written by the worker.

A link's secret is made when the mail is written, so that no outbox row ever holds one.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from api.domain.accounts import contracts, repository, sign_in_repository
from api.domain.organizations import service as organizations
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Claimed, Destination
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.uow import UnitOfWork

VERIFY_SECONDS = timedelta(days=1).total_seconds()
RESET_SECONDS = timedelta(hours=1).total_seconds()
_LINKS = {
    Aggregate.ACCOUNT_VERIFY: ("verify-email", "verify-email", VERIFY_SECONDS),
    Aggregate.ACCOUNT_RESET: ("reset-password", "reset-password", RESET_SECONDS),
}
# Accounts belong to no organization.
_NO_ORGANIZATION = 0


def is_account_mail(row: Claimed) -> bool:
    """Tell whether a mail's row is about an account."""
    return row.aggregate.startswith("account.")


async def ask(uow: UnitOfWork, occasion: Aggregate, uid: UUID) -> None:
    """Have a mail sent to an account; an unknown ``uid`` costs the same and sends nothing.

    The revision is the minute: however often it is asked for, one mail a minute of each kind goes to an address.
    """
    await sync.enqueue(
        uow, [Destination.MAIL], occasion, uid, revision=_minute(), organization_id=_NO_ORGANIZATION
    )  # fmt: skip


async def invite(uow: UnitOfWork, grant: UUID, organization_id: int) -> None:
    """Have whoever got a role, or is offered one, told of it. Once a minute at most."""
    if uow.kernel.settings.smtp_url:
        await sync.enqueue(
            uow, [Destination.MAIL], Aggregate.ACCOUNT_INVITED, grant, revision=_minute(),
            organization_id=organization_id,
        )  # fmt: skip


def _minute() -> int:
    return int(clock.now().timestamp()) // 60


async def outgoing(uow: UnitOfWork, rows: Sequence[Claimed]) -> dict[int, contracts.AccountMail]:
    """Return what each row's mail says, by the row's id, with fresh links; rows of nobody are absent."""
    wanted = [row for row in rows if is_account_mail(row)]
    if not wanted:
        return {}
    people = await sign_in_repository.by_uids(uow.session, [row.aggregate_uid for row in wanted])
    found = {row.uid: row for row in people}
    mails = await _invitations(uow, [row for row in wanted if row.aggregate == Aggregate.ACCOUNT_INVITED])
    for row in wanted:
        account = found.get(row.aggregate_uid)
        if account is None or (row.aggregate == Aggregate.ACCOUNT_VERIFY and account.email_verified_at is not None):
            continue
        link = await _link(uow, account.id, Aggregate(row.aggregate))
        mails[row.id] = contracts.AccountMail(account.email, account.locale, link)
    return mails


async def _link(uow: UnitOfWork, account_id: int, occasion: Aggregate) -> str:
    base = uow.kernel.settings.public_url
    if occasion not in _LINKS:
        return f"{base}/sign-in"
    purpose, page, seconds = _LINKS[occasion]
    token = new_token()
    await sign_in_repository.add_token(uow.session, hash_token(token), account_id, purpose, clock.now(), seconds)
    # In the fragment: a browser sends it to no server, so that no log ever holds it.
    return f"{base}/{page}#{token}"


async def _invitations(uow: UnitOfWork, rows: Sequence[Claimed]) -> dict[int, contracts.AccountMail]:
    """Return what invitations say; one that was taken back meanwhile, or has ended, is absent."""
    if not rows:
        return {}
    granted = await repository.grants_by_uids(uow.session, [row.aggregate_uid for row in rows], clock.now())
    found = {grant.uid: (grant, account) for grant, account in granted}
    homes = await organizations.by_ids(uow, [grant.organization_id for grant, _ in found.values()])
    base = uow.kernel.settings.public_url
    mails = {}
    for row in rows:
        grant, account = found.get(row.aggregate_uid, (None, None))
        if grant is None or grant.organization_id not in homes:
            continue
        page = "staff" if account else "sign-up"
        mails[row.id] = contracts.AccountMail(
            email=account.email if account else grant.email or "",
            locale=account.locale if account else "en",
            link=f"{base}/{page}",
            organization=homes[grant.organization_id].name,
        )
    return mails
