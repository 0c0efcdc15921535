"""Tables of a workspace as files of exchange."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from parkplan._errors import RequestError
from parkplan.data.export import Loss, Origin, SurveyForm, check_ending, export_tables, known_crs
from parkplan.data.export.project import write_project, write_styles
from parkplan.data.workspace import open_workspace
from parkplan.i18n import LANGUAGES, current_language, language, message
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.progress import silent
from parkplan.jobs.title import title_of
from parkplan.model.tables import is_without_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from pyproj import CRS

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress

ExportForm = Literal["tables", "low-efficiency"]
EXPORT_FORMS: Final = get_args(ExportForm)


@dataclass(frozen=True, slots=True)
class Exported:
    """The file that was written; ``rows`` by table; ``project`` is the QGIS project beside it, if there is one.

    ``losses`` are what the format does not keep of the tables; ``crs`` is None where the file has no geometry.
    ``beside`` are the project in the other language and the QGIS styles of all layers.
    """

    path: str
    project: str | None
    rows: dict[str, int]
    crs: str | None
    synthetic: bool
    losses: tuple[Loss, ...] = ()
    beside: tuple[str, ...] = ()


def export(  # noqa: PLR0913 -- the options of the command, by keyword
    workspace: str | Path,
    tables: Sequence[str] = (),
    *,
    out: str | Path,
    crs: str | None = None,
    form: ExportForm = "tables",
    survey: SurveyForm | None = None,
    progress: Progress = silent,
) -> Exported:
    """Write tables to a file whose ending names the format, and tell what the format does not keep.

    Without names all tables are meant; into a GeoPackage that is the whole district, and a QGIS project with the
    layers of the catalogue is put beside it. ``form="low-efficiency"`` writes the parcels that are idle, badly used
    or to be checked as the survey table of 39 columns (``.xlsx`` or ``.csv``). ``survey`` says how a survey text
    (``.txt``) is written.

    Raises:
        WorkspaceError: the workspace is missing or broken, or the disk is full or read-only.
        RequestError: a table, the ending or the CRS is unknown, or the tables do not fit into the format.
    """
    opened = open_workspace(workspace)
    target = Path(out)
    refuse_inside(opened, target)
    if form == "low-efficiency":
        from parkplan.jobs.official_file import export_official

        progress(message("cli.export_writing", path=target))
        rows, synthetic, losses = export_official(opened, target)
        return Exported(str(target.absolute()), None, rows, None, synthetic, losses)
    names = list(dict.fromkeys(tables)) or [table.name for table in opened.tables()]
    if not names:
        raise RequestError("nothing_to_export", path=opened.address)
    infos = [opened.info(name) for name in names]
    ending = check_ending(target, len(names))
    known_crs(crs)
    frames = {}
    for name in names:
        progress(message("cli.export_reading", table=name))
        frames[name] = opened.read(name)
    progress(message("cli.export_writing", path=target))
    origins = {info.name: Origin.of(info) for info in infos}
    written = export_tables(frames, target, crs=crs, origins=origins, survey_form=survey)
    beside: list[Path] = []
    if ending == ".gpkg" and not tables:
        beside = _for_qgis(opened, target, frames, known_crs(crs) or opened.crs)
    return Exported(
        path=str(target.absolute()),
        project=str(beside[0].absolute()) if beside else None,
        rows={info.name: info.rows for info in infos},
        crs=None if all(map(is_without_places, names)) else (written.crs or opened.crs).to_string(),
        synthetic=any(info.synthetic for info in infos),
        losses=written.losses,
        beside=tuple(str(path.absolute()) for path in beside[1:]),
    )


def _for_qgis(ws: Workspace, target: Path, frames: Mapping[str, gpd.GeoDataFrame], crs: CRS) -> list[Path]:
    """Write projects in both languages, that of the user first, and the styles of all layers for other projects."""
    drawn, own = layers_of(ws), current_language()
    (other,) = (each for each in LANGUAGES if each != own)
    projects = {own: target.with_suffix(".qgz"), other: target.with_suffix(f".{other}.qgz")}
    for chosen, path in projects.items():
        with language(chosen):
            write_project(path, target, frames, drawn, crs=crs, title=title_of(ws).to())
    styles = target.with_name(f"{target.stem}_styles.zip")
    write_styles(styles, frames, drawn)
    return [*projects.values(), styles]


def refuse_inside(workspace: Workspace, target: Path) -> None:
    """Refuse a file that would lie in the folder of the workspace."""
    if workspace.folder is not None and workspace.folder.resolve() in target.resolve().parents:
        raise RequestError("output_inside", path=target)
