"""The functions that an expression may call, each with its arguments and meaning in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parkplan.i18n import Text


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name, how many arguments it takes (``most`` is None for any number), and what it returns."""

    name: str
    least: int
    most: int | None
    meaning: Text


FUNCTIONS: Final[dict[str, Function]] = {
    function.name: function
    for function in (
        Function("min", 2, None, Text("最小值；任一未知则未知", "The least value; unknown if any is unknown")),
        Function("max", 2, None, Text("最大值；任一未知则未知", "The greatest value; unknown if any is unknown")),
        Function("abs", 1, 1, Text("绝对值", "The value without its sign")),
        Function("coalesce", 2, None, Text("第一个已知的值", "The first value that is known")),
        Function("contains", 2, 2, Text("文字包含（不分大小写）", "The text contains another, whatever the case")),
        Function("starts_with", 2, 2, Text("文字以此开头", "The text starts with another")),
        Function("add_years", 2, 2, Text("日期加若干年", "The same day some years later, or the month's last day")),
        Function("days_between", 2, 2, Text("两个日期相差的天数", "Days from the first date to the second")),
    )
}
