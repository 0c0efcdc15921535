"""From text to tree: tokens, and a recursive descent parser for the grammar below.

.. code-block:: text

    condition  = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation   = "not" negation | comparison
    comparison = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum
                     | ["not"] "in" "(" literal { "," literal } ")"
                     | ["not"] "between" sum "and" sum
                     | "is" ["not"] "unknown" ]
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = "-" factor | literal | name | name "(" arguments ")" | "(" condition ")"
    literal    = number | text | date | "true" | "false"

Names may be written in any script; a name with blanks or signs stands between backticks. Text stands between single or
double quotes, a quote inside it is doubled. A date is written 2024-05-01.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from parkplan._errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CHARACTERS: Final = 4000
MAX_DEPTH: Final = 40
MAX_OPERATORS: Final = 200
COMPARISONS: Final = ("==", "!=", "<=", ">=", "<", ">")
OPERATORS: Final = frozenset({"and", "or", "not", "+", "-", "*", "/"})
KEYWORDS: Final = frozenset({"and", "or", "not", "in", "between", "is", "unknown", "true", "false"})


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, date or truth value as written."""

    value: float | str | date | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A column or a metric."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """The number with the other sign."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum, difference, product or quotient."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values held against each other."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Membership:
    """A value held against a list."""

    operand: Node
    choices: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class IsUnknown:
    """True where the value is missing; never unknown itself."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Both:
    """Conjunction."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Either:
    """Disjunction."""

    left: Node
    right: Node


Node = Literal | Name | Call | Negative | Arithmetic | Comparison | Membership | IsUnknown | Not | Both | Either


class Token(NamedTuple):
    """A word of an expression: its kind, its text, and the places of its first and last character, counted from 1."""

    kind: str
    text: str
    place: int
    end: int


_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
      | (?P<date>\d{4}-\d{2}-\d{2}(?!\d))
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<quoted>`[^`]+`)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>==|!=|<=|>=|[<>+\-*/(),])""",
    re.VERBOSE,
)


def words(expression: str) -> list[Token]:
    """Split an expression into its words, the last one an empty word that marks the end."""
    found: list[Token] = []
    position = 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None or match.lastgroup is None:
            raise DefinitionError(
                "expression_character", expression=expression, character=expression[position], place=position + 1
            )
        kind, text = match.lastgroup, match.group()
        if kind == "word" and text in KEYWORDS:
            kind = "keyword"
        if kind == "quoted":
            kind, text = "word", text[1:-1]
        if kind != "blank":
            found.append(Token(kind, text, position + 1, match.end()))
        position = match.end()
    return [*found, Token("end", "", len(expression) + 1, len(expression))]


class Parser:
    """Reads one expression; every fault names the place."""

    def __init__(self, expression: str) -> None:
        if len(expression) > MAX_CHARACTERS:
            raise DefinitionError("expression_too_long", limit=MAX_CHARACTERS)
        self._expression = expression
        self._tokens = words(expression)
        if sum(token.text in OPERATORS for token in self._tokens if token.kind in {"keyword", "sign"}) > MAX_OPERATORS:
            raise DefinitionError("expression_operators", limit=MAX_OPERATORS)
        self._next = 0
        self._depth = 0

    def tree(self) -> Node:
        """Return the whole expression as a tree."""
        node = self._condition()
        if self._token.kind != "end":
            raise self._fault()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _fault(self) -> DefinitionError:
        token = self._token
        if token.kind == "end":
            return DefinitionError("expression_ends", expression=self._expression)
        return DefinitionError("expression_word", expression=self._expression, word=token.text, place=token.place)

    def _accept(self, *texts: str) -> str | None:
        token = self._token
        if token.kind in {"keyword", "sign"} and token.text in texts:
            self._next += 1
            return token.text
        return None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            raise self._fault()

    def _nested(self, rule: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise DefinitionError("expression_too_deep", limit=MAX_DEPTH)
        node = rule()
        self._depth -= 1
        return node

    def _condition(self) -> Node:
        node = self._nested(self._conjunction)
        while self._accept("or"):
            node = Either(node, self._conjunction())
        return node

    def _conjunction(self) -> Node:
        node = self._negation()
        while self._accept("and"):
            node = Both(node, self._negation())
        return node

    def _negation(self) -> Node:
        if self._accept("not"):
            return Not(self._nested(self._negation))
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        if operator := self._accept(*COMPARISONS):
            return Comparison(operator, left, self._sum())
        if self._accept("is"):
            negated = self._accept("not")
            self._expect("unknown")
            return Not(IsUnknown(left)) if negated else IsUnknown(left)
        negated = self._accept("not")
        if self._accept("in"):
            node: Node = Membership(left, self._choices())
        elif self._accept("between"):
            low = self._sum()
            self._expect("and")
            node = Both(Comparison(">=", left, low), Comparison("<=", left, self._sum()))
        elif negated:
            raise self._fault()
        else:
            return left
        return Not(node) if negated else node

    def _choices(self) -> tuple[Literal, ...]:
        self._expect("(")
        choices = [self._choice()]
        while self._accept(","):
            choices.append(self._choice())
        self._expect(")")
        return tuple(choices)

    def _choice(self) -> Literal:
        negative = self._accept("-")
        value = self._literal()
        if value is None or (negative and not isinstance(value.value, float)):
            raise self._fault()
        return Literal(-value.value) if negative and isinstance(value.value, float) else value

    def _sum(self) -> Node:
        node = self._product()
        while operator := self._accept("+", "-"):
            node = Arithmetic(operator, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._factor()
        while operator := self._accept("*", "/"):
            node = Arithmetic(operator, node, self._factor())
        return node

    def _factor(self) -> Node:
        if self._accept("-"):
            return Negative(self._nested(self._factor))
        if self._accept("("):
            node = self._nested(self._condition)
            self._expect(")")
            return node
        if (literal := self._literal()) is not None:
            return literal
        token = self._token
        if token.kind != "word":
            raise self._fault()
        self._next += 1
        return Call(token.text, self._arguments()) if self._accept("(") else Name(token.text)

    def _arguments(self) -> tuple[Node, ...]:
        arguments = [self._nested(self._condition)]
        while self._accept(","):
            arguments.append(self._nested(self._condition))
        self._expect(")")
        return tuple(arguments)

    def _literal(self) -> Literal | None:
        token = self._token
        value: float | str | date | bool
        if token.kind == "number":
            value = float(token.text)
        elif token.kind == "text":
            value = token.text[1:-1].replace(token.text[0] * 2, token.text[0])
        elif token.kind == "date":
            try:
                value = date.fromisoformat(token.text)
            except ValueError:
                raise self._fault() from None
        elif token.kind == "keyword" and token.text in {"true", "false"}:
            value = token.text == "true"
        else:
            return None
        self._next += 1
        return Literal(value)
