"""Conditions of rules in words, as a planner reads them: titles for columns, titles for codes, dates for days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from parkplan import units
from parkplan.expressions import parse, syntax
from parkplan.i18n import Text
from parkplan.jobs.judged_columns import judged_column
from parkplan.jobs.writing import both, land_use, raw, text, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LAND_USE: Final = frozenset({"land_use", "planned_land_use"})
COMMA: Final = Text("、", ", ")
_SIGNS: Final = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
_DATES: Final = {"<": "before", "<=": "not_after", ">": "after", ">=": "not_before", "==": "is", "!=": "is_not"}
_EITHER, _BOTH, _NOT, _HELD, _SUM, _PRODUCT, _ATOM = range(7)
_BINDS: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def in_words(expression: str) -> Text:
    """Write a condition or formula with titles in place of names.

    >>> in_words("status in ('idle', 'in_use') and started_on is unknown").zh
    '供地与利用状态为“闲置”或“已供已用”，且实际动工日期未知'
    """
    return _Writer(_title, _title).write(parse(expression).tree)


def with_values(expression: str, values: Mapping[str, object]) -> Text:
    """Write a condition or formula with the values of one parcel, "?" for an unknown one.

    In sums and dates the value takes the place of the name, elsewhere it stands behind it.
    """

    def value(name: str) -> Text:
        return _value(name, values.get(name))

    def labelled(name: str) -> Text:
        return text("conditions.labelled", title=_title(name), value=value(name))

    return _Writer(value, labelled).write(parse(expression).tree)


def _title(name: str) -> Text:
    return judged_column(name).title


def _value(name: str, value: object) -> Text:
    known = raw(value)
    if known is None:
        return Text("?", "?")
    if isinstance(known, bool | int | float) and judged_column(name).kind not in {"boolean", "code"}:
        shown = f"{known:,.2f}".rstrip("0").rstrip(".") if isinstance(known, float) else f"{known:,}"
        return Text(shown, shown)
    return written(judged_column(name), known)


class _Writer:
    """Writes a tree; what binds less than its surroundings stands in brackets."""

    def __init__(self, name: Callable[[str], Text], label: Callable[[str], Text]) -> None:
        self._name = name
        self._label = label

    def write(self, node: syntax.Node, around: int = _EITHER) -> Text:
        """Write a node inside something that binds as ``around`` says."""
        binds, shown = self._plain(node)
        return shown if binds >= around else text("conditions.brackets", inside=shown)

    def _plain(self, node: syntax.Node) -> tuple[int, Text]:
        """Return how strongly a node binds, and the node in words."""
        if isinstance(node, syntax.Literal):
            return _ATOM, _literal(node.value, None)
        if isinstance(node, syntax.Name):
            return _ATOM, (self._label if judged_column(node.name).kind == "boolean" else self._name)(node.name)
        if isinstance(node, syntax.Call):
            return self._call(node)
        if isinstance(node, syntax.Negative | syntax.Arithmetic):
            return self._arithmetic(node)
        if isinstance(node, syntax.Comparison | syntax.Membership | syntax.IsUnknown):
            return _HELD, self._held(node)
        return self._joint(node)

    def _arithmetic(self, node: syntax.Negative | syntax.Arithmetic) -> tuple[int, Text]:
        if isinstance(node, syntax.Negative):
            return _ATOM, text("conditions.negative", value=self.write(node.operand, _ATOM))
        binds = _BINDS[node.operator]
        left, right = self.write(node.left, binds), self.write(node.right, binds + 1)
        return binds, both(lambda chosen: f"{left.to(chosen)} {node.operator} {right.to(chosen)}")

    def _held(self, node: syntax.Comparison | syntax.Membership | syntax.IsUnknown) -> Text:
        if isinstance(node, syntax.Comparison):
            return self._comparison(node)
        value = self._subject(node.operand)
        if isinstance(node, syntax.IsUnknown):
            return text("conditions.unknown", value=value)
        choices = [_literal(one.value, node.operand) for one in node.choices]
        return text("conditions.one_of", value=value, choices=_joined(choices, text("conditions.or_word")))

    def _subject(self, node: syntax.Node) -> Text:
        """Write what something is said of: a name with its value behind it, anything else as it is."""
        return self._label(node.name) if isinstance(node, syntax.Name) else self.write(node, _SUM)

    def _joint(self, node: syntax.Not | syntax.Both | syntax.Either) -> tuple[int, Text]:
        if isinstance(node, syntax.Not):
            if isinstance(node.operand, syntax.IsUnknown):
                return _HELD, text("conditions.known", value=self._subject(node.operand.operand))
            return _NOT, text("conditions.not", inside=self.write(node.operand, _ATOM))
        binds, key = (_BOTH, "and") if isinstance(node, syntax.Both) else (_EITHER, "or")
        return binds, text(f"conditions.{key}", left=self.write(node.left, binds), right=self.write(node.right, binds))

    def _comparison(self, node: syntax.Comparison) -> Text:
        left = self.write(node.left, _SUM)
        if _is_date(node.left) or _is_date(node.right):
            return text(f"conditions.{_DATES[node.operator]}", left=left, right=self.write(node.right, _SUM))
        if isinstance(node.right, syntax.Literal) and isinstance(node.right.value, str | bool):
            key = "is" if node.operator == "==" else "is_not"
            return text(f"conditions.{key}", left=self._subject(node.left), right=_literal(node.right.value, node.left))
        right, sign = self.write(node.right, _SUM), _SIGNS.get(node.operator, node.operator)
        return both(lambda chosen: f"{left.to(chosen)} {sign} {right.to(chosen)}")

    def _call(self, node: syntax.Call) -> tuple[int, Text]:
        first, second = node.arguments[0], node.arguments[-1]
        if node.function == "add_years":
            return _SUM, text("conditions.add_years", date=self.write(first, _SUM), years=self.write(second, _SUM))
        if node.function in {"starts_with", "contains"} and isinstance(second, syntax.Literal):
            coded = isinstance(first, syntax.Name) and first.name in LAND_USE and node.function == "starts_with"
            key = "belongs_to" if coded else node.function
            return _HELD, text(f"conditions.{key}", value=self._subject(first), part=_literal(second.value, first))
        if node.function == "coalesce":
            listed = [self.write(part, _SUM) for part in node.arguments]
            return _SUM, text("conditions.coalesce", first=listed[0], others=_joined(listed[1:]))
        if node.function == "days_between":
            return _SUM, text("conditions.days_between", first=self.write(first, _SUM), second=self.write(second, _SUM))
        listed = [self.write(part) for part in node.arguments]
        return _ATOM, text("conditions.call", function=text(f"conditions.{node.function}"), parts=_joined(listed))


def _joined(parts: list[Text], word: Text = COMMA) -> Text:
    return Text(word.zh.join(part.zh for part in parts), word.en.join(part.en for part in parts))


def _is_date(node: syntax.Node) -> bool:
    match node:
        case syntax.Literal():
            return isinstance(node.value, date)
        case syntax.Name():
            return judged_column(node.name).kind == "date"
        case syntax.Call():
            return node.function == "add_years" or (node.function == "coalesce" and any(map(_is_date, node.arguments)))
    return False


def _literal(value: float | str | date | bool, held_against: syntax.Node | None) -> Text:
    if isinstance(value, bool):
        return text("card.answer_yes" if value else "card.answer_no")
    if isinstance(value, date):
        return both(lambda chosen: units.day(value, chosen))
    if isinstance(value, float | int):
        return Text(f"{value:g}", f"{value:g}")
    column = judged_column(held_against.name) if isinstance(held_against, syntax.Name) else None
    if column is not None and column.name in LAND_USE and value:
        return land_use(value)
    title = (column.codes or {}).get(value) if column is not None else None
    return text("conditions.quoted", text=Text(value, value) if title is None else title)
