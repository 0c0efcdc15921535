"""What a map needs of large tables, made once and found again by the next start of the app.

Small tables are read and flattened faster than a visitor notices; for them nothing is kept. Each kind of file is named
by everything that it was made from: the version of the table, the definition of the layer, this program.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from pydantic import TypeAdapter

import parkplan
from parkplan._errors import ParkplanError
from parkplan.data.prepared import Prepared, forget_prepared, keep_prepared, key_of, read_prepared
from parkplan.data.workspace import open_workspace
from parkplan.i18n import catalogue, message
from parkplan.jobs.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress
    from parkplan.model.workspace import TableInfo

    Bodies = Mapping[tuple[int, ...], bytes]

T = TypeVar("T")

LEAST_ROWS: Final = 5_000
"""Tables with fewer rows are not worth a file."""
REVISION: Final = 2
"""Raised when the same tables give other files."""
_ROOMS: Final = ("card", "figures", "layers")
_wanted: Final[defaultdict[str, set[tuple[str, str]]]] = defaultdict(set)
"""By workspace, the files that this process has made or used."""


def worth(*tables: TableInfo) -> bool:
    """Say whether what is made from these tables is worth keeping."""
    return sum(info.rows for info in tables) >= LEAST_ROWS


def kept_arrays(
    ws: Workspace, kind: str, content: tuple[object, ...], make: Callable[[], Prepared], *, keep: bool
) -> Prepared:
    """Return what was prepared from a content, made now and kept if there is none; with ``keep`` false, made now."""
    if not keep:
        return make()
    key = key_of(kind, REVISION, parkplan.__version__, *content)
    _wanted[ws.address].add((kind, key))
    found = read_prepared(ws, kind, key)
    if found is not None:
        return found
    made = make()
    keep_prepared(ws, kind, key, made)
    return made


def kept_record(ws: Workspace, kind: type[T], content: tuple[object, ...], make: Callable[[], T], *, keep: bool) -> T:
    """Return a record of texts and numbers as `kept_arrays` does; it is made again when a message has changed."""
    if not keep:
        return make()
    adapter = TypeAdapter(kind)
    made: list[T] = []

    def prepare() -> Prepared:
        made.append(make())
        return Prepared({"record": adapter.dump_python(made[0], mode="json")}, {})

    found = kept_arrays(ws, kind.__name__.lower(), (_words(), *content), prepare, keep=True)
    return made[0] if made else adapter.validate_python(found.facts["record"])


@cache
def _words() -> str:
    """Return the hash of the messages that stand in records, in both languages."""
    texts = [(name, text.zh, text.en) for name, text in catalogue().items() if name.partition(".")[0] in _ROOMS]
    told = "\n".join("\t".join(text) for text in sorted(texts))
    return hashlib.sha256(told.encode()).hexdigest()


def packed(bodies: Bodies) -> Prepared:
    """Pack many byte strings, each under a place of numbers, as arrays."""
    places: Any = [list(place) for place in bodies]
    start = np.cumsum([0, *(len(body) for body in bodies.values())]).astype(np.int64)
    content = np.frombuffer(b"".join(bodies.values()), np.uint8)
    return Prepared({"places": places}, {"start": start, "content": content})


def unpacked(prepared: Prepared) -> Bodies:
    """Return what was packed."""
    content, start = prepared.arrays["content"], prepared.arrays["start"].tolist()
    places: Iterable[list[int]] = prepared.facts["places"]
    return {tuple(place): content[start[number] : start[number + 1]].tobytes() for number, place in enumerate(places)}


def forget_unused(ws: Workspace) -> int:
    """Remove files that this process has neither made nor used: those of versions that are no longer shown."""
    return forget_prepared(ws, _wanted[ws.address])


def prepare_large(address: str, progress: Progress = silent) -> None:
    """Prepare a workspace where a table is large; the first visitor of others does not notice the work.

    What keeps it from being made (a faulty layer file, a full disk) is told by the page or the command that needs it.
    """
    with suppress(ParkplanError):
        ws = open_workspace(address)
        if not any(worth(info) for info in ws.tables()):
            return
        progress(message("cli.preparing_map"))
        from parkplan.jobs.warm_up import prepare  # brings the map's libraries, which a small import needs not

        prepare(ws)
