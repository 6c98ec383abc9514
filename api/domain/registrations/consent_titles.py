"""What consents are called: the question that a form has asked, in the form's languages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from api.domain.privacy.contracts import Consent
from api.domain.registrations import access, holding, plain_answers
from api.domain.registrations.models import Registration
from api.lib.uow import UnitOfWork

_FORM = "form:"


async def of(uow: UnitOfWork, consents: Sequence[Consent]) -> dict[UUID, dict[str, str]]:
    """Return the titles of consents by uid. One asked outside a form, or of a registration that is gone, has none."""
    wanted = {one.registration_id for one in consents if one.registration_id and one.source.startswith(_FORM)}
    rows = await uow.session.scalars(select(Registration).where(Registration.id.in_(wanted))) if wanted else ()
    labels: dict[tuple[int, str, str], dict[str, str]] = {}
    for row in rows:
        # From the process's memory, once the flow was read.
        documents = await holding.documents_of(uow, await access.flow_of(uow, row))
        for document in documents.values():
            for name, field in plain_answers.fields_of(document).items():
                labels[row.id, f"{_FORM}{document.name}", name] = field.label
    return {one.uid: labels.get((one.registration_id or 0, one.source, one.purpose), {}) for one in consents}
