"""Rule packs: read from ``layers/rules/``, or from a planner's own file, every expression in them checked."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parkplan._errors import RequestError
from parkplan.data.definitions import (
    Faults,
    definitions_folder,
    near,
    read_definition,
    read_definitions,
    stamp_of,
)
from parkplan.data.formulas import faults_of_formulas, faults_of_units
from parkplan.model.rules import RulePack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parkplan._errors import DefinitionError
    from parkplan.data.definitions import Definition, Place

RULES: Final = "rules"


def load_rule_packs(folder: Path | str | None = None) -> Mapping[str, RulePack]:
    """Return the rule packs of the layer folder by id; they are read again only when a file has changed.

    >>> load_rule_packs()["cn_idle_2012"].rules[0].clause.number
    '国土资源部令第53号'

    Raises:
        DefinitionError: with one detail for each fault of each file.

    """
    chosen = definitions_folder(folder) / RULES
    return _load(chosen, stamp_of(chosen))


def choose_rule_packs(names: Sequence[str], folder: Path | str | None = None) -> tuple[RulePack, ...]:
    """Return rule packs by id or by the path of a file, in the given order; the last one prevails.

    Raises:
        RequestError: a name is neither a pack nor a file.
        DefinitionError: with one detail for each fault of each file.

    """
    known = load_rule_packs(folder)
    return tuple(_chosen(name, known) for name in names)


def _chosen(name: str, known: Mapping[str, RulePack]) -> RulePack:
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        faults = Faults()
        definition = read_definition(path, RulePack, faults)
        faults.extend(_faults(definition))
        faults.check(path.parent)
        if definition.record is not None:
            return definition.record
    raise RequestError("unknown_rule_pack", name=name, near=near(name, known) or "—", known=", ".join(known))


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: object) -> Mapping[str, RulePack]:
    """Read a folder; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    packs = read_definitions(folder, RulePack, faults)
    for pack in packs:
        faults.extend(_faults(pack))
    faults.check(folder)
    return {pack.record.id: pack.record for pack in packs if pack.record}


def _faults(pack: Definition[RulePack]) -> Iterator[DefinitionError]:
    yield from faults_of_formulas(pack, _expressions(pack))
    yield from faults_of_units(pack, _conditions(pack))


def _rules(pack: Definition[RulePack]) -> Iterator[Place]:
    rules = pack.value("rules")
    yield from (("rules", number) for number in range(len(rules) if isinstance(rules, list) else 0))


def _conditions(pack: Definition[RulePack]) -> Iterator[Place]:
    for rule in _rules(pack):
        listed = pack.value(*rule, "conditions")
        yield rule
        yield from ((*rule, "conditions", number) for number in range(len(listed) if isinstance(listed, list) else 0))


def _expressions(pack: Definition[RulePack]) -> Iterator[tuple[Place, str]]:
    yield from pack.texts("applies_to")
    for rule in _rules(pack):
        yield from pack.texts(*rule, "applies_to")
    for condition in _conditions(pack):
        yield from pack.texts(*condition, "expression")
