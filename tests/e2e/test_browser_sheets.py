"""An organiser brings a spreadsheet: the report beside the form, tried out and published, in a real browser."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from api import demo
from api.domain.forms.engine import import_xlsform
from tests.e2e.stack import Stack
from tests.e2e.test_browser import chromium
from tests.e2e.watching import Watched

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(240)

ADMINISTRATOR = demo.PEOPLE[0][0]

SURVEY = [
    ["type", "name", "label::English (en)", "label::Hindi (hi)", "required", "relevant", "appearance", "parameters",
     "default", "calculation", "prs::type", "prs::page", "prs::rows", "prs::currencies"],
    ["begin group", "you", "About you", "आपके बारे में", "", "", "field-list", "", "", "", "", "yes"],
    ["text", "full_name", "Your name", "आपका नाम", "yes", "", "", "", "", "", "person_name"],
    ["integer", "people", "How many are you?", "आप कितने लोग हैं?", "yes", "", "", "", "1"],
    ["geotrace", "way", "Draw the way you came"],
    ["calculate", "beds", "Beds", "बिस्तर", "", "", "", "", "", "${people} + 1"],
    ["date", "arrival", "Day of arrival", "आगमन का दिन", "", "", "", "", "today()"],
    ["end group"],
    ["begin group", "stay", "Your stay", "आपका ठहराव", "", "${people} > 2", "field-list", "", "", "", "", "yes"],
    ["range", "stars", "How was it last year?", "पिछले साल कैसा था?", "", "", "rating", "start=1 end=5 step=1"],
    ["select_one scale", "comfort", "I slept well", "मैं अच्छी तरह सोया", "", "", "likert"],
    ["rank meals", "wishes", "Order the meals", "भोजन का क्रम"],
    ["select_one scale", "rooms", "The rooms", "कमरे", "", "", "", "", "", "", "matrix", "", "meals"],
    ["decimal", "gift", "A gift", "उपहार", "", "", "", "", "", "", "money", "", "", "EUR INR"],
    ["text", "land", "Your country", "आपका देश", "", "", "", "", "", "", "country"],
    ["geopoint", "home", "Where do you live?", "आप कहाँ रहते हैं?"],
    ["end group"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Hindi (hi)"],
    ["scale", "no", "No", "नहीं"], ["scale", "partly", "Partly", "कुछ हद तक"], ["scale", "yes", "Yes", "हाँ"],
    ["meals", "rice", "Rice", "चावल"], ["meals", "bread", "Bread", "रोटी"],
]  # fmt: skip


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (
        ("survey", SURVEY),
        ("choices", CHOICES),
        ("settings", [["form_title", "form_id", "default_language"], ["Your visit", "your_visit", "English (en)"]]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "your_visit.xlsx"
    book.save(path)
    return path


def test_a_sheet_is_reported_tried_out_and_published(chromium: Browser, stack: Stack, workbook: Path) -> None:
    screen = Watched(chromium, stack)
    page = screen.page
    screen.sign_in(ADMINISTRATOR, demo.PASSWORD)
    page.wait_for_url("**/account")
    page.goto("/staff/forms")
    screen.heading("Import a form")
    page.get_by_label("Choose a workbook").set_input_files(workbook)
    screen.press("Check the workbook")
    screen.says("The workbook cannot be used yet")
    expect(page.get_by_role("row", name="geotrace")).to_contain_text("5")
    screen.seen("sheet-refused")

    page.get_by_label("Leave out what is not supported").check()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("navigation")).to_contain_text("not shown with these answers")
    # The default was worked out, and so was what is made of it.
    expect(preview.get_by_label("How many are you?")).to_have_value("1")
    preview.get_by_label("How many are you?").fill("3")
    expect(preview.get_by_role("status", name="Beds").or_(preview.locator("output")).first).to_contain_text("4")
    preview.get_by_role("button", name="Your stay").click()
    expect(preview.get_by_text("Where do you live?").first).to_be_visible()
    screen.seen("sheet-preview")

    screen.press("Publish this version")
    screen.says("Published as version 1")
    with page.expect_download() as download:
        screen.press("Download as a workbook")
    path = download.value.path()
    exported = import_xlsform(path.read_bytes(), "your_visit.xlsx")
    strict = import_xlsform(workbook.read_bytes(), workbook.name, skip_unsupported=True)
    assert exported.problems == ()
    assert exported.document == strict.document
    screen.close()
