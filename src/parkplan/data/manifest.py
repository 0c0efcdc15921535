"""``geodata/manifest.yaml``: which data sets there are, where they came from, and that their files are unchanged."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from parkplan._errors import DefinitionError
from parkplan.data.definitions import Faults, read_definition
from parkplan.model.manifest import DataSet, Manifest

CHECKOUT: Final = Path(__file__).resolve().parents[3] / "geodata" / "manifest.yaml"
PACKAGED: Final = Path(__file__).resolve().parents[1] / "_packaged" / "geodata" / "manifest.yaml"
MANIFEST: Final = CHECKOUT if CHECKOUT.is_file() else PACKAGED


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """Read the manifest, by habit the checkout's, else the installed copy.

    >>> load_manifest().data_set("demo_district").synthetic
    True

    Raises:
        DefinitionError: with one detail for each fault of the file.
    """
    faults = Faults()
    found = read_definition(path, Manifest, faults)
    if found.record is not None:
        for index, data_set in enumerate(found.record.data_sets):
            if data_set.synthetic and data_set.note is None:
                faults.append(found.fault("manifest_note", "data_sets", index, name=data_set.id))
    faults.check(path.parent)
    if found.record is None:
        raise DefinitionError("definitions_faulty", folder=path.parent, count=1)
    return found.record


def changed_files(data_set: DataSet, folder: Path) -> list[Path]:
    """Return the files of a data set that are missing or are not what the manifest says."""
    named = [(folder / table.file, table.sha256) for table in data_set.tables if table.file is not None]
    return [path for path, digest in named if not path.is_file() or _digest(path) != digest]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
