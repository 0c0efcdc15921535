"""Mutated files of every format end in a report or in a fault that has a sentence; nothing escapes, nothing hangs."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from parkplan.data.intake.launch import environment

CHILD = Path(__file__).with_name("mutate_intake.py")
FORMATS = (".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".csv", ".zip")
SHORT, LONG = 60, 150_000
AT_ONCE = 5_000


def seed(folder: Path, ending: str) -> None:
    boxes = [shapely.box(113 + 0.01 * n, 22.5, 113.005 + 0.01 * n, 22.505) for n in range(4)]
    columns = {"name": ["江海", "a{{7*7}}", "", None], "code": ["0440704"] * 4, "area": [1.5, 2.0, None, -1e9]}
    frame = gpd.GeoDataFrame(columns, geometry=boxes, crs=4490)
    path = folder / f"seed{ending}"
    if ending == ".parquet":
        frame.to_parquet(path)
    elif ending == ".csv":
        frame.to_wkt().rename(columns={"geometry": "wkt"}).to_csv(path, index=False)
    elif ending == ".zip":
        frame.to_file(folder / "inner.geojson", driver="GeoJSON")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(folder / "inner.geojson", "江海/inner.geojson")
    else:
        frame.to_file(path, **({"encoding": "UTF-8"} if ending == ".shp" else {}))


@pytest.mark.fuzz
@pytest.mark.parametrize("ending", FORMATS)
def test_mutated_files(tmp_path: Path, ending: str, long_form: bool) -> None:
    seed(tmp_path, ending)
    left, first, deaths = LONG if long_form else SHORT, 0, []
    outcomes: dict[str, int] = {}
    while left > 0:
        count = min(left, AT_ONCE)
        call = [sys.executable, str(CHILD), str(tmp_path), ending, str(first), str(count)]
        done = subprocess.run(call, env=environment(tmp_path), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            for kind, number in json.loads(done.stdout.splitlines()[-1])["outcomes"].items():
                outcomes[kind] = outcomes.get(kind, 0) + number
            first, left = first + count, left - count
            continue
        died_at = int((tmp_path / "number.txt").read_text(encoding="utf-8"))
        assert done.returncode < 0, f"mutation {died_at} of {ending}: {done.stderr[-2000:]}"
        deaths.append(died_at)  # a native fault ends the worker alone; the product answers import_worker_died
        left -= died_at + 1 - first
        first = died_at + 1
    tried = sum(outcomes.values()) + len(deaths)
    print(f"{ending}: {tried} mutated files, {outcomes}, {len(deaths)} deaths of the worker {deaths[:10]}")
    assert tried == (LONG if long_form else SHORT)
    assert outcomes.get("report", 0) > 0
    assert len(deaths) <= tried // 100
