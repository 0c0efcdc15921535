"""Which CRS coordinates are in, told from the numbers and the declared CRS together, with reasons and candidates."""

from __future__ import annotations

from parkplan.data.crs_doctor.decide import diagnose
from parkplan.data.crs_doctor.records import Candidate, Diagnosis, Reason

__all__ = ["Candidate", "Diagnosis", "Reason", "diagnose"]
