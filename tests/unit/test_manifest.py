"""The manifest says where data came from, and what it says of the demo district is so."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from parkplan._errors import DefinitionError
from parkplan.data.manifest import MANIFEST, changed_files, load_manifest
from parkplan.demo import DEMO_NOTE, generate_district
from parkplan.model.manifest import Manifest
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path


def test_demo_district_is_what_the_manifest_says() -> None:
    entry = load_manifest().data_set("demo_district")
    assert entry.synthetic
    assert entry.note is not None
    assert (entry.note.zh, entry.note.en) == (DEMO_NOTE.zh, DEMO_NOTE.en)
    assert entry.generated is not None
    made = generate_district(size=entry.generated.size, seed=entry.generated.seed)
    assert {table.table: table.rows for table in entry.tables} == {name: len(frame) for name, frame in made.items()}
    assert set(made) == set(TABLES)
    assert {frame.crs.to_string() for frame in made.values()} == {entry.crs}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("licence: MIT", "license: MIT"),
        ("synthetic: true", "synthetic: yes please"),
        ("rows: 3", "rows: -3"),
        ("crs: EPSG:4547", "crs: Beijing"),
        ("date: 2026-01-01", "date: soon"),
        ("    note:\n", "    remark:\n"),
        ("data_sets:", "data_sets: ["),
    ],
)
def test_faulty_manifest_is_named_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "manifest.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as fault:
        load_manifest(path)
    assert fault.value.details
    assert "manifest.yaml" in fault.value.details[0].sentence("en")


def test_changed_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"rows")
    (tmp_path / "b.gpkg").write_bytes(b"other rows")
    table = {"table": "parcels", "rows": 1, "each_row_is": {"zh": "地块", "en": "parcel"}}
    digest = hashlib.sha256(b"rows").hexdigest()
    tables = [{**table, "file": f"{name}.gpkg", "sha256": digest} for name in "abc"]
    fields = {"id": "x", "title": {"zh": "x", "en": "x"}, "crs": "EPSG:4547", "licence": "CC0-1.0", "source": "x"}
    import datetime as dt

    entry = {**fields, "date": dt.date(2024, 1, 1), "synthetic": False, "tables": tables}
    (data_set,) = Manifest.model_validate({"data_sets": [entry]}).data_sets
    assert [path.name for path in changed_files(data_set, tmp_path)] == ["b.gpkg", "c.gpkg"]
