"""A request of the contract's tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class Call:
    """A request. ``holder`` are the headers of the guest whose registration it is about."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    content: bytes | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    holder: Mapping[str, str] = field(default_factory=dict)

    def send(self, client: httpx.Client, method: str, template: str, headers: Mapping[str, str]) -> httpx.Response:
        """Send it as whoever these headers stand for."""
        # A client that keeps cookies would carry one caller's session into the next one's request.
        client.cookies.clear()
        return client.request(
            method,
            template.format(**self.path),
            params=dict(self.query),
            json=self.json,
            content=self.content,
            files=self.files,
            headers={**self.headers, **headers},
        )
