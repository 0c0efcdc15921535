"""Evaluate a tree on whole columns with Kleene's strong three-valued logic.

A value is an array of numbers (NaN is unknown), of texts (None), of days (NaT), or a `Truth` with its own unknown mask.
Arrays have the length of the table, or 1 for a constant. A quotient by zero is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, assert_never, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from parkplan._errors import DefinitionError
from parkplan.expressions import syntax
from parkplan.expressions.functions import FUNCTIONS
from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Truth:
    """True, false or unknown for each row: ``true`` and ``unknown`` never hold together."""

    true: Flags
    unknown: Flags

    @property
    def false(self) -> Flags:
        """Rows that are known to be false."""
        return ~(self.true | self.unknown)

    def __and__(self, other: Truth) -> Truth:
        false = self.false | other.false
        true = self.true & other.true
        return Truth(true, ~(true | false))

    def __or__(self, other: Truth) -> Truth:
        true = self.true | other.true
        false = self.false & other.false
        return Truth(true, ~(true | false))

    def __invert__(self) -> Truth:
        return Truth(self.false, self.unknown)


@dataclass(frozen=True, slots=True)
class Blank:
    """A column that holds no value at all, so that nothing tells its kind: it fits wherever a value is expected."""

    rows: int

    def of_kind(self, kind: str) -> Result:
        """Return unknown values of a kind."""
        if kind == "truth":
            return Truth(np.zeros(self.rows, dtype=bool), np.ones(self.rows, dtype=bool))
        if kind == "number":
            return np.full(self.rows, np.nan)
        if kind == "date":
            return np.full(self.rows, np.datetime64("NaT", "D"))
        return np.full(self.rows, None, dtype=object)


Values = Numbers | Texts | Days
Result = Values | Truth

_COMPARE: Final[dict[str, Callable[[Values, Values], Flags]]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


KINDS: Final[dict[str, Text]] = {
    "number": Text("数字", "number"),
    "text": Text("文字", "text"),
    "date": Text("日期", "date"),
    "truth": Text("是非", "condition"),
}


def kind_of(value: Result) -> str:
    """Name the kind of a value: number, text, date or truth."""
    if isinstance(value, Truth):
        return "truth"
    return {"f": "number", "M": "date"}.get(value.dtype.kind, "text")


def wrong_kind(expression: str, wanted: str, found: str) -> DefinitionError:
    """Say that an expression needs one kind of value where it got another."""
    return DefinitionError("expression_kinds", expression=expression, wanted=KINDS[wanted], found=KINDS[found])


def _unknown(value: Values) -> Flags:
    if value.dtype.kind == "M":
        return np.asarray(np.isnat(value))
    return np.isnan(value) if value.dtype.kind == "f" else np.asarray(pd.isna(value), dtype=bool)


def column_values(series: pd.Series) -> Result | Blank:
    """Return a column as numbers, texts, days or truth values, with its missing values unknown."""
    missing = series.isna().to_numpy(dtype=bool)
    if series.dtype == object and missing.all():
        return Blank(len(series))
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if pd.api.types.is_bool_dtype(series.dtype):
        return Truth(series.fillna(False).to_numpy(dtype=bool), missing)
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(series.dtype):
        return series.to_numpy().astype("datetime64[D]")
    inferred = pd.api.types.infer_dtype(series, skipna=True) if series.dtype == object else "string"
    if inferred in {"date", "datetime"}:
        return pd.to_datetime(series).to_numpy().astype("datetime64[D]")
    if inferred == "boolean":
        return Truth(series.where(~missing, False).to_numpy(dtype=bool), missing)
    if inferred in {"integer", "floating", "mixed-integer-float"}:
        return pd.to_numeric(series).to_numpy(dtype=np.float64, na_value=np.nan)
    texts = np.array(series.astype(object).to_numpy(), dtype=object)
    texts[missing] = None
    return texts


class Evaluator:
    """Walks one tree over the columns of one table."""

    def __init__(self, expression: str, columns: Mapping[str, pd.Series]) -> None:
        self._expression = expression
        self._columns = columns

    def value(self, node: syntax.Node, wanted: str = "number") -> Result:
        """Return the value of a node; a column without any value is unknown in the wanted kind."""
        value = self._value(node)
        return value.of_kind(wanted) if isinstance(value, Blank) else value

    def _value(self, node: syntax.Node) -> Result | Blank:  # noqa: C901, PLR0911 (one case for each kind of node)
        match node:
            case syntax.Literal(value):
                return _constant(value)
            case syntax.Name(name):
                return column_values(self._columns[name])
            case syntax.Negative(operand):
                return -self._numbers(operand)
            case syntax.Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case syntax.Comparison(operator, left, right):
                return self._comparison(operator, left, right)
            case syntax.Membership(operand, choices):
                return reduce(lambda a, b: a | b, (self._comparison("==", operand, choice) for choice in choices))
            case syntax.IsUnknown(operand):
                inner = self.value(operand)
                unknown = inner.unknown if isinstance(inner, Truth) else _unknown(inner)
                return Truth(unknown, np.zeros_like(unknown))
            case syntax.Not(operand):
                return ~self.truth(operand)
            case syntax.Both(left, right):
                return self.truth(left) & self.truth(right)
            case syntax.Either(left, right):
                return self.truth(left) | self.truth(right)
            case syntax.Call(function, arguments):
                return self._call(function, arguments)
            case _:
                assert_never(node)

    def truth(self, node: syntax.Node) -> Truth:
        """Return the value of a node that must be a condition."""
        value = self.value(node, "truth")
        if not isinstance(value, Truth):
            raise self._kinds("truth", kind_of(value))
        return value

    def _kinds(self, wanted: str, found: str) -> DefinitionError:
        return wrong_kind(self._expression, wanted, found)

    def _numbers(self, node: syntax.Node) -> Numbers:
        value = self.value(node)
        if kind_of(value) != "number":
            raise self._kinds("number", kind_of(value))
        return cast("Numbers", value)

    def _arithmetic(self, operator: str, left: syntax.Node, right: syntax.Node) -> Numbers:
        first, second = self._numbers(left), self._numbers(right)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            match operator:
                case "+":
                    result = first + second
                case "-":
                    result = first - second
                case "*":
                    result = first * second
                case _:
                    result = first / second
        return np.where(np.isfinite(result), result, np.nan)

    def _comparison(self, operator: str, left: syntax.Node, right: syntax.Node) -> Truth:
        first, second = self._pair(left, right)
        if kind_of(first) != kind_of(second):
            raise self._kinds(kind_of(first), kind_of(second))
        if isinstance(first, Truth) and isinstance(second, Truth):
            return self._same_truth(operator, first, second)
        one, other = cast("Values", first), cast("Values", second)
        if kind_of(first) == "text" and operator not in {"==", "!="}:
            raise DefinitionError("expression_order", expression=self._expression, operator=operator)
        unknown = _unknown(one) | _unknown(other)
        return Truth(np.asarray(_COMPARE[operator](one, other), dtype=bool) & ~unknown, unknown)

    def _pair(self, left: syntax.Node, right: syntax.Node) -> tuple[Result, Result]:
        first, second = self._value(left), self._value(right)
        if isinstance(first, Blank):
            return first.of_kind("number" if isinstance(second, Blank) else kind_of(second)), self.value(right)
        return first, second.of_kind(kind_of(first)) if isinstance(second, Blank) else second

    def _same_truth(self, operator: str, first: Truth, second: Truth) -> Truth:
        if operator not in {"==", "!="}:
            raise DefinitionError("expression_order", expression=self._expression, operator=operator)
        same = (first & second) | (~first & ~second)
        return same if operator == "==" else ~same

    def _call(self, function: str, arguments: tuple[syntax.Node, ...]) -> Result:
        if function in {"contains", "starts_with"}:
            return self._find(function, *arguments)
        if function in {"add_years", "days_between"}:
            return self._calendar(function, *arguments)
        if function == "coalesce":
            return self._coalesce(arguments)
        numbers = [self._numbers(argument) for argument in arguments]
        if function == "abs":
            return np.abs(numbers[0])
        return reduce(np.minimum if function == "min" else np.maximum, numbers)

    def _coalesce(self, arguments: tuple[syntax.Node, ...]) -> Values:
        found = [self._value(argument) for argument in arguments]
        kind = next((kind_of(value) for value in found if not isinstance(value, Blank)), "number")
        values = [value.of_kind(kind) if isinstance(value, Blank) else value for value in found]
        kinds = [kind_of(value) for value in values]
        if "truth" in kinds or len(set(kinds)) > 1:
            raise self._kinds(kinds[0], next((kind for kind in kinds[1:] if kind != kinds[0]), "truth"))
        known = cast("list[Values]", values)
        return reduce(lambda a, b: cast("Values", np.where(_unknown(a), b, a)), known)

    def _find(self, function: str, where: syntax.Node, what: syntax.Node) -> Truth:
        texts, wanted = self.value(where, "text"), self.value(what, "text")
        for value in (texts, wanted):
            if kind_of(value) != "text":
                raise self._kinds("text", kind_of(value))
        if not isinstance(what, syntax.Literal):
            raise DefinitionError("expression_constant", expression=self._expression, function=function)
        series = pd.Series(cast("Texts", texts), dtype="str")
        unknown = series.isna().to_numpy(dtype=bool)
        if function == "contains":
            found = series.str.casefold().str.contains(str(what.value).casefold(), regex=False, na=False)
        else:
            found = series.str.startswith(str(what.value), na=False)
        return Truth(found.to_numpy(dtype=bool), unknown)

    def _calendar(self, function: str, first: syntax.Node, second: syntax.Node) -> Values:
        start = self.value(first, "date")
        if kind_of(start) != "date":
            raise self._kinds("date", kind_of(start))
        days = cast("Days", start)
        if function == "add_years":
            return _add_years(days, self._numbers(second))
        end = self.value(second, "date")
        if kind_of(end) != "date":
            raise self._kinds("date", kind_of(end))
        difference = cast("Days", end) - days
        return np.where(np.isnat(difference), np.nan, difference.astype(np.float64))


def _constant(value: float | str | object) -> Result:
    if isinstance(value, bool):
        return Truth(np.array([value]), np.array([False]))
    if isinstance(value, float):
        return np.array([value])
    if isinstance(value, str):
        return np.array([value], dtype=object)
    return np.array([value], dtype="datetime64[D]")


def _add_years(days: Days, years: Numbers) -> Days:
    months = days.astype("datetime64[M]")
    day_of_month = (days - months.astype("datetime64[D]")).astype(np.int64)
    shift = np.where(np.isnan(years), 0, years * 12).astype("timedelta64[M]")
    later = months + shift
    last_day = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(np.int64) - 1
    result = later.astype("datetime64[D]") + np.minimum(day_of_month, last_day).astype("timedelta64[D]")
    return np.where(np.isnat(days) | np.isnan(years), np.datetime64("NaT"), result)


def check_calls(expression: str, node: syntax.Node) -> None:
    """Refuse a function that does not exist, or one with too few or too many arguments."""
    for call in (part for part in parts_of(node) if isinstance(part, syntax.Call)):
        function = FUNCTIONS.get(call.function)
        if function is None:
            raise DefinitionError(
                "expression_function", expression=expression, function=call.function, known=", ".join(FUNCTIONS)
            )
        if len(call.arguments) < function.least or (function.most and len(call.arguments) > function.most):
            raise DefinitionError(
                "expression_arguments", expression=expression, function=call.function, count=len(call.arguments)
            )


def parts_of(node: syntax.Node) -> list[syntax.Node]:
    """Return a node and all nodes below it."""
    match node:
        case syntax.Literal() | syntax.Name():
            below: tuple[syntax.Node, ...] = ()
        case syntax.Call(_, arguments):
            below = arguments
        case syntax.Negative(operand) | syntax.IsUnknown(operand) | syntax.Not(operand):
            below = (operand,)
        case syntax.Membership(operand, choices):
            below = (operand, *choices)
        case _:
            below = (node.left, node.right)
    return [node, *(part for child in below for part in parts_of(child))]
