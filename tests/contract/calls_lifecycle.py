"""Registrations taken up again, and drafts moved to what is published now."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

CALLS: dict[str, Callable[[Ground], Call]] = {
    "reinstateRegistration": lambda ground: Call(
        {"organization": ground.organization, "registration": ground.cancelled.uid}
    ),
    "previewMigration": lambda ground: Call({"registration": ground.draft.uid}, holder=ground.draft.headers),
    "migrateRegistration": lambda ground: Call(
        {"registration": ground.draft.uid},
        json={"flow_version": ground.draft_flow},
        headers={"If-Match": f'"{ground.draft.revision}"'},
        holder=ground.draft.headers,
    ),
}
