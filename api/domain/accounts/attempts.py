"""Tries to sign in, counted by the name they are for: many addresses together must not try one account."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.domain.accounts.errors import WrongCredentials
from api.lib.errors import RateLimited
from api.lib.throttle import Limit
from api.lib.uow import Kernel

# 20 at once and one more each minute: fewer than the 100 failures an hour that ASVS 4.0.3 (2.2.1) allows.
FAILURES = Limit(per_minute=1, burst=20)


@asynccontextmanager
async def counted(kernel: Kernel, email: str) -> AsyncIterator[None]:
    """Run a try to sign in as ``email``; only what ends in wrong credentials stays counted.

    It is counted before it is made, so that a thousand at once are no more than the limit. The name is counted whether
    there is such an account or not, and Redis holds a keyed digest of it.

    Raises:
        RateLimited: too many have failed.
        Unavailable: they cannot be counted.
    """
    if kernel.throttle.off:
        yield
        return
    digest = kernel.vault.digest(f"sign-in:{email.strip().lower()}".encode()).hex()
    bucket = kernel.throttle.bucket("account", digest, FAILURES)
    verdict = await kernel.throttle.check([bucket], closed=True)
    if not verdict.allowed:
        kernel.metrics.increment("http.throttled", tags=["policy:account"])
        raise RateLimited(headers={"Retry-After": str(max(1, math.ceil(verdict.retry_after)))})
    try:
        yield
    except WrongCredentials:
        raise
    except Exception:
        # What failed for another reason was no guess. A cancelled try stays counted: hanging up must not be free.
        await kernel.throttle.refund(bucket)
        raise
    await kernel.throttle.refund(bucket)
