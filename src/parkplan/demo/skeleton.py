"""The drawing that every demo district starts from: banks, main roads, canals and neighbourhoods, in kilometres.

Invented, in the manner of a river-network plain at the edge of a city: a wide river in the east, a waterway in the
west, a hill in the north, main roads that follow the water. Nothing here is surveyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ORIGIN_M: Final = (403_300.0, 2_488_400.0)

RIVER: Final = ((8.6, 14.6), (9.7, 13.0), (11.1, 11.6), (12.3, 10.3), (12.95, 8.6), (12.75, 6.6), (12.9, 4.6),
                (12.3, 2.6), (11.2, 0.9), (10.4, -1.2))  # fmt: skip
RIVER_WIDTH_M: Final = (620.0, 700.0, 780.0, 860.0, 930.0, 820.0, 900.0, 980.0, 1050.0, 1100.0)
WATERWAY: Final = ((2.1, 14.2), (2.7, 12.2), (2.2, 10.9), (1.1, 9.6), (0.75, 7.9), (1.15, 6.2), (0.95, 4.4),
                   (1.9, 2.7), (3.6, 1.5), (4.6, -0.2), (4.3, -1.6))  # fmt: skip
WATERWAY_WIDTH_M: Final = (110.0, 120.0, 135.0, 125.0, 150.0, 140.0, 165.0, 150.0, 170.0, 180.0, 190.0)
ISLAND: Final = ((12.98, 7.35), (12.88, 6.6), (12.93, 5.9), (13.02, 5.3))
NORTH_EDGE: Final = ((2.45, 11.45), (3.4, 12.15), (4.7, 12.0), (5.9, 12.75), (7.2, 12.9), (8.3, 12.55), (9.75, 12.95))
SOUTH_EDGE: Final = ((4.3, 0.6), (5.6, 0.75), (6.9, 0.35), (8.4, 0.6), (9.6, 0.25), (10.9, 0.3))


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line: its points, its importance (1 is kept in the smallest district), and a width for canals."""

    points: tuple[tuple[float, float], ...]
    rank: int
    width_m: float = 0.0


EXPRESSWAY: Final = Line(((-0.4, 5.2), (1.6, 5.5), (3.9, 6.25), (6.1, 6.75), (8.0, 8.0), (9.35, 9.75), (9.6, 11.4),
                          (9.3, 13.6)), 1)  # fmt: skip
ARTERIALS: Final = (
    Line(((0.2, 7.45), (2.2, 7.25), (4.4, 7.55), (6.6, 8.45), (9.0, 8.6), (12.05, 8.25)), 1),
    Line(((5.0, 12.6), (4.95, 11.0), (5.25, 9.2), (5.05, 7.2), (5.6, 5.2), (6.6, 3.4), (6.9, 1.6), (7.1, 0.2)), 1),
    Line(((1.5, 9.95), (3.2, 9.85), (5.1, 10.3), (7.2, 10.55), (9.4, 11.2), (10.75, 11.55)), 2),
    Line(((0.6, 4.15), (2.6, 4.55), (4.9, 4.35), (7.4, 5.1), (9.6, 5.95), (12.0, 6.0)), 2),
    Line(((2.3, 2.05), (4.4, 2.5), (6.7, 2.65), (9.0, 3.35), (12.1, 3.5)), 3),
    Line(((2.9, 11.9), (3.0, 9.8), (2.35, 7.6), (2.7, 5.6), (3.1, 3.6), (4.3, 1.9), (5.3, 0.6)), 3),
    Line(((7.3, 13.0), (7.15, 11.4), (7.55, 9.6), (7.75, 7.4), (8.35, 5.4), (8.6, 3.2), (9.2, 1.5), (9.3, 0.3)), 2),
    Line(
        (
            (9.25, 12.95),
            (10.6, 11.4),
            (11.6, 10.1),
            (12.1, 8.5),
            (11.95, 6.6),
            (12.05, 4.6),
            (11.5, 2.8),
            (10.45, 1.3),
            (9.9, 0.3),
        ),
        2,
    ),
    Line(((7.65, 8.5), (9.3, 7.45), (10.5, 7.1), (12.0, 7.15)), 4),
    Line(((10.55, 8.4), (10.4, 6.9), (10.2, 5.9), (10.55, 4.4), (10.3, 3.4)), 4),
)
CANALS: Final = (
    Line(
        ((0.95, 8.55), (2.5, 8.75), (3.9, 8.35), (5.6, 8.95), (7.4, 9.15), (8.9, 9.95), (10.7, 9.9), (12.2, 10.0)),
        1,
        34.0,
    ),
    Line(
        ((1.05, 3.3), (2.7, 3.15), (4.3, 3.75), (6.2, 3.45), (7.9, 4.45), (9.9, 4.85), (11.4, 4.6), (12.9, 5.0)),
        2,
        30.0,
    ),
    Line(((3.9, 8.35), (4.1, 7.0), (3.7, 5.4), (4.3, 3.75), (5.1, 2.1), (5.0, 0.7)), 2, 24.0),
    Line(((8.9, 9.95), (8.55, 8.2), (9.3, 6.7), (9.05, 5.4), (9.9, 4.85)), 3, 22.0),
    Line(((2.55, 11.2), (4.1, 10.85), (6.2, 11.15), (8.0, 11.7), (9.0, 11.6), (10.4, 12.2)), 3, 20.0),
    Line(((1.05, 6.55), (2.1, 6.35), (3.8, 6.9)), 4, 16.0),
    Line(((7.9, 4.45), (7.6, 2.9), (8.1, 1.6), (7.9, 0.4)), 4, 18.0),
    Line(((11.4, 4.6), (10.9, 3.0), (11.2, 2.0), (11.4, 1.2)), 4, 16.0),
)

# Streets (sub-districts): the canal in the north and the main road in the south divide them.
STREET_LINES: Final = (("canal", 0), ("arterial", 1))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A part of the district that grew in one way: where, how far, what it is, and for parks the lead cluster."""

    kind: str
    x: float
    y: float
    radius: float
    cluster: str = "other"
    park: str = ""


NEIGHBOURHOODS: Final = (
    Neighbourhood("town", 4.05, 10.7, 1.16),
    Neighbourhood("newtown", 6.5, 7.55, 1.39, "electronics", "N1"),
    Neighbourhood("park", 8.55, 10.6, 1.06, "electronics", "S1"),
    Neighbourhood("park", 2.9, 8.2, 0.91, "appliances", "S2"),
    Neighbourhood("park", 10.55, 7.35, 1.1, "safety", "S3"),
    Neighbourhood("park", 4.6, 5.2, 0.86, "biomedicine", "S4"),
    Neighbourhood("park", 9.4, 4.1, 1.15, "new_materials", "S5"),
    Neighbourhood("works", 6.6, 10.2, 0.78, "electronics"),
    Neighbourhood("works", 2.3, 5.4, 0.56, "appliances"),
    Neighbourhood("works", 7.2, 3.5, 0.86, "equipment", "A1"),
    Neighbourhood("works", 8.6, 2.1, 0.64, "equipment", "A1"),
    Neighbourhood("works", 11.0, 10.2, 0.46, "equipment"),
    Neighbourhood("town", 3.45, 3.3, 0.67),
    Neighbourhood("town", 10.6, 5.65, 0.39),
    Neighbourhood("village", 1.75, 7.35, 0.2),
    Neighbourhood("village", 1.95, 4.0, 0.18),
    Neighbourhood("village", 2.95, 6.5, 0.2),
    Neighbourhood("village", 5.9, 4.75, 0.21),
    Neighbourhood("village", 5.15, 1.95, 0.22),
    Neighbourhood("village", 6.25, 1.25, 0.18),
    Neighbourhood("village", 8.2, 6.3, 0.2),
    Neighbourhood("village", 11.35, 2.6, 0.22),
    Neighbourhood("village", 10.1, 1.9, 0.18),
    Neighbourhood("village", 9.85, 9.15, 0.2),
    Neighbourhood("village", 7.9, 12.2, 0.2),
    Neighbourhood("village", 4.4, 9.0, 0.18),
    Neighbourhood("village", 11.3, 8.9, 0.18),
)
HILL: Final = (6.15, 11.95, 0.95, 0.62)
"""Centre and radii of the wooded hill in the north (kilometres)."""
