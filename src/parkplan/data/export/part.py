"""One table on its way out, with what a reader of the file must know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.data.geoparquet import GEOMETRY
from parkplan.i18n import LANGUAGES, Language, Text, current_language, message
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.tables import is_without_places
from parkplan.units import UNITS

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.model.columns import Column
    from parkplan.model.workspace import TableInfo


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from and whether they are made up."""

    source: str = ""
    synthetic: bool = False
    note: str = ""

    @classmethod
    def of(cls, info: TableInfo) -> Origin:
        """Return the origin of a table of a workspace."""
        return cls(info.source, info.synthetic, info.note)

    def sentences(self) -> list[str]:
        """Return what a reader must know; that rows are made up is said in both languages."""
        said = [self.note] if self.note else []
        if self.synthetic and not self.note:
            said = [message("export.fictional", chosen) for chosen in LANGUAGES]
        return [*said, *([message("export.source", source=self.source)] if self.source else [])]


@dataclass(frozen=True, slots=True)
class Part:
    """A table: its name, its rows in the CRS of the file, and their origin."""

    name: str
    frame: gpd.GeoDataFrame
    origin: Origin

    @property
    def layer_name(self) -> str:
        """Return the name inside a GeoPackage: none may begin with a sign, and QGIS cuts names at a bar."""
        return layer_name(self.name)

    @property
    def placeless(self) -> bool:
        """Whether rows of this table have no shape."""
        return is_without_places(self.name) and bool(self.frame.geometry.isna().all())

    @property
    def attributes(self) -> list[str]:
        """Names of the columns without the geometry."""
        return [name for name in self.frame.columns if name != GEOMETRY]

    @property
    def size_bytes(self) -> int:
        """Roughly how much room the table takes."""
        return 64 * len(self.frame) * max(len(self.frame.columns), 1)

    def column(self, name: str) -> Column | None:
        """Return the canonical column of this name."""
        table = DRAWN_TABLES.get(self.name)
        return None if table is None else table.column(name)

    def title(self, chosen: Language | None = None) -> str:
        """Return the title of the table, or its name where it has none."""
        return DRAWN_TABLES[self.name].title.to(chosen) if self.name in DRAWN_TABLES else self.name

    def heading(self, name: str, chosen: Language | None = None) -> str:
        """Return the title of a column with the unit of its values, or its name where it has none."""
        column = self.column(name)
        if column is None:
            return name
        symbol = unit_symbol(column).to(chosen)
        if not symbol:
            return column.title.to(chosen)
        title = column.title.to(chosen)
        return f"{title} ({symbol})" if (chosen or current_language()) == "en" else f"{title}（{symbol}）"


def layer_name(table: str) -> str:
    """Return the name of a table's layer inside a GeoPackage.

    >>> layer_name("parcels"), layer_name("<b>"), layer_name("a|b")
    ('parcels', '_<b>', 'a_b')
    """
    name = table.replace("|", "_")
    return name if name[:1].isalnum() or name.startswith("_") else f"_{name}"


def unit_symbol(column: Column) -> Text:
    """Return the symbol of the unit that values are stored in, empty for plain numbers."""
    return Text("", "") if column.unit is None else UNITS[column.unit].symbol
