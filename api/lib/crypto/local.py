"""Master keys that the process holds itself: from the environment or from a file."""

import base64
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.lib.crypto.errors import SealError

NONCE = 12
# A wrapped 256-bit key: nonce, ciphertext, tag.
WRAPPED = NONCE + 32 + 16


class KeyProvider(Protocol):
    """Holds the master keys. Wraps and unwraps data keys, which may ask another machine; never hands a key out.

    ``context`` names the one record that a data key is for: with another context it does not come back.
    """

    @property
    def active(self) -> str:
        """The key that wraps now."""
        ...

    async def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """Return the wrapping key's id and the wrapped data key."""
        ...

    async def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """Return the data key.

        Raises:
            SealError: the key is not known, or the data key is another record's.
            KeysAway: the service that holds the keys does not answer.
        """
        ...

    async def resolve(self) -> str:
        """Return the id of the key that wraps now, asked anew where a service knows it.

        Raises:
            KeysAway: it does not answer.
        """
        ...

    def close(self) -> None:
        """Let go of threads and connections."""
        ...


class LocalKeys:
    """Master keys declared as ``id:base64`` parts, the active one first."""

    def __init__(self, declared: str) -> None:
        self._keys: dict[str, bytes] = {}
        for part in filter(None, declared.split(",")):
            name, _, encoded = part.partition(":")
            self._keys[name.strip()] = base64.b64decode(encoded)
        if not self._keys:
            raise SealError("PRS_MASTER_KEYS is empty: sensitive answers cannot be stored without a key")
        self._active = next(iter(self._keys))

    @classmethod
    def from_file(cls, path: str) -> "LocalKeys":
        """Return the keys of a file, one ``id:base64`` a line.

        Raises:
            SealError: there is none such, or others than its owner may read it.
        """
        try:
            mode = os.stat(path).st_mode
            lines = Path(path).read_text(encoding="ascii").split()
        except (OSError, UnicodeError) as error:
            raise SealError(f"PRS_MASTER_KEYS_FILE={path!r} cannot be read: {type(error).__name__}") from error
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise SealError(f"PRS_MASTER_KEYS_FILE={path!r} is open to others: chmod 600 it")
        try:
            return cls(",".join(lines))
        except ValueError as error:
            raise SealError(f"PRS_MASTER_KEYS_FILE={path!r} must hold `id:base64` lines") from error

    @property
    def active(self) -> str:
        return self._active

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    async def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        return self._active, self.wrap_now(data_key, context)

    async def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        return self.unwrap_now(key_id, wrapped, context)

    async def resolve(self) -> str:
        return self._active

    def close(self) -> None:
        """Nothing is held."""

    def wrap_now(self, data_key: bytes, context: str) -> bytes:
        """Return the data key wrapped by the active key."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self._keys[self._active]).encrypt(nonce, data_key, context.encode())

    def unwrap_now(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """Return the data key.

        Raises:
            SealError: as the port says.
        """
        if key_id not in self._keys:
            raise SealError(f"master key {key_id!r} is not in PRS_MASTER_KEYS")
        try:
            return AESGCM(self._keys[key_id]).decrypt(wrapped[:NONCE], wrapped[NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("the data key does not open here") from error

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose from the oldest key (HKDF-SHA256, RFC 5869).

        For installations from before the look-up keys were random and stored: ``api.lib.keystore``.
        """
        oldest = self._keys[list(self._keys)[-1]]
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"prs:{purpose}".encode()).derive(oldest)
