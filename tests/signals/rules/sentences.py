"""Rules as people might write them: grammatical ones, and soups of the language's own words."""

from hypothesis import strategies as st

from signals.rules import Vocabulary
from signals.rules.lexicon import MAGNITUDES, UNITS, keywords

VOCABULARY = Vocabulary(
    lists={"宽基": "宽基", "Broad market": "宽基", "软件": "软件"},
    funds={"信创50ETF": "560850", "软件50ETF": "159590"},
)
SHARES_OF = ("溢价率", "premium", "涨跌幅", "change", "换手率", "turnover", "净值涨跌幅", "折价率", "跌幅")
MONEY = ("净流入", "flow", "flow_5", "净流出", "成交额", "amount", "规模", "aum", "两市融资余额变动", "financing")
LENGTHS = ("连涨", "inflow_streak", "连续净流入", "down_streak")
PRICES = ("收盘价", "close")
SESSIONS = st.integers(2, 60)


def _windows(figures: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    patterns = st.sampled_from(
        [
            "mean({of}, {n})",
            "highest({of}, {n})",
            "近{n}日平均{of}",
            "近{n}日最低 {of}",
            "{of} {n} sessions ago",
            "前{n}日{of}",
            "昨日{of}",
            "ago({of}, {n})",
            "abs({of})",
            "-({of})",
            "({of})",
        ]
    )
    return st.builds(lambda pattern, of, n: pattern.format(of=of, n=n), patterns, figures, SESSIONS)


def _figures(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.recursive(st.sampled_from(names), _windows, max_leaves=2)


def _numbers(unit: str, least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(lambda number: f"{number / 10:g}{unit}")


_PAIRS = st.one_of(
    st.tuples(_figures(SHARES_OF), _numbers("%", -80, 80) | _figures(SHARES_OF)),
    st.tuples(_figures(MONEY), _numbers("亿", -50, 50) | _numbers("万元", -900, 900) | _figures(MONEY)),
    st.tuples(_figures(LENGTHS), st.integers(0, 9).map("{}日".format) | st.integers(0, 9).map(str)),
    st.tuples(_figures(PRICES), _numbers("元/份", 1, 50) | _figures(PRICES)),
    st.tuples(_figures(SHARES_OF), st.sampled_from(["pct(95, 60)", "95%分位", "近60日5%分位", "2 z(20)", "2倍标准差"])),
)
_OPERATORS = st.sampled_from([" > ", ">=", " 小于", "不高于 ", " is above ", " crosses above ", "下穿", " = ", "≠"])
ATOMS = st.one_of(
    st.builds(lambda pair, operator: pair[0] + operator + pair[1], _PAIRS, _OPERATORS),
    st.builds("创{}日新高".format, SESSIONS),
    st.builds("new_low({}, {})".format, _figures((*MONEY, *SHARES_OF)), SESSIONS),
    st.builds("连续{}日净流出".format, st.integers(2, 9)),
    st.builds("连续{}日 换手率 > {}%".format, st.integers(2, 9), st.integers(1, 50)),
    st.builds("同类换手排名前{}".format, st.integers(1, 5)),
    st.builds("{}% < 溢价率 < {}%".format, st.integers(-3, 0), st.integers(1, 3)),
    st.builds("沪深300 涨跌幅 < {}%".format, st.integers(-3, 3)),
    st.builds("flow / aum > {}%".format, st.integers(-3, 3)),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{} 且 {}".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("非 ({})".format, inner),
        st.builds("streak({}) >= {}".format, inner, st.integers(1, 5)),
    ),
    max_leaves=4,
)
"""Conditions that are right, but perhaps say nothing (a > a) or look back too far."""

_WORDS = sorted({word for word, _ in keywords()} | {*UNITS, *MAGNITUDES, *SHARES_OF, *MONEY, *LENGTHS, *PRICES})
SOUPS = st.lists(
    st.sampled_from([*_WORDS, "on 宽基", "560850", "3%", "20", "1亿", "-1", "沪深300", "@000300", "flow_30", "益价率"])
    | st.text(max_size=3),
    max_size=60,
).flatmap(lambda words: st.sampled_from(["", " "]).map(lambda gap: gap.join(words)[:500]))
"""Anything at all, mostly made of words that mean something."""
