"""Pages and sections out of groups.

A group at the top with the appearance `field-list`, or with `prs::page` yes, is a page; rows between such
groups share one. Inside a page a group without an appearance is a section, and so is every run of rows
between such groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from api.domain.forms.engine.xlsform.columns import Row
from api.domain.forms.engine.xlsform.exact import apply_exact
from api.domain.forms.engine.xlsform.rows import FieldMaker
from api.domain.forms.engine.xlsform.survey import Entry


@dataclass
class PageMaker:
    fields: FieldMaker
    form: str
    _names: set[str] = field(default_factory=set)

    def pages(self, entries: list[Entry]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for is_page, run in groupby(entries, key=_is_page):
            members = list(run)
            if is_page:
                made.extend(self._page(entry) for entry in members)
            else:
                name = self._free(self.form)
                made.append({"name": name, "sections": list(self._sections(members, name))})
        return made

    def _page(self, entry: Entry) -> dict[str, Any]:
        row = entry.row
        name = row.get("prs:name") or row.get("name") or f"page_row_{row.number}"
        if not row.get("name"):
            self.fields.notes.error(
                self.fields.table.sheet,
                row.number,
                self.fields.table.heading("name"),
                "missing_name",
                "the name is missing",
            )
        page = {"name": name, **self._head(row), "sections": list(self._sections(entry.inside, name))}
        self.fields.origins[id(page)] = (self.fields.table.sheet, row)
        apply_exact(page, row, self.fields.table, self.fields.notes)
        return page

    def _head(self, row: Row) -> dict[str, Any]:
        head: dict[str, Any] = {}
        texts = self.fields.texts
        description = {**texts.of(row, "hint"), **texts.of(row, "description")}
        for key, text in (("title", texts.of(row, "label")), ("description", description)):
            if text:
                head[key] = text
        if row.get("relevant"):
            head["relevant"] = row.get("relevant")
        return head

    def _sections(self, entries: list[Entry], page: str) -> Iterator[dict[str, Any]]:
        for is_section, run in groupby(entries, key=_is_section):
            members = list(run)
            if not is_section:
                made = [one for entry in members for one in self.fields.make(entry)]
                yield {"name": self._free(f"{page}_fields"), "fields": made}
                continue
            for entry in members:
                made = [one for inside in entry.inside for one in self.fields.make(inside)]
                name = entry.row.get("prs:name") or entry.row.get("name")
                section = {"name": name, **self._head(entry.row), "fields": made}
                self.fields.origins[id(section)] = (self.fields.table.sheet, entry.row)
                apply_exact(section, entry.row, self.fields.table, self.fields.notes)
                yield section

    def _free(self, wanted: str) -> str:
        """`wanted`, with a number where it is taken."""
        name, number = wanted, 1
        while name in self._names:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name)
        return name


def _is_page(entry: Entry) -> bool:
    if not entry.is_block or entry.type.block != "group":
        return False
    return "field-list" in entry.row.get("appearance").split() or entry.row.get("prs:page").lower() in (
        "yes",
        "true",
        "1",
    )


def _is_section(entry: Entry) -> bool:
    named = bool(entry.row.get("name"))
    return entry.is_block and entry.type.block == "group" and named and not entry.row.get("appearance")
