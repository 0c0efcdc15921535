"""An expression as a value: parsed once, applied to any table that has its columns."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
import numpy.typing as npt

from parkplan._errors import DefinitionError
from parkplan.expressions import syntax
from parkplan.expressions.evaluation import Evaluator, Flags, Numbers, Truth, check_calls, kind_of, parts_of, wrong_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed condition or formula: its text, its tree, and the columns that it needs."""

    text: str
    tree: syntax.Node
    names: frozenset[str]

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Return true, false or unknown for each row."""
        result = self._evaluator(frame).truth(self.tree)
        rows = len(frame)
        return Truth(_stretch(result.true, rows), _stretch(result.unknown, rows))

    def select(self, frame: pd.DataFrame) -> Flags:
        """Return the rows for which the condition is true; unknown is not true.

        >>> import pandas as pd
        >>> parse("far < 0.8 and status == 'idle'").select(
        ...     pd.DataFrame({"far": [0.5, 0.5, None], "status": ["idle", None, "idle"]})
        ... ).tolist()
        [True, False, False]
        """
        return self.truth(frame).true

    def numbers(self, frame: pd.DataFrame) -> Numbers:
        """Return the number for each row, NaN where it is unknown.

        >>> import pandas as pd
        >>> parse("tax_yuan / site_area_m2").numbers(
        ...     pd.DataFrame({"tax_yuan": [30.0, 5.0], "site_area_m2": [10.0, 0.0]})
        ... ).tolist()
        [3.0, nan]
        """
        value = self._evaluator(frame).value(self.tree)
        if kind_of(value) != "number":
            raise wrong_kind(self.text, "number", kind_of(value))
        return _stretch(cast("Numbers", value), len(frame))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with its names replaced by values, as evidence shows a formula with its numbers.

        >>> parse("min(tax, 5) / area").filled({"tax": "30", "area": "10"})
        'min(30, 5) / 10'
        """
        words = syntax.words(self.text)
        names = [word for word, after in pairwise(words) if word.kind == "word" and after.text != "("]
        shown, position = "", 0
        for name in names:
            written = self.text[name.place - 1 : name.end]
            shown += self.text[position : name.place - 1] + values.get(name.text, written)
            position = name.end
        return shown + self.text[position:]

    def _evaluator(self, frame: pd.DataFrame) -> Evaluator:
        for name in sorted(self.names):
            if name not in frame.columns:
                near = get_close_matches(name, [str(column) for column in frame.columns], n=3)
                raise DefinitionError(
                    "expression_name", expression=self.text, name=name, near=", ".join(near) if near else "—"
                )
        return Evaluator(self.text, {name: frame[name] for name in self.names})


def _stretch(values: npt.NDArray[Scalar], rows: int) -> npt.NDArray[Scalar]:
    return values if len(values) == rows else np.broadcast_to(values, rows).copy()


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """Parse a condition or formula.

    >>> sorted(parse("coalesce(far, far_max) >= 0.8 * far_min").names)
    ['far', 'far_max', 'far_min']

    Raises:
        DefinitionError: the text does not follow the grammar, or calls an unknown function.

    """
    tree = syntax.Parser(text).tree()
    check_calls(text, tree)
    return Expression(text, tree, frozenset(part.name for part in parts_of(tree) if isinstance(part, syntax.Name)))
