"""Tickets: what they say, in which glyphs, and that every line is drawn in the font it was shaped with."""

import io
import re
import warnings
from importlib.resources import files

import pytest
import uharfbuzz
from fpdf.fonts import TTFFont
from pypdf import PdfReader

from api.domain.letters import ticket_pdf
from api.domain.letters.ticket_pdf import TicketFacts, render

HINDI, ARABIC = "आशा कुलकर्णी क्षत्रिय श्री", "محمد علي عبد الله"


def facts(locale: str = "en", **more: object) -> TicketFacts:
    values: dict[str, object] = {
        "locale": locale,
        "organization": "Sahaya",
        "event": "Winter retreat",
        "number": "ABCD-EFGH",
        "begins": "20 December 2026, 10:00",
        "ends": "22 December 2026, 16:00",
        "zone": "Asia/Kolkata",
        "place": "Pune",
        "people": (("Asha Kulkarni", "Seat"),),
        "answers": (),
        "cancelled": False,
    }
    return TicketFacts(**(values | more))  # type: ignore[arg-type]


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_ticket_says_what_when_where_and_who() -> None:
    said = text_of(render(facts(answers=(("Diet", "Vegetarian"),))))
    for part in (
        "Winter retreat", "ABCD-EFGH", "20 December 2026, 10:00 (Asia/Kolkata)", "Pune", "Asha Kulkarni \u2013 Seat",
        "Diet", "Vegetarian", "Sahaya",
    ):  # fmt: skip
        assert part in said


def test_a_cancelled_ticket_says_so_and_has_no_code() -> None:
    valid, cancelled = render(facts()), render(facts(cancelled=True))
    assert "not valid" in text_of(cancelled)
    assert squares(valid) > 100
    assert squares(cancelled) == 0


def squares(content: bytes) -> int:
    stream = PdfReader(io.BytesIO(content)).pages[0].get_contents()
    assert stream is not None
    return len(re.findall(rb" re f", stream.get_data()))


def glyphs(family: str, text: str, *, rtl: bool) -> list[int]:
    """Return the glyphs that the shaper wants for a text in a bundled font."""
    content = (files("api.domain.letters") / "fonts" / f"{family}-Bold.ttf").read_bytes()
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    assert (buffer.direction == "rtl") is rtl
    uharfbuzz.shape(uharfbuzz.Font(uharfbuzz.Face(content)), buffer)
    return [one.codepoint for one in buffer.glyph_infos]


@pytest.mark.parametrize(
    ("family", "text", "rtl"),
    [("NotoSansDevanagari", HINDI, False), ("NotoSansArabic", ARABIC, True)],
    ids=["hi", "ar"],
)
def test_a_line_is_drawn_with_the_glyphs_of_its_script(
    family: str, text: str, rtl: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[int]] = []
    shape = TTFFont.perform_harfbuzz_shaping

    def watched(self: TTFFont, *given: object, **named: object) -> object:
        infos, positions = shape(self, *given, **named)  # type: ignore[arg-type]
        if family in self.name.replace(" ", ""):
            drawn.append([one.codepoint for one in infos])
        return infos, positions

    monkeypatch.setattr(TTFFont, "perform_harfbuzz_shaping", watched)
    render(facts(people=((text, ""),)))
    words = [glyphs(family, word, rtl=rtl) for word in text.split()]
    # Ligatures and joined forms are in it, and never the box that stands for a missing glyph.
    assert any(set(word) - {glyph for c in text if c != " " for glyph in glyphs(family, c, rtl=rtl)} for word in words)
    assert all(0 not in line for line in drawn)
    for word in words:
        assert any(contains(line, word) for line in drawn), word


def contains(line: list[int], word: list[int]) -> bool:
    return any(line[at : at + len(word)] == word for at in range(len(line) - len(word) + 1))


def test_a_latin_line_after_one_in_another_script_is_still_readable() -> None:
    """fpdf2 leaves the font of a fallback set: without our care the second name is drawn with the wrong glyphs."""
    said = text_of(render(facts("ar", people=((ARABIC, ""), ("Asha Kulkarni", ""), (HINDI, ""), ("John Doe", "")))))
    assert "Asha Kulkarni" in said
    assert "John Doe" in said


def test_that_care_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_pdf._Page, "text", lambda *_: None)  # noqa: SLF001 (the guard is taken away)
    said = text_of(render(facts("ar", people=((ARABIC, ""), ("Asha Kulkarni", "")))))
    assert "Asha Kulkarni" not in said


def test_characters_without_a_glyph_are_question_marks_and_nobody_hears_of_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = text_of(render(facts(people=(("李明 Li Ming", ""),))))
    assert "?? Li Ming" in said
    assert "李" not in caplog.text


def test_many_people_and_answers_flow_onto_more_pages() -> None:
    content = render(
        facts(
            people=tuple((f"Person {n}", "Seat") for n in range(60)),
            answers=tuple((f"Q{n}", "word " * 50) for n in range(10)),
        )
    )
    said = text_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) > 1
    assert all(f"Person {n} " in said for n in range(60))
    assert said.count("word") == 500


@pytest.mark.parametrize("name", ["NotoSansLatin", "NotoSans", "NotoSansDevanagari", "NotoSansArabic"])
def test_fonts_are_small_and_come_with_their_licence(name: str) -> None:
    folder = files("api.domain.letters") / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
    for weight in ("Regular", "Bold"):
        assert len((folder / f"{name}-{weight}.ttf").read_bytes()) < 600_000
