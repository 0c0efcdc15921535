"""The use cases as plain functions, one file each: what the command line, the app and notebooks call."""

from __future__ import annotations

from parkplan.jobs.demo import demo
from parkplan.jobs.export import export
from parkplan.jobs.info import info
from parkplan.jobs.layers import layers

__all__ = ["demo", "export", "info", "layers"]
