"""The parent believes nothing of a reading process that was taken over: whatever it leaves ends in one sentence."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely

from parkplan._errors import SourceFileError
from parkplan.data.intake import launch
from parkplan.data.intake.launch import Intake, Options, read_outside
from parkplan.data.intake.records import GEOMETRY, ORIGINAL, SOURCE_ROW, Answer, Fault, Limits, Report, finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Leave = Callable[[Path], object]

TRUE = Report(
    format="gpkg", layer="a", layers=("a",), rows=2, columns=("n",), crs="EPSG:4547", encoding=None,
    geometry={"polygon": 2}, findings=(), confinement=("limits",),
)  # fmt: skip
BOX = shapely.to_wkb(shapely.box(0, 0, 1, 1))
COLUMNS: Mapping[str, Any] = {
    "n": pa.array([1, 2]),
    SOURCE_ROW: pa.array([1, 2]),
    ORIGINAL: pa.array([None, None], pa.binary()),
    GEOMETRY: pa.array([BOX, BOX]),
}


def table(changed: Mapping[str, Any]) -> bytes:
    made = pa.table({**COLUMNS, **changed})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, made.schema) as writer:
        writer.write_table(made)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def left(report: str | None = None, content: bytes | None = None, **changed: Any) -> Leave:
    """Leave an answer and a table in the folder; ``changed`` are fields of the true report."""

    def leave(folder: Path) -> None:
        text = Answer(report=dataclasses.replace(TRUE, **changed)).to_json() if report is None else report
        (folder / launch.ANSWER).write_text(text, encoding="utf-8")
        (folder / launch.TABLE).write_bytes(table({}) if content is None else content)

    return leave


def instead(name: str, put: Callable[[Path], object]) -> Leave:
    """Leave all that is right, but something else in the place of one file."""

    def leave(folder: Path) -> None:
        left()(folder)
        (folder / name).unlink()
        put(folder / name)

    return leave


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Leave], Intake]:
    """Read a sound file with a reader that leaves what it likes."""
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=4547).to_file(path)

    def reading(leave: Leave) -> Intake:
        monkeypatch.setattr(launch, "_run", lambda folder, _name, _options: leave(folder))
        return read_outside(path, Options(limits=Limits(rows=10, columns=5, report_bytes=100_000)))

    return reading


def refused(read: Callable[[Leave], Intake], leave: Leave) -> str:
    with pytest.raises(SourceFileError) as told:
        read(leave)
    assert "a.gpkg" in str(told.value)
    return told.value.key


def test_what_is_right_is_taken(read: Callable[[Leave], Intake]) -> None:
    taken = read(left())
    assert (taken.report, taken.attributes.to_pydict(), taken.source_row.tolist()) == (TRUE, {"n": [1, 2]}, [1, 2])
    assert shapely.to_wkb(taken.geometry).tolist() == [BOX, BOX]


LIES = {
    "no json": left(report="{"),
    "a field of its own": left(report=Answer(report=TRUE).to_json().replace('"fault"', '"more": 1, "fault"')),
    "a number as text": left(report=Answer(report=TRUE).to_json().replace('"rows": 2', '"rows": "2"')),
    "neither report nor fault": left(report="{}"),
    "an unknown fault": left(report=Answer(fault=Fault(key="<script>", values={})).to_json()),
    "a fault without its values": left(report=Answer(fault=Fault(key="import_broken_file")).to_json()),
    "an unknown finding": left(findings=(finding("<script>"),)),
    "a finding with values of its own": left(
        findings=(dataclasses.replace(finding("null_geometry"), values={"count": 5}),)
    ),
    "a finding of less than no row": left(findings=(dataclasses.replace(finding("null_geometry", [1]), count=-1),)),
    "more rows than are listed": left(findings=(dataclasses.replace(finding("null_geometry"), rows=(1,) * 101),)),
    "less than no row": left(rows=-1),
    "another number of rows": left(rows=3),
    "more rows than allowed": left(rows=11),
    "another column": left(columns=("m",)),
    "more columns than allowed": left(columns=tuple("abcdef")),
    "a report that is too long": left(layers=("x" * 1000,) * 200),
    "a table that is none": left(content=b"ARROW1" * 100),
    "a table that is cut off": left(content=table({})[:-40]),
    "a list as attribute": left(content=table({"n": pa.array([[1], [2]])})),
    "bytes as attribute": left(content=table({"n": pa.array([b"1", b"2"])})),
    "rows that are texts": left(content=table({SOURCE_ROW: pa.array(["1", "2"])})),
    "rows without a number": left(content=table({SOURCE_ROW: pa.array([1, None])})),
    "shapes that are numbers": left(content=table({GEOMETRY: pa.array([1, 2])})),
    "shapes that are texts": left(content=table({GEOMETRY: pa.array([BOX.hex(), BOX.hex()])})),
    "shapes that are none": left(content=table({GEOMETRY: pa.array([BOX, b"nonsense"])})),
    "shapes that are cut off": left(content=table({GEOMETRY: pa.array([BOX, BOX[:-1]])})),
    "originals that are none": left(content=table({ORIGINAL: pa.array([b"nonsense", None])})),
    "no table": instead(launch.TABLE, lambda path: None),
    "a folder as table": instead(launch.TABLE, lambda path: path.mkdir()),
    "a folder as answer": instead(launch.ANSWER, lambda path: path.mkdir()),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_ends_in_a_sentence(read: Callable[[Leave], Intake], lie: str) -> None:
    assert refused(read, LIES[lie]) == "import_worker_answer"


def test_no_answer_is_told_as_such(read: Callable[[Leave], Intake]) -> None:
    assert refused(read, instead(launch.ANSWER, lambda path: None)) == "import_worker_died"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("name", [launch.ANSWER, launch.TABLE])
def test_neither_a_link_nor_a_pipe_is_followed(read: Callable[[Leave], Intake], tmp_path: Path, name: str) -> None:
    """What the link leads to would be taken if it lay there itself; a pipe would keep its reader waiting."""
    sound = tmp_path / "sound"
    sound.write_bytes(table({}) if name == launch.TABLE else Answer(report=TRUE).to_json().encode())
    for put in (lambda path: path.symlink_to(sound), os.mkfifo):
        assert refused(read, instead(name, put)) == "import_worker_answer"


def test_offsets_beyond_the_buffer_are_refused(read: Callable[[Leave], Intake]) -> None:
    """Arrow would read past the end of a column whose offsets say so."""
    sound = table({"n": pa.array(["abcd", "efgh"])})
    offsets = np.array([0, 4, 8], np.int32).tobytes()
    assert sound.count(offsets) == 1
    wild = sound.replace(offsets, np.array([0, 4, 1 << 30], np.int32).tobytes())
    assert refused(read, left(content=wild)) == "import_worker_answer"


def test_a_crs_that_names_a_file_loses_it(read: Callable[[Leave], Intake]) -> None:
    """A grid file is a path that the parent would open."""
    taken = read(left(crs="+proj=longlat +ellps=bessel +nadgrids=/etc/passwd +type=crs"))
    assert taken.report.crs is not None
    assert not pyproj.CRS.from_user_input(taken.report.crs).is_bound
