"""Money into classes of funds and into the funds of an index, as lines of the market's section."""

from datetime import timedelta

import pytest

from bot.messages.groups import class_lines, coverage_lines, tracked_lines
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.panel import Panel
from tests.bot.test_demo_source import known
from tests.builders import LAST_DAY, Series, market, moment
from tests.commands.said import is_dated

ZH, EN = (Teller(language, {}, LAST_DAY) for language in Language)
EVENING, MORNING = "2025-02-11 18:21", "2025-02-12 09:20"
CODES = ("510300", "510310", "159919")


def world(*counts: float | None, late: tuple[float | None, ...] | None = None) -> Panel:
    """Three funds of both exchanges with the same counts, 亿份; those of Shenzhen may be late."""
    series: Series = [None if one is None else one * 1e8 for one in counts]
    szse: Series = series if late is None else [None if one is None else one * 1e8 for one in late]
    words = {"index_code": "000300", "index_name": "沪深300"}
    made = market(len(counts)).funds(CODES[:2], words=words, close=1.0, nav=1.0, shares=series)
    return made.fund(CODES[2], words=words, close=1.0, nav=1.0, shares=szse).panel()


def texts(panel: Panel, teller: Teller = ZH) -> list[str]:
    return [one.text for one in (*class_lines(panel, teller), *tracked_lines(panel, teller))]


def test_a_class_is_told_with_its_flow() -> None:
    assert texts(world(100, 101))[0] == "宽基ETF净流入3.00亿元（02-11）"
    assert texts(world(101, 100))[0] == "宽基ETF净流出3.00亿元（02-11）"


def test_a_streak_is_told_with_its_sum() -> None:
    assert texts(world(100, 101, 102, 104))[0] == "宽基ETF净流入6.00亿元，连续3日，累计12.00亿元（02-11）"
    assert texts(world(104, 102, 101, 100))[0] == "宽基ETF净流出3.00亿元，连续3日，累计12.00亿元（02-11）"
    assert texts(world(101, 100, 101))[0] == "宽基ETF净流入3.00亿元（02-11）"


def test_the_same_in_english() -> None:
    assert texts(world(100, 101, 103), EN) == [
        "Broad-market ETFs: net inflow CNY 600.00m, 2 sessions in a row, CNY 900.00m in all (02-11)",
        "Most money into equity funds on CSI 300 (CNY 600.00m) (02-11)",
    ]


def test_while_one_exchange_is_late_the_session_before_is_told_with_its_date() -> None:
    panel = world(100, 101, 102, late=(100, 101, None))
    assert texts(panel)[0] == "宽基ETF净流入3.00亿元（02-10）"


def test_without_counts_nothing_is_said_and_the_reason_where_it_was_asked_for() -> None:
    panel = world(100, None)
    assert texts(panel) == []
    assert [one.text for one in coverage_lines(panel, ZH)] == ["分类资金合计：沪深两市份额都公布后才计算"]


def test_how_many_funds_are_in_a_total_is_said() -> None:
    assert [one.text for one in coverage_lines(world(100, 101), ZH)] == ["分类合计所含基金：宽基ETF 3/3只"]
    assert [one.text for one in coverage_lines(world(100, 101), EN)] == [
        "Funds in these totals: Broad-market ETFs 3 of 3"
    ]


def test_at_most_three_indices_on_either_side_all_of_one_session() -> None:
    made = market(3)
    for number in range(9):
        step = (number - 4) * 1e6
        index = {"index_code": f"93{number:04}", "index_name": f"指数{number}"}
        made = made.fund(f"51{number:04}", words=index, close=1.0, nav=1.0, shares=[1e8, 1e8, 1e8 + step])
    panel = made.fund("159919", words={"index_code": "000300"}, close=1.0, nav=1.0, shares=[1e8, 9e8, None]).panel()
    assert [one.text for one in tracked_lines(panel, ZH)] == [
        "净流入居前的股票指数：指数8 400万元、指数7 300万元、指数6 200万元（02-11）",
        "净流出居前的股票指数：指数0 400万元、指数1 300万元、指数2 200万元（02-11）",
    ]


def test_bonds_do_not_swamp_the_indices_of_equity() -> None:
    bonds = {"index_code": "H11077", "fund_class": "bond"}
    made = market(2).fund("511260", words=bonds, close=100.0, nav=100.0, shares=[1e8, 1.1e8])
    made = made.fund("510300", words={"index_code": "000300"}, close=1.0, nav=1.0, shares=[1e8, 1.1e8])
    assert [one.text for one in tracked_lines(made.panel(), ZH)] == ["净流入居前的股票指数：000300 1000万元（02-11）"]
    assert class_lines(made.panel(), ZH)[-1].text == "债券ETF净流入10.00亿元（02-11）"


@pytest.mark.parametrize("teller", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("asof", [EVENING, MORNING])
def test_every_line_of_the_demo_is_dated(asof: str, teller: Teller) -> None:
    assert texts(known(asof), teller)
    assert all(is_dated(one, teller.language) for one in texts(known(asof), teller))


def test_the_evening_of_the_reference_day_has_a_line_for_each_class() -> None:
    lines = texts(known(EVENING))
    assert [one.split("净")[0] for one in lines[:6]] == [
        "宽基ETF",
        "行业主题ETF",
        "跨境ETF",
        "债券ETF",
        "商品ETF",
        "货币ETF",
    ]
    assert lines[1] == "行业主题ETF净流入7615万元，连续4日，累计1.82亿元（02-10）"
    assert lines[2].endswith("（02-10，暂估）")


def test_a_figure_of_long_ago_is_not_told() -> None:
    panel = world(100, 101, *[None] * 6)
    assert panel.asof > moment(LAST_DAY) + timedelta(days=1)
    assert texts(panel) == []
    assert panel.subjects[Axis.TRACKED] == ("000300",)
