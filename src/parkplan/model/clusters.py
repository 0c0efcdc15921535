"""The question behind a cluster distribution: areas, grid, levels, seed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

By = Literal["park", "street"]


class ClusterQuestion(BaseModel):
    """What is asked of the enterprises of a district.

    ``by``: the areas that are compared. ``cell_m``: width of the hexagons. ``bandwidth_m``: of the heat map.
    ``alpha``: rate of false discoveries of the hexagons, and level of bands and intervals. ``permutations`` and
    ``simulations`` of the tests, from ``seed``. ``least_size``: fewest firms of an outlined group. ``growth``: jobs and
    output to be added, as a share of those known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By = "park"
    cell_m: Annotated[float, Field(ge=50, le=10_000)] = 400.0
    bandwidth_m: Annotated[float, Field(ge=50, le=10_000)] = 400.0
    alpha: Annotated[float, Field(ge=0.001, le=0.5)] = 0.05
    permutations: Annotated[int, Field(ge=99, le=99_999)] = 9_999
    simulations: Annotated[int, Field(ge=39, le=9_999)] = 499
    least_size: Annotated[int, Field(ge=5, le=1_000)] = 15
    growth: Annotated[float, Field(ge=0, le=10)] = 0.1
    seed: Annotated[int, Field(ge=0, le=2**31)] = 7
