"""``parkplan import`` at a terminal: it says on stderr what it is doing, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 150_000


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console, not to one process")
def test_ctrl_c_ends_an_import_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    place, temporary = tmp_path / "a.parkplan", tmp_path / "tmp"
    temporary.mkdir()
    ws = create_workspace(place, crs="EPSG:4547", actor="test")
    shape = shapely.box(409_000, 2_497_000, 409_100, 2_497_100)
    one = gpd.GeoDataFrame({"parcel_id": ["A"]}, geometry=[shape], crs=4547)
    (before,) = ws.write({"parcels": one}, change=Change("test", "make"))
    lines = (f"{row},{113.1 + row * 1e-7:.7f},{22.57 + row * 1e-7:.7f},名称{row}\n" for row in range(ROWS))
    big = tmp_path / "big.csv"
    big.write_text("id,lon,lat,name\n" + "".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "parkplan", "--lang", "en", "import", str(big), "--to", str(place), "--as", "big",
               "--crs", "EPSG:4490"]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert process.stderr is not None
    first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=120)
    assert "big.csv" in first  # the progress
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in rest
    ws = open_workspace(place)
    assert ws.tables() == (before,)
    assert [line.action for line in ws.journal()] == ["make"]
    ws.verify()
    assert list(temporary.iterdir()) == []
