"""From words in order to typed nodes: names resolved, units checked, spellings of one thing made one."""

from dataclasses import dataclass, replace
from typing import Any

from lark import Token, v_args

from signals.core.prices import CLOSE_PRICE
from signals.rules import checks, functions
from signals.rules.checks import Said
from signals.rules.errors import Fault, Reason
from signals.rules.figures import YEAR, FigureBuilder, begin_of, end_of, literal, word_of
from signals.rules.operators import Direction, Operator
from signals.rules.scope import Scope
from signals.rules.tree import (
    Both,
    Condition,
    Cross,
    Either,
    Expression,
    Number,
    Of,
    Record,
    denied,
    joined,
    without_minus,
)
from signals.rules.units import SESSIONS


@dataclass(frozen=True, slots=True)
class Built:
    """What a text says: a condition, and the funds it is about."""

    condition: Condition
    scope: Scope


@dataclass(frozen=True, slots=True)
class Stated:
    """A condition and where it stands."""

    condition: Condition
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scoped:
    """A scope and where it stands."""

    scope: Scope
    start: int
    end: int


@v_args(inline=True)
class Builder(FigureBuilder):
    """One method for each arrangement of words in the grammar; all raise Fault."""

    def start(self, *parts: Any) -> Built:
        """The whole text."""
        scopes = [one for one in parts if isinstance(one, Scoped)]
        (stated,) = [one for one in parts if isinstance(one, Stated)]
        if len(scopes) > 1:
            raise Fault(Reason.SCOPE_TWICE, (scopes[1].start, scopes[1].end))
        return Built(stated.condition, scopes[0].scope if scopes else Scope())

    def prefix(self, *parts: Any) -> Scoped:
        """Scope in front or behind: 对 软件: …"""
        (scope,) = [one for one in parts if isinstance(one, Scoped)]
        return scope

    suffix = prefix

    def scopes(self, *parts: Any) -> Scoped:
        """The words behind `on`, one after the other."""
        word = word_of(parts[-1])
        before = [one for one in parts if isinstance(one, Scoped)]
        named = [part for one in before for part in one.scope.parts]
        return Scoped(Scope.of([*named, word.value]), before[0].start if before else word.start, word.end)

    def either(self, *parts: Any) -> Stated:
        """… or …"""
        stated = parts[::2]
        return Stated(joined(Either, [one.condition for one in stated]), stated[0].start, stated[-1].end)

    def both(self, *parts: Any) -> Stated:
        """… and …"""
        stated = parts[::2]
        return Stated(joined(Both, [one.condition for one in stated]), stated[0].start, stated[-1].end)

    def denial(self, word: Token, stated: Stated) -> Stated:
        """Not …"""
        return Stated(denied(stated.condition), begin_of(word), stated.end)

    def lasting(self, word: Token, sessions: Token, stated: Stated) -> Stated:
        """连续3日 溢价率 > 1%."""
        return self._lasts(stated, literal(sessions), begin_of(word), stated.end)

    def lasted(self, stated: Stated, _: Token, sessions: Token) -> Stated:
        """Premium > 1% for 3 sessions."""
        return self._lasts(stated, literal(sessions), stated.start, end_of(sessions))

    def moving(self, word: Token, sessions: Token, moved: Said) -> Stated:
        """连续3日净流入."""
        if not functions.directed(moved.figure):
            raise Fault(Reason.MISSING_COMPARISON, moved.at)
        above = checks.compared(Operator.ABOVE, moved, replace(moved, node=functions.zero_of(moved.figure)))
        return self._lasts(Stated(above, moved.start, moved.end), literal(sessions), begin_of(word), moved.end)

    def _lasts(self, stated: Stated, sessions: Said, start: int, end: int) -> Stated:
        checks.whole_sessions(sessions)
        length = Said(functions.streak(stated.condition), stated.start, stated.end)
        return Stated(checks.compared(Operator.AT_LEAST, length, sessions), start, end)

    def comparison(self, *parts: Any) -> Stated:
        """A > b, and chains: 1% < a < 3%."""
        figures, operators = parts[::2], parts[1::2]
        pairs = zip(figures, operators, figures[1:], strict=False)
        links: list[Condition] = [checks.compared(word_of(word).value, left, right) for left, word, right in pairs]
        return Stated(joined(Both, links), figures[0].start, figures[-1].end)

    def crossing(self, left: Said, word: Token, right: Said) -> Stated:
        """A crosses above b."""
        pair = checks.sides(left, right)
        if not any(checks.named(one) for one in pair) or pair[0].text == pair[1].text:
            raise Fault(Reason.NO_QUANTITY, (left.start, right.end))
        return Stated(_crossed(word_of(word).value, *pair), left.start, right.end)

    def top(self, ranked: Said, _: Token, number: Token) -> Stated:
        """同类换手排名前3."""
        return Stated(checks.compared(Operator.AT_MOST, ranked, literal(number)), ranked.start, end_of(number))

    def reaching(self, length: Said, number: Token) -> Stated:
        """连涨5日."""
        count = literal(number)
        if length.figure.dimension != SESSIONS:
            raise Fault(Reason.MISSING_COMPARISON, length.at)
        checks.whole_sessions(count)
        return Stated(checks.compared(Operator.AT_LEAST, length, count), length.start, count.end)

    def record(self, figure: Said, *words: Token) -> Stated:
        """份额创60日新高."""
        sessions = checks.whole_sessions(literal(words[-2]))
        return self._record(word_of(words[-1]).value, figure, sessions, end_of(words[-1]))

    def record_of_year(self, figure: Said, _: Token, word: Token) -> Stated:
        """份额创新高."""
        return self._record(word_of(word).value, figure, YEAR, end_of(word))

    def price_record(self, *words: Token) -> Stated:
        """创250日新高, of the close."""
        numbers = [literal(one) for one in words if isinstance(word_of(one).value, Number)]
        sessions = checks.whole_sessions(numbers[0]) if numbers else YEAR
        close = Said(Of(CLOSE_PRICE), begin_of(words[0]), end_of(words[-1]))
        return self._record(word_of(words[-1]).value, close, sessions, close.end)

    def predicate(self, word: Token, *parts: Any) -> Stated:
        """new_high(close, 250)."""
        figure = next(one for one in parts if isinstance(one, Said))
        numbers = [literal(one) for one in parts if isinstance(one, Token) and isinstance(word_of(one).value, Number)]
        sessions = checks.whole_sessions(numbers[0]) if numbers else YEAR
        stated = self._record(word_of(word).value, figure, sessions, end_of(parts[-1]))
        return replace(stated, start=begin_of(word))

    def _record(self, direction: Direction, figure: Said, sessions: int, end: int) -> Stated:
        if not checks.named(figure.figure):
            raise Fault(Reason.NO_QUANTITY, figure.at)
        if (inner := without_minus(figure.figure)) is not None:
            return Stated(Record(_OTHER[direction], inner, sessions), figure.start, end)
        return Stated(Record(direction, figure.figure, sessions), figure.start, end)

    def streak(self, word: Token, _: Token, stated: Stated, closed: Token) -> Said:
        """streak(a > b)."""
        return Said(functions.streak(stated.condition), begin_of(word), end_of(closed))

    def bracketed(self, opened: Token, one: Said | Stated, closed: Token) -> Said | Stated:
        """( … )."""
        return replace(one, start=begin_of(opened), end=end_of(closed))


_OTHER = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP}


def _crossed(direction: Direction, left: Expression, right: Expression) -> Cross:
    """A number stands on the right: 3% crosses above a is a crosses below 3%."""
    if isinstance(left, Number):
        left, right, direction = right, left, _OTHER[direction]
    if isinstance(right, Number) and (inner := without_minus(left)) is not None:
        return Cross(_OTHER[direction], inner, -right)
    return Cross(direction, left, right)
