"""Site plans as DXF: one named layer for each kind of land, closed outlines, storeys and phases as text."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.siteplan import SitePlan

COLOURS: Final[Mapping[str, int]] = {
    "SITE": 7,
    "GATE": 1,
    "BUILDING": 30,
    "ADMIN_BUILDING": 2,
    "PLAZA": 51,
    "ROAD": 8,
    "CENTRELINE": 7,
    "COURT": 9,
    "YARD": 43,
    "PARKING": 151,
    "GREEN": 92,
    "STOREYS": 7,
    "PHASE": 7,
}
TEXT_M: Final = 4.0
LINE_M: Final = 6.0


def dxf_bytes(plan: SitePlan) -> bytes:
    """Return a plan as a DXF drawing in metres, in the coordinates of the site."""
    from ezdxf.document import Drawing
    from ezdxf.enums import TextEntityAlignment

    drawing = Drawing.new("R2010")
    for name, colour in COLOURS.items():
        drawing.layers.add(name, color=colour)
    space = drawing.modelspace()
    outlines = [("SITE", plan.site.boundary), *((piece.kind.upper(), piece.geometry) for piece in plan.pieces)]
    for layer, shape in outlines:
        for ring in (shape.exterior, *shape.interiors):
            space.add_lwpolyline(list(ring.coords)[:-1], close=True, dxfattribs={"layer": layer})
    for line in plan.centre_lines:
        space.add_lwpolyline(list(line.coords), dxfattribs={"layer": "CENTRELINE"})
    for gate in plan.site.gates:
        space.add_point((gate.x, gate.y), dxfattribs={"layer": "GATE"})
    for piece in plan.buildings:
        middle = piece.geometry.centroid
        for layer, words, y in (
            ("STOREYS", f"{piece.storeys}F", middle.y),
            ("PHASE", f"P{piece.phase}", middle.y - LINE_M),
        ):
            text = space.add_text(words, height=TEXT_M, dxfattribs={"layer": layer})
            text.set_placement((middle.x, y), align=TextEntityAlignment.MIDDLE_CENTER)
    stream = StringIO()
    drawing.write(stream)
    return stream.getvalue().encode("utf-8")
