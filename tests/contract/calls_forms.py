"""Requests of editors: forms and their spreadsheets."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground, fresh

SHEET = b"survey,,,\n,type,name,label\n,text,nickname,Nickname\n"


def _sheet() -> dict[str, tuple[str, bytes, str]]:
    return {"file": (f"{fresh('sheet')}.csv", SHEET, "text/csv")}


CALLS: dict[str, Callable[[Ground], Call]] = {
    "importForm": lambda ground: Call(query={"organization": ground.organization}, files=_sheet()),
    "previewSheet": lambda _: Call(files=_sheet()),
    "exportForm": lambda ground: Call({"form": ground.form, "number": "0"}, query={"format": "csv"}),
}
