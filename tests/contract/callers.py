"""Everybody who can send a request: nobody, a guest, a person, each role, and keys with one permission each."""

import base64
import json
from dataclasses import dataclass, field

import httpx

from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib.security import OPEN, Permission
from tests.conftest import INTERNAL_TOKEN
from tests.factories.world import PASSWORD

# What a key can be given; some are in no role.
GRANTABLE = sorted(permission for permission in Permission if permission not in OPEN)


@dataclass(frozen=True)
class Caller:
    """Who calls. ``permissions`` are held in the first organization; who has an account has an ``email``."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    permissions: frozenset[Permission] = frozenset()
    signed_in: bool = False
    email: str | None = None

    @property
    def session_uid(self) -> str:
        """The session of an access token, read from it."""
        return self._claim("sid")

    @property
    def subject_uid(self) -> str:
        """The account of an access token, read from it."""
        return self._claim("sub")

    def _claim(self, name: str) -> str:
        body = self.headers["Authorization"].split(".")[1]
        found: str = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))[name]
        return found

    def may(self, permission: Permission) -> bool:
        """Tell whether the outer door opens."""
        if permission in (Permission.PUBLIC, Permission.REGISTRATION_HOLDER):
            return True
        if permission is Permission.SIGNED_IN:
            return self.signed_in
        return permission in self.permissions


ANONYMOUS = Caller("anonymous")


SCHEDULER = Caller(
    "scheduler", {"Authorization": f"Bearer {INTERNAL_TOKEN}"}, frozenset({Permission.JOBS_RUN}), signed_in=True
)


def sign_in(client: httpx.Client, email: str, role: Role | None = None) -> Caller:
    """Return somebody with an account, in a session of their own."""
    answer = client.post("/api/v1/auth/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return Caller(role or email, headers, PERMISSIONS[role] if role else frozenset(), signed_in=True, email=email)


def integration(permission: Permission, key: str) -> Caller:
    """Return a key that may do one thing."""
    headers = {"Authorization": f"Bearer {key}"}
    return Caller(f"key with {permission.value}", headers, frozenset({permission}), signed_in=True)
