"""Results as the tables of an audit bundle: the same bytes each time, and numbers that read back to the last bit."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan.data.export.cells import guarded, unguarded
from parkplan.jobs.json_values import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tables = Mapping[str, pd.DataFrame]

OF_THE_RUN: Final = frozenset({"seconds", "log"})
"""Fields that say how a run went and not what came of it."""


def result_csv(frame: pd.DataFrame) -> bytes:
    r"""Return a table without its geometry as UTF-8 CSV; numbers are written so that they read back to the last bit.

    >>> result_csv(pd.DataFrame({"id": ["=A1"], "share": [0.1 + 0.2]})).decode("utf-8-sig")
    "id,share\n'=A1,0.30000000000000004\n"
    """
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    for name in _texts(table):
        table[name] = table[name].map(lambda value: guarded(value) if isinstance(value, str) else value)
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _texts(table: pd.DataFrame) -> list[str]:
    return [
        str(name) for name in table if table[name].dtype == object or pd.api.types.is_string_dtype(table[name].dtype)
    ]


def rows_of(content: bytes) -> list[list[str]]:
    """Return the cells of a result table, its heading first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def frame_of(content: bytes) -> pd.DataFrame:
    """Return a result table with its numbers and texts as they were; empty cells are unknown."""
    table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    for name in _texts(table):
        table[name] = table[name].map(lambda value: unguarded(value) if isinstance(value, str) else value)
    return table


def flat(record: object) -> pd.DataFrame:
    """Return a record, whatever it holds, as rows of name and value; a field that is added to it is in the table too.

    What says how the run went (`OF_THE_RUN`) is left out, for it differs from one run to the next.

    >>> flat({"best": {"value": 2.5, "seconds": 0.1}, "sites": ["S-1"]}).values.tolist()
    [['best.value', 2.5], ['sites[0]', 'S-1']]
    """
    return pd.DataFrame(list(_leaves("", plain(record))), columns=["name", "value"], dtype=object)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name not in OF_THE_RUN:
                yield from _leaves(f"{path}.{name}" if path else str(name), item)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(f"{path}[{place}]", item)
    else:
        yield path, value
