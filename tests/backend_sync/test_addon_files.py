"""What can be known of the addon without an Odoo."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from backend_sync import standin
from backend_sync.standin.schema import MODELS

ADDON = Path(standin.__file__).parents[1] / "addons" / "global_prs"
PYTHON = sorted(ADDON.rglob("*.py"))
XML = sorted(ADDON.rglob("*.xml"))
MANIFEST = ast.literal_eval((ADDON / "__manifest__.py").read_text())


def test_version_is_of_the_series_odoo_17_loads() -> None:
    assert re.fullmatch(r"17\.0\.\d+\.\d+\.\d+", MANIFEST["version"])


def test_every_data_file_is_listed_and_exists() -> None:
    assert {ADDON / name for name in MANIFEST["data"]} == {*XML, *ADDON.rglob("*.csv")}


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.name)
def test_python_compiles(path: Path) -> None:
    compile(path.read_text(), str(path), "exec")


@pytest.mark.parametrize("path", XML, ids=lambda path: path.name)
def test_views_are_well_formed_and_of_series_17(path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314 Our own file.
    assert root.tag == "odoo"
    for element in root.iter():
        assert element.tag != "list"
        assert not {"attrs", "states"} & set(element.attrib)


@pytest.mark.parametrize("path", XML, ids=lambda path: path.name)
def test_fields_in_views_are_fields_of_the_model(path: Path) -> None:
    for record in ET.parse(path).getroot().iter("record"):  # noqa: S314
        model = record.findtext("field[@name='model']")
        arch = record.find("field[@name='arch']")
        if model and arch is not None:
            assert {field.get("name") for field in arch.findall(".//field")} <= set(MODELS[model].fields)


def test_one_model_per_file_and_each_is_imported() -> None:
    models = [path for path in (ADDON / "models").glob("*.py") if path.name != "__init__.py"]
    for path in models:
        names = re.findall(r'^    _name = "([^"]+)"', path.read_text(), re.MULTILINE)
        assert [name.replace(".", "_") for name in names] == [path.stem]
    imported = set(re.findall(r"import (\w+)", (ADDON / "models" / "__init__.py").read_text()))
    assert imported == {path.stem for path in models}


def test_every_new_model_has_an_access_rule() -> None:
    rules = (ADDON / "security" / "ir.model.access.csv").read_text()
    for path in (ADDON / "models").glob("*.py"):
        text = path.read_text()
        if "models.Model" in text and "_inherit" not in text:
            assert f"model_{path.stem}," in rules
