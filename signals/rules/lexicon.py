"""The words of the language beside the names of figures: Chinese and English, in any mixture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from signals.rules.operators import Direction, Function, Operator, Sign
from signals.rules.units import CNY, CNY_PER_SHARE, COUNT, FRACTION, NUMBER, POINTS, SESSIONS, SHARES, Dimension


class Kind(StrEnum):
    """What a word is to the grammar; the values are its terminals."""

    NUMBER = "NUMBER"
    NAME = "NAME"
    SUBJECT = "SUBJECT"
    SCOPE = "SCOPE"
    COMPARE = "COMPARE"
    CROSS = "CROSS"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    ON = "ON"
    PLUS = "PLUS"
    MINUS = "MINUS"
    TIMES = "TIMES"
    OVER_SIGN = "OVER_SIGN"
    OPEN = "OPEN"
    CLOSE = "CLOSE"
    COMMA = "COMMA"
    COLON = "COLON"
    FUNCTION = "FUNCTION"
    PREDICATE = "PREDICATE"
    RUN = "RUN"
    """streak(…)"""
    WINDOW = "WINDOW"
    """The function between 近N日 and its figure: 平均, 最高."""
    LEVEL = "LEVEL"
    """Ends 95%分位 and 3倍标准差."""
    NEAR = "NEAR"
    LASTING = "LASTING"
    """over 20 sessions."""
    BEFORE = "BEFORE"
    """前 in front of a number."""
    AGO = "AGO"
    YESTERDAY = "YESTERDAY"
    CONSECUTIVE = "CONSECUTIVE"
    FOR = "FOR"
    TOP = "TOP"
    MAKE = "MAKE"
    RECORD = "RECORD"


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a word."""

    kind: Kind
    value: object = None


_WORDS: tuple[tuple[Kind, object, str], ...] = (
    (Kind.COMPARE, Operator.AT_LEAST, ">= => ≥ ≧ 大于等于 大于或等于 不低于 不小于 不少于 至少 达到 at_least"),
    (Kind.COMPARE, Operator.AT_MOST, "<= =< ≤ ≦ 小于等于 小于或等于 不高于 不大于 不超过 不多于 至多 最多 at_most"),
    (
        Kind.COMPARE,
        Operator.ABOVE,
        "> 大于 高于 超过 多于 超 above exceeds more_than greater_than higher_than is_above",
    ),
    (Kind.COMPARE, Operator.BELOW, "< 小于 低于 少于 不足 不到 below under less_than lower_than is_below"),
    (Kind.COMPARE, Operator.UNEQUAL, "!= <> ≠ 不等于"),
    (Kind.COMPARE, Operator.EQUAL, "= == 等于 equals"),
    (Kind.CROSS, Direction.UP, "上穿 升破 突破 crosses_above crosses_over crosses_up"),
    (Kind.CROSS, Direction.DOWN, "下穿 跌破 crosses_below crosses_under crosses_down"),
    (Kind.AND, None, "且 并且 而且 同时 和 and && &"),
    (Kind.OR, None, "或 或者 or || |"),
    (Kind.NOT, None, "非 不是 not !"),
    (Kind.ON, None, "on 对 仅 只看 only_on"),
    (Kind.PLUS, Sign.PLUS, "+ 加"),
    (Kind.MINUS, Sign.MINUS, "- − – 减"),
    (Kind.TIMES, Sign.TIMES, "* × 乘 乘以"),
    (Kind.OVER_SIGN, Sign.OVER, "/ ÷ 除以"),
    (Kind.OPEN, None, "( [ 【"),
    (Kind.CLOSE, None, ") ] 】"),
    (Kind.COMMA, None, ", 、"),
    (Kind.COLON, None, ":"),
    (Kind.FUNCTION, Function.SUM, "sum total 累计 合计"),
    (Kind.WINDOW, Function.SUM, "累计 合计 sum_of total"),
    (Kind.FUNCTION, Function.MEAN, "mean average avg ma 平均 均值"),
    (Kind.WINDOW, Function.MEAN, "平均 均值 mean average"),
    (Kind.FUNCTION, Function.HIGHEST, "highest max 最高 最大"),
    (Kind.WINDOW, Function.HIGHEST, "最高 最大 highest"),
    (Kind.FUNCTION, Function.LOWEST, "lowest min 最低 最小"),
    (Kind.WINDOW, Function.LOWEST, "最低 最小 lowest"),
    (Kind.FUNCTION, Function.PERCENTILE, "percentile pct 分位 分位数"),
    (Kind.LEVEL, Function.PERCENTILE, "分位 分位数 percentile"),
    (Kind.FUNCTION, Function.ZSCORE, "zscore z_score z z值 标准差 sigma"),
    (Kind.LEVEL, Function.ZSCORE, "标准差 sigma σ z"),
    (Kind.FUNCTION, Function.AGO, "ago shift 前"),
    (Kind.FUNCTION, Function.RANK, "rank peer_rank 同类排名 排名"),
    (Kind.FUNCTION, Function.ABS, "abs 绝对值"),
    (Kind.PREDICATE, Direction.UP, "new_high 新高"),
    (Kind.PREDICATE, Direction.DOWN, "new_low 新低"),
    (Kind.RUN, None, "streak 连续"),
    (Kind.NEAR, None, "近 最近 过去 last past"),
    (Kind.LASTING, None, "over during"),
    (Kind.BEFORE, None, "前"),
    (Kind.AGO, None, "前 之前 以前 ago"),
    (Kind.YESTERDAY, None, "昨日 昨天 上一交易日 上日 前日 yesterday's yesterday previous"),
    (Kind.CONSECUTIVE, None, "连续"),
    (Kind.FOR, None, "for"),
    (Kind.TOP, None, "top 位列前 排前 居前 进入前"),
    (Kind.MAKE, None, "创 创下 创出 创了 makes hits at makes_a hits_a at_a makes_a_new hits_a_new at_a_new"),
    (Kind.RECORD, Direction.UP, "新高 high"),
    (Kind.RECORD, Direction.DOWN, "新低 low"),
)
"""Words by kind; a blank inside a word is written as _."""


def keywords() -> Iterator[tuple[str, Sense]]:
    """Every word with its meaning; one with an underscore may also be written with a blank."""
    for kind, value, words in _WORDS:
        for word in words.split():
            for form in {word, word.replace("_", " ")}:
                yield form, Sense(kind, value)


SILENT = ("的", "是", "为", "the", "is", "of")
"""Words that mean nothing to a condition and may stand in it."""

MAGNITUDES: Mapping[str, Decimal] = {
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10**4),
    "亿": Decimal(10**8),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "k": Decimal(1000),
    "mn": Decimal(10**6),
    "m": Decimal(10**6),
    "bn": Decimal(10**9),
}
"""Words behind a number that multiply it; several may follow each other (千万)."""

UNITS: Mapping[str, tuple[Decimal, Dimension]] = {
    "%": (Decimal("0.01"), FRACTION),
    "％": (Decimal("0.01"), FRACTION),
    "pct": (Decimal("0.01"), FRACTION),
    "percent": (Decimal("0.01"), FRACTION),
    "个百分点": (Decimal("0.01"), FRACTION),
    "百分点": (Decimal("0.01"), FRACTION),
    "‰": (Decimal("0.001"), FRACTION),
    "bp": (Decimal("0.0001"), FRACTION),
    "bps": (Decimal("0.0001"), FRACTION),
    "个基点": (Decimal("0.0001"), FRACTION),
    "基点": (Decimal("0.0001"), FRACTION),
    "元/份": (Decimal(1), CNY_PER_SHARE),
    "cny/share": (Decimal(1), CNY_PER_SHARE),
    "元": (Decimal(1), CNY),
    "块": (Decimal(1), CNY),
    "cny": (Decimal(1), CNY),
    "rmb": (Decimal(1), CNY),
    "yuan": (Decimal(1), CNY),
    "份": (Decimal(1), SHARES),
    "shares": (Decimal(1), SHARES),
    "share": (Decimal(1), SHARES),
    "个交易日": (Decimal(1), SESSIONS),
    "交易日": (Decimal(1), SESSIONS),
    "日": (Decimal(1), SESSIONS),
    "天": (Decimal(1), SESSIONS),
    "sessions": (Decimal(1), SESSIONS),
    "session": (Decimal(1), SESSIONS),
    "days": (Decimal(1), SESSIONS),
    "day": (Decimal(1), SESSIONS),
    "d": (Decimal(1), SESSIONS),
    "点": (Decimal(1), POINTS),
    "points": (Decimal(1), POINTS),
    "名": (Decimal(1), COUNT),
    "只": (Decimal(1), COUNT),
    "个": (Decimal(1), NUMBER),
    "倍": (Decimal(1), NUMBER),
    "x": (Decimal(1), NUMBER),
}
"""Words that end a number: what they multiply it by, and its dimension."""

NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
"""Chinese numerals up to ten, read only in front of a unit: 三日, 两亿."""
