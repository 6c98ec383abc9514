"""The operations of the committed OpenAPI document."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.lib.security import Permission

COMMITTED = Path(__file__).resolve().parents[2] / "frontend" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_bytes())
_PERMISSION = re.compile(r"Permission: `([a-z:-]+)`\.")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference stands for."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


@dataclass(frozen=True)
class Operation:
    """A method of an address, with what the document says of it."""

    method: str
    path: str
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        name: str = self.spec.get("operationId", f"{self.method} {self.path}")
        return name

    @property
    def permission(self) -> Permission:
        """What the description declares."""
        found = _PERMISSION.findall(self.spec.get("description", ""))
        assert len(found) == 1, f"{self.name} declares {found or 'no permission'}"
        return Permission(found[0])

    @property
    def names(self) -> set[str]:
        """The names of its parameters and of its JSON body's first level."""
        found = {parameter["name"] for parameter in self.spec.get("parameters", ())}
        for media in self.spec.get("requestBody", {}).get("content", {}).values():
            found.update(resolved(media["schema"]).get("properties", ()))
        return found

    @property
    def statuses(self) -> set[int]:
        return {int(status) for status in self.spec["responses"]}


OPERATIONS = [
    Operation(method.upper(), path, spec)
    for path, item in DOCUMENT["paths"].items()
    for method, spec in item.items()
    if method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
]
