"""Signatures over records: ES256 (FIPS 186-5: ECDSA on P-256 with SHA-256), the raw form of RFC 7518, section 3.4.

Tokens have a module of their own. A signer is a port: the key may lie in the database, sealed, or in a service.
"""

import base64
import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_HALF = 32


class Signer(Protocol):
    """Signs; its private half never leaves it."""

    @property
    def kid(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


class LocalSigner:
    """A key in this process's memory. ``private`` is PKCS #8 in DER."""

    def __init__(self, private: bytes) -> None:
        key = serialization.load_der_private_key(private, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("a key on P-256 is needed")
        self._key = key
        self.public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.kid = thumbprint(self.public)

    @staticmethod
    def generate() -> bytes:
        """Return a fresh private key."""
        return ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def thumbprint(public: bytes) -> str:
    """Return the name of a public key (DER): its SHA-256, URL-safe, so that a key cannot be swapped under its name."""
    return base64.urlsafe_b64encode(hashlib.sha256(public).digest()).rstrip(b"=").decode()


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the holder of the private half of ``public`` (DER) signed ``message``."""
    try:
        key = serialization.load_der_public_key(public)
    except ValueError:
        return False
    if len(signature) != 2 * _HALF or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
