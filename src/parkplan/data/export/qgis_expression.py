"""Our expressions in the language of QGIS, where unknown is NULL and behaves as it does with us."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan.expressions import parse, syntax

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS: Final = {"==": "=", "!=": "<>"}
_CALLS: Final[dict[str, Callable[..., str]]] = {
    "min": lambda *values: _known_or_null(values, f"min({', '.join(values)})"),
    "max": lambda *values: _known_or_null(values, f"max({', '.join(values)})"),
    "abs": "abs({})".format,
    "coalesce": lambda *values: f"coalesce({', '.join(values)})",
    "contains": lambda text, part: f"(strpos(lower({text}), lower({part})) > 0)",
    "starts_with": lambda text, head: f"(left({text}, length({head})) = {head})",
    "add_years": lambda day, years: f"to_date({day} + make_interval(years:={years}))",
    "days_between": lambda first, second: f"day(to_date({second}) - to_date({first}))",
}


def to_qgis(expression: str) -> str:
    """Translate an expression.

    >>> print(to_qgis("far < 0.8 and status in ('idle', 'low')"))
    (("far" < 0.8) AND ("status" IN ('idle', 'low')))
    """
    return _written(parse(expression).tree)


def quoted(text: str) -> str:
    """Write a text literal.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def column(name: str) -> str:
    """Write a column."""
    return '"' + name.replace('"', '""') + '"'


def _written(node: syntax.Node) -> str:
    match node:
        case syntax.Literal(value):
            return _literal(value)
        case syntax.Name(name):
            return column(name)
        case syntax.Call(function, arguments):
            return _CALLS[function](*map(_written, arguments))
        case syntax.Negative(operand):
            return f"(-{_written(operand)})"
        case syntax.Not(operand):
            return f"(NOT {_written(operand)})"
        case syntax.IsUnknown(operand):
            return f"({_written(operand)} IS NULL)"
        case syntax.Membership(operand, choices):
            return f"({_written(operand)} IN ({', '.join(map(_written, choices))}))"
    return _between(node)


def _between(node: syntax.Arithmetic | syntax.Comparison | syntax.Both | syntax.Either) -> str:
    if isinstance(node, (syntax.Arithmetic, syntax.Comparison)):
        sign = _SIGNS.get(node.operator, node.operator)
    else:
        sign = "AND" if isinstance(node, syntax.Both) else "OR"
    return f"({_written(node.left)} {sign} {_written(node.right)})"


def _literal(value: float | str | date | bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return f"to_date('{value.isoformat()}')" if isinstance(value, date) else quoted(value)


def _known_or_null(values: tuple[str, ...], known: str) -> str:
    """QGIS leaves NULL out of a minimum; with us a minimum with an unknown is unknown."""
    unknown = " OR ".join(f"{value} IS NULL" for value in values)
    return f"if({unknown}, NULL, {known})"
