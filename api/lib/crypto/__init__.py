"""Envelope encryption, keyed look-ups and token hashes: docs/guides/keys.md."""

from api.lib.crypto.envelope import DataKey, RecordKey, Roots, Vault, needs_record_key
from api.lib.crypto.errors import KeysAway, SealError
from api.lib.crypto.local import KeyProvider, LocalKeys
from api.lib.crypto.tokens import hash_token, new_token, same

__all__ = [
    "DataKey",
    "KeyProvider",
    "KeysAway",
    "LocalKeys",
    "RecordKey",
    "Roots",
    "SealError",
    "Vault",
    "hash_token",
    "needs_record_key",
    "new_token",
    "same",
]
