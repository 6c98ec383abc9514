"""An event whose form asks for an Aadhaar number, of the person and of each member of the family."""

from typing import Any
from uuid import UUID

from api.domain.catalog import flows
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.forms.engine.fields.identity import verhoeff_digit
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories import documents
from tests.factories.documents import field
from tests.factories.world import World, make_event, organiser

SLUG = "papers"


def aadhaar(body: str) -> str:
    """Return a number that its check digit fits, from its first eleven digits."""
    return body + verhoeff_digit(body)


NUMBER = aadhaar("91827364501")
OTHER = aadhaar("91827364777")
ANSWERS = {"full_name": "Asha Kulkarni", "email": "asha@example.org"}


def papers() -> dict[str, Any]:
    number: dict[str, Any] = {"identity": "aadhaar", "sensitive": True}
    return documents.document(
        "papers",
        field("full_name", required=True, maps_to="registrant.name"),
        field("email", "email", required=True, maps_to="registrant.email"),
        field("wants_card", "boolean"),
        field("aadhaar", "identity_number", relevant="not(${wants_card} = 'false')", **number),
        field("family", "repeat", fields=[field("member_name"), field("member_aadhaar", "identity_number", **number)]),
        field("card_text", relevant="${aadhaar} != ''"),
    )


async def make_papers(kernel: Kernel, world: World) -> None:
    """Publish the event under ``SLUG``, with one ticket chosen by itself."""
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        form = (await forms.create(uow, world.organization, papers())).uid
        await forms.publish(uow, form)

    def steps(_: dict[str, UUID]) -> list[flows.DraftStep]:
        step = flows.DraftStep
        return [
            step("papers", StepKind.FORM, {"en": "Papers"}, form),
            step("seats", StepKind.TICKETS, {"en": "Tickets"}),
            step("review", StepKind.REVIEW, {"en": "Review"}),
            step("done", StepKind.CONFIRMATION, {"en": "Done"}),
        ]

    _, tickets, _ = await make_event(kernel, world.organization, SLUG, steps=steps, capacity=None, most=1)
    world.tickets[:] = tickets


def body(world: World, **answers: Any) -> dict[str, Any]:
    """Return a whole registration."""
    return {
        "steps": {
            "papers": {"answers": ANSWERS | answers},
            "seats": {"tickets": [{"ticket": str(world.tickets[0]), "quantity": 1}]},
        }
    }
