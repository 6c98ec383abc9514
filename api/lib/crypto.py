"""Envelope encryption, keyed look-ups and token hashes.

Every sealed value has its own AES-256-GCM data key, wrapped by a versioned master key that a :class:`KeyProvider`
holds. The associated data names table, column and record, so that a value copied elsewhere does not open.

Layout of a sealed value: ``0x01 | len(key id) | key id | wrapped key (12 + 48 bytes) | nonce (12) | ciphertext + tag``.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORMAT = 1
_NONCE = 12
_WRAPPED = _NONCE + 32 + 16


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, other record, or damaged bytes."""


class KeyProvider(Protocol):
    """Holds the master keys. Wraps and unwraps data keys; never hands a master key out."""

    @property
    def active(self) -> str: ...

    def wrap(self, data_key: bytes, aad: bytes) -> bytes: ...

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes: ...

    def derive(self, purpose: str) -> bytes: ...


class LocalKeys:
    """Master keys from ``PRS_MASTER_KEYS`` (``id:base64`` parts, the active one first)."""

    def __init__(self, declared: str) -> None:
        self._keys: dict[str, bytes] = {}
        for part in filter(None, declared.split(",")):
            name, _, encoded = part.partition(":")
            self._keys[name.strip()] = base64.b64decode(encoded)
        if not self._keys:
            raise SealError("PRS_MASTER_KEYS is empty: sensitive answers cannot be stored without a key")
        self._active = next(iter(self._keys))
        # Look-ups must survive a rotation of the wrapping key, so they hang on the oldest one.
        self._root = self._keys[list(self._keys)[-1]]

    @property
    def active(self) -> str:
        return self._active

    def wrap(self, data_key: bytes, aad: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._keys[self._active]).encrypt(nonce, data_key, aad)

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        if key_id not in self._keys:
            raise SealError(f"master key {key_id!r} is not in PRS_MASTER_KEYS")
        try:
            return AESGCM(self._keys[key_id]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
        except InvalidTag as error:
            raise SealError("the data key does not open here") from error

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose (HKDF-SHA256, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"prs:{purpose}".encode()).derive(self._root)


class Vault:
    """Seals and opens values; computes blind indexes and digests."""

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._index_key = keys.derive("blind-index")
        self._digest_key = keys.derive("digest")

    def seal(self, value: bytes, *, context: str) -> bytes:
        """Return ``value`` sealed for ``context`` (``table:column:record``)."""
        aad = context.encode()
        data_key = AESGCM.generate_key(bit_length=256)
        name = self._keys.active.encode()
        nonce = secrets.token_bytes(_NONCE)
        head = bytes((_FORMAT, len(name))) + name + self._keys.wrap(data_key, aad)
        return head + nonce + AESGCM(data_key).encrypt(nonce, value, aad)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return the value.

        Raises:
            SealError: the bytes are damaged, belong to another record, or their key is not known.
        """
        if len(sealed) < 2 or sealed[0] != _FORMAT:
            raise SealError("not a sealed value")
        end = 2 + sealed[1]
        key_id, wrapped = sealed[2:end].decode("ascii", "replace"), sealed[end : end + _WRAPPED]
        nonce, body = sealed[end + _WRAPPED :][:_NONCE], sealed[end + _WRAPPED + _NONCE :]
        aad = context.encode()
        try:
            return AESGCM(self._keys.unwrap(key_id, wrapped, aad)).decrypt(nonce, body, aad)
        except (InvalidTag, ValueError) as error:
            raise SealError("the value does not open here") from error

    def blind_index(self, value: str, *, context: str) -> bytes:
        """Return a keyed digest that finds equal values of one field without telling them."""
        return hmac.digest(self._index_key, f"{context}\x00{value}".encode(), "sha256")

    def digest(self, value: bytes) -> bytes:
        """Return a keyed digest, e.g. of a request body that may hold sensitive answers."""
        return hmac.digest(self._digest_key, value, "sha256")


def new_token() -> str:
    """Return 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what is stored of a random token; no salt is needed for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
