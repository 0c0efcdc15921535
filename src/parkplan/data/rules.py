"""Rule packs: read from ``layers/rules/``, or from a planner's own file, every expression in them checked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from parkplan._errors import DefinitionError, RequestError
from parkplan.data.definitions import (
    Faults,
    definitions_folder,
    near,
    read_definition,
    read_definitions,
    stamp_of,
)
from parkplan.data.formulas import faults_of_formulas, faults_of_units
from parkplan.model.rules import UNANSWERABLE, RulePack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class UsablePacks:
    """Rule packs as far as they can be used, the faults of the rules that cannot, and where each rule stands.

    A faulty rule is in its pack with a condition that nothing answers (`parkplan.model.rules.UNANSWERABLE`), so that it
    is unknown for every parcel. ``places`` holds file and line by pack and rule.
    """

    packs: tuple[RulePack, ...]
    faults: tuple[DefinitionError, ...]
    places: Mapping[tuple[str, str], tuple[str, int]]


def usable_rule_packs(names: Sequence[str], folder: Path | str | None = None) -> UsablePacks:
    """Return rule packs by id or file like `choose_rule_packs`, with faulty rules set aside instead of raised.

    Raises:
        RequestError: a name is neither a pack nor a file.
        DefinitionError: a file cannot be used at all: it is no YAML, or the fault is outside its rules.

    """
    packs, faults = [], Faults()
    places: dict[tuple[str, str], tuple[str, int]] = {}
    for name in names:
        pack, found, lines = _usable(_file_of(name, folder))
        packs.append(pack)
        faults.extend(found)
        places |= lines
    return UsablePacks(tuple(packs), tuple(faults), places)


def offered_rule_packs(folder: Path | str | None = None) -> Mapping[str, RulePack]:
    """Return the rule packs of the layer folder by id, without the files that cannot be used at all."""
    chosen = definitions_folder(folder) / RULES
    offered = {}
    for path in sorted(chosen.glob("*.yaml")):
        with suppress(DefinitionError):
            offered[path.stem] = _usable(path)[0]
    return offered


def _file_of(name: str, folder: Path | str | None) -> Path:
    chosen = definitions_folder(folder) / RULES
    known = sorted(path.stem for path in chosen.glob("*.yaml"))
    if name in known:
        return chosen / f"{name}.yaml"
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    raise RequestError("unknown_rule_pack", name=name, near=near(name, known) or "—", known=", ".join(known))


def _usable(path: Path) -> tuple[RulePack, Faults, dict[tuple[str, str], tuple[str, int]]]:
    return _usable_version(path, (path.stat().st_mtime_ns, path.stat().st_size))


@lru_cache(maxsize=64)
def _usable_version(path: Path, stamp: object) -> tuple[RulePack, Faults, dict[tuple[str, str], tuple[str, int]]]:
    """Read a file; ``stamp`` is part of the key of the cache."""
    faults = Faults()
    definition = read_definition(path, RulePack, faults)
    faults.extend(_faults(definition))
    pack, content = definition.record, definition.content
    if faults:
        wrong = {_rule_of(fault) for fault in faults}
        if None not in wrong and isinstance(content, dict):
            rules = [_stand_in(rule) if at in wrong else rule for at, rule in enumerate(content["rules"])]
            with suppress(ValidationError):  # what is left is faulty too
                pack = RulePack.model_validate(content | {"rules": rules})
    if pack is None:
        raise DefinitionError("definitions_faulty", details=faults, folder=path.parent, count=len(faults))
    file = "/".join(path.parts[-2:])
    lines = {(pack.id, rule.id): (file, definition.lines[("rules", at)]) for at, rule in enumerate(pack.rules)}
    return pack, faults, lines


def _rule_of(fault: DefinitionError) -> int | None:
    """Return the position of the rule that a fault is in, None where it is in none."""
    parts = str(fault.values["place"]).split(".")
    return int(parts[1]) if parts[0] == "rules" and len(parts) > 1 and parts[1].isdigit() else None


def _stand_in(rule: object) -> object:
    """Return a rule that keeps what is sound of a faulty one and is unknown for every parcel."""
    told = rule if isinstance(rule, dict) else {}
    sound = {name: told[name] for name in ("id", "title", "clause", "flag", "exempts", "weight") if name in told}
    return sound | {"expression": UNANSWERABLE}


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
