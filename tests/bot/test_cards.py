"""What is known of one fund in a few lines: every figure dated, estimates marked, the unknown named and never guessed."""

import re
from datetime import date, timedelta

import pytest

from bot.messages.cards import FundCard
from bot.messages.figures import day_text, figure_text
from bot.messages.model import Line, Style
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.flows import FLOW, FLOW_60
from signals.core.panel import Panel
from signals.core.prices import CLOSE_PRICE, TRADED_VALUE, TURNOVER
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_GROWTH_YTD
from signals.core.snapshot import Dataset
from signals.core.values import PREMIUM_IOPV
from tests.bot.test_demo_source import known
from tests.builders import LAST_DAY, Market, market, moment, profile_snapshot, snapshot
from tests.commands.said import ESTIMATE, holds_figures, is_dated
from tests.signals.worlds import random_market

ZH, EN = (Teller(language, {}, LAST_DAY) for language in Language)
CODE, NAME = "560850", {"name": "信创50ETF"}
EVENING, NIGHT, MORNING = "2025-02-11 18:21", "2025-02-11 22:00", "2025-02-12 09:20"
each_teller = pytest.mark.parametrize("teller", [ZH, EN], ids=["zh", "en"])


def card(panel: Panel, code: str = CODE, teller: Teller = ZH) -> FundCard:
    return FundCard(panel, teller, code, LAST_DAY)


def lines(panel: Panel, code: str = CODE, teller: Teller = ZH) -> list[Line]:
    made = card(panel, code, teller)
    return [made.head(), *filter(None, [made.streak()]), *made.points(), made.brief()]


def points(panel: Panel, code: str = CODE, teller: Teller = ZH) -> list[str]:
    return [one.text for one in card(panel, code, teller).points()]


def about(word: str, panel: Panel, teller: Teller = ZH) -> str:
    """The one point that holds a word; empty where none does."""
    found = [one for one in points(panel, CODE, teller) if word in one]
    assert len(found) < 2, found
    return found[0] if found else ""


def beside(days: int) -> Market:
    """A market in which the fund's exchange has published everything of another fund."""
    return market(days).fund("510300", close=3.0, volume=1e7, amount=3e7, shares=1e9, nav=3.0)


def test_the_card_of_the_reference_evening_states_the_figures_of_the_domain() -> None:
    panel = known(EVENING)
    assert card(panel).head().text == "信创50ETF 560850  1.430 −1.31%（02-11）"
    assert card(panel).index().text == "跟踪指数：中证信创 931247"
    text = "\n".join(points(panel))
    for said in (
        "成交额5956万元，换手率31.51%，高居同类第一（共3只）",
        "收盘溢价率0.56%（IOPV），高居同类第一（共3只）",
    ):
        assert said in text
    assert "净流入1572万元" in text
    assert re.search(r"近60日净流入1\.0\d亿元（02-10）", text)
    assert re.search(r"规模[\d.]+亿元，高居同类第一（共3只）", text)


def test_the_card_of_the_other_fund_does_too() -> None:
    text = "\n".join(points(known(EVENING), "159590"))
    for said in (
        "成交额1.01亿元，换手率41.73%，高居同类第一（共3只）",
        "收盘溢价率0.18%（IOPV），高居同类第一（共3只）",
        "较上月末+1.26亿元（02-10）",
        "年初至今份额增长率90.44%，高居同类第一（共3只）（02-10）",
    ):
        assert said in text


def test_the_card_is_complete_in_english() -> None:
    panel = known(EVENING)
    assert card(panel, teller=EN).head().text == "信创50ETF 560850  1.430 −1.31% (02-11)"
    assert card(panel, teller=EN).index().text == "tracks CSI IT Application Innovation 931247"
    assert points(panel, teller=EN)[1] == "closing premium 0.56% over IOPV, first of 3 on its index (02-11)"
    rest = re.sub("中证信创|信创50ETF", "", "\n".join(points(panel, teller=EN)))
    assert not re.search("[\u4e00-\u9fff\uff00-\uffef]", rest)


@each_teller
def test_every_line_with_a_figure_is_dated(teller: Teller) -> None:
    panels = (known(EVENING), known(MORNING), random_market(3).panel, random_market(4, same_day=True).panel)
    for panel in panels:
        for code in panel.subjects[Axis.FUND]:
            head, *told, brief = lines(panel, code, teller)
            prices = "".join(span.text for span in head.spans[3:])
            assert not holds_figures(prices) or is_dated(head.text, teller.language), head.text
            assert [
                one.text for one in told if holds_figures(one.text) and not is_dated(one.text, teller.language)
            ] == []
            assert is_dated(brief.text, teller.language) or not holds_figures("".join(s.text for s in brief.spans[3:]))


SAID: dict[str, tuple[tuple[Quantity, ...], str]] = {
    "trading": ((TRADED_VALUE, TURNOVER), "换手率"),
    "premium": ((PREMIUM_IOPV,), "收盘溢价率"),
    "flow": ((FLOW, FLOW_60), "近60日"),
    "size": ((AUM, AUM_CHANGE_MONTH), "较上月末"),
    "growth": ((SHARE_GROWTH_YTD,), "年初至今份额增长率"),
}
"""Quantities that one point tells together, and the word by which it is known."""


@pytest.mark.parametrize("what", SAID)
@pytest.mark.parametrize("asof", [EVENING, NIGHT, MORNING])
def test_a_point_tells_its_figures_with_their_date_and_marks_estimates(what: str, asof: str) -> None:
    panel, (quantities, word) = known(asof), SAID[what]
    told = 0
    for code in panel.subjects[Axis.FUND]:
        figures = [one.figure(panel, code) for one in quantities]
        text = next((one for one in points(panel, code) if word in one), None)
        if text is None or None in figures:
            continue
        told += 1
        for figure in figures:
            assert figure_text(figure, Language.ZH).lstrip("−") in text
            assert day_text(figure.day, LAST_DAY) in text
        assert (ESTIMATE[Language.ZH] in text) == any(figure.estimated for figure in figures)
    assert told > 5


@each_teller
def test_figures_of_the_evening_are_estimates_until_the_morning(teller: Teller) -> None:
    sse, szse = ("510300", "159915")
    mark = ESTIMATE[teller.language]
    for code, soft in ((sse, False), (szse, True)):
        night = [one for one in points(known(NIGHT), code, teller) if day_text(LAST_DAY, LAST_DAY) in one]
        assert any(mark in one for one in night) == soft
        assert not any(mark in one for one in points(known(MORNING), code, teller))


def test_turnover_over_an_older_count_names_the_day_of_the_count() -> None:
    assert "02-10" in about("换手率", known(EVENING))
    assert "02-10" not in about("换手率", known(MORNING))


def test_a_traded_value_is_not_dated_by_an_older_turnover() -> None:
    world = market(3).fund(CODE, close=1.2, volume=[1e6, 1e6, None], amount=[1e7, 2e7, 3e7], shares=1e8, nav=1.2)
    line = about("成交额", world.panel())
    assert "3000万元" in line
    assert line.endswith("（02-11）")


def test_a_fund_that_did_not_trade_says_so_with_the_session() -> None:
    traded = {"close": [1.2, 1.2, None], "volume": [1e6, 1e6, None]}
    panel = beside(3).fund(CODE, words=NAME, shares=1e8, nav=1.2, **traded).panel()
    assert card(panel).head().text == "信创50ETF 560850  当日无成交（02-11）"
    assert card(panel, teller=EN).head().text == "信创50ETF 560850  did not trade (02-11)"


def test_a_bar_without_volume_is_no_trade_either() -> None:
    panel = beside(3).fund(CODE, close=1.2, volume=[1e6, 1e6, 0], amount=[1e6, 1e6, 0], shares=1e8, nav=1.2).panel()
    assert "无成交" in card(panel).head().text
    assert card(panel).head().text.endswith("（02-11）")
    assert not about("换手率", panel)


@each_teller
def test_a_fund_of_which_nothing_is_known_is_not_said_to_have_stood_still(teller: Teller) -> None:
    panel = beside(3).panel(profile_snapshot(LAST_DAY - timedelta(days=9), {"510050": {"name": "上证50ETF"}}))
    head = card(panel, "510050", teller).head().text
    assert head.startswith("上证50ETF 510050")
    assert teller.words.text("fund-not-traded") not in head
    assert card(panel, "510050", teller).brief().text == head


def test_a_price_that_is_late_carries_the_date_of_its_session() -> None:
    panel = market(3).fund(CODE, close=[1.1, 1.2, None], shares=1e8, nav=1.2).panel()
    assert card(panel).head().text.endswith("  1.200 +9.09%（02-10）")


def test_a_fund_without_a_name_is_shown_once() -> None:
    panel = market(2).fund(CODE, close=1.2).panel()
    assert card(panel).head().text == "560850  1.200 0.00%（02-11）"
    assert card(panel).brief().text == "560850  1.200 0.00%（02-11）"
    assert Named(panel.profiles).fund(CODE) == CODE


@pytest.mark.parametrize(
    ("closes", "style"), [([1.0, 1.1], Style.UP), ([1.1, 1.0], Style.DOWN), ([1.0, 1.0], Style.PLAIN)]
)
def test_a_change_has_the_colour_of_its_sign(closes: list[float], style: Style) -> None:
    spans = card(market(2).fund(CODE, close=closes).panel()).head().spans
    assert next(one.style for one in spans if "%" in one.text) is style


def test_a_flow_whose_count_is_missing_is_unknown_and_not_zero() -> None:
    panel = beside(3).fund(CODE, close=1.2, nav=1.2, shares=[1e8, 1e8, None]).panel()
    assert "02-11" in about("净流入：", panel)
    assert "净流入0元" not in "\n".join(points(panel))


def test_a_flow_is_not_said_to_lack_a_count_that_is_published() -> None:
    holed = beside(5).fund(CODE, close=1.2, nav=1.2, shares=[1e8, 1e8, 1e8, None, 1.1e8]).panel()
    assert about("规模", holed) == "规模1.32亿元（02-11）"
    assert about("净流入：", holed)
    assert "02-11份额未公布" not in about("净流入：", holed)
    unpriced = beside(3).fund(CODE, close=1.2, shares=[1e8, 1e8, 1.1e8]).panel()
    assert "02-11份额未公布" not in about("净流入：", unpriced)


def test_a_fund_without_any_count_says_so() -> None:
    assert about("净流入：", market(3).fund(CODE, close=1.2).panel()) == "净流入：暂无份额数据"


@pytest.mark.parametrize(
    ("shares", "word"), [([1e8, 1e8, 1.1e8], "净流入1200万元"), ([1e8, 1e8, 0.9e8], "净流出1200万元")]
)
def test_money_is_called_by_its_direction(shares: list[float], word: str) -> None:
    panel = market(3).fund(CODE, close=1.2, nav=1.2, shares=shares).panel()
    assert about("净流", panel) == f"{word}（02-11）"
    assert word in card(panel).brief().text


def test_a_fund_of_this_year_has_no_growth_since_the_last() -> None:
    young = "588940"
    assert "今年上市" in "\n".join(points(known(EVENING), young))
    assert "年初至今份额增长率" not in "\n".join(points(known(EVENING), young))


def test_a_missing_count_at_the_turn_of_the_year_does_not_make_a_fund_new() -> None:
    counts = [1e8] * 40
    base = max(at for at, day in enumerate(market(40).sessions) if day.year == 2024)
    counts[base] = None
    for listed in ("2019-09-09", ""):
        world = beside(40).fund(CODE, words={"listed": listed}, close=1.2, nav=1.2, shares=counts)
        assert "今年上市" not in about("年初至今", world.panel())


def test_a_premium_over_an_older_nav_shows_the_day_of_the_nav_and_of_the_price() -> None:
    world = beside(5).fund("513100", words={"fund_class": "cross_border"}, close=1.224, volume=1e6, shares=1e8)
    panel = world.fund("513100", nav=[1.2, 1.2, 1.2, None, None]).panel()
    zh, en = (next(one for one in points(panel, "513100", each) if "2.00%" in one) for each in (ZH, EN))
    assert "02-07净值" in zh
    assert "NAV of 02-07" in en
    assert is_dated(zh, Language.ZH)
    assert zh.endswith("（02-11，暂估）")


def test_premiums_say_over_what() -> None:
    over_nav = market(3).fund(CODE, close=1.212, nav=1.2).panel()
    assert about("溢价率", over_nav) == "溢价率1.00%（净值）（02-11）"
    over_iopv = market(3).fund(CODE, close=1.212, nav=1.2, iopv=1.2).panel()
    assert about("溢价率", over_iopv) == "收盘溢价率1.00%（IOPV）（02-11）"
    assert not about("溢价率", market(3).fund(CODE, close=1.212).panel())


def test_a_streak_of_two_is_told_and_one_of_one_is_not() -> None:
    rising = market(4).fund(CODE, close=[1.1, 1.0, 1.1, 1.2]).panel()
    assert card(rising).streak().text == "连涨2日（按收盘价）（02-11）"
    assert card(rising, teller=EN).streak().text == "2 rising closes in a row (02-11)"
    falling = market(4).fund(CODE, close=[1.1, 1.3, 1.2, 1.1]).panel()
    assert card(falling).streak().text == "连跌2日（按收盘价）（02-11）"
    assert card(market(3).fund(CODE, close=[1.1, 1.0, 1.1]).panel()).streak() is None


def test_what_was_told_above_is_not_repeated() -> None:
    panel = known(EVENING)
    premium, flow, total = (one.figure(panel, CODE) for one in (PREMIUM_IOPV, FLOW, FLOW_60))
    whole = points(panel)
    untold = [one.text for one in card(panel).points([premium, flow, total])]
    assert len(untold) == len(whole) - 2
    only_total = next(one.text for one in card(panel).points([flow]) if "近60日" in one.text)
    assert "1572万元" not in only_total
    only_flow = next(one.text for one in card(panel).points([total]) if "1572万元" in one.text)
    assert "近60日" not in only_flow


def test_a_provisional_count_makes_size_and_flow_estimates() -> None:
    soft = snapshot(
        Dataset.SHARES,
        LAST_DAY,
        {CODE: {"shares": 1.1e8}},
        scope="SSE",
        provisional=True,
        known_at=moment(LAST_DAY + timedelta(days=1)),
    )
    panel = market(3).fund(CODE, close=1.2, nav=1.2, shares=1e8).panel(soft)
    assert about("规模", panel).endswith("（02-11，暂估）")
    assert about("净流入", panel).endswith("（02-11，暂估）")


def test_a_fund_without_an_index_has_no_index_line() -> None:
    assert card(market(2).fund(CODE, close=1.0).panel()).index() is None
    named = market(2).fund(CODE, words={"index_name": "中证信创"}, close=1.0).panel()
    assert card(named).index().text == "跟踪指数：中证信创"


def test_figures_of_the_last_year_say_their_year() -> None:
    panel = known(EVENING).until(date(2024, 12, 31))
    assert FundCard(panel, ZH, CODE, LAST_DAY).head().text.endswith("（2024-12-31）")
    assert CLOSE_PRICE.figure(panel, CODE).day == date(2024, 12, 31)


def test_a_fund_whose_shares_nobody_has_counted_is_not_called_new() -> None:
    assert "今年上市" not in about("年初至今", beside(40).fund(CODE, words={"listed": ""}, close=1.2).panel())
