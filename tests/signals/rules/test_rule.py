"""Reading rules: every spelling of a condition is one canonical text, which reads as itself."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from signals.core.field import CLOSE, FINANCING, IOPV, SHARES, Axis
from signals.core.quantity import Freshness
from signals.core.vocabulary import fields
from signals.rules import RuleError, Scope, ScopeKind, ScopePart, parse
from signals.rules.rule import MAX_CHARACTERS
from tests.signals.rules.sentences import CONDITIONS, VOCABULARY

SPELLINGS = {
    "inflow_streak >= 3 sessions and premium_iopv > 3%": (
        "溢价率 > 3% 且 连续净流入 >= 3",
        "连续净流入不低于3日，并且溢价率大于3%",
        "premium is above 3pct and inflow streak at least 3 days",
        "3% ＜ 溢价率 ＆＆ 连续净流入 ≥ 三日。",
        "溢价率超过0.03 and 连续3日净流入",
        "not (premium <= 3% or inflow_streak < 3)",
    ),
    "change < -1% and flow_5 > 100000000 CNY": (
        "flow_5 > 1亿 and change < -1%",
        "近5日净流入 ＞ １亿元 且 跌幅 > 1%",
        "flow over 5 sessions > 100 million and change < −1%",
        "5日净流入>10000万元 且 涨跌幅<-100bp",
        "sum(flow, 5) > 1e8".replace("1e8", "100000000") + " and -1% > change",
    ),
    "percentile(premium_iopv, 250) > 95%": (
        "premium > pct(95, 250)",
        "premium > pct(95)",
        "溢价率 > 近250日95%分位",
        "溢价率 > 95%分位(250日)",
        "pct(95%) < 溢价率",
        "percentile(premium, 250) > 0.95",
        "premium > 95 pct(250)",
    ),
    "zscore(change, 60) > 3": (
        "change > 3 z(60)",
        "涨跌幅 > 3倍标准差",
        "涨跌幅大于3z",
        "z(change, 60) > 3",
        "近60日3倍标准差 < 涨幅",
    ),
    "zscore(change, 60) > 1": ("change > z(60)",),
    "rank_turnover <= 3": ("同类换手排名 <= 3", "换手率同类排名前3", "rank(turnover) <= 3", "换手排名位列前三"),
    "close crosses above mean(close, 20)": (
        "收盘价 上穿 近20日平均收盘价",
        "close crosses above mean(close, 20)",
        "收盘价突破20日平均收盘价",
        "close crosses above last 20 days mean close",
    ),
    "premium_iopv crosses below 1%": ("溢价率跌破1%", "1% 上穿 溢价率", "折价率 上穿 -1%"),
    "percentile(flow, 60) crosses above 90%": ("净流入 上穿 pct(90, 60)",),
    "new_high(close, 250)": ("创250日新高", "创新高", "收盘价创250日新高", "close hits a 250 day high", "250日新高"),
    "new_high(amount, 60)": ("traded value makes a new 60 session high",),
    "new_high(shares, 60)": ("份额创60日新高", "new_high(shares, 60)", "份额 60日 新高"),
    "new_high(aum, 250)": ("规模创新高", "new_high(aum)"),
    "new_low(premium_iopv, 20)": ("溢价率创20日新低", "折价率创20日新高"),
    "@000300 index_change < -1%": ("沪深300 涨跌幅 < -1%", "CSI300 change < -1%", "沪深300的跌幅 > 1%"),
    "@000300 index_close > 4000 points": ("沪深300 > 4000点", "沪深300点位大于4000"),
    "@SSE financing > 900000000000 CNY": ("沪市融资余额 > 9000亿", "@sse 融资余额 > 9000亿元"),
    "financing_change > 0 CNY": ("两市融资余额变动 > 0", "融资余额增加 > 0元", "两市 融资余额变动 > 0"),
    "premium_iopv < 3% and premium_iopv > 1%": ("1% < 溢价率 < 3%", "3% > premium > 1%"),
    "ago(premium_iopv, 3) > 1%": ("前3日溢价率 > 1%", "premium 3 sessions ago > 1%", "3日前的溢价率 > 1%", "shift(溢价率, 3) > 1%"),
    "ago(premium_iopv, 1) > 1%": ("昨日溢价率 > 1%", "yesterday's premium > 1%", "前一日溢价率 > 1%"),
    "ago(flow, 6) > 0 CNY": ("ago(ago(flow, 2), 4) > 0",),
    "streak(premium_iopv > 1%) >= 3 sessions": ("连续3日 溢价率 > 1%", "premium > 1% for 3 sessions", "连续(溢价率>1%) >= 3"),
    "streak(flow < 0 CNY) >= 3 sessions": ("连续3日净流出", "连续三日净流入 < 0"),
    "up_streak >= 5 sessions": ("连涨5日", "连续5日上涨", "streak(change > 0) >= 5", "连涨 >= 5"),
    "down_streak >= 5 sessions": ("连跌5天", "连续5日下跌"),
    "flow_20 < -200000000 CNY": ("近20日净流出 > 2亿",),
    "flow > 0 CNY": ("sum(flow, 1) > 0", "净流入 > 0"),
    "sum(change, 5) < -5%": ("近5日涨跌幅 < -5%", "近5日跌幅 > 5%"),
    "sum(amount, 5) > 1000000000 CNY": ("近5日累计成交额 > 10亿", "近5日成交额 > 10亿", "5日成交额 > 1bn"),
    "flow / aum > 0.01": ("净流入/规模 > 1%", "flow ÷ aum > 0.01", "flow / aum > 1倍 / 100"),
    "amount > 2 * mean(amount, 20)": ("amount > 2 * mean(amount, 20)", "成交额 > 近20日平均成交额 × 2", "成交额 > 2倍 * 近20日平均成交额"),
    "financing_change + flow > 150000000 CNY": ("净流入 + 融资余额变动 > 1亿 + 5000万", "financing_change + flow > 1.5亿元"),
    "amount - (aum - flow) > 0 CNY": ("amount - (aum - flow) > 0",),
    "(amount - aum) * turnover > 0 CNY": ("(amount - aum) * turnover > 0",),
    "amount * (2 * turnover) > 0 CNY": ("amount * (turnover * 2) > 0",),
    "flow * flow > 100": ("flow * flow > 100",),
    "abs(change) > 3%": ("abs(涨跌幅) > abs(-3%)",),
    "close > 1.5 CNY/share": ("价格 > 1.5元/份", "close > 1.5"),
    "shares > 100000000 shares": ("份额 > 1亿份", "shares > 100m shares"),
    "aum / shares > 1.2 CNY/share": ("规模/份额 > 1.2",),
    "rank(change) <= 3": ("rank(change) <= 3", "同类排名(涨幅) <= 3"),
    "rank_premium = 1": ("同类溢价排名 = 1", "同类溢价排名 等于 1名"),
    "change != nav_change": ("净值涨跌幅 ≠ 涨跌幅", "change <> nav_change"),
    "change > nav_change": ("涨跌幅 > 净值涨跌幅", "净值涨跌幅 < 涨跌幅", "非 (涨跌幅 <= 净值涨跌幅)"),
    "change > 1% and (flow > 0 CNY or turnover > 10%)": ("change > 1% and (turnover > 10% or flow > 0)",),
    "change > 1% and flow > 0 CNY or turnover > 10%": (
        "turnover > 10% or flow > 0 and change > 1%",
        "(change > 1% and flow > 0) or turnover > 10%",
    ),
    "change < 0% and not (new_high(close, 60))": ("非 (创60日新高 或 涨跌幅 >= 0)", "not 创60日新高 and change < 0"),
    "new_high(close, 60)": ("not not 创60日新高",),
    "change > 1%": ("change > 1% and change > 1%", "涨跌幅 > 1% 或 涨跌幅 > 1%"),
    "zscore(flow, 60) < -2": ("flow < -2 z(60)", "净流入 < -(2z)"),
    "percentile(-1 * premium_iopv, 60) > 95%": ("折价率 > pct(95, 60)",),
    "highest(premium_iopv, 20) - lowest(premium_iopv, 20) > 2%": ("近20日最高溢价率 - 20日最低溢价率 > 2%",),
    "highest(premium_iopv, 20) > 2%": ("highest(premium, 20) > 2%", "近20日最高溢价率>2个百分点"),
    "flow_30 > 0 CNY": ("flow_30 > 0", "近30日净流入 > 0"),
    "-1 * mean(flow, 5) > 0.1 * aum": ("近5日平均净流出 > 0.1 * 规模",),
    "-1 * change > turnover": ("-change > turnover", "跌幅 > 换手率"),
    "change > 2%": ("- - change > 2%", "change > 1% * 2", "change > 3% - 1%", "change > 4% / 2"),
    "mean(change, 10) > 1%": ("10日平均涨幅 > 1%", "past 10 sessions average change > 1%"),
    "premium_latest_nav > 1%": ("最近净值溢价率 > 1%",),
}  # fmt: skip
EACH = [(canonical, text) for canonical, texts in SPELLINGS.items() for text in texts]


@pytest.mark.parametrize(("canonical", "text"), EACH, ids=[text for _, text in EACH])
def test_every_spelling_of_a_condition_is_one_text(canonical: str, text: str) -> None:
    rule = parse(text, VOCABULARY)
    assert rule.text == canonical
    assert rule.source == text
    assert rule.key == parse(canonical, VOCABULARY).key


def test_different_conditions_have_different_keys() -> None:
    assert len({parse(text, VOCABULARY).key for text in SPELLINGS}) == len(SPELLINGS)


@pytest.mark.parametrize("canonical", SPELLINGS)
def test_a_canonical_text_reads_as_itself(canonical: str) -> None:
    assert parse(canonical, VOCABULARY).text == canonical


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(CONDITIONS)
def test_whatever_is_read_reads_the_same_again(text: str) -> None:
    try:
        rule = parse(text, VOCABULARY)
        again = parse(rule.text[:MAX_CHARACTERS], VOCABULARY)
    except RuleError:
        return
    assert (again.text, again.explanation, again.sessions) == (rule.text, rule.explanation, rule.sessions)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("溢价率 > 3%", ""),
        ("溢价率 > 3% on 宽基", "宽基"),
        ("premium > 3% on broad market", "宽基"),
        ("溢价率 > 3%，on 560850, 159590", "159590, 560850"),
        ("对 软件: 溢价率 > 3%", "软件"),
        ("对软件，溢价率 > 3%", "软件"),
        ("对软件溢价率>3%", "软件"),
        ("溢价率 > 3% 对 软件50etf、560850", "159590, 560850"),
        ("on all premium > 3%", "all"),
        ("溢价率 > 3% on 全部, 宽基", "all"),
        ("溢价率 > 3% on 沪深300", "@000300"),
        ("溢价率 > 3% on @H30202", "@H30202"),
    ],
)
def test_the_scope_is_kept_apart(text: str, scope: str) -> None:
    rule = parse(text, VOCABULARY)
    assert (rule.text, rule.scope.text) == ("premium_iopv > 3%", scope)


@pytest.mark.parametrize("scope", ["", " on 宽基, 560850", " on 沪深300", " on @H30202", " on all"])
def test_the_whole_text_is_read_as_the_same_rule(scope: str) -> None:
    rule = parse(f"溢价率 > 3%{scope}", VOCABULARY)
    again = parse(rule.whole, VOCABULARY)
    assert (again.text, again.scope, again.whole) == (rule.text, rule.scope, rule.whole)


def test_a_scope_says_what_its_words_name() -> None:
    assert parse("创新高 on 宽基, 560850, 沪深300", VOCABULARY).scope == Scope(
        (ScopePart(ScopeKind.FUND, "560850"), ScopePart(ScopeKind.INDEX, "000300"), ScopePart(ScopeKind.LIST, "宽基"))
    )


def test_a_rule_knows_what_it_needs_and_when_that_is_out() -> None:
    rule = parse("溢价率 > 3% 且 近5日净流入 > 1亿", VOCABULARY)
    assert [one.name for one in rule.quantities] == ["flow_5", "premium_iopv"]
    assert rule.needs == {SHARES, CLOSE, IOPV}
    assert rule.freshness is Freshness.EVENING
    assert parse("溢价率 > 3%", VOCABULARY).freshness is Freshness.CLOSE
    assert parse("盘中溢价率 > 3% 且 净流入 > 0", VOCABULARY).freshness is Freshness.INTRADAY
    market = parse("融资余额变动 > 0", VOCABULARY)
    assert (market.needs, market.freshness) == ({FINANCING}, Freshness.MORNING)


def test_a_rule_knows_whether_it_is_about_funds() -> None:
    assert parse("溢价率 > 3% 且 沪深300涨跌幅 < 0", VOCABULARY).axis is Axis.FUND
    assert parse("沪深300涨跌幅 < 0 且 融资余额变动 > 0", VOCABULARY).axis is Axis.INDEX
    assert parse("融资余额变动 > 0", VOCABULARY).axis is Axis.MARKET


@pytest.mark.parametrize(
    ("text", "sessions"),
    [
        ("溢价率 > 3%", 1),
        ("change > 1%", 2),
        ("flow_20 > 0", 21),
        ("mean(premium, 20) > 0", 20),
        ("percentile(premium, 250) > 95%", 251),
        ("前3日溢价率 > 1%", 4),
        ("创250日新高", 251),
        ("close crosses above mean(close, 20)", 21),
        ("streak(premium > 1%) >= 3", 60),
        ("abs(change) > 1%", 2),
        ("rank(change) <= 2 or 溢价率 > 3%", 2),
    ],
)
def test_a_rule_knows_how_far_back_it_looks(text: str, sessions: int) -> None:
    assert parse(text, VOCABULARY).sessions == sessions


@pytest.mark.parametrize("quantity", fields(), ids=lambda one: one.name)
def test_every_quantity_may_be_asked_for_by_each_of_its_words(quantity) -> None:  # type: ignore[no-untyped-def]
    subject = "沪深300 " if quantity.axis is Axis.INDEX else ""
    for word in (quantity.name, quantity.label.zh, quantity.label.en, *quantity.words, *quantity.opposite):
        rule = parse(f"{subject}{word} > 0", VOCABULARY)
        assert [one.name for one in rule.quantities] == [quantity.name], word
        operator = "<" if word in quantity.opposite else ">"
        assert f"{quantity.name} {operator} 0" in rule.text


GUIDE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in GUIDE.splitlines() if line.startswith("| ") and "`" in line]


def whole(example: str) -> str:
    """An example that is a figure, made a condition."""
    try:
        return parse(example, VOCABULARY).text
    except RuleError:
        return parse(f"{example} > 0", VOCABULARY).text


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip() for row in ROWS])
def test_every_example_of_the_guide_is_kept_as_it_says(row: list[str]) -> None:
    (kept,) = re.findall("`([^`]+)`", row[3])
    read = [whole(example) for cell in row[1:3] for example in re.findall("`([^`]+)`", cell)]
    assert len(read) >= 2
    assert any(one.startswith(kept) for one in read)


def test_the_guide_opens_with_rules() -> None:
    shown = [line.strip() for line in GUIDE.splitlines() if line.startswith("    ")]
    assert [parse(one, VOCABULARY).text for one in shown] == list(SPELLINGS)[:3]
