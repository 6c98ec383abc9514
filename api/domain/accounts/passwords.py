"""Passwords: argon2id with OWASP's least parameters (m=19456 KiB, t=2, p=1), hashed in a thread: 30 ms of CPU each."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_LENGTH = 15
MAX_LENGTH = 256

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Checked where no account is found, so that the answer takes as long as for one that exists.
_NOBODY = _hasher.hash("nobody has this password")
_slots = asyncio.Semaphore(4)


async def hash_password(password: str) -> str:
    """Return the encoded hash."""
    async with _slots:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify(password: str, encoded: str | None) -> bool:
    """Tell whether the password fits; takes as long without an account as with one."""
    async with _slots:
        fits = await asyncio.to_thread(_fits, password, encoded or _NOBODY)
    return fits and encoded is not None


def _fits(password: str, encoded: str) -> bool:
    try:
        return _hasher.verify(encoded, password)
    except (Argon2Error, InvalidHashError):
        return False
