"""What parent and worker tell each other: the request, the report, and the findings in it.

The parent does not trust the report: it is parsed strictly, and every sentence that it leads to is a message of ours
filled with plain values. The worker, which starts anew for every file, parses without the library that does so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from parkplan.i18n import Language, message, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["note", "warning"]
Value = str | int | float
ROWS_LISTED = 100

SOURCE_ROW = "__source_row__"
ORIGINAL = "__original__"
GEOMETRY = "geometry"


class _Record:
    """What pydantic parses: nothing that is not declared, and nothing of another type."""

    __slots__ = ()
    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(_Record):
    """How much one file from outside may cost.

    ``wall_s`` is the time in seconds, ``archive_ratio`` the largest ratio of unpacked to packed size of a member.
    """

    wall_s: float = 30.0
    memory_bytes: int = 3 * 1024**3
    input_bytes: int = 2 * 1024**3
    output_bytes: int = 2 * 1024**3
    open_files: int = 256
    folder_files: int = 5_000
    archive_members: int = 200
    archive_bytes: int = 300_000_000
    archive_ratio: float = 200.0
    rows: int = 5_000_000
    columns: int = 500
    report_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(_Record):
    """What the worker is to read: the endings of the copied files, and what the user said about them.

    ``table`` is what the rows are to become; ``placeless`` says that rows may be without a place.
    """

    name: str
    suffix: str
    layer: str | None = None
    encoding: str | None = None
    table: str = ""
    placeless: bool = False
    limits: Limits = field(default_factory=Limits)
    python_path: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Write the request for the worker."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Request:
        """Read what the parent wrote."""
        told: dict[str, Any] = json.loads(text)
        return cls(**told | {"limits": Limits(**told["limits"]), "python_path": tuple(told["python_path"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(_Record):
    """Something in a file that a reader would accept in silence.

    ``code`` names a sentence in ``messages/import.yaml``; ``rows`` are the first rows it is about, counted from 1 in
    the order of the file; ``count`` is how many rows there are in all (0: it is about the file as a whole).
    """

    code: str
    severity: Severity = "warning"
    count: int = 0
    rows: tuple[int, ...] = ()
    values: dict[str, Value] = field(default_factory=dict)

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the finding as one sentence."""
        values = cast("dict[str, Any]", self.values)
        return message(f"import.finding_{self.code}", chosen, count=self.count, rows=rows_text(self), **values)

    def known(self) -> bool:
        """Say whether the product has a sentence for this finding, and the finding has the values for it."""
        if self.count < 0 or len(self.rows) > ROWS_LISTED:
            return False
        taken: dict[str, Value] = {"count": self.count, "rows": ""}
        return taken.keys().isdisjoint(self.values) and _speaks(f"import.finding_{self.code}", taken | self.values)


def _speaks(key: str, values: dict[str, Value]) -> bool:
    try:
        return key in messages_of(key.partition(".")[0]) and bool(message(key, "en", **cast("dict[str, Any]", values)))
    except (KeyError, ValueError, TypeError, IndexError):
        return False


def rows_text(finding: Finding, shown: int = 10) -> str:
    """Write the first rows of a finding, with dots when there are more.

    >>> rows_text(Finding(code="null_geometry", count=3, rows=(2, 5, 9)))
    '2, 5, 9'
    """
    text = ", ".join(str(row) for row in finding.rows[:shown])
    return f"{text}, …" if finding.count > shown else text


def finding(code: str, rows: Iterable[int] = (), severity: Severity = "warning", **values: Value) -> Finding:
    """Make a finding about some rows (counted from 1).

    >>> finding("null_geometry", [2, 5]).count
    2
    """
    listed = [int(row) for row in rows]
    return Finding(code=code, severity=severity, count=len(listed), rows=tuple(listed[:ROWS_LISTED]), values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(_Record):
    """A fault of the file, as the parent raises it: key and values of a message in ``messages/errors.yaml``."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)

    def known(self) -> bool:
        """Say whether the product has a sentence for this fault, and the fault has the values for it."""
        return {"key", "details"}.isdisjoint(self.values) and _speaks(f"errors.{self.key}", self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(_Record):
    """What the worker read.

    ``columns`` are the attribute columns in their order; ``crs`` is the declared CRS as WKT, or None; ``geometry``
    counts the rows of each geometry type; ``row_crs`` is the column that names the CRS of each row, if there is one.
    """

    format: str
    layer: str
    layers: tuple[str, ...]
    rows: int
    columns: tuple[str, ...]
    crs: str | None
    row_crs: str | None = None
    encoding: str | None
    geometry: dict[str, int]
    findings: tuple[Finding, ...]
    confinement: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_Record):
    """The whole answer of the worker: a report or a fault."""

    report: Report | None = None
    fault: Fault | None = None

    def to_json(self) -> str:
        """Write the answer for the parent."""
        return json.dumps(asdict(self))
