"""What staff do: filters, registrations for somebody, history, trials, previews, clones."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground, fresh

CALLS: dict[str, Callable[[Ground], Call]] = {
    "getRegistrationFilters": lambda ground: Call(
        {"organization": ground.organization}, {"event": str(ground.world.event)}
    ),
    "addRegistration": lambda ground: Call(json={"event": ground.world.slug}),
    "getRegistrationHistory": lambda ground: Call({"registration": ground.confirmed.uid}),
    "removeTrials": lambda ground: Call({"event": ground.draft_event}),
    "createPreview": lambda ground: Call({"event": ground.draft_event}),
    "openPreview": lambda ground: Call(json={"token": ground.preview}),
    "cloneEvent": lambda ground: Call({"event": ground.event_with_steps}, json={"slug": fresh("clone")}),
}
