"""Conditions and formulas that planners write: parsed to our own tree, evaluated on whole columns.

Nothing of Python is ever executed: the tree has a dozen kinds of node, and each is one array operation. What is unknown
stays unknown.
"""

from parkplan.expressions.evaluation import Truth
from parkplan.expressions.expression import Expression, parse
from parkplan.expressions.functions import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Expression", "Function", "Truth", "parse"]
