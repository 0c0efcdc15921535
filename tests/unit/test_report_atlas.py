"""Maps for print: a sheet for the district and one for each park, at A4 and A3, each with all that a map needs."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import pypdf
import pytest

from parkplan._errors import RequestError
from parkplan.cli import main
from parkplan.data.workspace import open_workspace
from parkplan.jobs.report import ReportForm, report_bytes

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 6, 30)
MM = 25.4 / 72


@pytest.mark.parametrize(("paper", "size_mm"), [("A4", (297, 210)), ("A3", (420, 297))])
def test_each_park_has_its_sheet_that_explains_itself(handmade_workspace: Path, paper: str, size_mm: object) -> None:
    ws = open_workspace(handmade_workspace)
    content = report_bytes(ws, "map", ".pdf", ReportForm("zh", DAY, paper))  # type: ignore[arg-type]
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    parks = ws.read("parks")["name"].tolist()
    assert len(pages) == 1 + len(parks) == 3
    for number, page in enumerate(pages, start=1):
        assert (round(float(page.mediabox.width) * MM), round(float(page.mediabox.height) * MM)) == size_mm
        said = page.extract_text()
        wanted = ("图例", "比例尺 1:", "北", "2026年6月30日", "数据来源", "坐标系", f"第 {number} 幅，共 3 幅")
        assert [text for text in wanted if text not in said] == []
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]
        inner = [font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font for font in fonts]
        assert all("/FontFile2" in font["/FontDescriptor"] for font in inner)
    for name, page in zip(parks, list(pages)[1:], strict=True):
        assert name in page.extract_text()


def test_other_formats_hold_the_maps_as_pictures_and_other_papers_are_refused(
    handmade_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ws = open_workspace(handmade_workspace)
    page = report_bytes(ws, "map", ".html", ReportForm("en", DAY)).decode()
    assert page.count("<img") == 2
    with pytest.raises(RequestError):
        report_bytes(ws, "map", ".pdf", ReportForm("en", DAY, "A0"))  # type: ignore[arg-type]
    assert (
        main(["report", str(handmade_workspace), "--kind", "map", "--out", str(tmp_path / "a.pdf"), "--paper", "A0"])
        == 2
    )
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
