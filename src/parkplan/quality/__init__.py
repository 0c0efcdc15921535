"""Faults of the tables of a district, and whether it is fit to be judged: frames in, findings out."""

from parkplan.quality.findings import Finding, Subject
from parkplan.quality.gate import FieldNeed, Fitness, Gate, gate
from parkplan.quality.report import check_tables

__all__ = ["FieldNeed", "Finding", "Fitness", "Gate", "Subject", "check_tables", "gate"]
