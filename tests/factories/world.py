"""An organization with staff, forms and one published event: the ground that most tests stand on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.domain.accounts import grants, keyring
from api.domain.accounts import service as accounts
from api.domain.accounts.contracts import Account
from api.domain.accounts.roles import Role
from api.domain.catalog import flow_service, flows, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.security import Grant, Permission, Principal, Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories import documents

PASSWORD = "a long enough password"


@dataclass
class World:
    """What there is. ``staff`` are accounts by role."""

    organization: Organization
    staff: dict[Role, Account]
    event: UUID
    slug: str
    tickets: list[UUID]
    forms: dict[str, UUID] = field(default_factory=dict)


def organiser(organization: Organization) -> Principal:
    """Return somebody who may do everything in one organization."""
    return Principal(
        kind="service",
        subject_uid="test",
        grants=(Grant(frozenset({organization.id}), frozenset(Permission)),),
    )


async def make_organization(kernel: Kernel, slug: str) -> Organization:
    """Return a new organization."""
    async with unit_of_work(kernel) as uow:
        return await organizations.create(uow, name=slug.capitalize(), slug=slug)


async def make_event(
    kernel: Kernel,
    organization: Organization,
    slug: str,
    *,
    capacity: int | None = 10,
    most: int = 4,
    steps: Callable[[dict[str, UUID]], list[flows.DraftStep]] | None = None,
    **values: Any,
) -> tuple[UUID, list[UUID], dict[str, UUID]]:
    """Publish an event with two tickets and a flow; returns its uid, the tickets' and the forms'."""
    begins = clock.now() + timedelta(days=30)
    async with unit_of_work(kernel, organiser(organization), Scope(frozenset({organization.id}))) as uow:
        made: dict[str, UUID] = {}
        known = {form.name: form.uid for form in await forms.of(uow, [organization.id])}
        for source in (documents.about(), documents.health()):
            made[source["name"]] = known.get(source["name"]) or (await forms.create(uow, organization, source)).uid
            if source["name"] not in known:
                await forms.publish(uow, made[source["name"]])
        columns = {
            "title": {"en": slug.replace("-", " ")},
            "summary": {"en": "A program"},
            "description": {},
            "place": "Pune",
            "timezone": "Asia/Kolkata",
            "starts_at": begins,
            "ends_at": begins + timedelta(days=1),
            "registration_opens_at": None,
            "registration_closes_at": None,
        }
        event = await catalog.create(uow, organization, category=None, slug=slug, **(columns | values))
        tickets = [
            (
                await ticket_service.create(
                    uow,
                    event.uid,
                    capacity=seats,
                    values={"name": {"en": name}, "description": {}, "max_per_order": most, "position": index},
                )
            ).uid
            for index, (name, seats) in enumerate((("Seat", capacity), ("Tent", None)))
        ]
        draft = flows.FlowDraft(tuple((steps or default_steps)(made)))
        await flow_service.save_draft(uow, event.uid, draft, None)
        await flow_service.publish(uow, event.uid)
        await catalog.transition(uow, event.uid, "publish")
    return event.uid, tickets, made


def default_steps(form: dict[str, UUID]) -> list[flows.DraftStep]:
    """Return about, seats, people, health (for those under 18), review, done."""
    step = flows.DraftStep
    return [
        step("about", StepKind.FORM, {"en": "About you"}, form["about"]),
        step("seats", StepKind.TICKETS, {"en": "Tickets"}),
        step("people", StepKind.ATTENDEES, {"en": "Who comes"}),
        step("health", StepKind.FORM, {"en": "Health"}, form["health"], "${about.age} < 18"),
        step("review", StepKind.REVIEW, {"en": "Review"}),
        step("done", StepKind.CONFIRMATION, {"en": "Done"}),
    ]


@pytest.fixture
async def world(kernel: Kernel) -> World:
    """One organization with an administrator and a front desk, and one published event of ten seats."""
    async with unit_of_work(kernel) as uow:
        await keyring.ensure(uow)
    organization = await make_organization(kernel, "sahaya")
    staff = {}
    async with unit_of_work(kernel) as uow:
        for role in (Role.ADMINISTRATOR, Role.FRONT_DESK):
            account = await accounts.register(
                uow, email=f"{role.value}@example.org", password=PASSWORD, name=role.value
            )
            await grants.grant(uow, account, organization, role)
            staff[role] = account
    event, tickets, made = await make_event(kernel, organization, "retreat")
    return World(organization, staff, event, "retreat", tickets, made)
