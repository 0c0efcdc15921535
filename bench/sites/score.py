"""Score the site plan of any tool on a site of the benchmark: its indicators and every rule that it breaks.

`python -m bench.sites.score SITE PLAN [--crs EPSG:N] [--profile NAME|FILE]`. SITE is a name of `bench/sites/shapes.py`
or a GeoJSON file as that script writes them: a feature of role `boundary`, points of role `gate`, lines of role
`access`, in plain metres. PLAN is a GeoPackage, GeoJSON or any other table that GDAL reads, in the same plane (or with
`--crs`, in which it is put). Each row is a piece of the land:

kind             building, admin_building, plaza, road, court, yard, parking or green
storeys          of a building; otherwise empty
storey_height_m  in metres
docks            true where trucks load at the building
role             logistics for a warehouse; anything else is not looked at

The pieces must cover the site once. The answer is JSON; the exit code is 1 where a rule is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
from bench.sites.shapes import OUTLINES, site
from shapely import geometry

from parkplan.data.siteplans import choose_profile
from parkplan.layout.siteplan_check import CheckedPiece, check, recomputed
from parkplan.model.siteplan import Site


def site_of(name: str) -> Site:
    """Return a site by its name or its file."""
    if name in OUTLINES:
        return site(name)
    found: dict[str, list[Any]] = {"boundary": [], "gate": [], "access": []}
    for feature in json.loads(Path(name).read_text(encoding="utf-8"))["features"]:
        found[feature["properties"]["role"]].append(geometry.shape(feature["geometry"]))
    return Site(found["boundary"][0], tuple(found["gate"]), tuple(found["access"]), name=Path(name).stem)


def pieces_of(plan: gpd.GeoDataFrame) -> list[CheckedPiece]:
    """Return the rows of a table as pieces; missing columns and empty cells are no storeys, no docks, no warehouse."""
    rows = plan.drop(columns=plan.geometry.name).to_dict("records")
    return [_piece(row, shape) for row, shape in zip(rows, plan.geometry, strict=True)]


def _piece(row: dict[Any, Any], shape: Any) -> CheckedPiece:  # noqa: ANN401
    def value(name: str) -> Any:  # noqa: ANN401
        found = row.get(name)
        return None if found is None or found != found else found  # noqa: PLR0124  # NaN

    return CheckedPiece(
        str(row["kind"]),
        shape,
        int(value("storeys") or 0),
        float(value("storey_height_m") or 0.0),
        docks=bool(value("docks")),
        warehouse=value("role") == "logistics",
    )


def score(land: Site, pieces: list[CheckedPiece], limits: dict[str, float]) -> dict[str, Any]:
    """Return indicators and violations."""
    found = check(land.boundary, land.gates, land.access, pieces, limits)
    return {
        "site": land.name,
        "indicators": recomputed(land.boundary, pieces),
        "violations": [asdict(violation) for violation in found],
    }


def main() -> int:
    """Print the score."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("site")
    options.add_argument("plan")
    options.add_argument("--crs")
    options.add_argument("--profile", default="cn_industrial")
    asked = options.parse_args()
    plan = gpd.read_file(asked.plan)
    if asked.crs:
        plan = plan.to_crs(asked.crs)
    limits: dict[str, float] = {limit.id: limit.value for limit in choose_profile(asked.profile).limits}
    answer = score(site_of(asked.site), pieces_of(plan), limits)
    print(json.dumps(answer, ensure_ascii=False, indent=1))
    return 1 if answer["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
