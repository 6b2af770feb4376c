"""What an index holds and how it traded: which weights count on which session, what is known of a stock."""

from datetime import date, timedelta

import numpy as np
import pytest

from signals.core.constituents import Basket, Baskets, lay_baskets
from signals.core.panel import Panel
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import CALENDAR, LAST_DAY, market, moment, pool, snapshot, stocks, weights

INDEX = "931247"
MONTH_END = date(2025, 1, 27)
HELD = {"002261": 0.6, "300166": 0.3, "688041": 0.1}
NAMES = {"002261": "拓维信息", "300166": "东方国信", "688041": "海光信息"}
BEFORE = CALENDAR.before(LAST_DAY)
NAN = float("nan")


def panel(*tables: Snapshot, days: int = 12, asof: str = "23:00") -> Panel:
    world = market(days).fund("560850", words={"index_code": INDEX}, close=1.0)
    return world.panel(*tables, asof=moment(LAST_DAY, asof))


def held(day: date = MONTH_END, known: date = MONTH_END, **changed: float) -> Snapshot:
    return weights(INDEX, day, {**HELD, **changed}, names=NAMES, known_at=moment(known, "17:20"))


def baskets(*tables: Snapshot) -> Baskets:
    return panel(*tables).derive(lay_baskets)


def newest(*tables: Snapshot) -> Basket:
    found = baskets(*tables).newest(INDEX)
    assert found is not None
    return found[1]


def test_a_basket_is_the_weights_with_moves_and_limits_the_heaviest_first() -> None:
    basket = newest(held(), stocks(LAST_DAY, {"300166": 0.064, "002261": 0.1, "688041": -0.02, "600000": 0.1}))
    assert basket.names == ("拓维信息", "东方国信", "海光信息")
    np.testing.assert_allclose(basket.change, [0.1, 0.064, -0.02])
    assert basket.limit.tolist() == [1, 0, 0]
    assert basket.move == pytest.approx(0.6 * 0.1 + 0.3 * 0.064 - 0.1 * 0.02)
    assert basket.weights.day == MONTH_END


def test_the_pool_comes_before_the_price() -> None:
    moves = {"002261": 0.1, "300166": 0.05, "688041": 0.2}
    basket = newest(held(), stocks(LAST_DAY, moves), pool(LAST_DAY, {"300166": 1, "688041": -1}))
    assert basket.limit.tolist() == [1, 1, -1]


def test_a_stock_that_the_pool_leaves_out_is_told_by_its_price() -> None:
    assert newest(held(), stocks(LAST_DAY, {"002261": 0.1}), pool(LAST_DAY, {"600000": 1})).limit[0] == 1


def test_by_the_pool_alone_limits_are_known_and_moves_are_not() -> None:
    basket = newest(held(), pool(LAST_DAY, {"002261": 1}))
    assert basket.limit.tolist() == [1, 0, 0]
    assert np.isnan(basket.change).all()
    assert not basket.covered
    assert np.isnan(basket.move)


def test_a_stock_of_which_nothing_is_told_is_unknown() -> None:
    basket = newest(held(), stocks(LAST_DAY, {"002261": 0.02}))
    assert np.isnan(basket.change[1:]).all()
    assert np.isnan(basket.limit[1:]).all()


def test_a_suspended_stock_has_no_move_and_stands_at_no_limit() -> None:
    basket = newest(held(), stocks(LAST_DAY, {"002261": 0.02, "300166": None, "688041": 0.01}))
    assert np.isnan(basket.change[1])
    assert np.isnan(basket.limit[1])


@pytest.mark.parametrize(("suspended", "covered"), [("688041", True), ("300166", False)])
def test_nine_tenths_of_the_weight_must_have_moved_somewhere(suspended: str, *, covered: bool) -> None:
    moves: dict[str, float | None] = dict.fromkeys(HELD, 0.03)
    basket = newest(held(), stocks(LAST_DAY, {**moves, suspended: None}))
    assert basket.covered == covered
    assert np.isnan(basket.move) != covered


def test_the_part_that_is_listed_abroad_counts_as_unknown() -> None:
    half = weights(INDEX, MONTH_END, {"002261": 0.5}, known_at=moment(MONTH_END))
    assert not newest(half, stocks(LAST_DAY, {"002261": 0.1})).covered


def test_a_stock_under_special_treatment_has_the_narrow_limit_while_its_name_says_so() -> None:
    moves = dict.fromkeys(HELD, 0.05)
    assert newest(held(), stocks(LAST_DAY, moves, names={"002261": "*ST拓维"})).limit.tolist() == [1, 0, 0]
    assert newest(held(), stocks(LAST_DAY, moves, names={"002261": "拓维信息"})).limit.tolist() == [0, 0, 0]


def test_a_stock_is_called_as_on_that_session_and_by_its_code_where_nobody_names_it() -> None:
    bare = weights(INDEX, MONTH_END, HELD, known_at=moment(MONTH_END))
    basket = newest(bare, stocks(LAST_DAY, dict.fromkeys(HELD, 0.01), names={"002261": "新名字"}))
    assert basket.names == ("新名字", "300166", "688041")


def test_the_newest_month_end_that_was_known_before_the_session_counts() -> None:
    old = held(date(2024, 12, 31), date(2025, 1, 6), **{"002261": 0.2, "300166": 0.7})
    new = held(MONTH_END, LAST_DAY)
    found = baskets(old, new, stocks(LAST_DAY, HELD))
    assert found.effective(INDEX, LAST_DAY).day == date(2024, 12, 31)  # type: ignore[union-attr]
    assert found.effective(INDEX, CALENDAR.after(LAST_DAY)).day == MONTH_END  # type: ignore[union-attr]
    assert found.latest(INDEX).day == MONTH_END  # type: ignore[union-attr]


def test_the_first_weights_count_from_the_day_on_which_they_came() -> None:
    found = baskets(held(MONTH_END, BEFORE), stocks(BEFORE, HELD), stocks(LAST_DAY, HELD))
    assert found.effective(INDEX, BEFORE) is not None
    assert found.effective(INDEX, CALENDAR.before(BEFORE)) is None


def test_weights_of_long_ago_say_nothing() -> None:
    ancient = held(LAST_DAY - timedelta(days=101), LAST_DAY - timedelta(days=100))
    found = baskets(ancient, stocks(LAST_DAY, HELD))
    assert found.newest(INDEX) is None
    assert found.latest(INDEX) is None


def test_the_newest_basket_is_that_of_the_newest_session_with_stocks() -> None:
    found = baskets(held(), stocks(BEFORE, HELD), pool(BEFORE, {"002261": 1}))
    newest_ = found.newest(INDEX)
    assert newest_ is not None
    assert found.sessions[newest_[0]] == BEFORE


def test_without_weights_there_is_no_basket() -> None:
    found = baskets(stocks(LAST_DAY, HELD))
    assert found.weights == {}
    assert found.newest(INDEX) is None
    assert found.on(INDEX, 0) is None


def test_without_stocks_there_is_none_either() -> None:
    assert baskets(held()).newest(INDEX) is None
    assert baskets(held()).on(INDEX, -1 + 12) is None


def test_what_became_known_later_is_not_there_yet() -> None:
    tables = (held(), stocks(LAST_DAY, HELD))
    assert panel(*tables, asof="16:00").derive(lay_baskets).newest(INDEX) is None
    assert panel(*tables, asof="16:20").derive(lay_baskets).newest(INDEX) is not None


def test_a_panel_that_is_cut_off_forgets_later_stocks_and_weights() -> None:
    whole = panel(held(MONTH_END, BEFORE), stocks(BEFORE, HELD), stocks(LAST_DAY, HELD))
    early = whole.until(CALENDAR.before(BEFORE))
    assert {one.day for one in whole.beside} == {MONTH_END, BEFORE, LAST_DAY}
    assert early.beside == ()


def test_a_stock_without_weight_is_no_constituent() -> None:
    basket = newest(held(**{"688041": 0.0}), stocks(LAST_DAY, HELD))
    assert basket.names == ("拓维信息", "东方国信")


def test_a_later_table_of_the_session_replaces_what_it_tells_and_nothing_else() -> None:
    first = stocks(LAST_DAY, {"002261": 0.05, "300166": 0.05})
    rows = {"002261": {"stock_close": 10.2}}
    second = snapshot(Dataset.STOCKS, LAST_DAY, rows, source="other", known_at=moment(LAST_DAY, "22:00"))
    np.testing.assert_allclose(newest(held(), first, second).change[:2], [0.02, 0.05])
