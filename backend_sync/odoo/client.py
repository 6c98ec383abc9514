"""A client for Odoo's external API: XML-RPC over httpx, every call bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
import xmlrpc.client
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

import httpx
import msgspec

from api.lib import tracing
from backend_sync.odoo.errors import OdooAccessDenied, OdooUnavailable
from backend_sync.odoo.faults import error_of
from backend_sync.odoo.wire import OdooValue, parse_response, request_body, sendable

MAX_ANSWER_BYTES = 64 * 1024 * 1024
CONNECT_SECONDS = 5.0


class UpsertResult(msgspec.Struct, frozen=True):
    """What became of one row of `ext_upsert`; `ext_rev` is the revision Odoo now holds."""

    ext_uuid: str
    id: int
    ext_rev: int
    status: Literal["created", "updated", "unchanged", "stale"]


class EraseResult(msgspec.Struct, frozen=True):
    """What became of one identifier of `ext_erase`; `unknown` ones had never been received, and are remembered."""

    ext_uuid: str
    status: Literal["erased", "unknown"]


class OdooClient:
    """One Odoo database as one user. The uid is kept: `authenticate` costs Odoo 0.25 to 0.5 s of password hashing.

    `timeout` is the whole of one call in seconds. A call that runs out of time may still be committed by Odoo,
    so everything written through this client must be safe to send again. `uid` may be one known from before.
    """

    def __init__(
        self,
        url: str,
        database: str,
        login: str,
        password: str,
        *,
        timeout: float = 30.0,
        uid: int | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._database = database
        self._login = login
        self._password = password
        self._timeout = timeout
        self._uid = uid
        self._authenticating = asyncio.Lock()
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            headers={"Content-Type": "text/xml", "Accept-Encoding": "identity"},
            # The password is in every body: no proxy picked up from the environment sees it.
            trust_env=False,
            # Nor does whoever the back office is said to have moved to.
            follow_redirects=False,
            verify=ssl.create_default_context(),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    @property
    def uid(self) -> int | None:
        """The user's id, once known."""
        return self._uid

    async def version(self) -> dict[str, OdooValue]:
        """What the server says about itself; needs no login."""
        answer = await self._call("common", "version", [])
        if not isinstance(answer, dict):
            raise OdooUnavailable("the version is not a struct", may_have_committed=False)
        return answer

    async def authenticate(self) -> int:
        """The user's id, asked anew. Raises OdooAccessDenied."""
        answer = await self._call("common", "authenticate", [self._database, self._login, self._password, {}])
        if isinstance(answer, bool) or not isinstance(answer, int):
            raise OdooAccessDenied(f"{self._login} is not let into {self._database}")
        self._uid = answer
        return answer

    async def execute(
        self, model: str, method: str, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None
    ) -> OdooValue:
        """The answer of `model.method(*args, **kwargs)`: one call, one transaction in Odoo. Raises OdooError."""
        sent_args, sent_kwargs = sendable(list(args)), sendable(dict(kwargs or {}))
        uid = self._uid if self._uid is not None else await self._login_once(None)
        try:
            return await self._execute(uid, model, method, sent_args, sent_kwargs)
        except OdooAccessDenied:
            # The database behind the URL may have been replaced; access is checked before anything runs.
            uid = await self._login_once(uid)
            return await self._execute(uid, model, method, sent_args, sent_kwargs)

    async def ext_upsert(self, model: str, rows: Sequence[Mapping[str, object]]) -> list[UpsertResult]:
        """Creates or updates each row by its `ext_uuid` where `ext_rev` is newer; results in the order of `rows`.

        All or nothing: one bad row raises OdooRejected and nothing is written.
        """
        if not rows:
            return []
        sendable(rows)  # A bad value is named from the row's place, not from its place in the call.
        answer = await self.execute(model, "ext_upsert", [list(rows)])
        try:
            results = msgspec.convert(answer, list[UpsertResult])
        except msgspec.ValidationError as error:
            raise OdooUnavailable(
                f"ext_upsert answered otherwise than agreed: {error}", may_have_committed=True
            ) from error
        if len(results) != len(rows):
            raise OdooUnavailable(f"{len(rows)} rows sent, {len(results)} results", may_have_committed=True)
        return results

    async def ext_erase(self, model: str, uuids: Sequence[str]) -> list[EraseResult]:
        """Blanks what is personal in the records of these identifiers, now and in whatever still arrives for them.

        The records stay, so that seats and statistics do. Erasing again changes nothing.
        """
        if not uuids:
            return []
        answer = await self.execute(model, "ext_erase", [list(uuids)])
        try:
            results = msgspec.convert(answer, list[EraseResult])
        except msgspec.ValidationError as error:
            raise OdooUnavailable(
                f"ext_erase answered otherwise than agreed: {error}", may_have_committed=True
            ) from error
        if [result.ext_uuid for result in results] != list(uuids):
            raise OdooUnavailable("ext_erase answered for other identifiers", may_have_committed=True)
        return results

    async def _login_once(self, failed: int | None) -> int:
        async with self._authenticating:
            if self._uid is not None and self._uid != failed:
                return self._uid
            self._uid = None
            return await self.authenticate()

    async def _execute(self, uid: int, model: str, method: str, args: OdooValue, kwargs: OdooValue) -> OdooValue:
        with tracing.span("odoo.call", f"{model}.{method}", kind="rpc"):
            return await self._call(
                "object", "execute_kw", [self._database, uid, self._password, model, method, args, kwargs]
            )

    async def _call(self, service: str, method: str, params: list[OdooValue]) -> OdooValue:
        body = await self._post(f"/xmlrpc/2/{service}", request_body(method, params))
        try:
            return parse_response(body)
        except xmlrpc.client.Fault as fault:
            raise error_of(fault) from None

    async def _post(self, path: str, body: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._timeout), self._http.stream("POST", path, content=body) as response:
                if response.status_code != httpx.codes.OK:
                    reason = f"Odoo answered HTTP {response.status_code}"
                    raise OdooUnavailable(
                        reason, may_have_committed=response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
                    )
                return await _read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise OdooUnavailable(f"no connection to Odoo ({error})", may_have_committed=False) from error
        except TimeoutError as error:
            raise OdooUnavailable(f"no answer from Odoo within {self._timeout:g} s", may_have_committed=True) from error
        except httpx.HTTPError as error:
            raise OdooUnavailable(
                f"the connection to Odoo broke ({type(error).__name__})", may_have_committed=True
            ) from error


async def _read(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise OdooUnavailable(f"the answer is larger than {MAX_ANSWER_BYTES} bytes", may_have_committed=True)
        parts.append(part)
    return b"".join(parts)
