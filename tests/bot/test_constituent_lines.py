"""Under the hood of a fund: the constituents that stood out and the themes that its index leads."""

from datetime import date

import pytest

from bot.app import themes_of
from bot.messages.cards import FundCard
from bot.messages.constituents import hood_lines
from bot.messages.sentences import Teller
from bot.sights import signals_of
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.snapshot import Snapshot
from signals.core.text import Text
from signals.core.themes import Theme
from signals.groups import IndexInflow
from tests.bot.test_demo_source import known
from tests.builders import CALENDAR, LAST_DAY, market, moment, pool, stocks, weights

ZH, EN = (Teller(language, {}, LAST_DAY) for language in Language)
INDEX, MONTH_END = "931247", date(2025, 1, 27)
HELD = {"600000": 0.3, "600001": 0.25, "600002": 0.2, "600003": 0.15, "600004": 0.1}
NAMES = {code: f"股票{code[-1]}" for code in HELD}
THEME = Theme(name="DeepSeek", title=Text("DeepSeek", "DeepSeek"), stocks=frozenset({"600000", "600004"}))
REFERENCE = "2025-02-11 18:21"


def panel(*tables: Snapshot) -> Panel:
    made = market(12).fund("560850", words={"index_code": INDEX, "index_name": "中证信创"}, close=1.0)
    held = [weights(one, MONTH_END, HELD, names=NAMES, known_at=moment(MONTH_END)) for one in (INDEX,)]
    return made.panel(*held, *tables)


def hood(made: Panel, teller: Teller = ZH, themes: tuple[Theme, ...] = ()) -> list[str]:
    return [one.text for one in hood_lines(made, teller, INDEX, LAST_DAY, themes)]


def moved(*moves: float | None, day: date = LAST_DAY) -> Snapshot:
    return stocks(day, dict(zip(HELD, moves, strict=True)))


def test_the_reference_day_is_told_in_the_words_of_the_note() -> None:
    said = [one.text for one in FundCard(known(REFERENCE), ZH, "560850", LAST_DAY, themes_of()).hood()]
    assert said == [
        "成分股拓维信息涨停、东方国信涨超6%；中科曙光跌超2%；2涨33跌，权重截至01-27（02-11）",
        "AI算力含量27.1%，在已知权重的6个指数中居首（01-27）",
        "DeepSeek含量48.1%，在已知权重的6个指数中居首（01-27）",
    ]


def test_the_same_in_english() -> None:
    said = [one.text for one in FundCard(known(REFERENCE), EN, "560850", LAST_DAY, themes_of()).hood()]
    assert said[0] == (
        "constituents: 拓维信息 limit-up, 东方国信 up more than 6%; 中科曙光 down more than 2%; 2 up and 33 down, "
        "weights of 01-27 (02-11)"
    )
    assert said[2] == "DeepSeek is 48.1% of its index, the most of the 6 indices whose weights are known (01-27)"


def test_a_fund_whose_index_is_not_known_from_inside_has_no_such_lines() -> None:
    assert FundCard(known(REFERENCE), ZH, "518880", LAST_DAY, themes_of()).hood() == []
    assert FundCard(known(REFERENCE), ZH, "511990", LAST_DAY, themes_of()).hood() == []


def test_limits_come_first_and_then_who_moved_the_index_most() -> None:
    made = panel(moved(0.03, 0.04, 0.02, -0.03, 0.1))
    assert hood(made) == ["成分股股票4涨停、股票1涨超3%；股票3跌超2%；4涨1跌，权重截至01-27（02-11）"]


def test_on_either_side_two_names_are_enough() -> None:
    made = panel(moved(-0.1, -0.1, -0.1, -0.05, 0.021))
    assert hood(made) == ["成分股股票4涨超2%；股票0跌停、股票1跌停；1涨4跌，权重截至01-27（02-11）"]


@pytest.mark.parametrize(
    ("move", "said"), [(0.02, ""), (0.021, "股票0涨超2%；"), (0.03, "股票0涨超2%；"), (0.064, "股票0涨超6%；")]
)
def test_more_than_so_many_per_cent_is_more(move: float, said: str) -> None:
    assert hood(panel(moved(move, 0.0, 0.0, 0.0, 0.0))) == [f"成分股{said}1涨0跌，权重截至01-27（02-11）"]


def test_by_the_pool_alone_only_limits_are_told() -> None:
    assert hood(panel(pool(LAST_DAY, {"600001": 1, "600003": -1}))) == [
        "成分股股票1涨停；股票3跌停，权重截至01-27（02-11）"
    ]


def test_a_pool_without_any_of_its_stocks_is_no_line() -> None:
    assert hood(panel(pool(LAST_DAY, {"000001": 1}))) == []


def test_with_too_many_suspended_the_count_is_left_out() -> None:
    assert hood(panel(moved(0.03, None, 0.0, 0.0, 0.0))) == ["成分股股票0涨超2%，权重截至01-27（02-11）"]


def test_an_older_session_is_told_with_its_date_and_a_very_old_one_not_at_all() -> None:
    days = CALENDAR.window(LAST_DAY, 6)
    assert hood(panel(moved(0.03, 0.0, 0.0, 0.0, 0.0, day=days[1]))) == [
        f"成分股股票0涨超2%；1涨0跌，权重截至01-27（{days[1]:%m-%d}）"
    ]
    assert hood(panel(moved(0.03, 0.0, 0.0, 0.0, 0.0, day=days[0]))) == []


def test_a_theme_is_told_only_where_the_index_leads_it() -> None:
    others = [
        weights(one, MONTH_END, {"600009": 0.9, "600000": 0.1}, known_at=moment(MONTH_END))
        for one in ("000300", "000905")
    ]
    assert hood(panel(*others), themes=(THEME,)) == ["DeepSeek含量40.0%，在已知权重的3个指数中居首（01-27）"]
    more = weights("399006", MONTH_END, {"600000": 1.0}, known_at=moment(MONTH_END))
    assert hood(panel(*others, more), themes=(THEME,)) == []
    assert hood(panel(), themes=(THEME,)) == []


def test_what_is_seen_of_the_index_stands_first() -> None:
    index = IndexInflow()
    made = market(4).funds(
        ("510300", "510310", "159919"),
        words={"index_code": "000300"},
        close=1.0,
        nav=1.0,
        shares=[9e9, 10e9, 11e9, 12e9],
    )
    seen_ = signals_of(made.panel(), [index], Axis.TRACKED)
    teller = Teller(Language.ZH, {index.name: index}, LAST_DAY)
    said = [one.text for one in FundCard(made.panel(), teller, "510300", LAST_DAY).hood(seen_)]
    assert said == [
        "同指数ETF整体连续3日净流入，当日30.00亿元，累计90.00亿元，统计3/3只（自有数据以来每日如此）（02-11）"
    ]
