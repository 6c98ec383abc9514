"""Cases recorded on a real Odoo: calling without a client's help, and hiding what differs between two databases."""

from __future__ import annotations

import http.client
import json
import re
import xmlrpc.client
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backend_sync.odoo.faults import reason_of

RECORDED = Path(__file__).with_name("recorded") / "odoo17.json"

# Ids start here on both sides, so that an id is told from any other number in an answer.
FIRST_IDS = {"event.event": 700_001, "event.event.ticket": 800_001, "event.registration": 900_001}
_SPAN = 99_999
_ID_IN_TEXT = re.compile(r"\b[789]\d{5}\b")
_TOKEN = re.compile(r"^<(event[a-z.]*):(\d+)>$")
_TIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
_TIMEOUT_SECONDS = 60


def _dump_any_int(_: xmlrpc.client.Marshaller, value: Any, write: Callable[[str], object]) -> None:
    write(f"<value><int>{value}</int></value>")


class RawMarshaller(xmlrpc.client.Marshaller):
    """Sends what the standard library would refuse: None, and integers beyond 32 bits."""

    def __init__(self) -> None:
        super().__init__("utf-8", allow_none=True)
        self.dispatch = {**self.dispatch, int: _dump_any_int}


def request_text(method: str, params: list[Any]) -> str:
    """A methodCall with None as nil and numbers of any size."""
    return (
        f"<?xml version='1.0'?><methodCall><methodName>{method}</methodName>"
        f"{RawMarshaller().dumps(tuple(params))}</methodCall>"
    )


def post(url: str, service: str, body: bytes) -> tuple[int, bytes]:
    """(status, body) of the bare HTTP answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", f"/xmlrpc/2/{service}", body, {"Content-Type": "text/xml"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def call(url: str, service: str, body: bytes) -> dict[str, Any]:
    """`{"answer": …}`, `{"fault": {code, exception, message}}` or `{"status": …}` where HTTP itself refused."""
    status, content = post(url, service, body)
    if status != http.HTTPStatus.OK:
        return {"status": status}
    try:
        values, _ = xmlrpc.client.loads(content)
    except xmlrpc.client.Fault as fault:
        exception, message = reason_of(str(fault.faultString))
        return {"fault": {"code": fault.faultCode, "exception": exception, "message": message}}
    return {"answer": values[0]}


class Tokens:
    """Ids as `<model:n>` in order of first appearance, and times of the run as `<now>`."""

    def __init__(self) -> None:
        self._token_by_id: dict[int, str] = {}
        self._id_by_token: dict[str, int] = {}
        self._counts = dict.fromkeys(FIRST_IDS, 0)

    def _token(self, number: int) -> str | None:
        for model, first in FIRST_IDS.items():
            if first <= number < first + _SPAN:
                if number not in self._token_by_id:
                    self._counts[model] += 1
                    token = f"<{model}:{self._counts[model]}>"
                    self._token_by_id[number] = token
                    self._id_by_token[token] = number
                return self._token_by_id[number]
        return None

    def hide(self, value: Any) -> Any:
        """The value with tokens in the place of ids and of the current time."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self._token(value) or value
        if isinstance(value, list | tuple):
            return [self.hide(item) for item in value]
        if isinstance(value, dict):
            return {str(key): self.hide(item) for key, item in value.items()}
        if isinstance(value, str):
            if _TIME.match(value) and _is_now(value):
                return "<now>"
            return _ID_IN_TEXT.sub(lambda match: self._token(int(match[0])) or match[0], value)
        return value

    def show(self, value: Any) -> Any:
        """The value with this run's ids in the place of tokens."""
        if isinstance(value, list):
            return [self.show(item) for item in value]
        if isinstance(value, dict):
            return {key: self.show(item) for key, item in value.items()}
        if isinstance(value, str) and _TOKEN.match(value):
            return self._id_by_token.get(value, value)
        return value


def _is_now(text: str) -> bool:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # 30 February is one of the cases.
        return False
    return abs(datetime.now(UTC) - moment) < timedelta(hours=1)


def load_cases() -> list[dict[str, Any]]:
    """The recorded cases in the order they must be replayed in: later ones use what earlier ones created."""
    cases: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))["cases"]
    return cases
