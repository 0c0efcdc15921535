"""Sites of a service in words, as a document, as files and as edits of a layout option."""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from parkplan._errors import RequestError
from parkplan.data.export import Origin, write_tables
from parkplan.data.files import write_whole
from parkplan.i18n import message
from parkplan.jobs.book_tables import BOOK
from parkplan.jobs.json_values import plain
from parkplan.jobs.scenario import edit_scenario, new_scenario
from parkplan.jobs.service_books import UNITS_OF, services_book
from parkplan.layout.siting import Sited
from parkplan.model.scenarios import BASE, Edit
from parkplan.units import quantity

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Language
    from parkplan.jobs.services import Services
    from parkplan.model.services import ServiceWish
    from parkplan.sites.engine import Progress

ENDINGS: Final = (".xlsx", ".gpkg", ".json")


def export_services(found: Services, out: str | Path) -> Path:
    """Write sites and coverage: .xlsx (with live sums and shares), .gpkg (two tables), or .json.

    Raises:
        RequestError: the ending is another one.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    path = Path(out)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError("output_ending", path=path, known=" ".join(ENDINGS))
    if ending == ".json":
        told = json.dumps(plain(service_document(found)), ensure_ascii=False, indent=2, allow_nan=False)
        write_whole(path, told.encode())
        return path
    if ending == BOOK:
        write_whole(path, services_book(found, (*answer_words(found), *figure_words(found))).content())
        return path
    tables = {"service_sites": found.sites, "service_coverage": found.coverage}
    origin = Origin(source=f"parkplan services {found.service.id}", synthetic=found.synthetic)
    write_tables(tables, path, origins=dict.fromkeys(tables, origin))
    return path


def service_bytes(found: Services, ending: str) -> bytes:
    """Return sites and coverage as the bytes of a file."""
    with TemporaryDirectory(prefix="parkplan-services-") as folder:
        return export_services(found, Path(folder) / f"services{ending}").read_bytes()


def service_document(found: Services) -> dict[str, Any]:
    """Return an answer as plain data."""
    sited, wish = found.sited, found.wish
    return {
        "service": found.service.id, "scenario": found.at.scenario.id, "model": wish.model, "demand": wish.demand,
        "reach_m": wish.reach_m, "distance": "network", "candidates": found.candidates,
        "candidates_after_reduction": sited.kept, "facilities": found.facilities, "road_parts": found.road_parts,
        "status": sited.status, "value": sited.value, "bound": sited.bound, "gap": sited.gap,
        "coverage_before": found.before, "coverage_after": found.after, "unreached": found.share("unreached"),
        "sites": found.sites.drop(columns="geometry").to_dict("records"),
        "uncovered": uncovered(found),
        "assumptions": [
            {"figure": name, "value": value, "source": badge.zh} for name, value, badge in service_figures(found)
        ],
        "synthetic": found.synthetic,
    }  # fmt: skip


def uncovered(found: Services) -> list[str]:
    """Return the parcels whose demand stays beyond reach, the largest first."""
    left = found.coverage[found.coverage["state"].isin(("uncovered", "unreached"))]
    return [str(name) for name in left.sort_values("demand", ascending=False, kind="stable")["parcel_id"]]


def service_figures(found: Services) -> list[tuple[str, float, Any]]:
    """Return the figures that the reach rests on: name, value, and source or the badge *assumption*."""
    figures = ((name, getattr(found.service, name)) for name in ("minutes", "speed_kmh", "distance_m"))
    return [(name, one.value, one.badge) for name, one in figures if one is not None]


def figure_words(found: Services) -> list[str]:
    """Say what figures the reach rests on, each with its source or the badge *assumption*."""
    return [
        message("services.badge", name=message(f"services.figure_{name}"), value=f"{value:g}", source=badge.to())
        for name, value, badge in service_figures(found)
    ]


def value_words(value: float | None, wish: ServiceWish, chosen: Language | None = None) -> str:
    """Write a value or bound of a model in its unit; a dash where there is none yet."""
    unit = {
        "cover_all": "count", "p_centre": "m", "cover_most": UNITS_OF[wish.demand or "floor"], "p_median": "",
    }[wish.model]  # fmt: skip
    return "—" if value is None else quantity(value, unit, chosen) if unit else f"{value:,.0f}"


def progress_words(progress: Progress | None, wish: ServiceWish) -> dict[str, str]:
    """Return by title how far the solver is: seconds, best so far, bound, and the gap between them."""
    seconds, value, bound = (0.0, None, None) if progress is None else astuple(progress)
    gap = Sited(None, value, bound, "unknown").gap
    texts = (
        f"{seconds:.0f} s", value_words(value, wish), value_words(bound, wish),
        "—" if gap is None else f"{100 * gap:.2f}%",
    )  # fmt: skip
    names = ("seconds", "value", "bound" if wish.model == "cover_most" else "bound_low", "gap")
    return {message(f"optimise.now_{name}"): text for name, text in zip(names, texts, strict=True)}


def proof_words(found: Services, chosen: Language | None = None) -> str:
    """Say what is proven of an answer; it is called the best only where that is proven."""
    sited = found.sited

    def said(value: float | None) -> str:
        return value_words(value, found.wish, chosen)

    gap = "—" if sited.gap is None else f"{100 * sited.gap:.2f}%"
    title = message(f"services.value_{found.wish.model}", chosen)
    key = f"services.proof_{sited.status}"
    return message(key, chosen, title=title, value=said(sited.value), bound=said(sited.bound), gap=gap)


def answer_words(found: Services) -> tuple[str, str, str]:
    """Say what was asked, what is proven of the answer, and how much is covered before and after."""
    reach, service = quantity(found.wish.reach_m, "m"), found.service.title.to()
    unreached = quantity(found.share("unreached"), "percent")
    before, after = quantity(found.before, "percent"), quantity(found.after, "percent")
    return (
        message("services.asked", service=service, candidates=found.candidates, facilities=found.facilities,
                reach=reach),
        proof_words(found),
        message("services.shares", before=before, after=after, unreached=unreached),
    )  # fmt: skip


def sites_as_edits(ws: Workspace, found: Services, name: str, *, actor: str) -> str:
    """Make the sites edits of a scenario: one step of the one they were sought for, or a branch of the base.

    Returns the id of the scenario.

    Raises:
        RequestError: there are no sites, the service takes no land, the name is taken, or nobody is named.
        ConflictError: somebody else touched the same parcels since.

    """
    typology, scenario = found.service.typology, found.at.scenario
    land = set(found.at.state.parcel_id.tolist())
    parcels = tuple(str(one) for one in found.sites["parcel_id"] if one in land)
    if typology is None or not parcels:
        raise RequestError("services_no_edit", service=found.service.title.to())
    edits = [Edit("typology", parcels, typology)]
    note = f"{found.service.title.to()}: {proof_words(found)}"
    if scenario.id == BASE:
        return new_scenario(ws, name, actor=actor, note=note, edits=edits).id
    edit_scenario(ws, scenario.id, edits, actor=actor, note=note, seen=scenario.head)
    return scenario.id
