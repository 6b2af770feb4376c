"""From words in order to typed nodes: names resolved, units checked, spellings of one thing made one."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from lark import Token, Transformer, v_args

from signals.core.field import Axis
from signals.core.panel import BOTH_EXCHANGES
from signals.core.prices import CLOSE_PRICE, INDEX_LEVEL
from signals.core.signal import Subject
from signals.core.text import Text
from signals.rules import checks
from signals.rules.checks import Level, Said
from signals.rules.errors import Fault, Reason
from signals.rules.lexer import Lexeme
from signals.rules.scope import Scope
from signals.rules.tree import (
    Both,
    Call,
    Condition,
    Cross,
    Direction,
    Either,
    Expression,
    Function,
    Number,
    Of,
    Operator,
    Record,
    denied,
    joined,
)
from signals.rules.units import SESSIONS
from signals.rules.vocabulary import Meaning

YEAR = 250
"""Sessions of a record or standing for which none are given."""

ZSCORE_SESSIONS = 60
"""Sessions of a z-score for which none are given."""

_WINDOWED = frozenset({Function.SUM, Function.MEAN, Function.HIGHEST, Function.LOWEST, Function.AGO})
_AXES = (Axis.FUND, Axis.MARKET)


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


_Part: TypeAlias = Said | Stated | Token


def _word(token: Token) -> Lexeme:
    one: Lexeme = token.value
    return one


def _literal(token: Token) -> Said:
    one = _word(token)
    return Said(one.value, one.start, one.end)


def _begin(one: _Part) -> int:
    return _word(one).start if isinstance(one, Token) else one.start


def _end(one: _Part) -> int:
    return _word(one).end if isinstance(one, Token) else one.end


@v_args(inline=True)
class Builder(Transformer[Token, Built]):
    """One method for each arrangement of words in the grammar; all raise Fault."""

    def start(self, *parts: Any) -> Built:
        """The whole text."""
        scopes = [one for one in parts if isinstance(one, Scope)]
        (stated,) = [one for one in parts if isinstance(one, Stated)]
        if len(scopes) > 1:
            raise Fault(Reason.SCOPE_TWICE, (stated.end, stated.end + 1))
        return Built(stated.condition, scopes[0] if scopes else Scope())

    def prefix(self, *parts: Any) -> Scope:
        """Scope in front: 对 软件: …"""
        (scope,) = [one for one in parts if isinstance(one, Scope)]
        return scope

    suffix = prefix

    def scopes(self, *parts: Token) -> Scope:
        """The words behind `on`."""
        return Scope.of(_word(one).value for one in parts[::2])

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
        return Stated(denied(stated.condition), _begin(word), stated.end)

    def lasting(self, word: Token, sessions: Token, stated: Stated) -> Stated:
        """连续3日 溢价率 > 1%."""
        return self._lasts(stated, _literal(sessions), _begin(word), stated.end)

    def lasted(self, stated: Stated, _: Token, sessions: Token) -> Stated:
        """Premium > 1% for 3 sessions."""
        return self._lasts(stated, _literal(sessions), stated.start, _end(sessions))

    def moving(self, word: Token, sessions: Token, moved: Said) -> Stated:
        """连续3日净流入."""
        if not checks.directed(moved.figure):
            raise Fault(Reason.MISSING_COMPARISON, moved.at)
        above = checks.compared(Operator.ABOVE, moved, replace(moved, node=checks.zero_of(moved.figure)))
        return self._lasts(Stated(above, moved.start, moved.end), _literal(sessions), _begin(word), moved.end)

    def _lasts(self, stated: Stated, sessions: Said, start: int, end: int) -> Stated:
        checks.whole_sessions(sessions)
        length = Said(checks.streak(stated.condition), stated.start, stated.end)
        return Stated(checks.compared(Operator.AT_LEAST, length, sessions), start, end)

    def comparison(self, *parts: Any) -> Stated:
        """A > b, and chains: 1% < a < 3%."""
        figures, operators = parts[::2], parts[1::2]
        pairs = zip(figures, operators, figures[1:], strict=False)
        links: list[Condition] = [checks.compared(_word(word).value, left, right) for left, word, right in pairs]
        return Stated(joined(Both, links), figures[0].start, figures[-1].end)

    def crossing(self, left: Said, word: Token, right: Said) -> Stated:
        """A crosses above b."""
        pair = checks.sides(left, right)
        if not any(checks.named(one) for one in pair) or pair[0].text == pair[1].text:
            raise Fault(Reason.NO_QUANTITY, (left.start, right.end))
        return Stated(_crossed(_word(word).value, *pair), left.start, right.end)

    def top(self, ranked: Said, _: Token, number: Token) -> Stated:
        """同类换手排名前3."""
        return Stated(checks.compared(Operator.AT_MOST, ranked, _literal(number)), ranked.start, _end(number))

    def reaching(self, length: Said, number: Token) -> Stated:
        """连涨5日."""
        count = _literal(number)
        if length.figure.dimension != SESSIONS:
            raise Fault(Reason.MISSING_COMPARISON, length.at)
        checks.whole_sessions(count)
        return Stated(checks.compared(Operator.AT_LEAST, length, count), length.start, count.end)

    def record(self, figure: Said, *words: Token) -> Stated:
        """份额创60日新高."""
        sessions = checks.whole_sessions(_literal(words[-2]))
        return self._record(_word(words[-1]).value, figure, sessions, _end(words[-1]))

    def record_of_year(self, figure: Said, _: Token, word: Token) -> Stated:
        """份额创新高."""
        return self._record(_word(word).value, figure, YEAR, _end(word))

    def price_record(self, *words: Token) -> Stated:
        """创250日新高, of the close."""
        numbers = [_literal(one) for one in words if isinstance(_word(one).value, Number)]
        sessions = checks.whole_sessions(numbers[0]) if numbers else YEAR
        close = Said(Of(CLOSE_PRICE), _begin(words[0]), _end(words[-1]))
        return self._record(_word(words[-1]).value, close, sessions, close.end)

    def predicate(self, word: Token, *parts: Any) -> Stated:
        """new_high(close, 250)."""
        figure = next(one for one in parts if isinstance(one, Said))
        numbers = [_literal(one) for one in parts if isinstance(one, Token) and isinstance(_word(one).value, Number)]
        sessions = checks.whole_sessions(numbers[0]) if numbers else YEAR
        stated = self._record(_word(word).value, figure, sessions, _end(parts[-1]))
        return replace(stated, start=_begin(word))

    def _record(self, direction: Direction, figure: Said, sessions: int, end: int) -> Stated:
        if not checks.named(figure.figure):
            raise Fault(Reason.NO_QUANTITY, figure.at)
        if (inner := checks.without_minus(figure.figure)) is not None:
            return Stated(Record(_OTHER[direction], inner, sessions), figure.start, end)
        return Stated(Record(direction, figure.figure, sessions), figure.start, end)

    def bracketed(self, opened: Token, one: Said | Stated, closed: Token) -> Said | Stated:
        """( … )."""
        return replace(one, start=_begin(opened), end=_end(closed))

    def arithmetic(self, *parts: Any) -> Said:
        """A + b − c, from left to right."""
        result: Said = parts[0]
        for word, right in zip(parts[1::2], parts[2::2], strict=True):
            result = checks.joined_by(_word(word).value, result, right)
        return result

    def minus(self, word: Token, figure: Said) -> Said:
        """−a."""
        return checks.minus(figure, _begin(word))

    def number(self, token: Token) -> Said:
        """3%."""
        return _literal(token)

    def name(self, token: Token) -> Said:
        """A quantity of every fund, or of the whole market."""
        word = _word(token)
        by_axis: dict[Axis, Meaning] = {}
        for one in word.value:
            by_axis.setdefault(one.quantity.axis, one)
        for axis in _AXES:
            if axis in by_axis:
                subject = Subject(Axis.MARKET, BOTH_EXCHANGES) if axis is Axis.MARKET else None
                return _meant(by_axis[axis], subject, word.start, word.end)
        raise Fault(Reason.NEEDS_SUBJECT, (word.start, word.end), example=_EXAMPLE)

    def named(self, subject: Token, name: Token) -> Said:
        """沪深300 涨跌幅."""
        whose, word = _word(subject), _word(name)
        for one in word.value:
            if one.quantity.axis is whose.value.axis:
                return _meant(one, whose.value, whose.start, word.end)
        raise Fault(Reason.NOT_FOR_SUBJECT, (word.start, word.end), other=(whose.start, whose.end))

    def level(self, subject: Token) -> Said:
        """沪深300 alone is its level."""
        whose = _word(subject)
        if whose.value.axis is not Axis.INDEX:
            raise Fault(Reason.MISSING_OPERAND, (whose.start, whose.end))
        return Said(Of(INDEX_LEVEL, whose.value), whose.start, whose.end)

    def call(self, word: Token, *parts: Any) -> Said:
        """mean(a, 20), pct(95, 250), abs(a)."""
        one = _word(word)
        arguments = [part for part in parts if isinstance(part, Said)]
        node = _called(one, arguments, (one.start, _end(parts[-1])))
        return Said(node, one.start, _end(parts[-1]))

    def streak(self, word: Token, _: Token, stated: Stated, closed: Token) -> Said:
        """streak(a > b)."""
        return Said(checks.streak(stated.condition), _begin(word), _end(closed))

    def leveled(self, number: Token, called: Said) -> Said:
        """3 z(60), 95%分位(250日)."""
        level, value = called.node, _literal(number)
        if not isinstance(level, Level) or level.argument is None:
            raise Fault(Reason.UNEXPECTED, called.at)
        sessions = checks.whole_sessions(level.argument)
        return Said(checks.level_of(level.function, value, sessions), value.start, called.end)

    def own_level(self, number: Token, word: Token) -> Said:
        """95%分位, 3倍标准差."""
        value, function = _literal(number), _word(word).value
        return Said(checks.level_of(function, value, _DEFAULT[function]), value.start, _end(word))

    def near(self, word: Token, sessions: Token, figure: Said) -> Said:
        """近20日净流入; 近250日95%分位."""
        count = checks.whole_sessions(_literal(sessions))
        if isinstance(figure.node, Level):
            return Said(replace(checks.settled(figure.node), sessions=count), _begin(word), figure.end)
        return Said(checks.over_sessions(Function.SUM, figure, count), _begin(word), figure.end)

    def bare_near(self, sessions: Token, name: Token) -> Said:
        """20日净流入."""
        return self.near(sessions, sessions, self.name(name))

    def over(self, figure: Said, _: Token, sessions: Token) -> Said:
        """Flow over 20 sessions."""
        count = checks.whole_sessions(_literal(sessions))
        return Said(checks.over_sessions(Function.SUM, figure, count), figure.start, _end(sessions))

    def window(self, word: Token, sessions: Token, function: Token, figure: Said) -> Said:
        """近60日平均溢价率."""
        count = checks.whole_sessions(_literal(sessions))
        return Said(checks.over_sessions(_word(function).value, figure, count), _begin(word), figure.end)

    def bare_window(self, sessions: Token, function: Token, figure: Said) -> Said:
        """60日平均溢价率."""
        return self.window(sessions, sessions, function, figure)

    def before(self, word: Token, sessions: Token, figure: Said) -> Said:
        """前5日溢价率."""
        count = checks.whole_sessions(_literal(sessions))
        return Said(checks.over_sessions(Function.AGO, figure, count), _begin(word), figure.end)

    def long_before(self, sessions: Token, _: Token, figure: Said) -> Said:
        """5日前的溢价率."""
        return self.before(sessions, sessions, figure)

    def ago(self, figure: Said, sessions: Token, word: Token) -> Said:
        """Premium 5 sessions ago."""
        count = checks.whole_sessions(_literal(sessions))
        return Said(checks.over_sessions(Function.AGO, figure, count), figure.start, _end(word))

    def yesterday(self, word: Token, figure: Said) -> Said:
        """昨日净流入."""
        return Said(checks.over_sessions(Function.AGO, figure, 1), _begin(word), figure.end)


_OTHER = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP}
_DEFAULT = {Function.PERCENTILE: YEAR, Function.ZSCORE: ZSCORE_SESSIONS}
_EXAMPLE = Text("沪深300点位 > 4000", "CSI300 level > 4000")


def _meant(meaning: Meaning, subject: Subject | None, start: int, end: int) -> Said:
    said = Said(Of(meaning.quantity, subject), start, end)
    return checks.minus(said, start) if meaning.opposite else said


def _crossed(direction: Direction, left: Expression, right: Expression) -> Cross:
    """A number stands on the right: 3% crosses above a is a crosses below 3%."""
    if isinstance(left, Number):
        left, right, direction = right, left, _OTHER[direction]
    if isinstance(right, Number) and (inner := checks.without_minus(left)) is not None:
        return Cross(_OTHER[direction], inner, replace(right, value=-right.value))
    return Cross(direction, left, right)


def _called(word: Lexeme, arguments: list[Said], at: tuple[int, int]) -> Expression | Level:
    """A function of its arguments; raises Fault with the right way to write it."""
    function: Function = word.value
    count = len(arguments)
    if function in _WINDOWED and count == 2:
        return checks.over_sessions(function, arguments[0], checks.whole_sessions(arguments[1]))
    if function in _DEFAULT and count <= 2:
        return _standing(function, arguments)
    if function is Function.RANK and count == 1:
        return checks.ranked(arguments[0])
    if function is Function.ABS and count == 1:
        one = arguments[0].figure
        return replace(one, value=abs(one.value)) if isinstance(one, Number) else Call(function, one)
    usage = f"{function}(flow, 20)" if function in {*_WINDOWED, *_DEFAULT} else f"{function}(flow)"
    raise Fault(Reason.WRONG_ARGUMENTS, (word.start, word.end), usage=usage)


def _standing(function: Function, arguments: list[Said]) -> Expression | Level:
    """percentile(a, 250) is a figure; pct(95, 250) and z(60) are levels of whatever they are compared with."""
    first = arguments[0]
    sessions = checks.whole_sessions(arguments[1]) if len(arguments) == 2 else _DEFAULT[function]
    if not isinstance(first.node, Number):
        return checks.over_sessions(function, first, sessions)
    if len(arguments) == 2:
        return checks.level_of(function, first, sessions)
    return Level(function, Decimal(1), sessions, argument=first)
