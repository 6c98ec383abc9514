"""Mails about accounts: asked for in the transaction that is their occasion, written by the worker.

A link's secret is made when the mail is written, so that no outbox row ever holds one.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from api.domain.accounts import contracts, sign_in_repository
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


def _minute() -> int:
    return int(clock.now().timestamp()) // 60


async def outgoing(uow: UnitOfWork, rows: Sequence[Claimed]) -> dict[int, contracts.AccountMail]:
    """Return what each row's mail says, by the row's id, with fresh links; rows of nobody are absent."""
    wanted = [row for row in rows if is_account_mail(row)]
    if not wanted:
        return {}
    people = await sign_in_repository.by_uids(uow.session, [row.aggregate_uid for row in wanted])
    found = {row.uid: row for row in people}
    mails = {}
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
