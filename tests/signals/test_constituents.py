"""成分股: limit-ups and limit-downs of an index, and days on which nearly all of it moves one way."""

import pytest

from signals.constituents import (
    ConstituentBreadth,
    ConstituentLimits,
    ConstituentsFall,
    ConstituentsLimitDown,
    ConstituentsLimitUp,
    ConstituentsRise,
)
from signals.core.detector import Tell
from signals.core.panel import Panel
from signals.core.signal import Signal
from tests.builders import CALENDAR, LAST_DAY, market, moment, pool, seen, stocks, weights

INDEX = "931247"
MONTH_END = CALENDAR.window(LAST_DAY, 6)[0]
STOCKS = tuple(f"60{number:04}" for number in range(20))
NAMES = {code: f"股票{code[-2:]}" for code in STOCKS}


def world(moves: dict[str, float | None], sides: dict[str, int] | None = None, *, prices: bool = True) -> Panel:
    """An index of twenty stocks with 5 % each, on which one fund is."""
    tables = [weights(INDEX, MONTH_END, dict.fromkeys(STOCKS, 0.05), names=NAMES, known_at=moment(MONTH_END))]
    tables += [stocks(LAST_DAY, moves)] if prices else []
    tables += [pool(LAST_DAY, sides)] if sides else []
    made = market(12).fund("560850", words={"index_code": INDEX, "index_name": "中证信创"}, close=1.0)
    return made.panel(*tables)


def at_limit(count: int, side: int = 1) -> Panel:
    moves: dict[str, float | None] = dict.fromkeys(STOCKS, 0.0)
    chosen = dict.fromkeys(STOCKS[:count], side)
    return world({**moves, **dict.fromkeys(STOCKS[:count], 0.1 * side)}, {**chosen, "000001": side})


def told(detector: ConstituentLimits | ConstituentBreadth, panel: Panel) -> Signal | None:
    return seen(detector, panel).get(INDEX)


@pytest.mark.parametrize(("detector", "side"), [(ConstituentsLimitUp(), 1), (ConstituentsLimitDown(), -1)])
def test_three_constituents_at_a_limit_are_told(detector: ConstituentLimits, side: int) -> None:
    signal = told(detector, at_limit(3, side))
    assert signal is not None
    assert signal.evidence["count"].value == 3
    assert signal.evidence["weight"].value == pytest.approx(0.15)
    assert signal.evidence["first"].of == "股票00"
    assert told(detector, at_limit(2, side)) is None
    assert told(detector, at_limit(3, -side)) is None


def test_weights_are_dated_by_their_month_end_and_the_count_by_its_session() -> None:
    signal = told(ConstituentsLimitUp(), at_limit(3))
    assert signal is not None
    assert {name: one.day for name, one in signal.evidence.items()} == {
        "count": LAST_DAY,
        "weight": MONTH_END,
        "first": MONTH_END,
    }
    assert signal.evidence["weight"].source == "index_constituents.931247, limit_pool.all, stock_daily.all"
    assert signal.since == LAST_DAY


def test_a_few_small_constituents_are_no_news() -> None:
    assert told(ConstituentsLimitUp(min_weight=0.16), at_limit(3)) is None
    assert told(ConstituentsLimitUp(min_weight=0.15), at_limit(3)) is not None


def test_the_pool_is_enough_to_know_of_limits() -> None:
    panel = world({}, dict.fromkeys(STOCKS[:4], 1), prices=False)
    signal = told(ConstituentsLimitUp(), panel)
    assert signal is not None
    assert signal.evidence["count"].value == 4
    assert told(ConstituentsRise(), panel) is None


def test_closes_are_enough_to_know_of_limits_where_the_pool_cannot_be_had() -> None:
    moves: dict[str, float | None] = {**dict.fromkeys(STOCKS, 0.02), **dict.fromkeys(STOCKS[:4], 0.1)}
    signal = told(ConstituentsLimitUp(), world(moves))
    assert signal is not None
    assert signal.evidence["count"].value == 4
    assert told(ConstituentsLimitUp(), world({**moves, **dict.fromkeys(STOCKS[:2], 0.09)})) is None


def test_an_index_whose_weights_are_not_known_is_not_judged() -> None:
    made = market(12).fund("560850", words={"index_code": "000300"}, close=1.0)
    panel = made.panel(pool(LAST_DAY, dict.fromkeys(STOCKS[:4], 1)), stocks(LAST_DAY, dict.fromkeys(STOCKS, 0.1)))
    for detector in (ConstituentsLimitUp(), ConstituentsRise()):
        assert seen(detector, panel) == {}
        assert not detector.find(panel).known.any()


@pytest.mark.parametrize(("detector", "sign"), [(ConstituentsRise(), 1.0), (ConstituentsFall(), -1.0)])
def test_a_day_on_which_nearly_all_move_one_way_is_told(detector: ConstituentBreadth, sign: float) -> None:
    moves: dict[str, float | None] = dict.fromkeys(STOCKS, sign * 0.03)
    signal = told(detector, world({**moves, STOCKS[0]: -sign * 0.01}))
    assert signal is not None
    values = {name: round(one.value, 4) for name, one in signal.evidence.items()}
    up, down = (19, 1) if sign > 0 else (1, 19)
    assert values == {"weighted_move": round(sign * 0.028, 4), "share_of_weight": 0.95, "up": up, "down": down}
    other = {**moves, **dict.fromkeys(STOCKS[:3], -sign * 0.001)}
    assert told(detector, world(other)) is None


def test_all_moving_a_little_is_no_news() -> None:
    assert told(ConstituentsRise(), world(dict.fromkeys(STOCKS, 0.019))) is None
    assert told(ConstituentsRise(), world(dict.fromkeys(STOCKS, 0.021))) is not None


def test_suspended_stocks_are_not_counted_on_either_side() -> None:
    moves: dict[str, float | None] = dict.fromkeys(STOCKS, 0.03)
    signal = told(ConstituentsRise(), world({**moves, STOCKS[0]: None, STOCKS[1]: None}))
    assert signal is not None
    assert (signal.evidence["up"].value, signal.evidence["share_of_weight"].value) == (18, pytest.approx(1.0))


def test_with_too_many_suspended_nothing_is_said_of_the_whole() -> None:
    moves: dict[str, float | None] = dict.fromkeys(STOCKS, 0.03)
    panel = world({**moves, **dict.fromkeys(STOCKS[:3], None)})
    assert told(ConstituentsRise(), panel) is None
    assert not ConstituentsRise().find(panel).known.any()


def test_breadth_is_shown_and_limits_are_told() -> None:
    assert (ConstituentsRise().tell, ConstituentsLimitUp().tell) == (Tell.DIGEST, Tell.ALERT)


def test_weights_from_before_the_panel_are_left_out() -> None:
    early = weights(INDEX, CALENDAR.window(LAST_DAY, 30)[0], dict.fromkeys(STOCKS, 0.05), known_at=moment(MONTH_END))
    made = market(12).fund("560850", words={"index_code": INDEX}, close=1.0)
    assert seen(ConstituentsRise(), made.panel(early, stocks(LAST_DAY, dict.fromkeys(STOCKS, 0.05)))) == {}
