"""What the solver weighs: the measures of options that add up over parcels, and those that it needs beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.compare.catalogue import MEASURES
from parkplan.i18n import Text
from parkplan.model.allocation import OBJECTIVES, SHORT
from parkplan.model.options import Measure

if TYPE_CHECKING:
    from parkplan.model.options import Direction


def _term(id: str, title: Text, shown_in: str, direction: Direction, formula: Text) -> Measure:
    return Measure(id, title, shown_in, direction, formula, ())


_TERMS: Final = (
    _term("access_m2", Text("交通可达产业建筑面积", "Industrial floor with access"), "m2", "more",
          Text("工业、仓储建筑面积×可达度；可达度在主干路、高速公路（或所选类别的设施）处为1，随路网距离线性减到可达距离处为0",
               "Industrial and logistics floor x nearness, 1 at an arterial or expressway (or a facility of the kinds "
               "chosen) and falling in a straight line to 0 at the reach, by way along roads")),
    _term("park_fit_m2", Text("符合园区主导集群的用地", "Land in the lead cluster of its park"), "hectare", "more",
          Text("所属集群与所在园区主导集群一致的工业用地面积",
               "Industrial land whose cluster is the lead cluster of the park that it lies in")),
    _term("like_clusters_m", Text("同集群相邻边长", "Edges within a cluster"), "m", "more",
          Text("相邻两宗工业地块属同一集群的公共边长之和",
               "Length of the edges that two industrial parcels of one cluster share")),
    _term("like_typologies_m", Text("同类型相邻边长", "Edges within a typology"), "m", "more",
          Text("相邻两宗地块采用同一建设类型的公共边长之和（紧凑度）",
               "Length of the edges that two parcels of one typology share (compactness)")),
    _term("conflict_pairs", Text("工居冲突对数", "Pairs in conflict with housing"), "count", "less",
          Text("相距小于防护距离的工业与居住地块对数",
               "Pairs of an industrial and a housing parcel closer than the protective distance")),
)  # fmt: skip
TERMS: Final[dict[str, Measure]] = {name: MEASURES[name] for name in OBJECTIVES if name in MEASURES} | {
    one.id: one for one in _TERMS
}
"""Every objective with title, unit of display, direction and formula."""


def measure_of(name: str) -> str:
    """Return the objective that is named, in short or in full.

    >>> measure_of("tax"), measure_of("jobs"), measure_of("like_clusters")
    ('tax_yuan', 'jobs', 'like_clusters_m')

    Raises:
        RequestError: there is none.

    """
    measure = SHORT.get(name, name)
    if measure not in OBJECTIVES:
        raise RequestError("optimise_objective", name=name, known=", ".join([*SHORT, "jobs"]))
    return measure
