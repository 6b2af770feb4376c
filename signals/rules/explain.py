"""A condition in plain words of both languages, so that its author sees what was understood."""

from decimal import Decimal

from signals.core.field import Axis
from signals.core.panel import BOTH_EXCHANGES
from signals.core.signal import Subject
from signals.core.text import Text
from signals.rules.operators import Direction, Function, Operator, Sign
from signals.rules.tree import (
    Arithmetic,
    Both,
    Call,
    Compare,
    Condition,
    Cross,
    Either,
    Expression,
    Not,
    Number,
    Of,
    Streak,
    plain,
    without_minus,
)
from signals.rules.units import CNY, CNY_PER_SHARE, SESSIONS, SHARES
from signals.rules.vocabulary import INDEX_LABELS

_OPERATORS = {
    Operator.ABOVE: Text("{left}大于{right}", "{left} is above {right}"),
    Operator.AT_LEAST: Text("{left}不低于{right}", "{left} is at least {right}"),
    Operator.BELOW: Text("{left}小于{right}", "{left} is below {right}"),
    Operator.AT_MOST: Text("{left}不高于{right}", "{left} is at most {right}"),
    Operator.EQUAL: Text("{left}等于{right}", "{left} equals {right}"),
    Operator.UNEQUAL: Text("{left}不等于{right}", "{left} is not {right}"),
}
_FUNCTIONS = {
    Function.SUM: Text("近{n}日累计{of}", "{of} over {n} sessions"),
    Function.MEAN: Text("近{n}日平均{of}", "mean of {of} over {n} sessions"),
    Function.HIGHEST: Text("近{n}日最高{of}", "highest {of} of {n} sessions"),
    Function.LOWEST: Text("近{n}日最低{of}", "lowest {of} of {n} sessions"),
    Function.PERCENTILE: Text("{of}在自身近{n}日中的分位", "percentile of {of} among its own last {n} sessions"),
    Function.ZSCORE: Text("{of}相对自身近{n}日的z值", "z-score of {of} against its own last {n} sessions"),
    Function.AGO: Text("{n}个交易日前的{of}", "{of} {n} sessions ago"),
    Function.RANK: Text("{of}同类排名", "rank by {of} among its peers"),
    Function.ABS: Text("{of}的绝对值", "size of {of}"),
}
_YESTERDAY = Text("上一交易日的{of}", "{of} of the session before")
_CROSSES = {
    Direction.UP: Text("{left}上穿{right}", "{left} crosses above {right}"),
    Direction.DOWN: Text("{left}下穿{right}", "{left} crosses below {right}"),
}
_RECORDS = {
    Direction.UP: Text("{of}高于此前{n}日的最高", "{of} is above its highest of the {n} sessions before"),
    Direction.DOWN: Text("{of}低于此前{n}日的最低", "{of} is below its lowest of the {n} sessions before"),
}
_NOT = Text("并非“{of}”", "it is not so that {of}")
_STREAK = Text("连续满足“{of}”的交易日数", "number of sessions in a row on which {of}")
_BOTH = Text("，且", ", and ")
_EITHER = Text("，或", ", or ")
_BRACKETS = Text("（{of}）", "({of})")
_MINUS = Text("−{of}", "−{of}")
_SIGNS = {Sign.PLUS: "＋", Sign.MINUS: "−", Sign.TIMES: "×", Sign.OVER: "÷"}
_SIGNS_EN = {Sign.PLUS: " + ", Sign.MINUS: " − ", Sign.TIMES: " × ", Sign.OVER: " / "}
_AMOUNTS = {CNY: Text("元", "CNY"), SHARES: Text("份", "shares"), CNY_PER_SHARE: Text("元", "CNY a share")}
_ZH_SCALES = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_EN_SCALES = ((Decimal(10**9), "bn"), (Decimal(10**6), "m"))
_WHOSE = Text("{who}{of}", "{of} of {who}")
_EXCHANGES = {"SSE": Text("沪市", "SSE"), "SZSE": Text("深市", "SZSE"), BOTH_EXCHANGES: Text("两市", "SSE + SZSE")}


def explained(condition: Condition) -> Text:
    """The condition as a clause."""
    match condition:
        case Compare():
            return _filled(_OPERATORS[condition.operator], left=figure(condition.left), right=figure(condition.right))
        case Cross():
            return _filled(_CROSSES[condition.direction], left=figure(condition.left), right=figure(condition.right))
        case Not():
            return _filled(_NOT, of=explained(condition.of))
        case Both():
            parts = [
                _filled(_BRACKETS, of=explained(one)) if isinstance(one, Either) else explained(one)
                for one in condition.parts
            ]
            return _joined(_BOTH, parts)
        case Either():
            return _joined(_EITHER, [explained(one) for one in condition.parts])
        case _:
            return _filled(_RECORDS[condition.direction], of=figure(condition.of), n=_same(condition.sessions))


def figure(one: Expression) -> Text:
    """A figure by its name."""
    match one:
        case Number():
            return _number(one)
        case Of():
            return _of(one)
        case Call():
            pattern = _YESTERDAY if one.function is Function.AGO and one.sessions == 1 else _FUNCTIONS[one.function]
            return _filled(pattern, of=_within(one.of), n=_same(one.sessions))
        case Streak():
            return _filled(_STREAK, of=explained(one.condition))
        case _:
            return _arithmetic(one)


def _of(one: Of) -> Text:
    if one.subject is None:
        return one.quantity.label
    return _filled(_WHOSE, who=_subject(one.subject), of=one.quantity.label)


def _subject(subject: Subject) -> Text:
    return (_EXCHANGES if subject.axis is Axis.MARKET else INDEX_LABELS).get(subject.code, _same(subject.code))


def _arithmetic(one: Arithmetic) -> Text:
    left, right = _within(one.left), _within(one.right)
    if without_minus(one) is not None:
        return _filled(_MINUS, of=right)
    return Text(f"{left.zh}{_SIGNS[one.sign]}{right.zh}", f"{left.en}{_SIGNS_EN[one.sign]}{right.en}")


def _within(one: Expression) -> Text:
    """A figure inside another: joined ones in brackets."""
    return _filled(_BRACKETS, of=figure(one)) if isinstance(one, Arithmetic) else figure(one)


def _number(one: Number) -> Text:
    """3%, 1.5亿元 and CNY 150m, 20日 and 20 sessions, as exact as they were written."""
    value, dimension = one.value, one.dimension
    sign = "−" if value < 0 else ""
    size = abs(value)
    if dimension.per_cent:
        return _same(f"{sign}{plain(size * 100)}%")
    if dimension in _AMOUNTS and size:
        unit = _AMOUNTS[dimension]
        zh, en = _scaled(size, _ZH_SCALES), _scaled(size, _EN_SCALES)
        return Text(f"{sign}{zh}{unit.zh}", f"CNY {sign}{en}" if dimension == CNY else f"{sign}{en} {unit.en}")
    if dimension == SESSIONS:
        return Text(f"{sign}{plain(size)}日", f"{sign}{plain(size)} session{'' if size == 1 else 's'}")
    return _same(sign + plain(size))


def _scaled(size: Decimal, scales: tuple[tuple[Decimal, str], ...]) -> str:
    for least, word in scales:
        if size >= least:
            return plain(size / least) + word
    return plain(size)


def _filled(pattern: Text, **values: Text) -> Text:
    return Text(
        pattern.zh.format_map({name: value.zh for name, value in values.items()}),
        pattern.en.format_map({name: value.en for name, value in values.items()}),
    )


def _joined(by: Text, parts: list[Text]) -> Text:
    return Text(by.zh.join(one.zh for one in parts), by.en.join(one.en for one in parts))


def _same(value: object) -> Text:
    return Text(str(value), str(value))
