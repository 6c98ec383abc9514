"""The ticket as a PDF: shaped in its script, with the code that is read at the entrance. Slow: never on an event loop.

fpdf2 2.8 sets a font on the page with the first text that is drawn in it. Where that text begins in a fallback font,
the setting is undone with the line, and what follows is drawn with the glyphs of another font: a space comes first.
"""

import re
from collections.abc import Iterable
from importlib.resources import as_file, files
from itertools import groupby

import msgspec
import segno
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from api.domain.letters.texts import is_right_to_left
from api.domain.letters.texts.ticket import TicketWords, words

# Most tickets need no more than Western and Central European letters, whose font is read in a third of the time. A
# script's font is loaded where the script occurs: each costs 10 to 15 ms of processor time.
_EUROPEAN = re.compile(r"[\n\u0020-\u007e\u00a0-\u017f\u2010-\u2026\u2030\u2039\u203a\u20ac\u20b9\u2122]*")
_SMALL, _LARGE = "NotoSansLatin", "NotoSans"
_SCRIPTS = {
    "NotoSansDevanagari": re.compile(r"[\u0900-\u097f\ua8e0-\ua8ff\u1cd0-\u1cff]"),
    "NotoSansArabic": re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
}
_STYLES = (("", "Regular"), ("B", "Bold"))
_MISSING = "?"
_INK, _FAINT, _RED = (29, 35, 32), (76, 86, 80), (155, 28, 28)
_MARGIN = 18.0
_CODE = 46.0


class TicketFacts(msgspec.Struct, frozen=True):
    """What a ticket says. ``people`` are (name, ticket), ``answers`` (question, answer); times are as they are read."""

    locale: str
    organization: str
    event: str
    number: str
    begins: str
    ends: str
    zone: str
    place: str
    people: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    cancelled: bool


class _Page(FPDF):
    """A page that knows the bundled fonts."""

    def __init__(self, facts: TicketFacts, texts: Iterable[str]) -> None:
        super().__init__(format="A4")
        whole = "".join(texts)
        self.right_to_left = is_right_to_left(facts.locale)
        self._main = _SMALL if _EUROPEAN.fullmatch(whole) else _LARGE
        wanted = [self._main, *(name for name, script in _SCRIPTS.items() if script.search(whole))]
        folder = files("api.domain.letters") / "fonts"
        for family in wanted:
            for style, weight in _STYLES:
                with as_file(folder / f"{family}-{weight}.ttf") as path:
                    self.add_font(family, style, path)
        self.set_fallback_fonts(wanted[1:], exact_match=False)
        self._known = frozenset().union(*(font.cmap for font in self.fonts.values() if isinstance(font, TTFFont)))
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, _MARGIN)
        self.set_title(facts.event)
        self.set_lang(facts.locale)
        self.set_text_shaping(True, direction="rtl" if self.right_to_left else "ltr")
        self.add_page()

    def line_of(
        self, text: str, size: float, *, bold: bool = False, ink: tuple[int, int, int] = _INK, width: float = 0
    ) -> None:
        """Write a paragraph across ``width`` mm and go on below it."""
        # The library would write the characters it does not know into the log.
        text = "".join(c if ord(c) in self._known or c == "\n" else _MISSING for c in text)
        align = Align.R if self.right_to_left else Align.L
        top = self.get_y()
        with self.local_context():
            self.set_font(self._main, "B" if bold else "", size)
            self.set_text_color(*ink)
            self.text(self.get_x(), top, " ")
            self.multi_cell(width, size * 0.53, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            bottom, page = self.get_y(), self.page
        if self.page == page and bottom > top:
            self.set_y(bottom)

    def code(self, text: str) -> None:
        """Draw a QR code in the corner where the reading ends."""
        rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
        unit = _CODE / len(rows)
        left = _MARGIN if self.right_to_left else self.w - _MARGIN - _CODE
        top = self.get_y()
        for down, row in enumerate(rows):
            # One rectangle for neighbours: a third of the work, and no hair lines between them.
            for dark, run in groupby(enumerate(row), key=lambda cell: bool(cell[1])):
                if dark:
                    cells = [across for across, _ in run]
                    self.rect(left + cells[0] * unit, top + down * unit, unit * len(cells), unit * 1.02, style="F")


def render(facts: TicketFacts) -> bytes:
    """Return the ticket as a PDF of one page or, with many answers, more. Takes 60 to 250 ms of processor time."""
    said = words(facts.locale)
    rows = list(_rows(facts, said))
    everything = (
        *msgspec.structs.astuple(said),
        facts.event,
        facts.organization,
        *(part for row in rows for part in row),
    )
    page = _Page(facts, everything)
    page.line_of(facts.organization, 11, ink=_FAINT)
    page.ln(2)
    page.line_of(facts.event, 22, bold=True)
    page.ln(4)
    if facts.cancelled:
        page.line_of(said.cancelled, 14, bold=True, ink=_RED)
        page.ln(3)
    top = page.get_y()
    page.set_fill_color(*_INK)
    if not facts.cancelled:
        page.code(f"PRS:{facts.number}")
    _beside(page, rows, top)
    page.ln(4)
    page.line_of(said.show, 10, ink=_FAINT)
    return bytes(page.output())


def _rows(facts: TicketFacts, said: TicketWords) -> Iterable[tuple[str, str]]:
    yield said.number, facts.number
    yield said.begins, f"{facts.begins} ({facts.zone})"
    yield said.ends, f"{facts.ends} ({facts.zone})"
    if facts.place:
        yield said.place, facts.place
    if facts.people:
        yield said.people, "\n".join(f"{name} \u2013 {ticket}" if ticket else name for name, ticket in facts.people)
    yield from facts.answers


def _beside(page: _Page, rows: list[tuple[str, str]], top: float) -> None:
    """Write what is known beside the code, and below it once the code ends."""
    narrow = page.epw - _CODE - 8
    page.set_y(top)
    for label, value in rows:
        beside = page.page == 1 and page.get_y() < top + _CODE + 2
        page.set_left_margin(_MARGIN + _CODE + 8 if beside and page.right_to_left else _MARGIN)
        width = narrow if beside else 0
        page.line_of(label, 9, ink=_FAINT, width=width)
        page.line_of(value, 13, bold=True, width=width)
        page.ln(2.5)
    page.set_left_margin(_MARGIN)
    if page.page == 1:
        page.set_y(max(page.get_y(), top + _CODE + 6))
