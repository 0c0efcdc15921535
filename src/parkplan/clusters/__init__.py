"""Statistics of where firms are: how concentrated, how specialised, in which places more than chance would put them."""

from parkplan.clusters.association import LocalAssociation, benjamini_hochberg, global_moran, local_association
from parkplan.clusters.concentration import (
    EllisonGlaeser,
    ellison_glaeser,
    herfindahl,
    krugman_specialisation,
    location_quotient,
    shannon_diversity,
)
from parkplan.clusters.hexagons import Hexagons, hexagons
from parkplan.clusters.kdensity import KDensity, distance_concentration
from parkplan.clusters.outlines import Outlines, outlines
from parkplan.clusters.statement import Refusal, Statement

__all__ = [
    "EllisonGlaeser",
    "Hexagons",
    "KDensity",
    "LocalAssociation",
    "Outlines",
    "Refusal",
    "Statement",
    "benjamini_hochberg",
    "distance_concentration",
    "ellison_glaeser",
    "global_moran",
    "herfindahl",
    "hexagons",
    "krugman_specialisation",
    "local_association",
    "location_quotient",
    "outlines",
    "shannon_diversity",
]
