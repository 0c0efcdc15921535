"""What leaves the page as a file: workbook with live scores, official table, map files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan.i18n import current_language, message
from parkplan.jobs.screening_files import SCREENING_FILES, screening_file

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening

MIMES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
}


def verdict_export(found: Screening) -> None:
    """Offer the files; each is made when it is asked for."""
    chosen = current_language()
    for kind, ending in SCREENING_FILES.items():
        st.download_button(
            message(f"verdicts.export_{kind}"),
            data=partial(screening_file, found, kind, chosen),
            file_name=f"{kind}-{found.as_of}{ending}",
            mime=MIMES[ending],
            key=f"judge_export_{kind}",
            on_click="ignore",
            help=message(f"verdicts.export_{kind}_help"),
        )
