"""The targets of development plans: read from ``layers/targets/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from parkplan.data.definitions import Faults, definitions_folder, read_definitions, stamp_of
from parkplan.model.targets import TargetPlan

TARGETS: Final = "targets"


def load_targets(folder: Path | str | None = None) -> tuple[TargetPlan, ...]:
    """Return the plans of the layer folder with their targets; read again only when a file has changed.

    >>> [target.target for plan in load_targets() for target in plan.targets][:3]
    [51.0, 70.0, 38.0]

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / TARGETS
    return _load(chosen, stamp_of(chosen))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: object) -> tuple[TargetPlan, ...]:
    """Read a folder; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    plans = read_definitions(folder, TargetPlan, faults)
    for plan in plans:
        names = [target.id for target in plan.record.targets] if plan.record else []
        for index, name in enumerate(names):
            if name in names[:index]:
                faults.append(plan.fault("definition_target_twice", "targets", index, name=name))
    faults.check(folder)
    return tuple(plan.record for plan in plans if plan.record)
