"""The demo district holds what it promises: geometry that fits together, figures that agree, flaws at known rates."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parkplan._errors import RequestError
from parkplan.demo import DEMO_NOTE, generate_district
from parkplan.demo.flaws import OPTIONAL, RATES
from parkplan.demo.naming import FIRST, SECOND, THIRD
from parkplan.demo.premises import UNKNOWN
from parkplan.demo.register import AS_OF
from parkplan.model import codes
from parkplan.model.tables import TABLES, YEARLY_FIGURES

if TYPE_CHECKING:
    import geopandas as gpd

    District = dict[str, gpd.GeoDataFrame]

MU = 2000.0 / 3.0
MADE_FACILITIES = set(codes.FACILITY_KIND) - {"gate"}
"""Gates are where a planner puts them."""


@pytest.fixture(scope="module")
def district() -> District:
    return generate_district()


@pytest.fixture(scope="module")
def small() -> District:
    return generate_district("small")


def digest(tables: District) -> str:
    found = hashlib.sha256()
    for name, frame in tables.items():
        found.update(name.encode())
        found.update(b"".join(shapely.to_wkb(frame.geometry.dropna().to_numpy())))
        found.update(pd.util.hash_pandas_object(pd.DataFrame(frame.drop(columns="geometry"))).to_numpy().tobytes())
    return found.hexdigest()


def industrial(tables: District) -> gpd.GeoDataFrame:
    parcels = tables["parcels"]
    return parcels[parcels["cluster"].notna()]


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Areas of all overlaps between two sets of shapes."""
    i, j = shapely.STRtree(second).query(first, predicate="intersects")
    return shapely.area(shapely.intersection(first[i], second[j]))


def surfaces(tables: District) -> np.ndarray:
    roads = tables["roads"]
    return shapely.buffer(roads.geometry.to_numpy(), roads["width_m"].to_numpy() / 2 - 0.05, cap_style="flat")


def test_same_size_and_seed_give_the_same_tables(small: District) -> None:
    assert digest(small) == digest(generate_district("small"))
    assert digest(small) != digest(generate_district("small", seed=8))


def test_tables_have_the_canonical_columns_types_and_crs(small: District) -> None:
    kinds = {"text": "str", "code": "str", "number": "float64", "integer": "Int64", "boolean": "boolean"}
    assert list(small) == list(TABLES)
    for name, frame in small.items():
        table = TABLES[name]
        assert frame.crs.to_epsg() == 4547
        assert [*frame.columns] == [*(column.name for column in table.columns), "geometry"]
        assert not frame.duplicated([table.key, *table.with_key]).any()
        assert frame.index.equals(pd.RangeIndex(len(frame)))
        for column in table.columns:
            assert str(frame[column.name].dtype) == kinds.get(column.kind, "datetime64[s]"), column.name
            if column.codes is not None:
                assert set(frame[column.name].dropna()) <= set(column.codes), column.name
        assert frame.geometry.dropna().is_valid.all()
        expected = {"polygon": "Polygon", "line": "LineString", "point": "Point", "none": None}[table.geometry]
        assert set(frame.geometry.geom_type) == {expected}


def test_the_default_district_has_the_promised_size(district: District) -> None:
    assert 900 <= len(industrial(district)) <= 1250
    assert 1200 <= len(district["enterprises"]) <= 1800
    assert 2800 <= len(district["buildings"]) <= 4800
    parks = district["parks"]
    assert (parks["kind"] == "industrial_new_town").sum() == 1
    assert (parks["kind"] == "agglomeration_area").sum() == 1
    special = parks[parks["kind"] == "special_park"]
    assert len(special) == 5
    assert special["lead_cluster"].is_unique
    assert set(district["constraints"]["kind"]) == set(codes.CONSTRAINT_KIND)
    assert set(district["facilities"]["kind"]) == MADE_FACILITIES
    assert set(district["water"]["kind"]) == set(codes.WATER_KIND)
    assert set(district["roads"]["class"]) == set(codes.ROAD_CLASS)
    west, south, east, north = district["streets"].to_crs(4490).total_bounds
    assert 113.05 < west < east < 113.20
    assert 22.48 < south < north < 22.62


def test_the_small_district_has_about_120_industrial_parcels(small: District) -> None:
    assert 90 <= len(industrial(small)) <= 150
    assert set(small["facilities"]["kind"]) == MADE_FACILITIES


@pytest.mark.parametrize("size", ["district", "small"])
def test_parcels_keep_off_roads_and_water(size: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue(size)
    parcels = tables["parcels"].geometry.to_numpy()
    assert overlaps(parcels, surfaces(tables)).max(initial=0.0) < 0.5
    assert overlaps(parcels, tables["water"].geometry.to_numpy()).max(initial=0.0) < 0.01


@pytest.mark.parametrize("size", ["district", "small"])
def test_every_parcel_lies_on_a_road(size: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue(size)
    parcels, roads = tables["parcels"].geometry.to_numpy(), tables["roads"]
    roads = roads[roads["class"] != "expressway"]
    lines, half = roads.geometry.to_numpy(), roads["width_m"].to_numpy() / 2
    i, j = shapely.STRtree(lines).query(parcels, predicate="dwithin", distance=half.max() + 1.0)
    nearest = np.full(len(parcels), np.inf)
    np.minimum.at(nearest, i, shapely.distance(parcels[i], lines[j]) - half[j])
    assert nearest.max() < 0.5


def test_parcels_overlap_at_the_documented_rate_only(district: District) -> None:
    parcels = district["parcels"].geometry.to_numpy()
    i, j = shapely.STRtree(parcels).query(parcels, predicate="intersects")
    once = i < j
    area = shapely.area(shapely.intersection(parcels[i[once]], parcels[j[once]]))
    assert (area > 1.0).sum() == pytest.approx(RATES["overlap"] * len(parcels), rel=0.25)
    assert area[area > 1.0].max() < 600.0
    assert area[area <= 1.0].max(initial=0.0) < 0.5


def test_neighbours_share_their_vertices(district: District) -> None:
    parcels = district["parcels"].geometry.to_numpy()
    i, j = shapely.STRtree(parcels).query(parcels, predicate="touches")
    side = shapely.intersection(shapely.boundary(parcels[i]), shapely.boundary(parcels[j]))
    long = shapely.length(side) > 5.0
    corners = shapely.get_coordinates(side[long])
    own = {tuple(xy) for xy in shapely.get_coordinates(parcels).tolist()}
    shared = np.mean([tuple(xy) in own for xy in corners.tolist()])
    assert long.sum() > len(parcels)
    assert shared > 0.999


def test_buildings_stand_in_their_parcel_except_the_documented_few(district: District) -> None:
    parcels, buildings = district["parcels"], district["buildings"]
    row = pd.Index(parcels["parcel_id"]).get_indexer(buildings["parcel_id"])
    assert (row >= 0).all()
    shapes = buildings.geometry.to_numpy()
    own = shapely.buffer(parcels.geometry.to_numpy()[row], 0.01)
    outside = ~shapely.covers(own, shapes)
    assert outside.sum() == pytest.approx(RATES["straddling_building"] * len(shapes), rel=0.3)
    assert set(buildings.loc[outside, "use"]) == {"shed"}
    assert overlaps(shapes, surfaces(district)).max(initial=0.0) == 0.0
    assert overlaps(shapes, district["water"].geometry.to_numpy()).max(initial=0.0) == 0.0


def test_buildings_do_not_overlap(district: District) -> None:
    shapes = district["buildings"].geometry.to_numpy()
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (i == j).all()


@pytest.mark.parametrize("size", ["district", "small"])
def test_roads_are_noded_and_connected(size: str, request: pytest.FixtureRequest) -> None:
    lines = request.getfixturevalue(size)["roads"].geometry.to_numpy()
    i, _ = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert len(i) == 0
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    _, node = np.unique(shapely.get_coordinates(ends).round(2), axis=0, return_inverse=True)
    node = node.reshape(2, -1)
    net = coo_array((np.ones(len(lines)), (node[0], node[1])), shape=(node.max() + 1, node.max() + 1))
    assert connected_components(net, directed=False)[0] == 1


@pytest.mark.parametrize("size", ["district", "small"])
def test_three_streets_divide_the_district(size: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue(size)
    streets, parcels = tables["streets"], tables["parcels"]
    shapes = streets.geometry.to_numpy()
    assert len(streets) == 3
    union = shapely.union_all(shapes)
    assert shapely.area(union) == pytest.approx(shapely.area(shapes).sum(), rel=1e-6)
    assert shapely.get_num_geometries(union) == 1
    own = shapes[pd.Index(streets["name"]).get_indexer(parcels["street"])]
    assert shapely.covers(shapely.buffer(own, 0.1), parcels.geometry.to_numpy()).all()


def test_dates_are_in_order(district: District) -> None:
    order = ["supplied_on", "handed_over_on", "start_agreed_on", "finish_agreed_on"]
    parcels = district["parcels"]
    more = [("handed_over_on", "started_on"), ("started_on", "finished_on"), ("started_on", "suspended_on")]
    for earlier, later in [*pairwise(order), *more]:
        both = parcels[[earlier, later]].dropna()
        assert len(both) > 0
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    done = parcels[["supplied_on", "started_on", "finished_on", "suspended_on"]]
    assert (done.max() <= pd.Timestamp(AS_OF)).all()


def test_states_agree_with_dates_and_buildings(district: District) -> None:
    parcels = industrial(district)
    idle = parcels[parcels["status"] == "idle"]
    assert idle["started_on"].isna().all()
    assert (idle["start_agreed_on"] + pd.DateOffset(years=1) < pd.Timestamp(AS_OF)).all()
    waiting = parcels[parcels["status"] == "supplied_not_started"]
    assert (waiting["start_agreed_on"] + pd.DateOffset(years=1) > pd.Timestamp(AS_OF)).all()
    unbuilt = parcels[parcels["status"].isin(["idle", "supplied_not_started", "approved_not_supplied"])]
    assert not district["buildings"]["parcel_id"].isin(unbuilt["parcel_id"]).any()
    assert parcels.loc[parcels["status"] == "approved_not_supplied", "supplied_on"].isna().all()
    used = parcels[parcels["status"] == "in_use"]
    assert used["parcel_id"].isin(district["buildings"]["parcel_id"]).mean() > 0.98


def test_magnitudes_follow_the_public_figures(district: District) -> None:
    parcels = industrial(district)
    area = shapely.area(parcels.geometry.to_numpy())
    mu = area / MU
    assert 8.0 <= np.median(mu) <= 12.0
    assert 0.4 <= (mu < 10.0).mean() <= 0.6
    assert (mu > 100.0).sum() >= 1
    low = (parcels["status"] == "low_efficiency").to_numpy()
    assert 0.25 <= area[low].sum() / area.sum() <= 0.35
    assert 0.02 <= (parcels["status"] == "idle").mean() <= 0.04
    tax = (parcels["tax_yuan"] / 1e4 / mu).dropna()
    assert 5.0 <= tax.median() <= 10.0
    assert 0.15 <= tax.min() <= tax.quantile(0.999) <= 90.0
    far = (parcels["floor_area_m2"] / parcels["site_area_m2"]).dropna()
    built = far[far > 0]
    assert 0.6 <= built.median() <= 1.2
    assert (built > 2.6).mean() < 0.02
    assert (built < 0.25).mean() < 0.05


def test_sums_over_buildings_and_firms_are_the_figures_of_the_parcels(district: District) -> None:
    parcels = district["parcels"].set_index("parcel_id")
    floor = district["buildings"].assign(base=shapely.area(district["buildings"].geometry.to_numpy()))
    base = floor.groupby("parcel_id")["base"].sum().reindex(parcels.index).fillna(0.0)
    known = parcels["footprint_m2"].dropna()
    assert np.allclose(known, base[known.index], atol=1.0)
    complete = floor.groupby("parcel_id")["floor_area_m2"].agg(["sum", "count", "size"])
    complete = complete[complete["count"] == complete["size"]]
    listed = parcels.loc[complete.index, "floor_area_m2"].dropna()
    agree = np.isclose(listed, complete.loc[listed.index, "sum"], atol=1.0).mean()
    assert 0.93 <= agree <= 0.98
    firms = district["enterprises"].groupby("parcel_id")["tax_yuan"].agg(["sum", "count", "size"])
    firms = firms[firms["count"] == firms["size"]]
    tax = parcels.loc[firms.index, "tax_yuan"].dropna()
    assert len(tax) > 300
    assert np.allclose(tax, firms.loc[tax.index, "sum"])


def test_registered_areas_are_geodesic_or_disagree_at_the_documented_rate(district: District) -> None:
    geod = pyproj.Geod(ellps="GRS80")
    parcels = district["parcels"].to_crs(4490)
    true = np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in parcels.geometry])
    ratio = np.abs(parcels["site_area_m2"].to_numpy() / true - 1.0)
    assert (ratio > 0.05).mean() == pytest.approx(RATES["area_disagrees"], abs=0.01)
    assert (ratio < 3e-5).mean() > 0.93


def test_unknowns_stay_within_their_rates() -> None:
    tables = generate_district("small", seed=3)
    parcels = industrial(tables)
    working = parcels[parcels["status"].isin(["in_use", "low_efficiency"])]
    assert set(OPTIONAL["parcels"]) <= set(parcels.columns)
    assert tables["parcels"][["parcel_id", "name", "street", "land_use", "status", "site_area_m2"]].notna().all().all()
    for column in ("output_yuan", "tax_yuan", "employees", "investment_yuan", "floor_area_m2", "started_on"):
        assert 0.0 < working[column].isna().mean() < 0.16, column


def test_unknowns_of_the_whole_district(district: District) -> None:
    for name, columns in {"buildings": OPTIONAL["buildings"], "enterprises": ("output_yuan", "high_tech")}.items():
        for column in columns:
            rate = district[name][column].isna().mean()
            assert RATES["unknown_least"] <= rate <= RATES["unknown_most"], (name, column)


def test_the_use_of_sites_fits_on_them_and_is_unknown_at_the_documented_rates(district: District) -> None:
    parcels = industrial(district)
    built = parcels["parcel_id"].isin(district["buildings"]["parcel_id"]) & (parcels["status"] != "under_construction")
    works = parcels[built]
    surveys = {"yard_m2": "site", "admin_floor_area_m2": "offices", "admin_land_m2": "office_land",
               "vacant_floor_m2": "vacant"}  # fmt: skip
    for column, survey in surveys.items():
        assert parcels.loc[~built, column].isna().all(), column
        assert works[column].isna().mean() == pytest.approx(UNKNOWN[survey], abs=0.06), column
    site = works[["yard_m2", "green_m2", "structures_m2"]].isna()
    assert (site.any(axis=1) == site.all(axis=1)).all()
    land = shapely.area(works.geometry.to_numpy())
    base = district["buildings"].assign(base=shapely.area(district["buildings"].geometry.to_numpy()))
    own = works["parcel_id"].map(base.groupby("parcel_id")["base"].sum())
    covered = own + works[["structures_m2", "yard_m2", "green_m2"]].sum(axis=1)
    assert (covered <= np.maximum(land, own) + 3.0).all()
    leased = works["parcel_id"].map(district["enterprises"].groupby("parcel_id")["leased_floor_m2"].sum()).fillna(0)
    floor = works["parcel_id"].map(base.groupby("parcel_id")["floor_area_m2"].sum(min_count=1))
    whole = base.groupby("parcel_id")["floor_area_m2"].agg(lambda values: values.notna().all())
    told = works["vacant_floor_m2"].notna() & works["parcel_id"].map(whole).astype(bool)
    assert (works["vacant_floor_m2"] + leased)[told].le(floor[told] + 1.0).all()
    empty = (works["vacant_floor_m2"] > 0).where(works["vacant_floor_m2"].notna()).astype("float64")
    assert empty[works["status"] == "low_efficiency"].mean() > 2 * empty[works["status"] == "in_use"].mean() > 0


def test_clusters_gather_around_their_parks(district: District) -> None:
    parcels, parks = industrial(district), district["parks"]
    special = parks[parks["kind"] == "special_park"].set_index("park_id")["lead_cluster"]
    inside = parcels[parcels["park_id"].isin(special.index)]
    led = inside["cluster"].to_numpy() == special[inside["park_id"]].to_numpy()
    share_elsewhere = parcels["cluster"].value_counts(normalize=True).max()
    assert led.mean() > 0.6 > share_elsewhere
    assert set(parcels["cluster"]) == set(codes.CLUSTER)


def test_industry_codes_belong_to_their_cluster(district: District) -> None:
    divisions = {
        "electronics": {"39", "40"},
        "new_materials": {"26", "29", "30", "32"},
        "equipment": {"34", "35", "36", "37", "43"},
        "appliances": {"38"},
        "biomedicine": {"27", "35", "14"},
        "safety": {"35", "38", "40", "42"},
    }
    for name in ("parcels", "enterprises"):
        known = district[name][["cluster", "industry_code"]].dropna()
        known = known[known["cluster"] != "other"]
        good = [code[:2] in divisions[cluster] for cluster, code in known.itertuples(index=False)]
        assert all(good)
        assert known["industry_code"].str.fullmatch(r"\d{4}").all()


def test_firms_have_the_awkward_facts_of_real_ones(district: District) -> None:
    firms = district["enterprises"]
    assert 0.005 <= firms["parcel_id"].isna().mean() <= 0.03
    assert (firms.groupby("parcel_id").size() > 1).sum() > 30
    twice = firms[firms["name"].duplicated(keep=False)]
    assert 2 <= len(twice) <= 0.03 * len(firms)
    assert twice["parcel_id"].nunique() > 1
    assert firms["leased_floor_m2"].notna().any()


REAL_NAMES = (
    *("江门", "江海", "外海", "礼乐", "江南", "滘头", "滘北", "新会", "蓬江", "鹤山", "白水带", "西江", "龙溪"),
    *("中江", "江鹤", "江珠", "深江", "迪马", "泽塔", "东君", "艺光", "蓝点触控", "鹰视", "国彬", "凯博力"),
    *("德昌", "巴斯夫", "汉宇", "宝士", "德力", "科恒", "利和兴", "高新创智城", "火炬", "粤湾云谷", "BASF"),
)


def test_no_real_name_appears(district: District) -> None:
    for frame in district.values():
        for column in ("name", "holder", "street"):
            if column in frame:
                text = "\n".join(frame[column].dropna())
                assert not [name for name in REAL_NAMES if name in text]
    for name, table in TABLES.items():
        assert district[name][table.key].str.startswith("DEMO-").all()


def test_firm_words_are_invented_from_three_neutral_syllables(district: District) -> None:
    names = district["enterprises"]["name"].str
    assert (names[0].isin(FIRST) & names[1].isin(SECOND) & names[2].isin(THIRD)).all()


def test_the_note_says_fictional_in_both_languages() -> None:
    assert "虚构" in DEMO_NOTE.zh
    assert "ictional" in DEMO_NOTE.en


@pytest.mark.parametrize("size", [600, 4000])
def test_any_number_of_parcels_is_met_within_a_fifth(size: int) -> None:
    tables = generate_district(size)
    assert len(tables["parcels"]) == pytest.approx(size, rel=0.2)
    assert all(frame.geometry.dropna().is_valid.all() for frame in tables.values())


def test_years_lead_up_to_the_figures_of_the_register(district: District) -> None:
    """The last of three years is that of the parcel, known or not; others have gaps, and none is before the works."""
    years, parcels = district["parcel_years"], district["parcels"].set_index("parcel_id")
    figures = [column.name for column in YEARLY_FIGURES]
    assert set(years["year"]) == {2023, 2024, 2025}
    assert AS_OF.astype(object).year == 2026
    last = years[years["year"] == 2025].set_index("parcel_id")
    producing = parcels[parcels["cluster"].notna() & parcels[figures].notna().any(axis=1)]
    assert last.index.sort_values().equals(producing.index.sort_values())
    pd.testing.assert_frame_equal(pd.DataFrame(last[figures]), pd.DataFrame(parcels.loc[last.index, figures]))
    earlier = years[years["year"] < 2025]
    assert 0.85 < len(earlier) / (2 * len(last)) < 0.98
    known = parcels.loc[earlier["parcel_id"], "tax_yuan"].notna().to_numpy()
    assert earlier["tax_yuan"][~known].isna().all()
    assert RATES["unknown_least"] < earlier["tax_yuan"][known].isna().mean() < RATES["unknown_most"]
    finished = pd.to_datetime(parcels.loc[earlier["parcel_id"], "finished_on"]).dt.year.to_numpy()
    assert not (finished > earlier["year"].to_numpy(dtype=float)).any()


def test_low_efficiency_parcels_fell_and_others_grew(district: District) -> None:
    years, status = district["parcel_years"], district["parcels"].set_index("parcel_id")["status"]
    by_year = years.pivot(index="parcel_id", columns="year", values="output_yuan").dropna()
    growth = np.log(by_year[2025] / by_year[2023])
    weak = (status.loc[growth.index] == "low_efficiency").to_numpy()
    assert weak.sum() > 30
    assert growth[weak].median() < 0 < growth[~weak].median()


def test_a_large_canvas_is_settled_on_a_lattice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parkplan.demo.district.DENSE_FROM", 3_000)
    tables = generate_district(3_000, seed=2)
    assert len(tables["parcels"]) == pytest.approx(3_000, rel=0.3)
    assert (tables["parks"]["kind"] == "special_park").sum() >= 1


@pytest.mark.parametrize("size", ["huge", 0, 1_000_001])
def test_an_unknown_size_is_refused_with_the_way_out(size: str | int) -> None:
    with pytest.raises(RequestError) as fault:
        generate_district(size)
    assert str(size) in fault.value.sentence("zh")
    assert "small, district" in fault.value.sentence("en")
