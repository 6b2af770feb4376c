"""What figures may be joined, compared and summed, and the one form in which each such thing is kept."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from signals.rules.errors import Fault, Reason
from signals.rules.lexer import MAX_VALUE
from signals.rules.operators import Function, Operator, Sign
from signals.rules.tree import Arithmetic, Call, Compare, Expression, Node, Number, Of, negative, oriented, walk
from signals.rules.units import COUNT, SESSIONS

LEAST_SESSIONS, MAX_SESSIONS = 1, 250
"""Of a window, a shift, a record."""

_MOST_COUNTED = 10_000
"""No streak has so many sessions, and no market so many funds."""

_MOST_PER_CENT = 100
"""A bare number beyond this is no percentage whose sign was forgotten."""


@dataclass(frozen=True, slots=True)
class Level:
    """A place in a figure's own past, waiting for the figure: pct(95, 250), 3 z(60)."""

    function: Function
    value: Decimal
    sessions: int
    argument: "Said | None" = None
    """Its only argument, still to be read: the sessions behind a number (3 z(60)), else pct's percentage."""


@dataclass(frozen=True, slots=True)
class Said:
    """A figure and where it stands in the text."""

    node: "Expression | Level"
    start: int
    end: int

    @property
    def at(self) -> tuple[int, int]:
        """Its place."""
        return self.start, self.end

    @property
    def figure(self) -> Expression:
        """The figure; raises Fault where it is a level without one."""
        if isinstance(self.node, Level):
            raise Fault(Reason.NEEDS_COMPARISON, self.at)
        return self.node


Pair: TypeAlias = tuple[Expression, Expression]


def whole_sessions(said: Said) -> int:
    """A number of sessions; raises Fault for anything else."""
    node = said.node
    counted = isinstance(node, Number) and (node.bare or node.dimension == SESSIONS)
    if not isinstance(node, Number) or not counted or node.value != node.value.to_integral_value():
        raise Fault(Reason.NOT_SESSIONS, said.at)
    if not LEAST_SESSIONS <= node.value <= MAX_SESSIONS:
        raise Fault(Reason.SESSIONS_OUT_OF_RANGE, said.at, least=LEAST_SESSIONS, limit=MAX_SESSIONS)
    return int(node.value)


def named(one: Node) -> bool:
    """Whether any figure of the market is in it."""
    return any(isinstance(each, Of) for each in walk(one))


def unified(left: Said, right: Said) -> Pair:
    """Two figures of one unit; a bare number takes that of the other. Raises Fault where they differ."""
    one, two = left.figure, right.figure
    if isinstance(two, Number) and not (isinstance(one, Number) and one.bare):
        return one, _lent(two, one, right, left)
    if isinstance(one, Number):
        return _lent(one, two, left, right), two
    if not one.dimension.agrees(two.dimension):
        raise _differ(left, right)
    return one, two


def _lent(number: Number, other: Expression, said: Said, beside: Said) -> Number:
    """The number in the unit of the other side."""
    if number.bare:
        if other.dimension.per_cent and abs(number.value) >= 1:
            if abs(number.value) > _MOST_PER_CENT:
                raise _differ(said, beside)
            raise Fault(Reason.PER_CENT_OR_NOT, said.at, other=beside.at)
        if other.dimension in (SESSIONS, COUNT) and abs(number.value) > _MOST_COUNTED:
            raise Fault(Reason.NUMBER_TOO_LARGE, said.at)
        still = isinstance(other, Number) and other.bare
        return Number(number.value, other.dimension, bare=still)
    if not number.dimension.agrees(other.dimension):
        raise _differ(said, beside)
    return Number(number.value, other.dimension)


def _differ(one: Said, two: Said) -> Fault:
    left, right = sorted((one, two), key=lambda said: said.start)
    mine, its = left.figure.dimension.words, right.figure.dimension.words
    return Fault(Reason.UNITS_DIFFER, left.at, other=right.at, unit=mine, other_unit=its)


def compared(operator: Operator, left: Said, right: Said) -> Compare:
    """A comparison in its one form: a number on the right; without one, > and >= only."""
    one, two = sides(left, right)
    if not (named(one) or named(two)) or one.text == two.text:
        raise Fault(Reason.NO_QUANTITY, (left.start, right.end))
    return oriented(operator, one, two)


def sides(left: Said, right: Said) -> Pair:
    """Two sides of a comparison; beside a level of its own past a figure becomes its standing there."""
    if isinstance(left.node, Level):
        if isinstance(right.node, Level):
            raise Fault(Reason.NEEDS_COMPARISON, right.at)
        standing, number = _standing(right, left.node)
        return number, standing
    return _standing(left, right.node) if isinstance(right.node, Level) else unified(left, right)


def settled(level: Level) -> Level:
    """A level whose only argument is read: pct(95) is a percentage, z(60) one deviation over 60 sessions."""
    if level.argument is None:
        return level
    if level.function is Function.ZSCORE:
        return Level(level.function, level.value, whole_sessions(level.argument))
    return level_of(level.function, level.argument, level.sessions)


def _standing(said: Said, level: Level) -> tuple[Call, Number]:
    level = settled(level)
    standing = Call(level.function, said.figure, level.sessions)
    return standing, Number(level.value, standing.dimension)


def minus(said: Said, start: int) -> Said:
    """The negative of a figure."""
    if isinstance(said.node, Level):
        level = settled(said.node)
        return Said(replace(level, value=-level.value), start, said.end)
    if isinstance(said.node, Number):
        return Said(-said.node, start, said.end)
    return Said(negative(said.figure), start, said.end)


def joined_by(sign: Sign, left: Said, right: Said) -> Said:
    """Two figures under + − × ÷; numbers are worked out at once."""
    if sign in (Sign.PLUS, Sign.MINUS):
        one, two = unified(left, right)
        dimension = one.dimension
    else:
        one, two = left.figure, right.figure
        dimension = one.dimension.times(two.dimension) if sign is Sign.TIMES else one.dimension.over(two.dimension)
    if sign is Sign.OVER and isinstance(two, Number) and two.value == 0:
        raise Fault(Reason.DIVISION_BY_ZERO, right.at)
    if isinstance(one, Number) and isinstance(two, Number):
        value = _WORKED[sign](one.value, two.value)
        if abs(value) > MAX_VALUE:
            raise Fault(Reason.NUMBER_TOO_LARGE, (left.start, right.end))
        return Said(Number(value, dimension, bare=one.bare and two.bare), left.start, right.end)
    simple = not (isinstance(one, Arithmetic) or isinstance(two, Arithmetic))
    if sign in (Sign.PLUS, Sign.TIMES) and simple and one.text > two.text:
        one, two = two, one
    return Said(Arithmetic(sign, one, two, dimension), left.start, right.end)


_WORKED = {
    Sign.PLUS: Decimal.__add__,
    Sign.MINUS: Decimal.__sub__,
    Sign.TIMES: Decimal.__mul__,
    Sign.OVER: Decimal.__truediv__,
}


def level_of(function: Function, said: Said, sessions: int) -> Level:
    """A level of a figure's own past: a percentage, or a number of standard deviations."""
    number = said.node
    percentile = function is Function.PERCENTILE
    if not isinstance(number, Number) or not number.dimension.bare or (number.dimension.per_cent and not percentile):
        raise Fault(Reason.NOT_A_PERCENTAGE if percentile else Reason.NOT_A_MULTIPLE, said.at)
    value = number.value
    if percentile:
        value = value / 100 if number.bare and value >= 1 else value
        if not 0 <= value <= 1:
            raise Fault(Reason.NOT_A_PERCENTAGE, said.at)
    return Level(function, value, sessions)
