"""Master keys in AWS KMS, or a service that speaks its protocol. The key never leaves the service.

boto3 is synchronous: its calls run on threads of their own, so that no request waits for another's key. A data key
that was opened is remembered for a minute: a person saves the steps of one registration one after the other.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from api.lib.crypto import KeysAway, SealError

T = TypeVar("T")

REMEMBERED_SECONDS = 60.0
_REMEMBERED = 1000
_THREADS = 8
# KMS answers in 10 to 20 ms. Two tries within this keep a request below its proxy's patience.
_CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
# What says that this ciphertext is not for this context, or not this key's (KMS API reference, Decrypt).
_WRONG = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsKeys:
    """Wraps and unwraps data keys by calls to the service, the record's context as encryption context."""

    def __init__(self, key: str, endpoint: str = "") -> None:
        self._name = key
        self._endpoint = endpoint or None
        self._active = ""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="kms")
        self._known: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()

    @cached_property
    def _client(self) -> Any:
        # A session of our own: boto3's default one is not made for threads.
        return boto3.session.Session().client("kms", endpoint_url=self._endpoint, config=_CONFIG)

    @property
    def active(self) -> str:
        """The ARN of the key that wraps, known after the first call; what was asked for until then."""
        return self._active or self._name

    async def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        answer = await self._call(
            lambda: self._client.encrypt(KeyId=self._name, Plaintext=data_key, EncryptionContext={"prs": context})
        )
        # An alias is followed by the service: the row names the key that it stood for.
        self._active = str(answer["KeyId"])
        wrapped = bytes(answer["CiphertextBlob"])
        self._remember(_place(wrapped, context), data_key)
        return self._active, wrapped

    async def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        place = _place(wrapped, context)
        known = self._known.get(place)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        answer = await self._call(
            lambda: self._client.decrypt(KeyId=key_id, CiphertextBlob=wrapped, EncryptionContext={"prs": context})
        )
        data_key = bytes(answer["Plaintext"])
        self._remember(place, data_key)
        return data_key

    async def resolve(self) -> str:
        """Return the ARN of the key that the setting's name stands for now."""
        answer = await self._call(lambda: self._client.describe_key(KeyId=self._name))
        self._active = str(answer["KeyMetadata"]["Arn"])
        return self._active

    def _remember(self, place: bytes, data_key: bytes) -> None:
        self._known[place] = (time.monotonic() + REMEMBERED_SECONDS, data_key)
        self._known.move_to_end(place)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _call(self, act: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, act)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _WRONG:
                raise SealError("the data key does not open here") from error
            raise KeysAway from error
        except BotoCoreError as error:
            raise KeysAway from error

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _place(wrapped: bytes, context: str) -> bytes:
    return hashlib.sha256(len(wrapped).to_bytes(4, "big") + wrapped + context.encode()).digest()
