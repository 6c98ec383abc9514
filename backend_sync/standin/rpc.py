"""The two services of Odoo's external API: from parameters to an answer or a fault."""

from __future__ import annotations

import hmac
import traceback
import xmlrpc.client
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from backend_sync.odoo.faults import FAULT_ACCESS_DENIED, FAULT_ACCESS_ERROR, FAULT_APPLICATION, FAULT_WARNING
from backend_sync.odoo.wire import clean_text, unmarshal
from backend_sync.standin.errors import AccessDenied, AccessError, OperationalError, UserError, missing_record
from backend_sync.standin.injection import Dropped, HttpError, Injection
from backend_sync.standin.records import ACTIONS, BaseModel, Caller
from backend_sync.standin.schema import MODELS
from backend_sync.standin.store import Store
from backend_sync.standin.upsert import ext_erase, ext_upsert

VERSION = {
    "server_version": "17.0-standin",
    "server_version_info": [17, 0, 0, "final", 0, ""],
    "server_serie": "17.0",
    "protocol_version": 1,
}
_MODEL_METHODS: dict[str, Callable[..., Any]] = {
    "create": BaseModel.create,
    "ext_erase": ext_erase,
    "ext_upsert": ext_upsert,
    "fields_get": BaseModel.fields_get,
    "search": BaseModel.search,
    "search_count": BaseModel.search_count,
    "search_read": BaseModel.search_read,
}
_RECORD_METHODS: dict[str, Callable[..., Any]] = {
    "read": BaseModel.read,
    "unlink": BaseModel.unlink,
    "write": BaseModel.write,
}


class Account(msgspec.Struct, frozen=True):
    """A user of the database."""

    login: str
    password: str
    caller: Caller


class Services:
    """`common` and `object` of one database."""

    def __init__(self, store: Store, database: str, accounts: Sequence[Account], injection: Injection) -> None:
        self._store = store
        self._database = database
        self._accounts = list(accounts)
        self._injection = injection

    def answer(self, service: str, body: bytes) -> bytes:
        """The methodResponse to a methodCall; whatever goes wrong inside is a fault in it."""
        try:
            params, method = unmarshal(body)
            result = self._dispatch(service, method or "", params)
            return xmlrpc.client.dumps((_outgoing(result),), methodresponse=True, allow_none=False).encode()
        except (Dropped, HttpError):
            raise
        except Exception as error:  # noqa: BLE001 Odoo answers a fault to whatever happens.
            return xmlrpc.client.dumps(_fault(error)).encode()

    def _dispatch(self, service: str, method: str, params: list[Any]) -> Any:
        return {"common": self._common, "object": self._object}[service](method, params)

    def _common(self, method: str, params: list[Any]) -> Any:
        if method == "version":
            return VERSION
        if method not in ("authenticate", "login"):
            raise Exception(f"Method not found: {method}")
        database, login, password = params[:3]
        self._check_database(database)
        for account in self._accounts:
            if account.login == login and _same(account.password, password):
                return account.caller.uid
        return False

    def _object(self, method: str, params: list[Any]) -> Any:
        database, uid, password = params[:3]
        self._check_database(database)
        caller = self._caller(int(uid), password)
        if method not in ("execute", "execute_kw"):
            raise NameError(f"Method not available {method}")
        model, name, *rest = params[3:]
        args, kwargs = (rest, {}) if method == "execute" else ([*rest[0]], dict(rest[1]) if len(rest) > 1 else {})
        if name.startswith("_"):
            raise AccessError(f"Private methods (such as {name}) cannot be called remotely.")
        if model not in MODELS:
            raise UserError(f"Object {model} doesn't exist")
        return self._execute(caller, model, name, args, kwargs)

    def _execute(self, caller: Caller, model: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        function = _MODEL_METHODS.get(name) or _RECORD_METHODS.get(name) or ACTIONS.get(model, {}).get(name)
        if function is None:
            raise AttributeError(f"The method '{name}' does not exist on the model '{model}'")
        context = kwargs.pop("context", None) or {}
        ids: Any = []
        if name not in _MODEL_METHODS:
            ids = args.pop(0) if args else kwargs.pop("ids", [])
            ids = [ids] if isinstance(ids, int) else ids
        with self._injection.transaction(self._store, name):
            records = BaseModel(self._store, MODELS[model], caller, context, ids)
            return function(records, *args, **kwargs)

    def _check_database(self, database: str) -> None:
        if database != self._database:
            raise OperationalError(f'connection to server failed: FATAL:  database "{database}" does not exist')

    def _caller(self, uid: int, password: Any) -> Caller:
        for account in self._accounts:
            if account.caller.uid == uid:
                if _same(account.password, password):
                    return account.caller
                raise AccessDenied
        raise missing_record("res.users", uid, uid)


def _same(expected: str, given: Any) -> bool:
    return isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode())


def _outgoing(value: Any) -> Any:
    """The answer without characters that XML cannot carry, as Odoo's own marshaller leaves them out."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _outgoing(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_outgoing(item) for item in value]
    return value


def _fault(error: Exception) -> xmlrpc.client.Fault:
    if isinstance(error, AccessError):
        return xmlrpc.client.Fault(FAULT_ACCESS_ERROR, str(error))
    if isinstance(error, AccessDenied):
        return xmlrpc.client.Fault(FAULT_ACCESS_DENIED, str(error))
    if isinstance(error, UserError):
        return xmlrpc.client.Fault(FAULT_WARNING, str(error))
    return xmlrpc.client.Fault(FAULT_APPLICATION, "".join(traceback.format_exception(error)))
