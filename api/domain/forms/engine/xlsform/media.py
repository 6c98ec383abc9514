"""Pictures, sounds and films beside a label: addresses, as files that lie beside a sheet do not come with it."""

from __future__ import annotations

import re

from api.domain.forms.engine.xlsform.columns import MEDIA, Row, Table
from api.domain.forms.engine.xlsform.report import Notes
from api.domain.forms.engine.xlsform.texts import Texts

ADDRESS = re.compile(r"https://\S+|/[^/\s]\S*")


def read_media(row: Row, table: Table, texts: Texts, notes: Notes) -> dict[str, dict[str, str]]:
    """Addresses by kind and locale; the name of a file is noted as unsupported and left out."""
    found: dict[str, dict[str, str]] = {}
    for kind in MEDIA:
        for locale, address in texts.of(row, f"media:{kind}").items():
            if ADDRESS.fullmatch(address):
                found.setdefault(kind, {})[locale] = address
                continue
            message = (
                f"{address!r} is a file beside the sheet; write the address of the {kind}, beginning with https://"
            )
            notes.unsupported(table.sheet, row.number, table.heading(f"media:{kind}"), message)
    return found
