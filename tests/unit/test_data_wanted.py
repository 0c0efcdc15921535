"""Which data to collect first: what is missing of the sources, down to columns, and how many parcels it settles."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import yaml
from shapely import box

from parkplan import jobs
from parkplan.data.workspace import create_workspace
from parkplan.jobs.data_wanted import DataWanted, Wanted, data_wanted
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

CLAUSE = {"document": "by hand", "number": "1", "clause": "1", "verified": True}


def pack(folder: Path, limits: dict[str, float]) -> str:
    """A pack whose rules ask for at least so much of each measure."""
    rules = [
        {
            "id": f"low_{number}",
            "title": {"zh": f"规则{number}", "en": f"Rule {number}"},
            "clause": dict(CLAUSE),
            "expression": measure,
            "op": "<",
            "limit": limit,
            "flag": "low_efficiency",
            "weight": 1.0,
        }
        for number, (measure, limit) in enumerate(limits.items())
    ]
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump({"id": "own", "title": {"zh": "自拟", "en": "Own"}, "rules": rules}), "utf-8")
    return str(path)


def wanted(folder: Path, limits: dict[str, float], **columns: list[float | None]) -> Wanted:
    """What a district of parcels A, B, ... with some columns wants, judged by a pack of limits."""
    names = list("ABCDE")
    shapes = [box(409_000 + 200 * place, 2_497_000, 409_100 + 200 * place, 2_497_100) for place in range(len(names))]
    frame = gpd.GeoDataFrame({"parcel_id": names, **columns}, geometry=shapes, crs=4547)
    place = folder / "w.parkplan"
    create_workspace(place, crs="EPSG:4547", actor="t").write({"parcels": frame}, change=Change("t", "import"))
    return data_wanted(jobs.screen(place, profiles=[pack(folder, limits)], as_of=date(2026, 6, 30)))


def test_first_comes_the_datum_that_settles_most_parcels(tmp_path: Path) -> None:
    """Low is a tax below 1 million or a floor below 5,000 m²: B and C lack the tax alone, D the floor alone.

    E lacks both: either settles it only if it turns out low.
    """
    told = wanted(
        tmp_path, {"tax_yuan": 1e6, "floor_area_m2": 5000.0},
        tax_yuan=[150_000.0, None, None, 3e6, None], floor_area_m2=[2000.0, 8000.0, 9000.0, None, None],
    )  # fmt: skip
    assert (told.examined, told.to_check) == (4, 4)
    assert told.data == (DataWanted(("tax_yuan",), 2, 1), DataWanted(("floor_area_m2",), 1, 1))


def test_a_measure_wants_those_of_its_parts_that_are_missing(tmp_path: Path) -> None:
    """By hand, a tax of 375 yuan and an output of 5,000 yuan per m² are asked for.

    A lacks its tax: the tax settles it. B lacks tax and area (a registered -5 m² is none): only both do. C has all.
    D lacks its output: if it is high enough D is fine, if not D is low, so it settles. E lacks tax and output: either
    alone settles it only if it turns out low.
    """
    told = wanted(
        tmp_path, {"tax_yuan_per_m2": 375.0, "output_yuan_per_m2": 5_000.0},
        site_area_m2=[10_000.0, -5.0, 10_000.0, 10_000.0, 10_000.0],
        tax_yuan=[None, None, 9e6, 9e6, None], output_yuan=[9e8, 9e8, 9e8, None, None],
    )  # fmt: skip
    assert (told.examined, told.to_check) == (4, 4)
    assert set(told.data) == {
        DataWanted(("tax_yuan",), settles=1, may_settle=1),  # A; E
        DataWanted(("output_yuan",), settles=1, may_settle=1),  # D; E
        DataWanted(("site_area_m2", "tax_yuan"), settles=0, may_settle=1),  # B, if its tax is low
        DataWanted(("site_area_m2",), settles=0, may_settle=1),  # B, if its output is low
    }
    assert [item.columns for item in told.data][:2] == [("output_yuan",), ("tax_yuan",)]
