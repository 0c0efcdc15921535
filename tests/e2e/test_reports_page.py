"""Reports and bundles as a planner takes them from the page, and the HTML report on a machine without any network."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from at_rest import rest
from downloads import taken
from playwright.sync_api import expect

from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.report import report_document
from parkplan.render.document import document_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 120_000


def take(page: Any, label: str) -> Path:
    """Take the file that a download button offers."""
    return taken(page, page.get_by_role("button", name=re.compile(re.escape(label))))


def test_a_report_and_a_bundle_are_made_and_taken(browser_page: Any, app: str, tmp_path: Path) -> None:
    page = browser_page(f"{app}/reports?lang=zh")
    page.get_by_role("button", name=message("report.make", "zh")).wait_for()
    rest(page)
    page.get_by_role("button", name=message("report.make", "zh")).click()
    word = take(page, "示范区_candidates_zh.docx")
    assert zipfile.is_zipfile(word)
    assert "word/document.xml" in zipfile.ZipFile(word).namelist()

    rest(page)
    page.get_by_role("button", name=message("report.bundle_make", "zh")).click()
    bundle = tmp_path / "a.zip"
    shutil.copyfile(take(page, "示范区_audit.zip"), bundle)
    assert json.loads(zipfile.ZipFile(bundle).read("manifest.json"))["synthetic"] is True


def test_the_html_report_works_alone(browser_page: Any, small_demo: Path) -> None:
    made = report_document(open_workspace(small_demo), "district", "zh")
    page = browser_page()
    page.set_content(document_bytes(made, ".html").decode())
    page.wait_for_function("() => document.querySelector('.filter .count')?.textContent.includes('/')")
    layers = page.locator(".map .layers input[type=checkbox]")
    assert layers.count() >= 4
    layers.first.uncheck()
    last = layers.first.get_attribute("data-of")
    expect(page.locator(f'.map svg g[data-layer="{last}"]')).to_have_css("display", "none")
    page.locator(f'.map .layers input[type=range][data-of="{last}"]').evaluate(
        "(slider) => { slider.value = 0.3; slider.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    expect(page.locator(f'.map svg g[data-layer="{last}"]')).to_have_css("opacity", "0.3")
    before = page.locator(".map svg").get_attribute("viewBox")
    page.locator(".map svg").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "(before) => document.querySelector('.map svg').getAttribute('viewBox') !== before", arg=before
    )

    table = page.locator("table.sortable").first
    rows = table.locator("tbody tr")
    everything = rows.count()
    page.locator(f"#filter-{table.get_attribute('id')} input[type=search]").fill("地块总数")
    page.wait_for_function(
        "() => document.querySelectorAll('table.sortable tbody')[0].querySelectorAll('tr:not([hidden])').length === 1"
    )
    assert everything > 1
    drawn = page.evaluate(
        "() => [...document.querySelectorAll('.map svg path')].filter((p) => p.getBBox().width > 0).length"
    )
    assert drawn >= 10
