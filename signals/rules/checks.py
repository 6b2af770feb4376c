"""What figures may be joined, compared and summed, and the one form in which each such thing is kept."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from signals.core.field import Unit
from signals.core.flows import FLOW, INFLOW_STREAK, flow_sum
from signals.core.peers import RANKED, RANKS
from signals.core.prices import CHANGE, DOWN_STREAK, UP_STREAK
from signals.rules.errors import Fault, Reason
from signals.rules.lexer import MAX_VALUE
from signals.rules.tree import (
    Arithmetic,
    Call,
    Compare,
    Condition,
    Expression,
    Function,
    Node,
    Number,
    Of,
    Operator,
    Sign,
    Streak,
    walk,
)
from signals.rules.units import SESSIONS

LEAST_SESSIONS, MAX_SESSIONS = 1, 250
"""Of a window, a shift, a record."""

_MOST_PER_CENT = 100
"""A bare number beyond this is no percentage whose sign was forgotten."""

_MINUS_ONE = Number(Decimal(-1))
_MOVE, _FLOW = Of(CHANGE), Of(FLOW)
_STREAKS = {
    Compare(operator, one, Number(Decimal(0), one.dimension)).text: quantity
    for operator, one, quantity in (
        (Operator.ABOVE, _FLOW, INFLOW_STREAK),
        (Operator.ABOVE, _MOVE, UP_STREAK),
        (Operator.BELOW, _MOVE, DOWN_STREAK),
    )
}
"""Streaks that are figures of their own."""


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
    if isinstance(one, Number) and not isinstance(two, Number):
        return _lent(one, two, left, right), two
    if isinstance(two, Number) and not (isinstance(one, Number) and one.bare):
        return one, _lent(two, one, right, left)
    if isinstance(one, Number) and isinstance(two, Number):
        return _lent(one, two, left, right), two
    if not one.dimension.agrees(two.dimension):
        raise _differ(left, right)
    return one, two


def _lent(number: Number, other: Expression, said: Said, beside: Said) -> Number:
    """The number in the unit of the other side."""
    if number.bare:
        if other.dimension.per_cent and abs(number.value) >= 1:
            if abs(number.value) > _MOST_PER_CENT:
                raise _differ(said, beside) if said.start < beside.start else _differ(beside, said)
            raise Fault(Reason.PER_CENT_OR_NOT, said.at, other=beside.at)
        still = isinstance(other, Number) and other.bare
        return Number(number.value, other.dimension, bare=still)
    if not number.dimension.agrees(other.dimension):
        raise _differ(said, beside) if said.start < beside.start else _differ(beside, said)
    return Number(number.value, other.dimension)


def _differ(left: Said, right: Said) -> Fault:
    mine, its = left.figure.dimension.words, right.figure.dimension.words
    return Fault(Reason.UNITS_DIFFER, left.at, other=right.at, unit=mine, other_unit=its)


def compared(operator: Operator, left: Said, right: Said) -> Compare:
    """A comparison in its one form: a number on the right; without one, > and >= only."""
    one, two = sides(left, right)
    if not (named(one) or named(two)) or one.text == two.text:
        raise Fault(Reason.NO_QUANTITY, (left.start, right.end))
    if isinstance(one, Number):
        return _turned(operator.flipped, two, one)
    if isinstance(two, Number):
        return _turned(operator, one, two)
    if operator in (Operator.BELOW, Operator.AT_MOST):
        return Compare(operator.flipped, two, one)
    if operator in (Operator.EQUAL, Operator.UNEQUAL) and one.text > two.text:
        return Compare(operator, two, one)
    return Compare(operator, one, two)


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


def _turned(operator: Operator, one: Expression, two: Number) -> Compare:
    """−x > 2% is x < −2%."""
    if (inner := without_minus(one)) is not None:
        return Compare(operator.flipped, inner, replace(two, value=-two.value))
    return Compare(operator, one, two)


def without_minus(one: Expression) -> Expression | None:
    """What a negative figure is the negative of; None where it is none."""
    if isinstance(one, Arithmetic) and one.sign is Sign.TIMES and one.left == _MINUS_ONE:
        return one.right
    return None


def minus(said: Said, start: int) -> Said:
    """The negative of a figure."""
    if isinstance(said.node, Level):
        level = settled(said.node)
        return Said(replace(level, value=-level.value), start, said.end)
    if isinstance(said.node, Number):
        return Said(replace(said.node, value=-said.node.value), start, said.end)
    return Said(_negative(said.figure), start, said.end)


def _negative(one: Expression) -> Expression:
    inner = without_minus(one)
    return Arithmetic(Sign.TIMES, _MINUS_ONE, one, one.dimension) if inner is None else inner


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


def over_sessions(function: Function, said: Said, sessions: int) -> Expression:
    """A figure over sessions; raises Fault where a sum means nothing."""
    one = said.figure
    if not named(one):
        raise Fault(Reason.NO_QUANTITY, said.at)
    linear = function in (Function.SUM, Function.MEAN, Function.AGO)
    if linear and (inner := without_minus(one)) is not None:
        return _negative(over_sessions(function, replace(said, node=inner), sessions))
    if function is Function.SUM:
        return _summed(said, sessions)
    if function is Function.AGO and isinstance(one, Call) and one.function is Function.AGO:
        return _ago(one.of, one.sessions + sessions, said)
    return Call(function, one, sessions)


def _ago(one: Expression, sessions: int, said: Said) -> Expression:
    if sessions > MAX_SESSIONS:
        raise Fault(Reason.SESSIONS_OUT_OF_RANGE, said.at, least=LEAST_SESSIONS, limit=MAX_SESSIONS)
    return Call(Function.AGO, one, sessions)


def _summed(said: Said, sessions: int) -> Expression:
    one = said.figure
    parts = [each for each in walk(one) if isinstance(each, Of)]
    moves = [each for each in parts if each.quantity.unit is Unit.MOVE]
    if not all(each.quantity.per_session for each in parts) or (moves and not isinstance(one, Of)):
        raise Fault(Reason.NO_SUM, said.at)
    if any(isinstance(each, Call | Streak) for each in walk(one)):
        raise Fault(Reason.NO_SUM, said.at)
    if sessions == 1:
        return one
    return Of(flow_sum(sessions)) if one == _FLOW else Call(Function.SUM, one, sessions)


def streak(condition: Condition) -> Expression:
    """Sessions in a row; one that has a name of its own is called by it."""
    quantity = _STREAKS.get(condition.text)
    return Of(quantity) if quantity else Streak(condition)


def ranked(said: Said) -> Expression:
    """Standing among peers; one that has a name of its own is called by it."""
    one = said.figure
    if not any(isinstance(each, Of) and each.subject is None for each in walk(one)):
        raise Fault(Reason.NO_QUANTITY, said.at)
    for name, quantity in RANKED.items():
        if one == Of(quantity):
            return Of(RANKS[name])
    return Call(Function.RANK, one)


def zero_of(one: Expression) -> Number:
    """Nothing, in the unit of a figure."""
    return Number(Decimal(0), one.dimension)


def directed(one: Expression) -> bool:
    """Whether a figure, or its negative, is a move whose sign says something: 连续3日净流入."""
    inner = without_minus(one) or one
    return isinstance(inner, Of) and inner.quantity.per_session and inner.quantity.unit in _SIGNED


_SIGNED = frozenset({Unit.MOVE, Unit.CNY_CHANGE, FLOW.unit})


def level_of(function: Function, said: Said, sessions: int) -> Level:
    """A level of a figure's own past: a percentage, or a number of standard deviations."""
    number = said.node
    if not isinstance(number, Number) or not number.dimension.bare:
        raise Fault(Reason.NOT_A_PERCENTAGE, said.at)
    value = number.value
    if function is Function.PERCENTILE:
        value = value / 100 if number.bare and value >= 1 else value
        if not 0 <= value <= 1:
            raise Fault(Reason.NOT_A_PERCENTAGE, said.at)
    return Level(function, value, sessions)
