"""Candidate sites, a programme over them, and sites side by side, as workbooks whose sums and scores are live."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan.i18n import message
from parkplan.jobs.book_tables import Register, field_of, frame_table
from parkplan.jobs.report_programme import programme_tables
from parkplan.jobs.report_scores import score_column, weights_table
from parkplan.jobs.site_words import choice_words, packing_words, programme_words, proof_words
from parkplan.model.derived_tables import SITES
from parkplan.sites.ranking import CRITERIA, WEIGHTS
from parkplan.units import money

if TYPE_CHECKING:
    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.sites import Candidates
    from parkplan.model.document import Table

SUMMED: Final = frozenset({
    "area_m2", "parcel_count", "unknown_owners", "floor_area_m2", "floor_uplift_m2", "tax_uplift_yuan",
    "output_uplift_yuan", "jobs_uplift", "acquisition_yuan", "building_yuan", "benefit_yuan",
})  # fmt: skip
SITE_WEIGHTS: Final = "site_weights"
FORMULAS: Final = {
    "score": score_column("", tuple(CRITERIA), SITE_WEIGHTS).formula,
    "benefit_cost": "{benefit_yuan}/({acquisition_yuan}+{building_yuan})",
}


def site_weights() -> Table:
    """Return the weights of the criteria, which scores point at."""
    titles = (title.to() for title in CRITERIA.values())
    return weights_table(SITE_WEIGHTS, dict(zip(titles, WEIGHTS, strict=True)))


def candidates_book(found: Candidates) -> Register:
    """Return the register of candidate sites."""
    fields = [
        field_of(column, summed=column.name in SUMMED, formula=FORMULAS.get(column.name, ""))
        for column in SITES.columns
    ]
    table = frame_table(found.table, fields, title=message("report.sheet_sites"), name="sites")
    notes = (choice_words(found.choice), *proof_words(found.best.proof), packing_words(found.packing), *_assumed(found))
    title = message("sites.register_title")
    return Register(title, notes, (table, site_weights()), found.synthetic, date.today())


def _assumed(found: Candidates) -> tuple[str, ...]:
    return (message("sites.compare_assumed", assumed=found.assumed.written()),)


def programme_book(found: Funded) -> Register:
    """Return the register of a programme: what is funded when, the money of each year, and what a refusal costs."""
    asked, proof = found.programme, found.portfolio.proof
    notes = (
        message("sites.programme_asked", budget=money(asked.budget_yuan), years=asked.years),
        programme_words(proof, len(found.portfolio.years)),
        *_assumed(found.candidates),
    )
    blocks = tuple(programme_tables(found))
    return Register(message("sites.programme_title"), notes, blocks, found.synthetic, date.today())
