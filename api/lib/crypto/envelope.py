"""Envelope encryption and keyed look-ups.

Two layouts. A secret of the platform carries its own wrapped data key:
``0x01 | len(key id) | key id | wrapped key (12 + 48 bytes) | nonce (12) | ciphertext + tag``.
A value of a record whose data key is stored beside it: ``0x02 | nonce (12) | ciphertext + tag``.
The associated data names table, column and record, so that a value copied elsewhere does not open.
"""

import asyncio
import hmac
import secrets

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.lib.crypto.errors import SealError
from api.lib.crypto.local import NONCE, WRAPPED, KeyProvider, LocalKeys

_OWN_KEY = 1
_RECORD_KEY = 2


class Roots(msgspec.Struct, frozen=True):
    """Keys of look-ups and of the platform's own secrets, opened once at start. ``platform`` is None where the
    process holds the master keys itself: they wrap at once."""

    blind_index: bytes
    digest: bytes
    platform: LocalKeys | None


class RecordKey(msgspec.Struct, frozen=True):
    """A record's wrapped data key, as stored."""

    key_id: str
    wrapped: bytes


class DataKey:
    """Seals and opens the values of one record."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: bytes, *, context: str) -> bytes:
        """Return ``value`` sealed for ``context`` (``table:column:record…``)."""
        nonce = secrets.token_bytes(NONCE)
        return bytes((_RECORD_KEY,)) + nonce + self._cipher.encrypt(nonce, value, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return the value.

        Raises:
            SealError: the bytes are damaged or belong elsewhere.
        """
        if not needs_record_key(sealed):
            raise SealError("not a value of a record")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("the value does not open here") from error


def needs_record_key(sealed: bytes) -> bool:
    """Tell whether a value opens with its record's data key rather than with one that it carries."""
    return sealed[:1] == bytes((_RECORD_KEY,))


class Vault:
    """Seals and opens values; computes blind indexes and digests.

    ``keys`` wrap the data keys of records. ``local`` are master keys that the process holds itself: all of them, or,
    where a service holds the active one, those of before that values may still be sealed with.
    """

    def __init__(self, keys: KeyProvider, *, local: LocalKeys | None = None, roots: Roots | None = None) -> None:
        self.keys = keys
        self.local = keys if isinstance(keys, LocalKeys) else local
        self._roots = roots
        self.lock = asyncio.Lock()

    @property
    def roots(self) -> Roots:
        """The look-up keys.

        Raises:
            SealError: they have not been opened yet; the first unit of work does that.
        """
        if self._roots is None:
            raise SealError("the look-up keys have not been opened yet")
        return self._roots

    @property
    def opened(self) -> bool:
        return self._roots is not None

    def adopt(self, roots: Roots) -> None:
        """Use these from now on."""
        self._roots = roots

    def close(self) -> None:
        """Let go of what the provider holds."""
        self.keys.close()

    # --- secrets of the platform, which its processes need all the time

    def _at_once(self) -> LocalKeys:
        """Return the keys that wrap without asking anybody."""
        if isinstance(self.keys, LocalKeys):
            return self.keys
        if self.roots.platform is None:
            raise SealError("there is no key for the platform's own secrets")
        return self.roots.platform

    @property
    def platform_key(self) -> str:
        """The id of the key that wraps the platform's own secrets."""
        return self._at_once().active

    def seal(self, value: bytes, *, context: str) -> bytes:
        """Return a secret of the platform sealed for ``context`` (``table:column:record``)."""
        data_key = AESGCM.generate_key(bit_length=256)
        nonce = secrets.token_bytes(NONCE)
        return self._head(data_key, context) + nonce + AESGCM(data_key).encrypt(nonce, value, context.encode())

    def _head(self, data_key: bytes, context: str) -> bytes:
        keys = self._at_once()
        name = keys.active.encode()
        return bytes((_OWN_KEY, len(name))) + name + keys.wrap_now(data_key, context)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return the value.

        Raises:
            SealError: the bytes are damaged, belong to another record, or their key is not known.
        """
        data_key, rest = self._unwrapped(sealed, context)
        try:
            return AESGCM(data_key).decrypt(rest[:NONCE], rest[NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("the value does not open here") from error

    def rewrap(self, sealed: bytes, *, context: str) -> bytes:
        """Return the same value with its data key wrapped by the active key; the value itself is not opened.

        Raises:
            SealError: as ``open``.
        """
        data_key, rest = self._unwrapped(sealed, context)
        return self._head(data_key, context) + rest

    def _unwrapped(self, sealed: bytes, context: str) -> tuple[bytes, bytes]:
        if len(sealed) < 2 or sealed[0] != _OWN_KEY:
            raise SealError("not a sealed value")
        end = 2 + sealed[1]
        key_id, wrapped = sealed[2:end].decode("ascii", "replace"), sealed[end : end + WRAPPED]
        keys = self.local if self.local is not None and self.local.knows(key_id) else self._at_once()
        return keys.unwrap_now(key_id, wrapped, context), sealed[end + WRAPPED :]

    # --- records

    async def new_record_key(self, context: str) -> tuple[RecordKey, DataKey]:
        """Return a new data key for one record, wrapped and ready.

        Raises:
            KeysAway: the service that holds the master keys does not answer.
        """
        data_key = AESGCM.generate_key(bit_length=256)
        key_id, wrapped = await self.keys.wrap(data_key, context)
        return RecordKey(key_id, wrapped), DataKey(data_key)

    async def unwrap(self, key: RecordKey, context: str) -> bytes:
        """Return a record's bare data key.

        Raises:
            SealError: it belongs to another record, or its master key is not known.
            KeysAway: the service that holds the master keys does not answer.
        """
        if self.local is not None and self.local.knows(key.key_id):
            return self.local.unwrap_now(key.key_id, key.wrapped, context)
        return await self.keys.unwrap(key.key_id, key.wrapped, context)

    async def open_record_key(self, key: RecordKey, context: str) -> DataKey:
        """Return a record's data key, ready.

        Raises:
            SealError, KeysAway: as ``unwrap``.
        """
        return DataKey(await self.unwrap(key, context))

    async def rewrap_record_key(self, key: RecordKey, context: str) -> RecordKey:
        """Return the same data key wrapped by the active master key.

        Raises:
            SealError, KeysAway: as ``unwrap``.
        """
        return RecordKey(*await self.keys.wrap(await self.unwrap(key, context), context))

    # --- look-ups

    def blind_index(self, value: str, *, context: str) -> bytes:
        """Return a keyed digest that finds equal values of one field without telling them."""
        return hmac.digest(self.roots.blind_index, f"{context}\x00{value}".encode(), "sha256")

    def digest(self, value: bytes) -> bytes:
        """Return a keyed digest, e.g. of a request body that may hold sensitive answers."""
        return hmac.digest(self.roots.digest, value, "sha256")
