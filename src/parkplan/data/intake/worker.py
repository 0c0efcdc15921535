"""The worker: reads one file in its folder, writes a table and an answer there, and nothing else.

``confine.py`` starts it after giving up rights. Whatever goes wrong in here becomes one fault in the answer.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import shapely

from parkplan.data.intake import archive, columns, geometry, raw_wkb
from parkplan.data.intake.crs_text import plain_crs
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import by_ending, sniff
from parkplan.data.intake.records import GEOMETRY, ORIGINAL, SOURCE_ROW, Answer, Fault, Report, Request, finding
from parkplan.data.intake.vector import Source, choose_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Progress, Raw

ANSWER: Final = "answer.json"
TABLE: Final = "table.arrow"
PACKED_FROM_BYTES: Final = 1_000_000_000
_READERS: Final = {
    "gdal": "vector.read_vector",
    "parquet": "parquet.read_parquet",
    "csv": "tabular.read_csv",
    "sheet": "sheets.read_sheet",
    "survey": "survey.read_survey_or_table",
    "dxf": "drawing.read_drawing",
    "osm": "street_map.read_street_map",
}
"""Module and function of each reader, which is imported when it is needed: a worker reads one file."""
_LAYER_NAMED: Final = ("gpkg", "filegdb", "kml", "xlsx", "xls", "osm")


def tell(stage: str, done: int = 0, total: int = 0) -> None:
    """Tell the parent how far the work is: one JSON line on the standard output."""
    print(json.dumps({"stage": stage, "done": done, "total": total}), flush=True)


def answer(folder: Path) -> Answer:
    """Read the file that lies in the folder; every fault is part of the answer."""
    request = Request.from_json((folder / "request.json").read_text(encoding="utf-8"))
    try:
        return Answer(report=_read(request, folder))
    except FileFaultError as fault:
        return Answer(fault=Fault(key=fault.key, values=fault.values))
    except MemoryError:
        limit = request.limits.memory_bytes // 1024**2
        return Answer(fault=Fault(key="import_memory", values={"file": request.name, "limit": limit}))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # broken bytes make readers raise anything at all, and those in Rust panic
        kind = by_ending(request.suffix)
        title = kind.title if kind else request.suffix
        print(repr(error)[:2000], file=sys.stderr)
        return Answer(fault=Fault(key="import_broken_file", values={"file": request.name, "format": title}))


def _read(request: Request, folder: Path) -> Report:
    tell("open")
    source, found = _source(request, folder)
    raw = _reader(source.format.reader)(source, tell)
    tell("repair")
    wkb = raw_wkb.lone_parts(raw.wkb)
    proven = raw_wkb.proven_kinds(wkb)
    others = np.flatnonzero(proven == 0)
    doubtful = wkb.filter(pa.array(proven == 0)).to_numpy() if len(others) else np.zeros(0, dtype=object)
    features, unreadable = geometry.from_wkb(doubtful)
    tidied = geometry.tidy(features, unreadable, others + 1)
    attributes, renamed = columns.plain_columns(raw.attributes)
    tell("write")
    _write(folder / TABLE, attributes, tidied, (wkb, proven == 0))
    findings = (*found, *raw.findings, *renamed, *tidied.findings)
    return Report(
        format=source.format.name,
        layer=raw.layer if source.format.name in _LAYER_NAMED else Path(source.name).stem,
        layers=raw.layers,
        rows=len(raw.wkb),
        columns=tuple(attributes.column_names),
        crs=plain_crs(raw.crs),
        row_crs=raw.row_crs if raw.row_crs in attributes.column_names else None,
        encoding=raw.encoding,
        geometry=_families(proven, tidied),
        findings=findings,
        confinement=tuple(filter(None, os.environ.get("PARKPLAN_CONFINEMENT", "").split(","))),
    )


def _reader(name: str) -> Callable[[Source, Progress], Raw]:
    module, _, function = _READERS[name].partition(".")
    found: Callable[[Source, Progress], Raw] = getattr(import_module(f"parkplan.data.intake.{module}"), function)
    return found


def _source(request: Request, folder: Path) -> tuple[Source, list[Finding]]:
    path = folder / f"source{request.suffix}"
    kind = sniff(path, request.suffix, request.name)
    source = Source(path, kind, request.name, request.layer, request.encoding, request.limits, request.table,
                    request.placeless)  # fmt: skip
    if kind.reader != "archive":
        other = request.suffix not in kind.endings
        return source, [finding("content_differs", ending=request.suffix, format=kind.title)] if other else []
    unpacked = archive.unpack(path, folder / "unpacked", request.limits, request.name)
    return _from_archive(source, unpacked)


def _from_archive(source: Source, unpacked: list[archive.Unpacked]) -> tuple[Source, list[Finding]]:
    """Choose a data set of an archive: the only one, or the one whose name (or stem) is the layer asked for."""
    names = {Path(each.title).stem: each for each in unpacked} if len(unpacked) > 1 else {}
    chosen = unpacked[0]
    layer = source.layer
    if names and len(names) == len(unpacked):
        chosen, layer = names[choose_layer(source, tuple(names))], None
    elif names:
        by_title = {each.title: each for each in unpacked}
        chosen, layer = by_title[choose_layer(source, tuple(by_title))], None
    name = f"{source.name}/{chosen.title}"
    if not chosen.path.exists():
        raise FileFaultError("import_broken_archive", file=source.name)
    kind = sniff(chosen.path, chosen.path.suffix, name)
    note = finding("from_archive", severity="note", member=chosen.title)
    return replace(source, path=chosen.path, format=kind, name=name, layer=layer), [note]


def _families(proven: NDArray[np.uint8], tidied: geometry.Tidied) -> dict[str, int]:
    """Count rows by family, those that were proven sound and the others."""
    parsed = geometry.count_types(shapely.get_type_id(tidied.geometry))
    counts = {
        family: int(np.isin(proven[proven > 0], members).sum()) + parsed.get(family, 0)
        for family, members in geometry.FAMILIES.items()
    }
    return {family: count for family, count in counts.items() if count}


def _write(
    path: Path, attributes: pa.Table, tidied: geometry.Tidied, as_read: tuple[pa.ChunkedArray, NDArray[np.bool_]]
) -> None:
    """Write the table for the parent; WKB that is still as it was read is not encoded again.

    ``as_read`` is that WKB, and which of its rows the tidied geometries stand for.
    """
    wkb, parsed = as_read
    rows = pa.array(np.arange(1, len(wkb) + 1, dtype=np.int64))
    # made anew, because a table without any attribute has no rows to which a column could be added
    table = pa.table([*attributes.columns, rows], names=[*attributes.column_names, SOURCE_ROW])
    original = pa.chunked_array([pa.nulls(len(wkb), wkb.type)])
    if tidied.changed:
        import pyarrow.compute as pc

        wkb = pc.replace_with_mask(wkb, pa.array(parsed), _wkb(tidied.geometry, wkb.type))
        original = pc.replace_with_mask(original, pa.array(parsed), _wkb(tidied.original, wkb.type))
    table = table.append_column(ORIGINAL, original).append_column(GEOMETRY, wkb)
    options = pa.ipc.IpcWriteOptions(compression="lz4" if table.nbytes > PACKED_FROM_BYTES else None)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)


def _wkb(features: geometry.Geometries, kind: pa.DataType) -> pa.Array:
    return pa.array(shapely.to_wkb(features, flavor="iso"), type=kind)


def main() -> None:
    """Answer the request of the folder that is named on the command line."""
    folder = Path(sys.argv[1])
    text = answer(folder).to_json()
    (folder / ANSWER).write_text(text, encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # the system takes the memory back faster than the interpreter puts it in order


if __name__ == "__main__":
    main()
