"""From words in order to figures: names resolved, functions and windows applied, units checked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from lark import Token, Transformer, v_args

from signals.core.field import Axis
from signals.core.panel import BOTH_EXCHANGES
from signals.core.prices import INDEX_LEVEL
from signals.core.signal import Subject
from signals.core.text import Text
from signals.rules import checks, functions
from signals.rules.checks import Level, Said
from signals.rules.errors import Fault, Reason
from signals.rules.lexer import Lexeme
from signals.rules.operators import Function
from signals.rules.tree import Call, Expression, Number, Of
from signals.rules.units import SESSIONS
from signals.rules.vocabulary import Meaning

YEAR = 250
"""Sessions of a record or standing for which none are given."""

_DEFAULT = {Function.PERCENTILE: YEAR, Function.ZSCORE: 60}
_WINDOWED = frozenset({Function.SUM, Function.MEAN, Function.HIGHEST, Function.LOWEST, Function.AGO})
_AXES = (Axis.FUND, Axis.MARKET)
_EXAMPLE = Text("沪深300点位 > 4000", "CSI300 level > 4000")


def word_of(token: Token) -> Lexeme:
    """The word that a terminal is."""
    one: Lexeme = token.value
    return one


def literal(token: Token) -> Said:
    """A number as a figure."""
    one = word_of(token)
    return Said(one.value, one.start, one.end)


def begin_of(token: Token) -> int:
    """Where a word begins."""
    return word_of(token).start


def end_of(token: Token) -> int:
    """Where a word ends."""
    return word_of(token).end


@v_args(inline=True)
class FigureBuilder(Transformer[Token, Any]):
    """One method for each arrangement of words that is a figure; all raise Fault."""

    def arithmetic(self, *parts: Any) -> Said:
        """A + b − c, from left to right."""
        result: Said = parts[0]
        for word, right in zip(parts[1::2], parts[2::2], strict=True):
            result = checks.joined_by(word_of(word).value, result, right)
        return result

    def minus(self, word: Token, figure: Said) -> Said:
        """−a."""
        return checks.minus(figure, begin_of(word))

    def number(self, token: Token) -> Said:
        """3%."""
        return literal(token)

    def name(self, token: Token) -> Said:
        """A quantity of every fund, or of the whole market."""
        word = word_of(token)
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
        whose, word = word_of(subject), word_of(name)
        for one in word.value:
            if one.quantity.axis is whose.value.axis:
                return _meant(one, whose.value, whose.start, word.end)
        raise Fault(Reason.NOT_FOR_SUBJECT, (word.start, word.end), other=(whose.start, whose.end))

    def level(self, subject: Token) -> Said:
        """沪深300 alone is its level."""
        whose = word_of(subject)
        if whose.value.axis is not Axis.INDEX:
            raise Fault(Reason.MISSING_OPERAND, (whose.start, whose.end))
        return Said(Of(INDEX_LEVEL, whose.value), whose.start, whose.end)

    def call(self, word: Token, *parts: Any) -> Said:
        """mean(a, 20), pct(95, 250), abs(a)."""
        one = word_of(word)
        arguments = [part for part in parts if isinstance(part, Said)]
        node = _called(one, arguments, (one.start, end_of(parts[-1])))
        return Said(node, one.start, end_of(parts[-1]))

    def leveled(self, number: Token, called: Said) -> Said:
        """3 z(60), 95%分位(250日)."""
        level, value = called.node, literal(number)
        if not isinstance(level, Level) or level.argument is None:
            raise Fault(Reason.UNEXPECTED, called.at)
        sessions = checks.whole_sessions(level.argument)
        return Said(checks.level_of(level.function, value, sessions), value.start, called.end)

    def own_level(self, number: Token, word: Token) -> Said:
        """95%分位, 3倍标准差."""
        value, function = literal(number), word_of(word).value
        return Said(checks.level_of(function, value, _DEFAULT[function]), value.start, end_of(word))

    def near(self, word: Token, sessions: Token, figure: Said) -> Said:
        """近20日净流入; 近250日95%分位."""
        count = checks.whole_sessions(literal(sessions))
        if isinstance(figure.node, Level):
            return Said(replace(checks.settled(figure.node), sessions=count), begin_of(word), figure.end)
        return Said(functions.over_sessions(Function.SUM, figure, count), begin_of(word), figure.end)

    def bare_near(self, sessions: Token, name: Token) -> Said:
        """20日净流入; a number without 日 is no number of sessions here."""
        if word_of(sessions).value.dimension != SESSIONS:
            raise Fault(Reason.UNEXPECTED, (begin_of(name), end_of(name)))
        return self.near(sessions, sessions, self.name(name))

    def over(self, figure: Said, _: Token, sessions: Token) -> Said:
        """Flow over 20 sessions."""
        count = checks.whole_sessions(literal(sessions))
        return Said(functions.over_sessions(Function.SUM, figure, count), figure.start, end_of(sessions))

    def window(self, word: Token, sessions: Token, function: Token, figure: Said) -> Said:
        """近60日平均溢价率."""
        count = checks.whole_sessions(literal(sessions))
        return Said(functions.over_sessions(word_of(function).value, figure, count), begin_of(word), figure.end)

    def bare_window(self, sessions: Token, function: Token, figure: Said) -> Said:
        """60日平均溢价率."""
        return self.window(sessions, sessions, function, figure)

    def before(self, word: Token, sessions: Token, figure: Said) -> Said:
        """前5日溢价率."""
        count = checks.whole_sessions(literal(sessions))
        return Said(functions.over_sessions(Function.AGO, figure, count), begin_of(word), figure.end)

    def long_before(self, sessions: Token, _: Token, figure: Said) -> Said:
        """5日前的溢价率."""
        return self.before(sessions, sessions, figure)

    def ago(self, figure: Said, sessions: Token, word: Token) -> Said:
        """Premium 5 sessions ago."""
        count = checks.whole_sessions(literal(sessions))
        return Said(functions.over_sessions(Function.AGO, figure, count), figure.start, end_of(word))

    def yesterday(self, word: Token, figure: Said) -> Said:
        """昨日净流入."""
        return Said(functions.over_sessions(Function.AGO, figure, 1), begin_of(word), figure.end)


def _meant(meaning: Meaning, subject: Subject | None, start: int, end: int) -> Said:
    said = Said(Of(meaning.quantity, subject), start, end)
    return checks.minus(said, start) if meaning.opposite else said


def _called(word: Lexeme, arguments: list[Said], at: tuple[int, int]) -> Expression | Level:
    """A function of its arguments; raises Fault with the right way to write it."""
    function: Function = word.value
    count = len(arguments)
    if function in _WINDOWED and count == 2:
        return functions.over_sessions(function, arguments[0], checks.whole_sessions(arguments[1]))
    if function in _DEFAULT and count <= 2:
        return _standing(function, arguments)
    if function is Function.RANK and count == 1:
        return functions.ranked(arguments[0])
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
        return functions.over_sessions(function, first, sessions)
    if len(arguments) == 2:
        return checks.level_of(function, first, sessions)
    return Level(function, Decimal(1), sessions, argument=first)
