"""Verdicts as files: every indicator as a table or map file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.data.export import Origin, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.jobs.screen import Screening


def export_screening(found: Screening, out: str | Path) -> Path:
    """Write the verdicts with all indicators to a file whose ending names the format.

    Raises:
        RequestError: the ending is unknown.
        WorkspaceError: the disk is full, may not be written, or failed.

    """
    return write_table(found.parcels, "parcels", out, origin=origin_of(found))


def origin_of(found: Screening) -> Origin:
    """Return where the verdicts come from, as a sentence that travels with the file."""
    source = f"parkplan screen --as-of {found.as_of} {' '.join(found.profiles)}"
    return Origin(source=source, synthetic=found.synthetic)
