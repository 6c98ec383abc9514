"""Passwords: argon2id with OWASP's least parameters (m=19456 KiB, t=2, p=1), hashed in a thread: 30 ms of CPU each.

The rules are those of NIST SP 800-63B-4, section 3.1.1: length instead of composition, and a list of common ones. A
password is hashed exactly as it came (OWASP ASVS 5.0, V6.2.8).
"""

import asyncio
import itertools
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from api.domain.accounts.common_passwords import is_common, is_near, squeezed
from api.domain.accounts.errors import PasswordTooWeak
from api.lib.errors import FieldProblem

MIN_LENGTH = 15
MIN_LENGTH_WITH_SECOND_FACTOR = 8
MAX_LENGTH = 256

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Checked where no account is found, so that the answer takes as long as for one that exists.
_NOBODY = _hasher.hash("nobody has this password")
# Threads of their own: hashing must not take those that files and mails wait for.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="password")
# "aaaa…", "abcabcabc…": told by how few characters there are, and by the shortest part that is repeated.
_LEAST_VARIETY = 5
_LONGEST_PART = 8


async def hash_password(password: str) -> str:
    """Return the encoded hash."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify(password: str, encoded: str | None) -> bool:
    """Tell whether the password fits; takes as long without an account as with one."""
    loop = asyncio.get_running_loop()
    fits = await loop.run_in_executor(_threads, _fits, password, encoded or _NOBODY)
    return fits and encoded is not None


def outdated(encoded: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(encoded)


def _fits(password: str, encoded: str) -> bool:
    try:
        return _hasher.verify(encoded, password)
    except (Argon2Error, InvalidHashError):
        return False


def is_short(password: str) -> bool:
    """Tell whether the password needs a second factor beside it."""
    return len(password) < MIN_LENGTH


def check(password: str, *, email: str, name: str, second_factor: bool = False, pointer: str = "/password") -> None:
    """Refuse what is guessed first.

    Raises:
        PasswordTooWeak: too short, known from lists, a repetition, or made of the person's own name or address.
    """
    least = MIN_LENGTH_WITH_SECOND_FACTOR if second_factor else MIN_LENGTH
    if len(password) < least:
        _refuse(pointer, "min_length", f"Use at least {least} characters; a sentence is fine.")
    # Compared in one form: full-width letters make no known password a new one.
    text = unicodedata.normalize("NFKC", password)
    letters = squeezed(text)
    if _personal(letters, email, name):
        _refuse(pointer, "personal", "Do not use your own name or e-mail address.")
    if is_common(letters) or _monotonous(text.casefold()):
        _refuse(pointer, "common", "Many people use this one. Choose a sentence of your own.")
    if is_near(letters):
        _refuse(pointer, "near", "That stands too near. Choose words that have nothing to do with this place.")


def _refuse(pointer: str, code: str, message: str) -> None:
    raise PasswordTooWeak(errors=(FieldProblem(pointer, code, message),))


def _personal(letters: str, email: str, name: str) -> bool:
    own = {squeezed(email), squeezed(email.partition("@")[0]), squeezed(name)} - {""}
    return any(letters == part or letters == part * (len(letters) // len(part)) for part in own)


def _monotonous(text: str) -> bool:
    if len(set(text)) < _LEAST_VARIETY:
        return True
    if any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(_LONGEST_PART, len(text) // 2) + 1)):
        return True
    # 123456789012345, abcdefghijklmno, and the same backwards.
    steps = {(ord(after) - ord(before)) % 10 for before, after in itertools.pairwise(text)}
    return text.isalnum() and len(steps) == 1
