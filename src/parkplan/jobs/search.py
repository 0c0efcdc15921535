"""Find things by what they are called: parcel number, firm, park, road, facility, street, building.

The names of a column stand in one long folded text, a line each, so that a million of them are searched with the
speed of a substring search. Width and case do not matter (NFKC, case folding); Chinese names are also found by the
first letters of their pinyin.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from pypinyin import Style, lazy_pinyin

from parkplan.i18n import Text
from parkplan.jobs.card import title_of
from parkplan.jobs.frames import Loaded, load
from parkplan.jobs.kept import Kept
from parkplan.jobs.writing import UNKNOWN, both, fact, raw
from parkplan.model.search import Hit
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "streets": ("name", "street_id"),
    "parks": ("name", "park_id"),
    "roads": ("name", "road_id"),
    "water": ("name",),
    "enterprises": ("name", "enterprise_id"),
    "parcels": ("parcel_id", "name", "holder"),
    "facilities": ("name", "facility_id"),
    "constraints": ("name", "constraint_id"),
    "buildings": ("building_id",),
}
"""The columns that are searched, in the order in which equally good hits are listed."""
_SUBTITLE: Final[dict[str, tuple[str, ...]]] = {
    "streets": (),
    "parks": ("kind", "planned_area_m2"),
    "roads": ("class", "width_m"),
    "water": ("kind",),
    "enterprises": ("cluster", "parcel_id"),
    "parcels": ("parcel_id", "holder", "status"),
    "facilities": ("kind",),
    "constraints": ("kind", "severity"),
    "buildings": ("use", "floor_area_m2"),
}
OWN_COLUMNS_MOST: Final = 4
FIRST_HAN: Final = 0x3400
CANDIDATES: Final = 200
"""How many rows of one column are looked at for one way of matching; more would not fit on a screen."""
_columns: Final = Kept[tuple[str, ...], "Column"](limit=64)


def folded(value: str) -> str:
    """Return a text without differences of width, case and outer blanks.

    >>> folded("　ＡＢＣ－12 ")
    'abc-12'
    """
    return unicodedata.normalize("NFKC", value).casefold().strip()


def initials(value: str) -> str:
    """Return a text with each Chinese character replaced by the first letter of its pinyin.

    >>> initials("外海街道a1")
    'whjda1'
    """
    if value.isascii():
        return value
    points = np.frombuffer(value.encode("utf-32-le"), dtype="<u4")
    letters = np.arange(int(points.max()) + 1, dtype="<u4")
    present = np.zeros(len(letters), dtype=bool)
    present[points] = True
    for point in np.flatnonzero(present).tolist():
        letters[point] = ord(_initial(chr(point)))
    folded_points: bytes = letters[points].tobytes()
    return folded_points.decode("utf-32-le")


def _initial(character: str) -> str:
    if ord(character) < FIRST_HAN:
        return character
    letter = lazy_pinyin(character, style=Style.FIRST_LETTER)
    return letter[0][:1] if letter and letter[0] else character


class Lines:
    """Many short texts as the lines of one, searched as a whole."""

    def __init__(self, text: str) -> None:
        self.text = text
        if text.isascii():
            self._ends = np.flatnonzero(np.frombuffer(text.encode("ascii"), dtype=np.uint8) == ord("\n"))
        else:
            self._ends = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), dtype="<u4") == ord("\n"))

    def rows(self, wanted: str, most: int) -> Iterator[int]:
        """Yield the first rows whose line holds a text; newlines in it stand for the borders of a line."""
        place, found = self.text.find(wanted), 0
        while place >= 0 and found < most:
            row = int(np.searchsorted(self._ends, place + wanted.startswith("\n"), side="left")) - 1
            yield row
            found += 1
            place = self.text.find(wanted, int(self._ends[row + 1]))

    def line(self, row: int) -> str:
        """Return the text of a row."""
        return self.text[int(self._ends[row]) + 1 : int(self._ends[row + 1])]

    def matches(self, wanted: str, most: int) -> Iterator[tuple[int, int]]:
        """Yield rows that hold a text and how: 0 for the whole line, 1 for its beginning, 2 for another part.

        Where there are more than ``most``, whole lines and beginnings are looked for by themselves.
        """
        rows = list(self.rows(wanted, most))
        if len(rows) == most:
            rows += [*self.rows(f"\n{wanted}\n", most), *self.rows(f"\n{wanted}", most)]
        for row in dict.fromkeys(rows):
            line = self.line(row)
            yield row, 0 if line == wanted else 1 if line.startswith(wanted) else 2


class Column:
    """One searchable column: its folded names, and the same as pinyin initials if there is Chinese in it."""

    def __init__(self, values: pd.Series) -> None:
        known = values.astype("object").where(values.notna(), "").tolist()
        texts = known if isinstance(values.dtype, pd.StringDtype) else [str(value) for value in known]
        joined = "\n".join(["", *texts, ""])
        if joined.count("\n") != len(texts) + 1:
            joined = "\n".join(["", *(" ".join(text.split("\n")) for text in texts), ""])
        folded_names = joined.casefold() if joined.isascii() else unicodedata.normalize("NFKC", joined).casefold()
        self.names = Lines(folded_names)
        self.initials = None if folded_names.isascii() else Lines(initials(folded_names))


@dataclass(frozen=True, slots=True, order=True)
class _Candidate:
    """A row that matches, sorted by how well: how, in which column, of which table, how long its name is."""

    way: int
    column: int
    table: int
    length: int
    row: int


def search(ws: Workspace, query: str, limit: int = 20) -> tuple[Hit, ...]:
    """Return what is called like the query, the best first; nothing for a blank query.

    The whole name comes before its beginning, a beginning before any other part, text before pinyin initials.
    Parts of a road that share a name are one hit.
    """
    wanted = folded(query)
    if not wanted or limit < 1:
        return ()
    tables = _searched(ws)
    best: dict[tuple[int, int], _Candidate] = {}
    for candidate in _candidates(ws, tables, wanted):
        place = (candidate.table, candidate.row)
        best[place] = min(candidate, best.get(place, candidate))
    return _hits([(tables[one.table][0], one.row) for one in sorted(best.values())], limit)


def _searched(ws: Workspace) -> list[tuple[Loaded, tuple[str, ...]]]:
    names = {info.name for info in ws.tables()}
    ordered = [name for name in FIELDS if name in names] + sorted(names - set(TABLES))
    loaded = [table for name in ordered if (table := load(ws, name)) is not None]
    return [(table, FIELDS[table.name] if table.name in FIELDS else _own_columns(table)) for table in loaded]


def _own_columns(loaded: Loaded) -> tuple[str, ...]:
    """Columns of a table of the user's own that can name a row: text, and mostly different from row to row."""
    start = loaded.frame.head(10_000)
    texts = [name for name in loaded.info.columns if str(start[name].dtype) in {"object", "str", "string"}]
    telling = [name for name in texts if start[name].nunique() > 0.2 * max(len(start), 1)]
    return tuple(telling[:OWN_COLUMNS_MOST])


def _column(ws: Workspace, loaded: Loaded, name: str) -> Column:
    place = (ws.address, loaded.name, loaded.info.version, name)
    return _columns.get(place, lambda: Column(loaded.frame[name]))


def _candidates(ws: Workspace, tables: list[tuple[Loaded, tuple[str, ...]]], wanted: str) -> Iterator[_Candidate]:
    for table, (loaded, names) in enumerate(tables):
        for place, name in enumerate(names):
            if name not in loaded.frame.columns:
                continue
            column = _column(ws, loaded, name)
            for way, row in _matches(column, wanted):
                yield _Candidate(way, place, table, len(column.names.line(row)), row)


def _matches(column: Column, wanted: str) -> Iterator[tuple[int, int]]:
    """Yield how well a row matches, and the row; pinyin initials come after every match of the text."""
    for row, how in column.names.matches(wanted, CANDIDATES):
        yield how, row
    if column.initials is not None and len(wanted) > 1 and wanted.isascii() and wanted.isalnum():
        for row, how in column.initials.matches(wanted, CANDIDATES):
            yield 3 + how, row


def _hits(found: list[tuple[Loaded, int]], limit: int) -> tuple[Hit, ...]:
    hits: dict[tuple[str, str | int], Hit] = {}
    for loaded, row in found:
        hit = _hit(loaded, row)
        place = (loaded.name, hit.title if loaded.name == "roads" else row)
        if place in hits:
            first = hits[place]
            hits[place] = Hit(first.table, first.row, first.kind, first.title, first.subtitle, _around(first, hit))
        elif len(hits) < limit:
            hits[place] = hit
        elif loaded.name != "roads":
            break
    return tuple(hits.values())


def _around(one: Hit, other: Hit) -> Bounds | None:
    if one.bounds is None or other.bounds is None:
        return one.bounds or other.bounds
    both_bounds: NDArray[np.float64] = np.array([one.bounds, other.bounds])
    west, south = both_bounds[:, :2].min(axis=0)
    east, north = both_bounds[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _hit(loaded: Loaded, row: int) -> Hit:
    title = title_of(loaded, row).to("zh")
    kind = TABLES[loaded.name].title if loaded.name in TABLES else Text(loaded.name, loaded.name)
    return Hit(loaded.name, row, kind, title, _subtitle(loaded, row, title), loaded.bounds(row))


def _subtitle(loaded: Loaded, row: int, title: str) -> Text:
    names = _SUBTITLE.get(loaded.name, loaded.info.columns[:3])
    facts = [fact(loaded, row, name) for name in names if name in loaded.frame.columns]
    shown = [one.written for one in facts if one.known and str(raw(one.value)) != title]
    if not shown:
        return UNKNOWN if names else Text("", "")
    return both(lambda chosen: " · ".join(part.to(chosen) for part in shown))
