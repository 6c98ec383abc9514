"""Everything that can be asked of one registration."""

from tests.api.refusals import Refusal


def calls_on(address: str, headers: dict[str, str], revision: int = 1) -> list[Refusal]:
    """Everything that can be asked of one registration; each must be not found."""
    held = {**headers, "If-Match": f'"{revision}"'}
    return [
        Refusal("read", 404, "not-found", method="GET", path=address, headers=headers),
        Refusal("flow", 404, "not-found", method="GET", path=f"{address}/flow", headers=headers),
        Refusal("code", 404, "not-found", method="GET", path=f"{address}/qr.svg", headers=headers),
        Refusal(
            "save", 404, "not-found", method="PUT", path=f"{address}/steps/about", headers=held, json={"answers": {}}
        ),
        Refusal("submit", 404, "not-found", path=f"{address}/submit", headers=held),
        Refusal(
            "submit with key", 404, "not-found", path=f"{address}/submit", headers={**held, "Idempotency-Key": "k"}
        ),
        Refusal("cancel", 404, "not-found", path=f"{address}/cancel", headers=held),
        Refusal("link", 404, "not-found", path=f"{address}/resume-links", headers=held, json={}),
    ]
