"""Resume links for mails: made when the mail is written, so that no outbox row ever holds a secret."""

from collections.abc import Sequence
from uuid import UUID

from api.domain.registrations import access, service
from api.domain.registrations.repository import RegistrationRepository
from api.lib.uow import UnitOfWork


async def resume_links(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, str]:
    """Return a fresh link for each draft among some registrations. Needs the system scope."""
    if not uids:
        return {}
    rows = await RegistrationRepository(session=uow.session).by_uids(uids)
    seconds = uow.kernel.settings.resume_link_seconds
    return {
        row.uid: service.link(uow, await access.grant_token(uow, row, "resume", seconds))
        for row in rows
        if row.state == "draft" and row.deleted_at is None
    }
