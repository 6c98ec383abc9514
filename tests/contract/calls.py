"""For every operation of the document one request that whoever may make it sees succeed."""

from collections.abc import Callable

from tests.contract import (
    calls_audit,
    calls_forms,
    calls_letters,
    calls_lifecycle,
    calls_privacy,
    calls_sensitive,
    calls_signin,
    calls_staff,
    calls_support,
    calls_tokens,
    calls_uploads,
)
from tests.contract.call import Call
from tests.contract.ground import EVENT, PARTICIPANT, Ground, fresh
from tests.factories import documents
from tests.factories.client import whole
from tests.factories.pictures import picture
from tests.factories.world import PASSWORD

FIRST = {"If-Match": '"1"'}

NO_RULES = {"second_factor_required": False, "allowed_networks": [], "denied_networks": []}

# The calls of further areas live in files of their own, `calls_<area>.py`, and are joined here.
CALLS: dict[str, Callable[[Ground], Call]] = {
    **calls_forms.CALLS,
    **calls_signin.CALLS,
    **calls_staff.CALLS,
    **calls_support.CALLS,
    **calls_tokens.CALLS,
    "live": lambda _: Call(),
    "ready": lambda _: Call(),
    # Sign-in.
    "signIn": lambda _: Call(json={"email": PARTICIPANT, "password": PASSWORD}),
    "signOut": lambda _: Call(),
    "getMe": lambda _: Call(),
    "listMyRegistrations": lambda _: Call(),
    # The catalogue and its events.
    "listEvents": lambda _: Call(),
    "getEvent": lambda ground: Call({"event": ground.world.slug}),
    "getEventFlow": lambda ground: Call({"event": ground.world.slug}),
    "listEventCategories": lambda _: Call(),
    "createEventCategory": lambda ground: Call(
        json={"organization": ground.organization, "slug": fresh("shelf"), "title": {"en": "Shelf"}}
    ),
    "createEvent": lambda ground: Call(json=EVENT | {"organization": ground.organization, "slug": fresh("event")}),
    "listOrganizationEvents": lambda ground: Call({"organization": ground.organization}),
    "getOrganizationEvent": lambda ground: Call({"organization": ground.organization, "event": ground.draft_event}),
    "updateEvent": lambda ground: Call({"event": ground.draft_event}, json={"place": "Pune"}, headers=FIRST),
    "setEventImage": lambda ground: Call(
        {"event": ground.draft_event}, files={"file": ("cover.png", picture("PNG", (320, 180)), "image/png")}
    ),
    "deleteEventImage": lambda ground: Call({"event": ground.draft_event}),
    "getFile": lambda ground: Call({"file": ground.picture, "name": "320.webp"}),
    "publishEvent": lambda ground: Call({"event": ground.ready_event}),
    "closeEvent": lambda ground: Call({"event": ground.event}),
    "archiveEvent": lambda ground: Call({"event": ground.event}),
    "deleteEvent": lambda ground: Call({"organization": ground.organization, "event": ground.draft_event}),
    "restoreEvent": lambda ground: Call({"organization": ground.organization, "event": ground.deleted_event}),
    "createTicket": lambda ground: Call({"event": ground.draft_event}, json={"name": {"en": "Seat"}}),
    "updateTicket": lambda ground: Call({"ticket": ground.ticket}, json={"capacity": 5}, headers=FIRST),
    "getFlowDraft": lambda ground: Call({"event": ground.event_with_steps}),
    "saveFlowDraft": lambda ground: Call(
        {"event": ground.draft_event}, json={"steps": ground.steps(str(ground.world.forms["about"]))}
    ),
    "publishFlow": lambda ground: Call({"event": ground.event_with_steps}),
    # Forms.
    "listForms": lambda _: Call(),
    "createForm": lambda ground: Call(json={"organization": ground.organization, "source": ground.form_document()}),
    "checkForm": lambda ground: Call(json={"source": ground.form_document()}),
    "getForm": lambda ground: Call({"form": ground.form}),
    "updateForm": lambda ground: Call({"form": ground.form}, json={"source": ground.form_document()}, headers=FIRST),
    "publishForm": lambda ground: Call({"form": ground.form}),
    # Organizations and their keys.
    "listOrganizations": lambda _: Call(),
    "createOrganization": lambda ground: Call(
        json={"parent": ground.organization, "name": "Faculty", "slug": fresh("faculty")}
    ),
    "getAccessPolicy": lambda ground: Call({"organization": ground.organization}),
    "setAccessPolicy": lambda ground: Call({"organization": ground.organization}, json=NO_RULES),
    "listApiKeys": lambda ground: Call({"organization": ground.organization}),
    "createApiKey": lambda ground: Call(
        {"organization": ground.organization}, json={"name": "Till", "permissions": ["api-key:manage"]}
    ),
    "revokeApiKey": lambda ground: Call({"organization": ground.organization, "key": ground.key}),
    # Registrations.
    "startRegistration": lambda ground: Call(json={"event": ground.world.slug}),
    "registerWhole": lambda ground: Call({"event": ground.world.slug}, json=whole(ground.world)),
    "resumeRegistration": lambda ground: Call(json={"token": ground.link}),
    "getRegistration": lambda ground: Call({"registration": ground.draft.uid}, holder=ground.draft.headers),
    "getRegistrationFlow": lambda ground: Call({"registration": ground.draft.uid}, holder=ground.draft.headers),
    "getQrCode": lambda ground: Call({"registration": ground.confirmed.uid}, holder=ground.confirmed.headers),
    "saveStep": lambda ground: Call(
        {"registration": ground.draft.uid, "step": "about"},
        json={"complete": True, "answers": documents.ANSWERS},
        headers={"If-Match": f'"{ground.draft.revision}"'},
        holder=ground.draft.headers,
    ),
    "submitRegistration": lambda ground: Call(
        {"registration": ground.draft.uid},
        headers={"If-Match": f'"{ground.draft.revision}"'},
        holder=ground.draft.headers,
    ),
    "cancelRegistration": lambda ground: Call({"registration": ground.confirmed.uid}, holder=ground.confirmed.headers),
    "createResumeLink": lambda ground: Call({"registration": ground.draft.uid}, json={}, holder=ground.draft.headers),
    "claimRegistration": lambda ground: Call({"registration": ground.draft.uid}, holder=ground.draft.headers),
    "listRegistrations": lambda ground: Call({"organization": ground.organization}, {"event": str(ground.world.event)}),
    "exportRegistrations": lambda ground: Call(
        {"organization": ground.organization}, {"event": str(ground.world.event)}
    ),
    "deleteRegistration": lambda ground: Call(
        {"organization": ground.organization, "registration": ground.cancelled.uid}
    ),
    "restoreRegistration": lambda ground: Call(
        {"organization": ground.organization, "registration": ground.deleted.uid}
    ),
    # The scheduler's.
    "requestJobRun": lambda _: Call({"name": "expire-drafts"}, json={}),
    **calls_sensitive.CALLS,
    **calls_audit.CALLS,
    **calls_lifecycle.CALLS,
    **calls_letters.CALLS,
    **calls_privacy.CALLS,
    **calls_uploads.CALLS,
}
