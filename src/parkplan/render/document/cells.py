"""What stands in the cells of a table, the same in every format."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from parkplan.i18n import message
from parkplan.model.document import now_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.model.document import Table, Written

REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    r"""Return a text without what no document can hold (control characters, lone surrogates); lines stay lines.

    >>> clean("a\x1b[31m\n喆👩‍🌾") == "a\ufffd[31m\n喆👩‍🌾"
    True
    """
    return "".join(sign if _is_allowed(sign) else REPLACEMENT for sign in text)


def _is_allowed(sign: str) -> bool:
    return sign in "\n\t" or (unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in "\ufffe\uffff")


def cell_text(cell: Written, decimals: int) -> str:
    """Return a cell as it is read: numbers with thousands separators, what is unknown in words.

    >>> cell_text(1234.5, 1), cell_text(7, 2), cell_text("=1", 2)
    ('1,234.5', '7', '=1')
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return message("report.unknown")
    if isinstance(cell, str):
        return clean(cell)
    return f"{cell:,.{decimals}f}" if isinstance(cell, float) else f"{cell:,}"


def written_rows(table: Table) -> Iterator[list[str]]:
    """Return the rows as texts; where columns are summed, the last row holds the sums of what is known."""
    for row in table.rows:
        yield [cell_text(now_in(cell), table.decimals) for cell in row]
    if total := total_row(table):
        yield [cell_text("" if cell is None else cell, table.decimals) for cell in total]


def total_row(table: Table) -> tuple[Written, ...]:
    """Return the row of sums: the title first, None under columns that are not summed; empty where none is."""
    if not table.rows or not any(column.summed for column in table.columns):
        return ()
    cells: list[Written] = [table.total]
    for place, column in enumerate(table.columns[1:], start=1):
        known = [value for row in table.rows if isinstance(value := now_in(row[place]), int | float)]
        whole = all(isinstance(value, int) for value in known)
        added = math.fsum(known)
        cells.append((int(added) if whole else added) if column.summed else None)
    return tuple(cells)
