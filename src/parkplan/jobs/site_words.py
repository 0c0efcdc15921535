"""What is proven of sites and programmes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.i18n import message
from parkplan.model.sites import LIMIT_TITLES, Proof, Relaxation
from parkplan.units import area, money

if TYPE_CHECKING:
    from parkplan.jobs.site_question import SiteChoice
    from parkplan.model.sites import SiteLimits
    from parkplan.sites.packing import Packing


def proof_words(proof: Proof) -> list[str]:
    """Say what is proven of the best site: value, bound, gap, and which limit binds or stands in the way."""
    engine = message(f"sites.engine_{proof.engine}")
    values = {
        "value": _points(proof.value),
        "bound": _points(proof.bound),
        "gap": gap_words(proof),
        "seconds": f"{proof.seconds:.1f}",
        "engine": engine,
    }
    said = [message(f"sites.proof_{proof.status}", None, **values)]
    if proof.binding:
        limits = message("sites.comma").join(LIMIT_TITLES[name].to() for name in proof.binding)
        said.append(message("sites.proof_binding", limits=limits))
    if proof.status == "infeasible":
        said += [_relaxation(one) for one in proof.relaxations] or [message("sites.proof_relax_none")]
    return said


def choice_words(choice: SiteChoice) -> str:
    """Write what was asked of sites in one line: every limit that is set, and the widest gap."""
    limits = choice.limits
    said = [
        LIMIT_TITLES[name].to() if name == "frontage" else f"{LIMIT_TITLES[name].to()} {_limit(name, limits)}"
        for name in limits.stated()
    ]
    said.append(message("sites.asked_gap", gap=f"{choice.max_gap_m:g}"))
    said.append(message("sites.asked_veto", share=f"{100 * choice.max_constraint_share:g}"))
    if choice.locked:
        said.append(message("sites.asked_locked", parcels=", ".join(choice.locked)))
    if choice.forbidden:
        said.append(message("sites.asked_forbidden", parcels=", ".join(choice.forbidden)))
    return message("sites.asked", limits=message("sites.semicolon").join(said))


def _limit(name: str, limits: SiteLimits) -> str:
    return limit_words(name, float(getattr(limits, name)))


def packing_words(packing: Packing) -> str:
    """Say what is proven of the set of sites: over all sites, whether or not they were met."""
    proof = packing.proof
    values = {
        "count": len(packing.chosen),
        "value": _points(proof.value),
        "bound": _points(proof.bound),
        "gap": gap_words(proof),
        "seconds": f"{proof.seconds:.1f}",
        "engine": message(f"sites.engine_{proof.engine}"),
    }
    return message(f"sites.set_{proof.status}", None, **values)


def programme_words(proof: Proof, count: int) -> str:
    """Say what is proven of a programme."""
    key = "programme_optimal" if proof.status == "optimal" else "programme_bounded"
    return message(f"sites.{key}", count=count, value=_points(proof.value), gap=gap_words(proof))


def gap_words(proof: Proof) -> str:
    """Write the gap, rounded up so that it never promises too much.

    >>> gap_words(Proof(engine="cut_loop", status="bounded", value=100.0, bound=100.21, seconds=1.0))
    '0.3%'
    """
    if proof.gap is None or not proof.value:
        return "—"
    return f"{-(-proof.gap * 1000 // 1) / 10:.1f}%"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}"


def _relaxation(one: Relaxation) -> str:
    title = LIMIT_TITLES[one.limit]
    if one.limit in {"frontage", "locked"}:
        return message("sites.proof_relax_off", limit=title)
    return message(
        "sites.proof_relax",
        limit=title,
        asked=limit_words(one.limit, one.asked),
        reachable=limit_words(one.limit, one.reachable),
    )


def limit_words(limit: str, value: float) -> str:
    """Write the value of a limit with its unit.

    >>> limit_words("max_owners", 4.0)
    '4'
    """
    if limit.endswith("area_m2"):
        return area(value)
    if limit.endswith("yuan"):
        return money(value)
    if limit == "min_compactness":
        return f"{value:.2f}"
    return f"{100 * value:.1f}%" if limit.endswith("share") else f"{value:.0f}"
