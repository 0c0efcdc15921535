"""Read the strict YAML files that planners edit: every fault of a file at once, each with its line and the way out."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from parkplan._errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

CHECKOUT: Final = Path(__file__).resolve().parents[3] / "layers"
PACKAGED: Final = Path(__file__).resolve().parents[1] / "_packaged" / "layers"
CATALOGUE: Final = "catalog.yaml"
VARIABLE: Final = "PARKPLAN_LAYERS"
LONGEST_FILE_BYTES: Final = 1_000_000

AnyRecord = TypeVar("AnyRecord", bound=BaseModel)
Place = tuple[str | int, ...]
_NOTHING: Final = object()
_LENT: Final[ContextVar[Path | None]] = ContextVar("definitions", default=None)


@dataclass(frozen=True, slots=True)
class Definition(Generic[AnyRecord]):
    """A file: its plain content, the line on which each part stands, and its record unless the file is faulty."""

    path: Path
    content: object
    lines: dict[Place, int]
    record: AnyRecord | None

    def value(self, *place: str | int) -> object:
        """Return what the file says at a place, or None."""
        here = self.content
        for part in place:
            if isinstance(here, dict):
                here = here.get(part)
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                return None
        return here

    def texts(self, *place: str | int) -> Iterator[tuple[Place, str]]:
        """Return the text at a place, or the texts of the list there, each with its own place."""
        value = self.value(*place)
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, list):
            yield from (((*place, index), text) for index, text in enumerate(value) if isinstance(text, str))

    def fault(self, key: str, *place: str | int, **values: object) -> DefinitionError:
        """Return a fault of this file at a place."""
        return _fault(self.path, self.lines, key, place, **values)


class Faults(list[DefinitionError]):
    """Faults collected over many files."""

    def check(self, folder: Path) -> None:
        """Raise all faults as one error, if there are any."""
        if self:
            details = sorted(self, key=lambda fault: (str(fault.values["file"]), int(str(fault.values["line"]))))
            raise DefinitionError("definitions_faulty", details=details, folder=folder, count=len(self))


def definitions_folder(folder: Path | str | None = None) -> Path:
    """Return the folder of layer definitions: given, lent, ``PARKPLAN_LAYERS``, the checkout's or the packaged one.

    Raises DefinitionError where it does not exist.
    """
    named = folder or _LENT.get() or os.environ.get(VARIABLE)
    installed = CHECKOUT if (CHECKOUT / CATALOGUE).is_file() else PACKAGED
    chosen = Path(named) if named else installed
    if not chosen.is_dir():
        raise DefinitionError("definitions_folder", folder=chosen, variable=VARIABLE)
    return chosen.resolve()


@contextmanager
def definitions_in(folder: Path) -> Iterator[None]:
    """Read all definitions from a folder while the ``with`` block runs in this thread, whatever is installed."""
    token = _LENT.set(folder)
    try:
        yield
    finally:
        _LENT.reset(token)


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of each definition file: equal stamps mean unchanged files."""
    files = sorted(path for path in folder.rglob("*.yaml"))
    return tuple((path.relative_to(folder).as_posix(), *_time_and_size(path)) for path in files)


def read_definition(path: Path, model: type[AnyRecord], faults: Faults) -> Definition[AnyRecord]:
    """Read one file; its faults are added to the list, and its record is missing where there were any."""
    reader = _Reader(path)
    content, lines, found = reader.content(), reader.lines, reader.faults
    record = None
    if content is not _NOTHING:
        try:
            record = model.model_validate(content)
        except ValidationError as error:
            found.extend(_explained(path, lines, model, detail) for detail in error.errors(include_url=False))
    faults.extend(found)
    return Definition(path, content, lines, None if found else record)


def read_definitions(folder: Path, model: type[AnyRecord], faults: Faults) -> list[Definition[AnyRecord]]:
    """Read all YAML files of a folder as records of one kind; the id of each must be the name of its file."""
    found = [read_definition(path, model, faults) for path in sorted(folder.glob("*.yaml")) if path.name != CATALOGUE]
    for definition in found:
        name, stem = definition.value("id"), definition.path.stem
        if isinstance(name, str) and name != stem:
            faults.append(definition.fault("definition_id", "id", name=name, stem=stem))
    return found


def near(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def unknown_name(
    definition: Definition[AnyRecord], key: str, place: Place, name: str, known: Sequence[str]
) -> DefinitionError:
    """Return the fault of a name that stands for nothing, with the name that was probably meant."""
    guess = near(name, known)
    if guess is None:
        return definition.fault(key, *place, name=name, known=", ".join(known))
    return definition.fault(f"{key}_near", *place, name=name, near=guess)


def _time_and_size(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _fault(path: Path, lines: dict[Place, int], key: str, place: Place, **values: object) -> DefinitionError:
    known = next((lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines), 1)
    file = "/".join(path.parts[-2:])
    where = ".".join(map(str, place)) or "—"
    return DefinitionError(key, details=(), file=file, line=known, place=where, **values)


class _Reader:
    """Turns one YAML file into plain values, and notes lines and faults on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.faults = Faults()
        self._seen: set[int] = set()

    def content(self) -> object:
        """Return what the file says, or nothing where it cannot be read."""
        try:
            if self.path.stat().st_size > LONGEST_FILE_BYTES:
                return self._refuse("definition_too_long", limit=LONGEST_FILE_BYTES)
            node = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
            return None if node is None else self._plain(node, ())
        except OSError as error:
            return self._refuse("definition_unreadable", problem=error.strerror)
        except UnicodeDecodeError:
            return self._refuse("definition_not_utf8")
        except RecursionError:
            return self._refuse("definition_not_yaml", problem="nested too deep")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.lines[()] = mark.line + 1 if mark else 1
            return self._refuse("definition_not_yaml", problem=getattr(error, "problem", None) or str(error))

    def _refuse(self, key: str, *place: str | int, **values: object) -> object:
        self.faults.append(_fault(self.path, self.lines, key, place, **values))
        return _NOTHING

    def _plain(self, node: yaml.Node, place: Place) -> object:
        """Return a node as plain values; keys given twice and references, which can be endless, are faults."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._refuse("definition_reference", *place)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*place, index)) for index, child in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return yaml.constructor.SafeConstructor().construct_object(node)
        values: dict[str, object] = {}
        for key_node, child in node.value:
            key = str(key_node.value)
            here = (*place, key)
            if key in values:
                self._refuse("definition_twice", *here)
            self.lines[here] = key_node.start_mark.line + 1
            values[key] = self._plain(child, here)
        return values


def _explained(path: Path, lines: dict[Place, int], model: type[BaseModel], detail: ErrorDetails) -> DefinitionError:
    kind = detail["type"]
    place = tuple(part for part in detail["loc"] if part not in _TAGS)
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_field(path, lines, model, detail["loc"])
    key, values = _KINDS.get(kind, ("definition_value", {}))
    filled = {name: context.get(source, "") for name, source in values.items()}
    if kind == "value_error":
        key = f"definition_{context['error']}"
    if kind.endswith(("_type", "_parsing")) and kind not in _KINDS:
        key, filled = "definition_type", {"wanted": kind.removesuffix("_type").removesuffix("_parsing")}
    if key == "definition_value":
        filled = {"problem": detail["msg"]}
    if key != "definition_missing":
        filled["found"] = _short(detail["input"])
    return _fault(path, lines, key, place, **filled)


_TAGS: Final = frozenset({"single", "category", "graduated"})
_KINDS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "missing": ("definition_missing", {}),
    "literal_error": ("definition_choice", {"known": "expected"}),
    "union_tag_invalid": ("definition_choice", {"known": "expected_tags"}),
    "union_tag_not_found": ("definition_missing_kind", {}),
    "string_pattern_mismatch": ("definition_pattern", {"pattern": "pattern"}),
    "string_too_short": ("definition_empty", {}),
    "too_short": ("definition_empty", {}),
    "string_too_long": ("definition_long", {"limit": "max_length"}),
    "greater_than": ("definition_above", {"limit": "gt"}),
    "greater_than_equal": ("definition_least", {"limit": "ge"}),
    "less_than_equal": ("definition_most", {"limit": "le"}),
}


def _unknown_field(path: Path, lines: dict[Place, int], model: type[BaseModel], loc: Place) -> DefinitionError:
    place = tuple(part for part in loc if part not in _TAGS)
    known = fields_at(model, loc[:-1])
    name = str(loc[-1])
    guess = near(name, known)
    if guess is None:
        return _fault(path, lines, "definition_field", place, name=name, known=", ".join(known))
    return _fault(path, lines, "definition_field_near", place, name=name, near=guess)


def fields_at(model: type[BaseModel], loc: Place) -> list[str]:
    """Return the fields that a record may have at a place inside a model."""
    schema = model.model_json_schema()
    here: dict[str, object] = schema
    for part in loc:
        here = _below(schema, here, part)
    return sorted(_properties(schema, here))


def _resolved(schema: dict[str, object], node: dict[str, object]) -> dict[str, object]:
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _child(_child(schema, "$defs"), reference.rsplit("/", 1)[-1])
    for option in _list(node, "anyOf"):
        found = _resolved(schema, option)
        if found.get("properties"):
            return found
    return node


def _below(schema: dict[str, object], node: dict[str, object], part: str | int) -> dict[str, object]:
    node = _resolved(schema, node)
    if isinstance(part, int):
        return _child(node, "items")
    mapping = _child(_child(node, "discriminator"), "mapping")
    if part in mapping:
        return _resolved(schema, {"$ref": mapping[part]})
    return _child(_child(node, "properties"), part)


def _properties(schema: dict[str, object], node: dict[str, object]) -> list[str]:
    return list(_child(_resolved(schema, node), "properties"))


def _child(node: dict[str, object], name: str) -> dict[str, object]:
    child = node.get(name)
    return child if isinstance(child, dict) else {}


def _list(node: dict[str, object], name: str) -> list[dict[str, object]]:
    child = node.get(name)
    return child if isinstance(child, list) else []


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
