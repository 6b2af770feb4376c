"""A rule's condition as a tree of typed nodes; every node knows its canonical text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from signals.core.field import Axis
from signals.core.panel import BOTH_EXCHANGES
from signals.core.quantity import Quantity
from signals.core.signal import Subject
from signals.rules.operators import Direction, Function, Operator, Sign
from signals.rules.units import CNY_PER_SHARE, COUNT, FRACTION, NUMBER, SESSIONS, Dimension, dimension_of

_SUFFIXES = {"cny": " CNY", "shares": " shares", "sessions": " sessions", "points": " points"}


@dataclass(frozen=True)
class Number:
    """A number as it was written; without a dimension until what it is compared with lends it one."""

    value: Decimal
    dimension: Dimension = NUMBER
    bare: bool = False

    def __neg__(self) -> "Number":
        return replace(self, value=-self.value)

    @cached_property
    def text(self) -> str:
        """As it is written in a canonical text."""
        if self.dimension.per_cent:
            return plain(self.value * 100) + "%"
        if self.dimension == CNY_PER_SHARE:
            return plain(self.value) + " CNY/share"
        return plain(self.value) + next(
            (suffix for base, suffix in _SUFFIXES.items() if getattr(self.dimension, base) == 1), ""
        )


def plain(value: Decimal) -> str:
    """A decimal number without exponent and needless zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True)
class Of:
    """A quantity: of each fund, or of one index or market for all funds alike."""

    quantity: Quantity
    subject: Subject | None = None

    @property
    def dimension(self) -> Dimension:
        """That of the quantity."""
        return dimension_of(self.quantity.unit)

    @cached_property
    def text(self) -> str:
        """Its name, behind the subject if that is not the market itself."""
        if self.subject is None or self.subject == Subject(Axis.MARKET, BOTH_EXCHANGES):
            return self.quantity.name
        return f"@{self.subject.code} {self.quantity.name}"


@dataclass(frozen=True)
class Call:
    """A function of a figure; over `sessions` where it has a window."""

    function: Function
    of: "Expression"
    sessions: int = 0

    @property
    def dimension(self) -> Dimension:
        """That of the figure, but for standings."""
        special = {Function.PERCENTILE: FRACTION, Function.ZSCORE: NUMBER, Function.RANK: COUNT}
        return special.get(self.function, self.of.dimension)

    @cached_property
    def text(self) -> str:
        """Function, figure, sessions."""
        window = f", {self.sessions}" if self.sessions else ""
        return f"{self.function}({self.of.text}{window})"


@dataclass(frozen=True)
class Arithmetic:
    """Two figures joined by + − × ÷."""

    sign: Sign
    left: "Expression"
    right: "Expression"
    dimension: Dimension

    @cached_property
    def text(self) -> str:
        """With as few brackets as it takes."""
        left, right = self.left.text, self.right.text
        product = self.sign in (Sign.TIMES, Sign.OVER)
        if product and isinstance(self.left, Arithmetic) and self.left.sign in (Sign.PLUS, Sign.MINUS):
            left = f"({left})"
        if isinstance(self.right, Arithmetic) and (product or self.right.sign in (Sign.PLUS, Sign.MINUS)):
            right = f"({right})"
        return f"{left} {self.sign} {right}"


@dataclass(frozen=True)
class Streak:
    """Sessions in a row on which a condition has held."""

    condition: "Condition"

    @property
    def dimension(self) -> Dimension:
        """Sessions."""
        return SESSIONS

    @cached_property
    def text(self) -> str:
        """Function and condition."""
        return f"streak({self.condition.text})"


Expression: TypeAlias = Number | Of | Call | Arithmetic | Streak


@dataclass(frozen=True)
class Compare:
    """One figure beside another."""

    operator: Operator
    left: Expression
    right: Expression

    @cached_property
    def text(self) -> str:
        """The number, if there is one, stands on the right."""
        return f"{self.left.text} {self.operator} {self.right.text}"


@dataclass(frozen=True)
class Cross:
    """A figure is beyond another and was not on the session before."""

    direction: Direction
    left: Expression
    right: Expression

    @cached_property
    def text(self) -> str:
        """In English words."""
        word = "above" if self.direction is Direction.UP else "below"
        return f"{self.left.text} crosses {word} {self.right.text}"


@dataclass(frozen=True)
class Record:
    """A figure is beyond all those of the sessions before it."""

    direction: Direction
    of: Expression
    sessions: int

    @cached_property
    def text(self) -> str:
        """Function, figure, sessions."""
        name = "new_high" if self.direction is Direction.UP else "new_low"
        return f"{name}({self.of.text}, {self.sessions})"


@dataclass(frozen=True)
class Not:
    """A crossing or record that is not there; other denials are turned into comparisons."""

    of: "Atom"

    @cached_property
    def text(self) -> str:
        """With brackets."""
        return f"not ({self.of.text})"


@dataclass(frozen=True)
class Both:
    """All of several conditions, each once, sorted by their texts."""

    parts: tuple["Condition", ...]

    @cached_property
    def text(self) -> str:
        """Alternatives in brackets."""
        return " and ".join(f"({one.text})" if isinstance(one, Either) else one.text for one in self.parts)


@dataclass(frozen=True)
class Either:
    """Any of several conditions, each once, sorted by their texts."""

    parts: tuple["Condition", ...]

    @cached_property
    def text(self) -> str:
        """Joined by or."""
        return " or ".join(one.text for one in self.parts)


Atom: TypeAlias = Compare | Cross | Record
Condition: TypeAlias = Compare | Cross | Record | Not | Both | Either
Node: TypeAlias = Expression | Condition


_MINUS_ONE = Number(Decimal(-1))


def without_minus(one: Expression) -> Expression | None:
    """What a negative figure is the negative of; None where it is none."""
    if isinstance(one, Arithmetic) and one.sign is Sign.TIMES and isinstance(one.left, Number):
        return one.right if one.left.value == -1 and one.left.dimension == NUMBER else None
    return None


def negative(one: Expression) -> Expression:
    """A figure with the other sign; of a negative one what it is the negative of."""
    inner = without_minus(one)
    return Arithmetic(Sign.TIMES, _MINUS_ONE, one, one.dimension) if inner is None else inner


def oriented(operator: Operator, left: Expression, right: Expression) -> Compare:
    """A comparison in its one form: a number on the right and no minus before it; without a number > and >= only."""
    if isinstance(left, Number):
        left, right, operator = right, left, operator.flipped
    if isinstance(right, Number):
        inner = without_minus(left)
        return Compare(operator, left, right) if inner is None else Compare(operator.flipped, inner, -right)
    backwards = operator in (Operator.BELOW, Operator.AT_MOST)
    unsorted = operator in (Operator.EQUAL, Operator.UNEQUAL) and left.text > right.text
    return Compare(operator.flipped, right, left) if backwards or unsorted else Compare(operator, left, right)


def joined(kind: type[Both] | type[Either], parts: list[Condition]) -> Condition:
    """Conditions under one connective: nested ones of its kind dissolved, doubles left out, sorted."""
    flat: dict[str, Condition] = {}
    for part in parts:
        flat.update({one.text: one for one in (part.parts if isinstance(part, kind) else (part,))})
    kept = tuple(flat[text] for text in sorted(flat))
    return kept[0] if len(kept) == 1 else kind(kept)


def denied(one: Condition) -> Condition:
    """The condition that holds where this one, being known, does not."""
    match one:
        case Compare():
            return oriented(one.operator.negated, one.left, one.right)
        case Not():
            return one.of
        case Both():
            return joined(Either, [denied(each) for each in one.parts])
        case Either():
            return joined(Both, [denied(each) for each in one.parts])
        case _:
            return Not(one)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of."""
    match node:
        case Call() | Record() | Not():
            return (node.of,)
        case Arithmetic() | Compare() | Cross():
            return node.left, node.right
        case Streak():
            return (node.condition,)
        case Both() | Either():
            return node.parts
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything under it, the node first."""
    yield node
    for child in children(node):
        yield from walk(child)
