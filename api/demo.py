"""The demo organization: one realistic program, its forms brought as spreadsheets, and people who can sign in."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from api.domain.accounts import grants, keyring
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.domain.catalog import flow_service, flows, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import EventState, StepKind
from api.domain.forms import engine
from api.domain.forms import service as forms
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.security import Grant, Permission, Principal, Scope
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

SHEETS = Path(__file__).resolve().parents[1] / "deploy" / "local" / "demo" / "forms"
ORGANIZATION = "sahaya"
# Known to everyone who can read; they exist in demo installations only.
PASSWORD = "a demo password to change"  # noqa: S105
PEOPLE = (
    ("admin@sahaya.example", "Asha Kulkarni", Role.ADMINISTRATOR),
    ("organiser@sahaya.example", "Imran Shaikh", Role.ORGANISER),
    ("desk@sahaya.example", "Meera Joshi", Role.FRONT_DESK),
    ("steward@sahaya.example", "Farida Sayyid", Role.DATA_STEWARD),
)
PARTICIPANT = ("asha@participants.example", "Asha Participant")


async def load(kernel: Kernel) -> list[str]:
    """Load the demo where it is missing; returns lines that say what there is."""
    async with unit_of_work(kernel, request_id="demo") as uow:
        await keyring.ensure(uow)
        owner = await organizations.find(uow, ORGANIZATION)
        if owner is None:
            owner = await organizations.create(uow, name="Sahaya Foundation", slug=ORGANIZATION)
            await organizations.create(
                uow, name="Sahaya Pune Centre", slug="sahaya-pune", kind="centre", parent=owner.uid
            )
        await _people(uow, owner)
    # An organiser's view: the same permission checks as over HTTP.
    organiser = Principal(
        kind="service",
        subject_uid="demo",
        grants=(Grant(frozenset({owner.id}), frozenset(Permission)),),
    )
    async with unit_of_work(kernel, organiser, Scope(frozenset({owner.id})), "demo") as uow:
        versions = {name: await _form(uow, owner, name) for name in ("about_you", "health", "volunteer")}
        await _retreat(uow, owner, versions)
        await _talk(uow, owner, versions)
    return [
        f"organization {owner.name} ({owner.slug})",
        *(f"{role}: {email} / {PASSWORD}" for email, _, role in PEOPLE),
        f"participant: {PARTICIPANT[0]} / {PASSWORD}",
    ]


async def _people(uow: UnitOfWork, owner: Organization) -> None:
    for email, name, role in PEOPLE:
        account = await accounts.find(uow, email)
        if account is None:
            account = await accounts.register(uow, email=email, password=PASSWORD, name=name)
        await grants.grant(uow, account, owner, role)
    if await accounts.find(uow, PARTICIPANT[0]) is None:
        await accounts.register(uow, email=PARTICIPANT[0], password=PASSWORD, name=PARTICIPANT[1])


async def _form(uow: UnitOfWork, owner: Organization, name: str) -> UUID:
    """Return the uid of a form, imported from its spreadsheet and published where it is not there yet."""
    existing = next((form for form in await forms.of(uow, [owner.id]) if form.name == name), None)
    if existing is not None:
        return existing.uid
    sheet = SHEETS / f"{name}.xlsx"
    report = engine.import_xlsform(sheet.read_bytes(), sheet.name)
    if report.document is None:
        raise ValueError(f"{sheet.name}: {report.problems}")
    form = await forms.create(uow, owner, msgspec.to_builtins(report.document))
    await forms.publish(uow, form.uid)
    return form.uid


async def _event(
    uow: UnitOfWork, owner: Organization, *, slug: str, category: tuple[str, dict[str, str]], **values: Any
) -> UUID | None:
    """Add an event; returns ``None`` where it is there already."""
    if slug in {event.slug for event in await catalog.of(uow, [owner.id], None, 200)}:
        return None
    if category[0] not in {found.slug for found in await catalog.categories(uow)}:
        await catalog.create_category(uow, owner, slug=category[0], title=category[1])
    made = await catalog.create(uow, owner, slug=slug, category=category[0], **values)
    return made.uid


async def _publish(uow: UnitOfWork, event: UUID, steps: list[flows.DraftStep]) -> None:
    await flow_service.save_draft(uow, event, flows.FlowDraft(tuple(steps)), None)
    await flow_service.publish(uow, event)
    published = await catalog.transition(uow, event, "publish")
    assert published.state is EventState.PUBLISHED  # noqa: S101 (a demo that is not open shows nothing)


async def _retreat(uow: UnitOfWork, owner: Organization, form: dict[str, UUID]) -> None:
    begins = (clock.now() + timedelta(days=90)).replace(hour=3, minute=30, second=0, microsecond=0)
    event = await _event(
        uow,
        owner,
        slug="youth-leadership-retreat",
        category=("retreats", {"en": "Retreats", "hi": "शिविर"}),
        title={"en": "Global Youth Leadership Retreat", "hi": "वैश्विक युवा नेतृत्व शिविर"},
        summary={
            "en": "Five residential days in the Sahyadri hills for young people who lead where they live.",
            "hi": "सह्याद्रि की पहाड़ियों में पाँच दिन, उन युवाओं के लिए जो अपने यहाँ नेतृत्व करते हैं।",
        },
        description={
            "en": "Workshops in the morning, service in the afternoon, conversation in the evening. Food and "
            "lodging are free; you pay only your way to Pune. Participants under 18 come with a guardian's consent.",
            "hi": "सुबह कार्यशालाएँ, दोपहर में सेवा, शाम को बातचीत। भोजन और आवास निःशुल्क हैं; "
            "केवल पुणे तक की यात्रा आपकी। "
            "18 वर्ष से कम आयु के प्रतिभागी अभिभावक की सहमति से आते हैं।",
        },
        place="Sahyadri Campus, Pune, India",
        timezone="Asia/Kolkata",
        starts_at=begins,
        ends_at=begins + timedelta(days=5),
        registration_opens_at=None,
        registration_closes_at=begins - timedelta(days=7),
    )
    if event is None:
        return
    for position, (name, capacity, most) in enumerate(
        (({"en": "Shared room", "hi": "साझा कमरा"}, 2000, 4), ({"en": "Own tent", "hi": "अपना तंबू"}, 40, 2))
    ):
        await ticket_service.create(
            uow,
            event,
            capacity=capacity,
            values={"name": name, "description": {}, "max_per_order": most, "position": position},
        )
    step = flows.DraftStep
    await _publish(
        uow,
        event,
        [
            step("about", StepKind.FORM, {"en": "About you", "hi": "आपके बारे में"}, form["about_you"]),
            step("seats", StepKind.TICKETS, {"en": "Tickets", "hi": "टिकट"}),
            step("people", StepKind.ATTENDEES, {"en": "Who comes", "hi": "कौन आएगा"}),
            step("health", StepKind.FORM, {"en": "Health and consent", "hi": "स्वास्थ्य और सहमति"}, form["health"]),
            step("review", StepKind.REVIEW, {"en": "Review", "hi": "समीक्षा"}),
            step("done", StepKind.CONFIRMATION, {"en": "Confirmation", "hi": "पुष्टि"}),
        ],
    )


async def _talk(uow: UnitOfWork, owner: Organization, form: dict[str, UUID]) -> None:
    begins = (clock.now() + timedelta(days=30)).replace(hour=13, minute=0, second=0, microsecond=0)
    event = await _event(
        uow,
        owner,
        slug="volunteers-evening",
        category=("talks", {"en": "Talks", "hi": "वार्ताएँ"}),
        title={"en": "Volunteers' evening", "hi": "स्वयंसेवकों की शाम"},
        summary={
            "en": "Meet the people behind the retreats and find out how to help.",
            "hi": "शिविरों के पीछे के लोगों से मिलें और जानें कि आप कैसे मदद कर सकते हैं।",
        },
        description={"en": "Tea from six o'clock.", "hi": "छह बजे से चाय।"},
        place="Sahaya Centre, Pune, India",
        timezone="Asia/Kolkata",
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        registration_opens_at=None,
        registration_closes_at=None,
    )
    if event is None:
        return
    await ticket_service.create(
        uow,
        event,
        capacity=60,
        values={"name": {"en": "Seat", "hi": "सीट"}, "description": {}, "max_per_order": 1, "position": 0},
    )
    step = flows.DraftStep
    await _publish(
        uow,
        event,
        [
            step("about", StepKind.FORM, {"en": "About you", "hi": "आपके बारे में"}, form["volunteer"]),
            step("review", StepKind.REVIEW, {"en": "Review", "hi": "समीक्षा"}),
            step("done", StepKind.CONFIRMATION, {"en": "Confirmation", "hi": "पुष्टि"}),
        ],
    )
