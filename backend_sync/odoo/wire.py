"""XML-RPC as Odoo 17 speaks it: what may be sent, and a parser that trusts nobody."""

from __future__ import annotations

import math
import re
import xmlrpc.client
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, cast
from uuid import UUID
from xml.parsers import expat

from backend_sync.odoo.errors import OdooUnavailable, OdooUnsendable

OdooValue: TypeAlias = "bool | int | float | str | list[OdooValue] | dict[str, OdooValue]"

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
MAX_DEPTH = 32
# Everything XML 1.0 cannot carry (production [2] Char): one such character makes Odoo's parser fault the whole call.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def datetime_text(value: datetime) -> str:
    """The only form Odoo reads: `YYYY-MM-DD HH:MM:SS` in UTC; microseconds are cut off."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def clean_text(value: str) -> str:
    """The text as it will be stored: no characters outside XML 1.0, line ends as `\\n`, which is how XML reads them."""
    return _NOT_XML.sub("", value).replace("\r\n", "\n").replace("\r", "\n")


def sendable(value: object, path: str = "", depth: int = 0) -> OdooValue:
    """The value in types Odoo accepts: None as False, UUID as text, times in UTC. Raises OdooUnsendable."""
    if depth > MAX_DEPTH:
        raise OdooUnsendable(path, f"nested deeper than {MAX_DEPTH}")
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value, path)
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise OdooUnsendable(path, "a time without a time zone")
        return datetime_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return _container(value, path, depth)


def _number(value: int | float | Decimal, path: str) -> OdooValue:
    if isinstance(value, int):
        if not INT_MIN <= value <= INT_MAX:
            raise OdooUnsendable(path, "an integer beyond 32 bits")
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        raise OdooUnsendable(path, "not a finite number")
    return number


def _container(value: object, path: str, depth: int) -> OdooValue:
    if isinstance(value, Mapping):
        sent: dict[str, OdooValue] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise OdooUnsendable(path, "a key that is not text")
            sent[clean_text(key)] = sendable(item, f"{path}.{key}" if path else key, depth + 1)
        return sent
    if isinstance(value, Sequence | Set) and not isinstance(value, bytes | bytearray | memoryview):
        return [sendable(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise OdooUnsendable(path, f"a value of type {type(value).__name__}")


def request_body(method: str, params: Sequence[OdooValue]) -> bytes:
    """The methodCall document; `params` must have passed `sendable`."""
    text = xmlrpc.client.dumps(tuple(params), method, allow_none=False)
    return text.encode()


class EntitiesRefused(Exception):
    """The document declares a type or entities; no XML-RPC peer needs them, and an entity bomb does."""


def unmarshal(body: bytes) -> tuple[list[Any], str | None]:
    """(values, method name or None) of an XML-RPC document.

    Raises xmlrpc.client.Fault, expat.ExpatError where it is no XML, EntitiesRefused before an entity is expanded, and,
    where the XML is not XML-RPC, whatever the standard unmarshaller trips over.
    """
    parser = expat.ParserCreate()
    target = xmlrpc.client.Unmarshaller(use_datetime=False, use_builtin_types=False)
    parser.StartElementHandler = target.start
    parser.EndElementHandler = target.end
    parser.CharacterDataHandler = target.data

    def refuse(*_: object) -> None:
        raise EntitiesRefused

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    target.xml("", None)  # No encoding: expat hands over text, not bytes.
    parser.Parse(body, True)
    return list(target.close()), target.getmethodname()


def parse_response(body: bytes) -> OdooValue:
    """The single answer of a methodResponse. Raises xmlrpc.client.Fault, or OdooUnavailable where it is none."""
    try:
        values, _ = unmarshal(body)
    except xmlrpc.client.Fault:
        raise
    except (
        EntitiesRefused,
        expat.ExpatError,
        xmlrpc.client.Error,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:
        raise OdooUnavailable(f"the answer is not XML-RPC ({type(error).__name__})", may_have_committed=True) from error
    if len(values) != 1:
        raise OdooUnavailable(f"the answer holds {len(values)} values", may_have_committed=True)
    # Odoo marshals bytes and times as text and refuses None, so the other XML-RPC types do not occur.
    return cast(OdooValue, values[0])
