"""Mutated files of every format end in a report or in a fault that has a sentence; nothing escapes, nothing hangs."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import source_files

from parkplan.data.intake.launch import environment

CHILD = Path(__file__).with_name("mutate_intake.py")
FORMATS = (
    ".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".csv", ".zip", ".kml", ".kmz", ".dxf", ".osm", ".pbf", ".xlsx",
    ".xls", ".txt", ".gdb",
)  # fmt: skip
SHORT, LONG = 25, 10_000
AT_ONCE = 2_500
WRITERS = {
    ".kmz": source_files.write_kmz,
    ".dxf": source_files.write_drawing,
    ".pbf": source_files.write_pbf,
    ".xlsx": source_files.write_xlsx,
    ".xls": source_files.write_xls,
    ".osm": lambda path: path.write_text(source_files.STREETS, "utf-8"),
    ".txt": lambda path: path.write_text(source_files.SURVEY, "gb18030"),
}


def seed(folder: Path, ending: str) -> None:
    frame = source_files.districts()
    path = folder / f"seed{ending}"
    if ending in WRITERS:
        WRITERS[ending](path)
    elif ending == ".parquet":
        frame.to_parquet(path)
    elif ending == ".csv":
        frame.to_wkt().rename(columns={"geometry": "wkt"}).to_csv(path, index=False)
    elif ending == ".zip":
        frame.to_file(folder / "inner.geojson", driver="GeoJSON")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(folder / "inner.geojson", "江海/inner.geojson")
    else:
        driver = {".kml": "LIBKML", ".gdb": "OpenFileGDB"}.get(ending)
        frame.to_file(
            path, **({"encoding": "UTF-8"} if ending == ".shp" else {}), **({"driver": driver} if driver else {})
        )


@pytest.mark.fuzz
@pytest.mark.parametrize("ending", FORMATS)
def test_mutated_files(tmp_path: Path, ending: str, long_form: bool) -> None:
    seed(tmp_path, ending)
    left, first, deaths = LONG if long_form else SHORT, 0, []
    outcomes: dict[str, int] = {}
    slowest, memory = 0.0, 0
    told = tmp_path / "told.json"
    while left > 0:
        count = min(left, AT_ONCE)
        told.write_text('{"outcomes": {}, "slowest_s": 0.0, "memory_mb": 0}', encoding="utf-8")
        call = [sys.executable, str(CHILD), str(tmp_path), ending, str(first), str(count)]
        done = subprocess.run(call, env=environment(tmp_path), capture_output=True, text=True, check=False)
        said = json.loads(told.read_text(encoding="utf-8"))
        slowest, memory = max(slowest, said["slowest_s"]), max(memory, said["memory_mb"])
        for kind, number in said["outcomes"].items():
            outcomes[kind] = outcomes.get(kind, 0) + number
        if done.returncode != 0:
            died_at = int((tmp_path / "number.txt").read_text(encoding="utf-8"))
            assert done.returncode < 0, f"mutation {died_at} of {ending}: {done.stderr[-2000:]}"
            deaths.append(died_at)  # a native fault ends the worker alone; the product answers import_worker_died
            count = died_at + 1 - first
        first, left = first + count, left - count
    tried = sum(outcomes.values()) + len(deaths)
    shown = f"{ending}: {tried} mutated files, {outcomes}, slowest {slowest:.1f} s, {memory} MB"
    print(f"{shown}, {len(deaths)} deaths of the worker {deaths[:10]}")
    assert tried == (LONG if long_form else SHORT)
    assert outcomes.get("report", 0) > 0
    assert len(deaths) <= tried // 100
    assert memory < 2_000
