"""The map of a layout option: clicks choose or paint, a lasso chooses, lines split and become roads, drawings move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from parkplan._errors import ParkplanError
from parkplan.i18n import current_language, message
from parkplan.jobs.compare import option_pieces
from parkplan.jobs.derived import WithDerived
from parkplan.jobs.place import Place, row_at
from parkplan.jobs.scenario_drawing import (
    drawings,
    from_degrees,
    parcels_cut,
    parcels_in,
    rings_in_degrees,
    shape_text,
    shifted,
)
from parkplan.jobs.scenario_layers import pieces_at, scenario_table
from parkplan.jobs.scenario_page import option_page
from parkplan.model.scenarios import BASE, EDIT_TITLES, Edit
from parkplan.ui.layout_state import save
from parkplan.ui.map_host import Draw, Movable, Wishes, click_of, drawing_host, drawn_of, shifted_of

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.ui.layout_state import Layout
    from parkplan.ui.map_host import Click, Drawn, Shifted

MAP: Final = "layout_map"
LAYERS: Final = ("option_typologies", "option_land_use", "option_locked")
SHAPES: Final = {"lasso": "polygon", "green": "polygon", "split": "line", "road": "line"}


def layout_map(ws: Workspace, found: Option, now: Layout, *, height: int) -> None:
    """Draw the map of the open scenario."""
    view = cast("Workspace", WithDerived(ws, scenario_table(ws, found)))
    marked = pieces_at(option_pieces(found), now.chosen)
    page = option_page(view, current_language())
    drawing_host(page, key=MAP, height=height, selection={"option_land_use": marked}, wishes=_wishes(ws, found, now))


def _wishes(ws: Workspace, found: Option, now: Layout) -> Wishes:
    """Return what the tool lets the user do on the map."""
    token = f"{now.tool}.{now.drawings}"
    if now.tool == "lasso" or (now.tool in SHAPES and found.scenario.id != BASE):
        return Wishes(Draw("polygon" if SHAPES[now.tool] == "polygon" else "line", token))
    if now.tool != "move" or found.scenario.id == BASE:
        return Wishes()
    crs = ws.crs.to_wkt()
    shapes = []
    for name, edit in drawings(found).items():
        title = message("scenario.pull", name=name, kind=EDIT_TITLES[edit.kind].to())
        shapes.append(Movable(name, title, rings_in_degrees(edit, crs)))
    return Wishes(shapes=tuple(shapes), token=token)


def take_events(ws: Workspace, found: Option, now: Layout, paint: Edit | None, width_m: float) -> bool:
    """Carry out what the user did on the map before this run; say whether the scenario changed.

    ``paint`` is the property that the brush gives, without parcels.
    """
    click, drawn, pulled = click_of(MAP), drawn_of(MAP), shifted_of(MAP)
    before = now.seen
    if drawn is not None or pulled is not None:
        now.drawings += 1
        try:
            if drawn is not None:
                _take_drawing(ws, found, now, drawn, width_m)
            elif pulled is not None:
                _take_move(ws, found, now, pulled)
        except ParkplanError as fault:
            now.fault = fault.sentence()
    elif click is not None and now.tool in {"choose", "paint"}:
        _take_click(ws, found, now, click, paint)
    return now.seen != before


def _take_click(ws: Workspace, found: Option, now: Layout, click: Click, paint: Edit | None) -> None:
    parcel = _parcel_at(ws, found, click)
    if parcel is None:
        return
    if now.tool == "paint" and paint is not None and found.scenario.id != BASE:
        save(ws, now, [Edit(paint.kind, (parcel,), paint.value)])
    else:
        now.toggle(parcel)


def _parcel_at(ws: Workspace, found: Option, click: Click) -> str | None:
    for hit in click.hits:
        if hit["layer"] not in LAYERS:
            continue
        row = hit["id"]
        if row is None:  # the layer is shown as pictures here: the row is looked up by its place
            view = cast("Workspace", WithDerived(ws, scenario_table(ws, found)))
            row = row_at(view, hit["layer"], Place(click.lng, click.lat, click.zoom))
        if row is not None and row < len(found.state) and found.state.drawn[row] is None:
            return str(found.state.parcel_id[row])
    return None


def _take_drawing(ws: Workspace, found: Option, now: Layout, drawn: Drawn, width_m: float) -> None:
    shape = from_degrees(drawn.points, drawn.kind, ws.crs.to_wkt())
    match now.tool:
        case "lasso":
            inside = parcels_in(found.state, shape)
            now.chosen = list(dict.fromkeys([*now.chosen, *inside]))
        case "split":
            parcels = parcels_cut(found.state, shape, now.chosen)
            save(ws, now, [Edit("split", (name,), shape=shape.wkt) for name in parcels])
        case "road":
            save(ws, now, [Edit("road", shape=shape_text(shape.wkt, width_m))])
        case "green":
            save(ws, now, [Edit("green", shape=shape_text(shape.wkt, width_m))])


def _take_move(ws: Workspace, found: Option, now: Layout, pulled: Shifted) -> None:
    save(ws, now, [shifted(found, pulled.id, pulled.start, pulled.end, ws.crs.to_wkt())])
