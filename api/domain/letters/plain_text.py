"""Rich text as plain text, for the part of a mail that every reader can show."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "ul", "ol", "blockquote", "pre", "h3", "h4", "hr"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        if tag == "br":
            self.parts.append("\n")
        elif tag == "hr":
            self.parts.append("----\n\n")
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._pre += 1
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self.parts.append("\n- " if number is None else f"\n{number + 1}. ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            said = "".join(self.parts[start:])
            if address and address.removeprefix("mailto:") not in said:
                self.parts.append(f": {address}" if said.strip() else address)

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self._pre else re.sub(r"\s+", " ", data))


def plain(markup: str) -> str:
    """Return the text of cleaned rich text: links after what they say, lists with marks, blocks apart."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
