"""A person's own data as an archive: ``data.json`` for machines, ``index.html`` to read offline, without a script,
and the person's files.
"""

import base64
import hashlib
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from api.domain.privacy.contracts import Section

SCHEMA = "prs-export/1"
_NONE = "-"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}"
    "th,td{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:14rem;font-weight:600}td table{margin:0}"
)
# The page may load and run nothing; its own style is named by its hash.
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)


class _Out:
    """What the archive has written and nobody has taken yet."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        self._bytes += data
        return len(data)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def take(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


async def stream(sections: Sequence[Section], at: datetime) -> AsyncIterator[bytes]:
    """Yield the archive's bytes; of files no more than a chunk is in memory."""
    plain = _plain(sections, at)
    out = _Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", msgspec.json.format(msgspec.json.encode(plain), indent=2))
        archive.writestr("index.html", _page(plain))
        for file in (file for section in sections for file in section.files):
            # Films and pictures are packed already.
            entry = zipfile.ZipInfo(file.path, at.timetuple()[:6])
            with archive.open(entry, "w", force_zip64=True) as place:
                async for chunk in file.read():
                    place.write(chunk)
                    yield out.take()
    yield out.take()


def _plain(sections: Sequence[Section], at: datetime) -> dict[str, Any]:
    data = {
        "schema": SCHEMA,
        "generated_at": at,
        "sections": [
            {"name": one.name, "title": one.title, "purpose": one.purpose, "records": one.records} for one in sections
        ],
    }
    plain: dict[str, Any] = msgspec.to_builtins(data)
    return plain


def _page(data: dict[str, Any]) -> str:
    body = "".join(
        f"<h2>{escape(section['title'])}</h2><p>{escape(section['purpose'])}</p>"
        + ("".join(_value(record) for record in section["records"]) or "<p>Nothing.</p>")
        for section in data["sections"]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<title>Your data</title><style>{_STYLE}</style></head><body><h1>Your data</h1>"
        f"<p>{escape(str(data['generated_at']))}</p>{body}</body></html>"
    )


def _value(value: Any) -> str:
    """Return a value as HTML. Whatever it holds is text: nothing of it becomes markup."""
    if isinstance(value, dict):
        rows = "".join(f"<tr><th>{escape(str(name))}</th><td>{_value(one)}</td></tr>" for name, one in value.items())
        return f"<table>{rows}</table>" if rows else _NONE
    if isinstance(value, list):
        return "".join(f"<div>{_value(one)}</div>" for one in value) or _NONE
    if value is None or value == "":
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escape(str(value))
