"""Statistics of clusters against published numbers, hand computation, esda, and what chance does."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial.distance import pdist

from parkplan.clusters import (
    KDensity,
    Refusal,
    benjamini_hochberg,
    distance_concentration,
    ellison_glaeser,
    global_moran,
    herfindahl,
    hexagons,
    kdensity,
    krugman_specialisation,
    local_association,
    location_quotient,
    outlines,
    shannon_diversity,
)
from parkplan.clusters.concentration import quotient_interval, quotient_table, two_sided
from parkplan.clusters.heat import heat
from parkplan.clusters.outlines import Outlines

TABLES = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=6)


def test_location_quotient_of_the_published_example() -> None:
    assert location_quotient(1714, 79006, 879213, 15593224) == pytest.approx(0.3847623, abs=5e-8)


def test_ellison_glaeser_of_the_published_example() -> None:
    """Farhauer and Kröll (2014), as the manual of the R package REAT prints it."""
    sizes = [200, 650, 12_000, 100, 50, 16_000, 13_000, 1_500, 1_500, 25_000]
    found = ellison_glaeser(sizes, [0] * 5 + [1] * 4 + [2], [500_000, 400_000, 100_000])
    assert found.gamma == pytest.approx(0.05990628, abs=5e-9)
    assert (found.n, found.areas) == (10, 3)


def test_ellison_glaeser_is_nought_for_darts_and_one_for_all_in_a_vanishing_area() -> None:
    rng = np.random.default_rng(1)
    x = rng.dirichlet(np.ones(8) * 3)
    drawn = [ellison_glaeser(rng.lognormal(0, 1, 60), rng.choice(8, 60, p=x), x, draws=1).gamma for _ in range(2000)]
    assert abs(np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(len(drawn))
    together = ellison_glaeser(np.ones(40), np.zeros(40, int), [1e-9, 1.0, 1.0])
    assert together.gamma == pytest.approx((1 + 0.5 - 0.5 * 1 / 40) / (0.5 * (1 - 1 / 40)), rel=1e-6)
    assert together.p == pytest.approx(0.002)


def test_one_plant_or_one_area_has_no_index() -> None:
    assert np.isnan(ellison_glaeser([5], [0], [1, 2]).gamma)
    assert np.isnan(ellison_glaeser([5, 6], [0, 0], [3]).gamma)


@given(TABLES)
def test_quotients_average_to_one_by_the_shares_of_the_areas(rows: list[list[int]]) -> None:
    counts = np.array(rows, float)
    found, share = quotient_table(counts), counts.sum(1) / max(counts.sum(), 1)
    for industry in np.flatnonzero(counts.sum(0) > 0):
        assert np.nansum(found[:, industry] * share) == pytest.approx(1.0)


def test_quotient_interval_holds_the_quotient_and_narrows_with_numbers() -> None:
    counts = np.array([[20.0, 10, 0], [30, 60, 5]])
    few, many = (quotient_interval(counts * times, seed=3) for times in (1, 25))
    told = quotient_table(counts)
    assert (few[0] <= told).all()
    assert (told <= few[1]).all()
    wide, narrow = (high - low for low, high in (few, many))
    assert (narrow[:, :2] < wide[:, :2] / 3).all()
    assert all(np.isnan(bound).all() for bound in quotient_interval(np.zeros((2, 2)), seed=1))


def test_measures_of_the_mix_by_hand() -> None:
    counts = np.array([[8.0, 2.0], [1.0, 3.0], [0.0, 0.0]])
    assert krugman_specialisation(counts)[0] == pytest.approx(abs(0.8 - 0.25) + abs(0.2 - 0.75))
    assert herfindahl(counts)[:2] == pytest.approx([0.68, 0.625])
    assert shannon_diversity(counts)[1] == pytest.approx(-(0.25 * np.log(0.25) + 0.75 * np.log(0.75)) / np.log(2))
    assert all(np.isnan(measure(counts)[2]) for measure in (krugman_specialisation, herfindahl, shannon_diversity))


@given(TABLES, st.permutations(range(3)))
def test_the_mix_does_not_depend_on_the_order_of_industries(rows: list[list[int]], order: list[int]) -> None:
    counts = np.array(rows, float)
    for measure in (krugman_specialisation, herfindahl, shannon_diversity):
        np.testing.assert_allclose(measure(counts), measure(counts[:, order]), atol=1e-12)


def test_two_sided_p_counts_what_was_observed() -> None:
    assert two_sided(5.0, np.arange(9.0)) == pytest.approx(2 * 5 / 10)
    assert two_sided(-1.0, np.arange(9.0)) == pytest.approx(0.2)


def test_benjamini_and_hochberg_by_hand() -> None:
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, np.nan])
    assert benjamini_hochberg(p, 0.05) == 0.008  # the limits are 0.005, 0.010, 0.015 ...
    assert benjamini_hochberg(np.array([0.2, 0.3]), 0.05) == 0.0


def grid_of(width: int, height: int) -> sparse.csr_array:
    """Rook neighbours of a lattice."""
    row, column = (sparse.diags_array([np.ones(n - 1)] * 2, offsets=(-1, 1)) for n in (height, width))
    found = sparse.kron(sparse.eye_array(height), column) + sparse.kron(row, sparse.eye_array(width))
    return sparse.csr_array(found)


def test_global_and_local_moran_by_hand() -> None:
    values, beside = np.array([1.0, 2.0, 3.0, 6.0]), grid_of(4, 1)  # a row of four; mean 3, z = -2 -1 0 3
    found = global_moran(values, beside, seed=1)
    z, lag = np.array([-2, -1, 0, 3.0]), np.array([-1, -1, 1, 0.0])
    assert found.i == pytest.approx((z @ lag) / (z @ z))
    assert found.expected == pytest.approx(-1 / 3)
    local = local_association(values, beside, seed=1, permutations=99)
    assert local.moran == pytest.approx(z * lag / 3.5)
    assert local.kind.tolist() == ["low_low", "low_low", "low_high", "high_low"]


def test_local_statistics_are_those_of_esda() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        from libpysal.weights import W

        beside = grid_of(9, 8)
        near = {cell: beside.indices[beside.indptr[cell] : beside.indptr[cell + 1]].tolist() for cell in range(72)}
        values = np.random.default_rng(4).gamma(2.0, 3.0, 72)
        moran = esda.Moran_Local(values, W(near), permutations=999, seed=1, n_jobs=1)
        getis = esda.G_Local(values, W(near), transform="B", star=True, permutations=0)
        whole = esda.Moran(values, W(near), permutations=0)
    found = local_association(values, beside, seed=1, permutations=9_999)
    np.testing.assert_allclose(found.moran * (72 - 1) / 72, moran.Is, rtol=1e-10)  # esda divides by n - 1
    np.testing.assert_allclose(found.g_star, getis.Zs, rtol=1e-10)
    assert global_moran(values, beside, seed=1).i == pytest.approx(whole.I)
    # esda counts one tail: ours is about twice as large
    assert np.median(found.p / np.minimum(2 * moran.p_sim, 1.0)) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("neighbours", "expected"), [("Queen", 0.500189), ("Rook", 0.523670)])
def test_moran_of_the_published_neighbourhoods(neighbours: str, expected: float) -> None:
    """Columbus crime with queen or rook neighbours (libpysal's own example data)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import geopandas as gpd
        import libpysal

        crime = gpd.read_file(libpysal.examples.get_path("columbus.shp"))
        weights = getattr(libpysal.weights, neighbours).from_dataframe(crime, use_index=False).sparse
    beside = sparse.csr_array(weights)
    assert global_moran(crime["CRIME"].to_numpy(float), beside, seed=1).i == pytest.approx(expected, abs=5e-7)


def test_hot_spots_are_found_where_they_were_put_and_seldom_in_noise() -> None:
    beside, rng = grid_of(20, 20), np.random.default_rng(2)
    noise = [local_association(rng.normal(size=400), beside, seed=k, permutations=1_999) for k in range(12)]
    assert sum(found.significant.any() for found in noise) <= 3
    raised = rng.normal(size=400).reshape(20, 20)
    raised[5:9, 5:9] += 4.0
    found = local_association(raised.ravel(), beside, seed=1)
    hot = np.argwhere(found.hot.reshape(20, 20))
    assert found.hot.reshape(20, 20)[6:8, 6:8].all()
    assert hot.min() >= 4
    assert hot.max() <= 9
    assert found.cold.sum() < len(hot) / 2  # the raised block lifts the mean, so that low noise looks lower


def test_even_values_and_lonely_cells_have_no_statistics() -> None:
    even = local_association(np.full(9, 3.0), grid_of(3, 3), seed=1)
    assert np.isnan(even.p).all()
    assert not even.significant.any()
    lonely = sparse.block_diag([grid_of(5, 5), sparse.csr_array((1, 1))], format="csr")
    found = local_association(np.arange(26.0), sparse.csr_array(lonely), seed=1, permutations=99)
    assert np.isnan([found.moran[-1], found.g_star[-1], found.p[-1]]).all()
    assert found.kind[-1] == ""


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-5e3, 5e3), st.floats(-5e3, 5e3)), min_size=1, max_size=40), st.floats(50, 900))
def test_every_point_lies_in_its_hexagon(points: list[tuple[float, float]], width: float) -> None:
    xy = np.array(points)
    grid = hexagons(xy, width)
    shape = grid.polygons()[grid.cell_of(xy)]
    assert (shapely.distance(shape, shapely.points(xy)) < 1e-6).all()
    np.testing.assert_allclose(shapely.area(grid.polygons()), grid.area_m2, rtol=1e-9)


def test_hexagons_that_touch_are_neighbours() -> None:
    grid = hexagons(np.random.default_rng(1).uniform(0, 3000, (60, 2)), 400.0)
    shape = grid.polygons()
    touching = shapely.intersects(shape[:, None], shapely.buffer(shape, 1.0)[None, :])
    np.fill_diagonal(touching, val=False)
    assert (grid.neighbours().toarray() == touching).all()


SITES = np.random.default_rng(0).uniform(0, 6_000, (900, 2))


def near_one_place(count: int) -> np.ndarray:
    apart = np.hypot(*(SITES - SITES[7]).T) + np.random.default_rng(1).normal(0, 500, len(SITES))
    chosen = np.zeros(len(SITES), bool)
    chosen[np.argsort(apart)[:count]] = True
    return chosen


def test_firms_put_together_are_localised_at_short_distances() -> None:
    found = distance_concentration(SITES, near_one_place(60), seed=1, simulations=199)
    assert isinstance(found, KDensity)
    assert found.p == pytest.approx(1 / 200)
    assert found.localised_m is not None
    assert found.localised_m[0] == 0.0
    assert 500 < found.localised_m[1] < 3_000


def test_the_band_is_left_by_chance_as_often_as_it_says() -> None:
    rng, left = np.random.default_rng(5), 0
    for draw in range(30):
        chosen = np.zeros(len(SITES), bool)
        chosen[rng.choice(len(SITES), 40, replace=False)] = True
        found = distance_concentration(SITES, chosen, seed=draw, simulations=39)
        assert isinstance(found, KDensity)
        assert (found.p <= 0.05) == (found.localised_m is not None or found.dispersed_m is not None)
        left += found.p <= 0.05
    assert left <= 5  # 1.5 are expected; 6 or more have a chance of 0.3 %


def test_density_of_distances_is_that_of_a_plain_sum() -> None:
    chosen = near_one_place(30)
    found = distance_concentration(SITES, chosen, seed=1, simulations=39)
    assert isinstance(found, KDensity)
    apart, h = pdist(SITES[chosen]), found.bandwidth_m
    at = found.distance_m[::20][:, None]
    plain = (np.exp(-0.5 * ((at - apart) / h) ** 2) + np.exp(-0.5 * ((at + apart) / h) ** 2)).sum(1)
    plain /= len(apart) * h * np.sqrt(2 * np.pi)
    np.testing.assert_allclose(found.density[::20], plain, atol=1e-3 * plain.max())


def test_the_raster_counts_pairs_as_measuring_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = near_one_place(200)
    exact = distance_concentration(SITES, chosen, seed=1, simulations=39)
    monkeypatch.setattr(kdensity, "EXACT_MOST", 50)
    raster = distance_concentration(SITES, chosen, seed=1, simulations=39)
    assert isinstance(exact, KDensity)
    assert isinstance(raster, KDensity)
    assert exact.raster_m == 0.0 < raster.raster_m
    np.testing.assert_allclose(raster.density, exact.density, atol=0.01 * exact.density.max())


@pytest.mark.parametrize(("count", "sites", "reason"), [(9, 900, "few_firms"), (40, 60, "few_sites")])
def test_too_few_firms_are_refused_with_a_reason(count: int, sites: int, reason: str) -> None:
    chosen = np.arange(sites) < count
    found = distance_concentration(SITES[:sites], chosen, subject="safety", seed=1)
    assert isinstance(found, Refusal)
    assert (found.reason, found.subject) == (reason, "safety")
    assert all(str(found.least) in found.sentence(chosen) for chosen in ("zh", "en"))


def test_outlines_hold_the_groups_and_leave_out_strays() -> None:
    rng = np.random.default_rng(3)
    groups = [rng.normal(centre, 60, (40, 2)) for centre in ((0, 0), (3_000, 0), (0, 3_000))]
    xy = np.vstack([*groups, rng.uniform(-4_000, 7_000, (6, 2))])
    found = outlines(xy, least_size=15)
    assert isinstance(found, Outlines)
    assert len(found.shape) == 3
    assert found.sizes.sum() == round(len(xy) * (1 - found.outside))
    for group in range(3):
        inside = xy[found.label == group]
        assert shapely.contains_xy(found.shape[group], inside[:, 0], inside[:, 1]).all()
        assert found.shape[group].area < np.pi * 400**2
    assert isinstance(outlines(xy[:20], least_size=15), Refusal)


def test_heat_is_the_plain_sum_of_kernels_and_holds_every_firm_once() -> None:
    """Against one Gaussian per firm at the middle of each cell; counting moves a firm by half a cell at most."""
    xy = np.random.default_rng(5).uniform((409_000, 2_497_000), (412_000, 2_500_000), (60, 2))
    found = heat(xy, bandwidth_m=400.0)
    assert found.density.sum() * found.cell_m**2 / 1e6 == pytest.approx(60)
    rows, columns = np.indices(found.density.shape)
    middle = np.column_stack([
        (found.west + (columns.ravel() + 0.5) * found.cell_m), (found.south + (rows.ravel() + 0.5) * found.cell_m)
    ])  # fmt: skip
    squared = ((middle[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2)
    plain = (np.exp(-squared / (2 * 400.0**2)) / (2 * np.pi * 0.4**2)).sum(axis=1)
    assert np.abs(found.density.ravel() - plain).max() < 0.06 * plain.max()
    shapes, density = found.cells(0.5)
    assert density.min() >= 0.5
    assert shapely.area(shapes) == pytest.approx(found.cell_m**2)


def test_heat_of_a_wide_district_has_wider_cells() -> None:
    found = heat(np.array([[0.0, 0.0], [400_000.0, 0.0]]), bandwidth_m=400.0)
    assert max(found.density.shape) <= 402
    assert found.density.sum() * found.cell_m**2 / 1e6 == pytest.approx(2.0, rel=1e-4)
