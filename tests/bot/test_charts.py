"""What is drawn of a fund, of margin and of a day: every figure dated, nothing that is unknown shown as zero."""

from dataclasses import replace
from datetime import date

import pytest

from bot.messages.catalogue import catalogue
from bot.pictures.columns import SHOWN_SESSIONS
from bot.pictures.day import DayChart, day_chart
from bot.pictures.fund import fund_chart
from bot.pictures.margin import margin_chart
from bot.pictures.ticks import day_marks, value_label
from bot.pictures.timeline import Bars, Curve, Timeline, Tone
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.field import Unit
from signals.core.panel import Panel
from tests.bot.charted import FUND, MORNING, bars, candles, charted, curve, flowing, of_demo, teller
from tests.bot.test_demo_source import known
from tests.builders import CALENDAR, LAST_DAY, market

ZH, EN = Language.ZH, Language.EN


def day_of(panel: Panel, language: Language = ZH) -> DayChart:
    chart = day_chart(panel, teller(panel, language))
    assert chart is not None
    return chart


def margin_of(panel: Panel, language: Language = ZH) -> Timeline:
    chart = margin_chart(panel, teller(panel, language))
    assert chart is not None
    return chart


def test_a_fund_is_drawn_over_half_a_year() -> None:
    chart = of_demo()
    assert (chart.title, chart.code, chart.stamp) == ("信创50ETF", FUND, "演示数据")
    assert len(chart.days) == SHOWN_SESSIONS == 120
    assert chart.subtitle == "2024-08-08 至 2025-02-11 · 120个交易日"
    price, flow, premium = chart.panes
    assert (price.value_text, price.extra, price.note, price.tone) == ("1.430", "−1.31%", "02-11", Tone.DOWN)
    assert (flow.value_text, flow.tone) == ("412万元", Tone.UP)
    assert (premium.heading, premium.value_text) == ("收盘溢价率（IOPV）", "0.56%")
    for marks in (candles(chart).close, candles(chart).mean, bars(chart).values, curve(chart).values):
        assert len(marks) == 120
    assert candles(chart).close[-1] == pytest.approx(1.43)


def test_what_a_picture_shows_is_said_for_those_who_see_none() -> None:
    assert of_demo().alt == "图：信创50ETF近120个交易日的收盘价、日净流入、收盘溢价率（IOPV）"
    assert of_demo(language=EN).alt.startswith("Chart: 信创50ETF over 120 sessions: Close, ")


def test_everything_is_told_in_the_readers_language() -> None:
    chart = of_demo("159590", EN)
    assert chart.stamp == "DEMO DATA"
    assert chart.panes[1].value_text.startswith("CNY ")
    assert chart.panes[1].stretch is not None
    assert chart.panes[1].stretch.label == "7 inflows in a row · CNY 118.85m"
    assert chart.keys.mean == "20-session average"


def test_real_data_bears_no_stamp() -> None:
    assert charted(flowing(1, 2).panel()).stamp == ""


def test_the_average_is_over_twenty_sessions_of_trade() -> None:
    closes = [float(one) for one in range(1, 31)]
    marks = candles(charted(market(days=30).fund(FUND, close=closes).panel()))
    assert marks.mean[18] is None
    assert marks.mean[19] == pytest.approx(sum(range(1, 21)) / 20)
    assert marks.mean[29] == pytest.approx(sum(range(11, 31)) / 20)


def test_the_average_looks_back_further_than_the_picture() -> None:
    marks = candles(charted(market(days=160).fund(FUND, close=1.0).panel()))
    assert len(marks.mean) == 120
    assert marks.mean[0] == pytest.approx(1.0)


def test_a_suspended_session_is_a_gap_and_no_part_of_the_average() -> None:
    world = market(days=25).fund(FUND, close=[2.0] * 12 + [9.0] + [2.0] * 12, volume=[1e6] * 12 + [0] + [1e6] * 12)
    marks = candles(charted(world.panel()))
    assert marks.close[12] is None
    assert marks.mean[-1] == pytest.approx(2.0)
    assert marks.mean[12] is None


def test_a_fund_that_did_not_trade_last_is_said_not_to_have() -> None:
    world = market(days=3).fund(FUND, close=1.0, volume=[1e6, 1e6, 0], shares=1e8, nav=1.0)
    price = charted(world.fund("510300", close=4.0, volume=1e6).panel()).panes[0]
    assert price.value_text == ""
    assert price.extra == catalogue(ZH).text("fund-not-traded")


def test_prices_before_a_split_are_brought_to_todays_scale() -> None:
    closes, before = [2.0, 2.1, 1.05, 1.06], [2.0, 2.0, 1.05, 1.05]
    chart = charted(market(days=4).fund(FUND, close=closes, prev_close=before, shares=[1e8, 1e8, 2e8, 2e8]).panel())
    assert candles(chart).close == pytest.approx((1.0, 1.05, 1.05, 1.06))
    assert "价格已按拆分与分红复权" in chart.notes
    assert "价格已按拆分与分红复权" not in charted(flowing(1, 2).panel()).notes


def test_an_unknown_flow_is_missing_and_not_zero() -> None:
    marks = bars(charted(flowing(5, None, 3, 0, -2).panel()))
    assert marks.values == pytest.approx((None, 5e6, None, None, 0.0, -2e6))
    assert marks.missing == (False, False, True, True, False, False)


def test_only_what_occurs_stands_in_the_legend() -> None:
    plain, holed = charted(flowing(5, -3).panel()).keys, charted(flowing(5, None, 3, 2, -1).panel()).keys
    assert not plain.any
    assert holed.any
    assert (holed.mean, holed.soft, holed.stretch, holed.missing) == ("", "", "", "灰底为未公布或待核")


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ((-1, 2, 3, 4), (2, 4, Tone.UP, "连续净流入3日 · 累计900万元")),
        ((1, -2, -3), (2, 3, Tone.DOWN, "连续净流出2日 · 累计500万元")),
        ((2, 3), (1, 2, Tone.UP, "连续净流入至少2日 · 累计500万元")),
    ],
)
def test_the_streak_in_force_is_marked(flows: tuple[float, ...], expected: tuple[int, int, Tone, str]) -> None:
    found = charted(flowing(*flows).panel()).panes[1].stretch
    assert found is not None
    assert (found.first, found.last, found.tone, found.label) == expected


@pytest.mark.parametrize("flows", [(1, 2, -1), (1,), (1, 2, 0)])
def test_one_session_is_no_streak(flows: tuple[float, ...]) -> None:
    assert charted(flowing(*flows).panel()).panes[1].stretch is None


def test_an_estimate_is_marked_wherever_it_stands() -> None:
    chart = of_demo("513100")
    flow, premium = chart.panes[1:]
    assert bars(chart).soft[-1]
    assert flow.note == "02-11 暂估"
    assert flow.stretch is not None
    assert flow.stretch.label.endswith("（暂估）")
    assert chart.keys.soft == "浅色为暂估"
    assert not any(bars(of_demo()).soft)
    assert (premium.heading, premium.note) == ("溢价率（净值）", "02-10"), "abroad the NAV comes a day late"


def test_without_a_count_there_is_no_pane_of_flows() -> None:
    chart = charted(market(days=5).fund(FUND, close=1.0).panel())
    assert len(chart.panes) == 1
    assert chart.notes == ()


def test_of_a_fund_without_figures_there_is_no_picture() -> None:
    panel = market(days=5).fund("510300", close=4.0).fund(FUND, shares=[1e8, None, None, None, None]).panel()
    assert fund_chart(panel, FUND, teller(panel)) is None


def test_a_young_fund_begins_with_its_first_session() -> None:
    chart = of_demo("588940")
    assert (chart.days[0], len(chart.days)) == (date(2025, 1, 14), 15)


def test_equal_charts_are_equal_and_others_are_not() -> None:
    panel = known(MORNING)
    again = fund_chart(panel, FUND, teller(panel))
    assert again == of_demo()
    assert hash(again) == hash(of_demo())
    assert again != of_demo(colours=Colours.GREEN_UP)
    assert again != of_demo(language=EN)


def test_margin_is_drawn_with_its_streak_and_milestones() -> None:
    chart = margin_of(known(MORNING))
    balance, change = chart.panes
    assert isinstance(balance.marks, Curve)
    assert isinstance(change.marks, Bars)
    assert balance.value_text == "18266.31亿元"
    assert change.value_text == "+12.59亿元"
    assert change.stretch is not None
    assert change.stretch.label == "连续5日增加 · 合计655.95亿元"
    assert [chart.days[at] for at in balance.marks.crossed] == [date(2025, 2, 7)]
    assert "不含北交所" in chart.notes[0]


def test_the_first_balance_crosses_no_milestone() -> None:
    balances = [i * 1e8 for i in (8_900, 8_990, 9_010, 9_300)]
    panel = market(days=4).margin("SSE", financing=balances).margin("SZSE", financing=balances).panel()
    marks = margin_of(panel).panes[0].marks
    assert isinstance(marks, Curve)
    assert marks.crossed == (2,)


@pytest.mark.parametrize("sides", [(), ("SSE",)])
def test_margin_of_one_exchange_is_not_drawn(sides: tuple[str, ...]) -> None:
    world = market(days=4).fund(FUND, close=1.0)
    for one in sides:
        world = world.margin(one, financing=9e11)
    panel = world.panel()
    assert margin_chart(panel, teller(panel)) is None


def test_a_day_shows_indices_classes_and_margin() -> None:
    chart = day_of(known(MORNING))
    assert [one.name for one in chart.tiles[:2]] == ["上证指数", "深证成指"]
    assert {one.tone for one in chart.tiles} == {Tone.DOWN}
    assert [one.name for one in chart.flows][:3] == ["宽基ETF", "行业主题ETF", "跨境ETF"]
    assert all((one.amount_cny < 0) == one.value_text.startswith("−") for one in chart.flows)
    assert [one.name for one in chart.flows if one.soft] == ["跨境ETF"]
    assert chart.flows[2].about == "暂估 · 连续2日流入"
    assert chart.strip is not None
    assert chart.strip.balance == "18266.31亿元"
    assert chart.strip.pane.value_text == "+12.59亿元"
    assert (chart.subtitle, chart.tiles_note, chart.flows_note, chart.stamp) == (
        "2025-02-11",
        "02-11",
        "02-11",
        "演示数据",
    )


def test_each_part_of_a_day_tells_its_own_date() -> None:
    chart = day_of(known("2025-02-11 18:21"))
    assert chart.tiles_note == "02-11"
    assert chart.flows_note == "02-10"
    assert chart.strip is not None
    assert chart.strip.pane.note == "02-10"


def test_a_day_in_english() -> None:
    chart = day_of(known(MORNING), EN)
    assert chart.title == "The market at a glance"
    assert chart.tiles[0].name == "SSE Composite"
    assert chart.flows[1].about == "5 inflows in a row"


def test_a_day_of_which_little_is_known_shows_that() -> None:
    chart = day_of(market(days=3).index("000300", close=[4000, 4010, 4020]).panel())
    assert [one.change for one in chart.tiles] == ["+0.25%"]
    assert (chart.flows, chart.strip, chart.keys.any) == ((), None, False)


def test_a_day_of_which_nothing_is_known_is_not_drawn() -> None:
    panel = market(days=3).fund(FUND, close=1.0).panel()
    assert day_chart(panel, teller(panel)) is None


def test_funds_that_are_not_in_a_total_are_counted() -> None:
    words = {"name": "沪深300ETF", "index_key": "000300"}
    codes = [f"5103{number:02}" for number in range(11)]
    world = market(days=3).funds(codes, words=words, close=1.0, volume=1e6, shares=[1e8, 1.1e8, 1.3e8], nav=1.0)
    whole = day_of(world.panel()).flows
    holed = day_of(world.fund(codes[0], words=words, shares=[1e8, 1.1e8, None]).panel()).flows
    assert [one.about for one in whole] == ["连续2日流入"]
    assert [one.about for one in holed] == ["连续2日流入 · 计入10/11只"]


def test_months_stand_under_a_long_axis() -> None:
    days = CALENDAR.window(LAST_DAY, 120)
    marks = day_marks(days, 120, ZH)
    assert [words for _, words in marks] == ["9月", "10月", "11月", "12月", "2025年1月", "2月"]
    assert all(days[at].month != days[at - 1].month for at, _ in marks)
    assert [words for _, words in day_marks(days, 120, EN)][-3:] == ["Dec", "Jan 2025", "Feb"]


def test_days_stand_under_a_short_axis_from_the_newest_back() -> None:
    days = CALENDAR.window(LAST_DAY, 6)
    marks = day_marks(days, 24, ZH)
    assert marks[-1] == (23, "02-11")
    assert all(18 <= at <= 23 for at, _ in marks)
    assert day_marks((), 24, ZH) == []


@pytest.mark.parametrize(
    ("value", "unit", "largest", "zh", "en"),
    [
        (0.0, Unit.CNY, 1e8, "0", "0"),
        (5e7, Unit.CNY, 1.5e8, "0.5亿", "50m"),
        (-5e6, Unit.CNY, 1e7, "−500万", "−5m"),
        (1.8e12, Unit.CNY, 1.9e12, "18000亿", "1,800bn"),
        (2000.0, Unit.CNY, 4000.0, "2000", "2k"),
        (0.0025, Unit.FRACTION, 0.01, "0.25%", "0.25%"),
        (0.0, Unit.FRACTION, 0.01, "0%", "0%"),
        (1.4, Unit.CNY_PER_SHARE, 1.6, "1.400", "1.400"),
        (100.25, Unit.CNY_PER_SHARE, 101.0, "100.25", "100.25"),
    ],
)
def test_an_axis_is_labelled_in_one_size(value: float, unit: Unit, largest: float, zh: str, en: str) -> None:
    assert value_label(value, unit, ZH, largest) == zh
    assert value_label(value, unit, EN, largest) == en


def test_a_chart_is_a_value_without_nan() -> None:
    for chart in (of_demo(), margin_of(known(MORNING))):
        assert replace(chart) == chart
        assert "nan" not in repr(chart)
