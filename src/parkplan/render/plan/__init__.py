"""Site plans on paper: the plan with dimensions, a legend and the table of indicators, as SVG, PNG or PDF."""

from __future__ import annotations

from parkplan.render.plan.page import plan_bytes

__all__ = ["plan_bytes"]
