"""Rules over panels: every cell as plain Python has it, nothing ahead of its time, unknown never taken for false."""

from functools import cache

import numpy as np
import pytest

from signals.core.field import Axis
from signals.core.panel import Panel
from signals.rules import Rule, evaluate, parse
from signals.rules.evaluate import Evaluation, evidence_of
from tests.builders import market
from tests.signals.rules.plain import Plain
from tests.signals.rules.sentences import VOCABULARY
from tests.signals.worlds import random_market

RULES = (
    "溢价率 > 0.2%",
    "溢价率 > 0.2% 且 连续净流入 >= 2",
    "flow_5 > 1亿 or change < -1%",
    "非 (净流入 > 0 且 (涨跌幅 < 0 或 换手率 > 10%))",
    "premium > pct(80, 10)",
    "pct(20, 10) < close < pct(90, 10)",
    "change > 1.5 z(10)",
    "同类换手排名前2",
    "rank(flow) = 1 or rank(change) != 2",
    "rank(abs(change)) <= 2",
    "收盘价 上穿 近5日平均收盘价",
    "close crosses below lowest(close, 5) + 0.01",
    "溢价率 上穿 0.1%",
    "创10日新高",
    "份额创10日新高",
    "份额 > pct(80, 10) 或 份额 < -1 z(10)",
    "new_low(premium, 10)",
    "not 创10日新低",
    "融资余额变动 > 0 且 涨跌幅 > 0",
    "沪深300 涨跌幅 > 0 或 净流入 > 0",
    "前3日净流入 > 0 且 净流入 < 0",
    "昨日份额 < 份额",
    "close > 3日前的close",
    "连续2日 溢价率 > 0",
    "streak(flow > 0 and change < 0) >= 2",
    "streak(flow < 0) >= 2",
    "streak(streak(flow > 0) >= 1) >= 2",
    "flow / aum > 1%",
    "amount / (flow - flow) > 1",
    "amount > 1.5 * mean(amount, 5)",
    "近5日涨跌幅 < -2%",
    "近5日成交额 > 10亿",
    "highest(premium, 10) - lowest(premium, 10) > 1%",
    "abs(flow) > 1亿",
    "-change > turnover",
    "mean(ago(flow, 2), 3) > 0",
    "inflow_streak = 2",
    "aum - ago(aum, 1) > 5000万",
    "换手率 * 10 >= 100%",
    "净流入 + 融资余额变动 > 0",
)  # fmt: skip
each_rule = pytest.mark.parametrize("text", RULES)


@cache
def world(seed: int) -> Panel:
    return random_market(seed, funds=10, sessions=40, same_day=bool(seed % 2)).panel


@cache
def rule(text: str) -> Rule:
    return parse(text, VOCABULARY)


@each_rule
@pytest.mark.parametrize("seed", [2, 3])
def test_each_cell_is_that_of_plain_python(text: str, seed: int) -> None:
    panel, plain = world(seed), Plain(world(seed))
    verdicts = evaluate(rule(text), panel)
    for row in range(len(panel.sessions)):
        for column in range(panel.shape(Axis.FUND)[1]):
            truth = plain.truth(rule(text).condition, row, column)
            found = bool(verdicts.fires[row, column]) if verdicts.known[row, column] else None
            assert found == truth, (row, column)


@each_rule
def test_it_fires_somewhere_and_not_everywhere(text: str) -> None:
    if "沪深300" in text or "flow - flow" in text:
        return  # the made-up market has no indices, and nothing is divided by nothing
    found = [evaluate(rule(text), random_market(seed).panel) for seed in range(3)]
    assert any(one.fires.any() for one in found)
    assert any((one.known & ~one.fires).any() for one in found)


@each_rule
@pytest.mark.parametrize("seed", range(2))
def test_what_is_claimed_of_a_session_was_known_on_its_evening(text: str, seed: int) -> None:
    whole = evaluate(rule(text), world(seed))
    for row, day in enumerate(world(seed).sessions):
        then = evaluate(rule(text), world(seed).until(day))
        np.testing.assert_array_equal(then.fires[row], whole.fires[row], err_msg=str(row))
        np.testing.assert_array_equal(then.known[row], whole.known[row], err_msg=str(row))


@each_rule
def test_nothing_is_decided_in_an_empty_market(text: str) -> None:
    for panel in (market(3).panel(), market(1).fund("510300", dividend=0.1).panel()):
        assert evaluate(rule(text), panel).known.sum() == 0


def test_unknown_is_not_false() -> None:
    panel = market(2).fund("510300", close=[1.0, 1.1], nav=1.0).panel()
    unknown, true, false = "净流入 > 0", "涨跌幅 > 0", "涨跌幅 < 0"
    expected = {
        unknown: None,
        f"非 {unknown}": None,
        f"{unknown} 且 {true}": None,
        f"{unknown} 且 {false}": False,
        f"{unknown} 或 {true}": True,
        f"{unknown} 或 {false}": None,
        f"{true} 且 {true}": True,
    }
    for text, truth in expected.items():
        verdicts = evaluate(rule(text), panel)
        assert bool(verdicts.known[1, 0]) == (truth is not None), text
        assert bool(verdicts.fires[1, 0]) == bool(truth), text


def test_an_index_and_the_market_speak_for_every_fund() -> None:
    world = market(2).funds(["510300", "159915"], close=1.0).index("000300", [4000, 3900])
    panel = world.margin("SSE", financing=[9e11, 9.1e11]).margin("SZSE", financing=[8e11, 8.1e11]).panel()
    for text in ("沪深300涨跌幅 < -1%", "融资余额变动 > 100亿", "沪市融资余额 > 9000亿", "沪深300 < 4000"):
        verdicts = evaluate(rule(text), panel)
        assert verdicts.fires[1].tolist() == [True, True], text
    assert not evaluate(rule("深市融资余额 > 9000亿"), panel).fires.any()


def test_an_index_that_the_panel_does_not_hold_is_unknown() -> None:
    panel = market(2).fund("510300", close=1.0).panel()
    assert not evaluate(rule("沪深300涨跌幅 < 100%"), panel).known.any()


def test_a_split_and_a_dividend_are_no_new_low() -> None:
    split = market(4).fund("510300", close=[3.0, 3.1, 0.99, 1.01], prev_close=[None, 3.0, 1.0333, 1.0]).panel()
    dividend = market(4).fund("510300", close=[3.0, 3.1, 3.0, 3.2], prev_close=[None, 3.0, 2.95, 3.0]).panel()
    assert evaluate(rule("new_low(close, 2)"), split).fires[:, 0].tolist() == [False, False, True, False]
    assert evaluate(rule("new_high(close, 2)"), dividend).fires[:, 0].tolist() == [False, False, True, True]
    assert evaluate(rule("close < 0.9 * ago(close, 1)"), split).fires.any() == False  # noqa: E712


def test_a_figure_of_late_proof_decides_nothing_on_its_own_day() -> None:
    panel = random_market(4).panel
    of = Evaluation(panel).measure(rule("flow > 0").condition.left)  # type: ignore[union-attr]
    assert of.late is not None
    assert of.late.any()
    assert not (evaluate(rule("flow > 0"), panel).known & of.late).any()
    assert not (evaluate(rule("streak(flow > 0) >= 1 and flow > 0"), panel).fires & of.late).any()


def test_the_figures_behind_a_rule_are_named_once_each() -> None:
    text = "flow / aum > 1% and close crosses above mean(close, 5) and new_high(shares, 5) and streak(flow > 0) >= 2"
    texts = [one.text for one in evidence_of(rule(text).condition)]
    assert texts == ["close", "mean(close, 5)", "flow", "aum", "shares", "inflow_streak"] or set(texts) == {
        "close",
        "mean(close, 5)",
        "flow",
        "aum",
        "inflow_streak",
        "shares",
    }


def test_a_figure_names_its_day_and_all_its_sources() -> None:
    world = market(6).fund("510300", close=1.0, shares=[1e8, 1e8, 1e8, 1.2e8, 1.2e8, 1.2e8], nav=1.0)
    panel = world.margin("SSE", financing=[9e11] * 6).margin("SZSE", financing=[8e11] * 6).panel()
    evaluation = Evaluation(panel)
    figures = {
        text: evaluation.figure(rule(f"{text} > 0").condition.left, 5, 0)  # type: ignore[union-attr]
        for text in (
            "ago(flow, 2)",
            "financing",
            "近5日净流入",
            "mean(flow + financing, 2)",
            "change",
            "@000300 index_close",
        )
    }
    ago, financing = figures["ago(flow, 2)"], figures["financing"]
    assert ago is not None
    assert financing is not None
    assert (ago.value, ago.day) == (2e7, panel.sessions[3])
    assert (financing.value, financing.source) == (1.7e12, "margin.sse, margin.szse")
    both = figures["mean(flow + financing, 2)"]
    assert both is not None
    assert both.source == "etf_nav.sse, etf_shares.sse, margin.sse, margin.szse"
    assert figures["@000300 index_close"] is None
    total = figures["近5日净流入"]
    assert total is not None
    assert total.value == 2e7


def test_a_figure_of_one_fund_is_not_taken_for_one_of_the_market() -> None:
    panel = market(2).fund("510300", close=[1.0, 1.1]).panel()
    found = Evaluation(panel).figure(rule("change > 0").condition.left, 1, 0)  # type: ignore[union-attr]
    assert found is not None
    assert (round(found.value, 9), found.source) == (0.1, "etf_daily.sse")


def test_a_difference_to_what_all_funds_share_is_each_funds_own() -> None:
    world = market(2).fund("510300", close=[1.0, 1.1]).fund("510500", close=[1.0, 1.3]).index("000300", [4000, 4400])
    panel = world.panel()
    difference = rule("change - 沪深300涨跌幅 > 0").condition.left  # type: ignore[union-attr]
    found = [Evaluation(panel).figure(difference, 1, column) for column in range(2)]
    assert [one and round(one.value, 9) for one in found] == [0.0, 0.2]
    assert not any(one is None or one.estimated for one in found)
