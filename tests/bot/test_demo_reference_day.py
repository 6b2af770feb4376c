"""The reference day, 2025-02-11: every published sentence comes out of the demo market by computing it."""

from datetime import date
from pathlib import Path

import pytest

import bot.sources.demo
from bot.app import themes_of
from bot.messages.cards import FundCard
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals.accumulation import FlowSum
from signals.core.detector import Detector
from signals.core.field import CLOSE, NAV, SHARES, Axis, Unit
from signals.core.flows import FLOW, FLOW_60, INFLOW_STREAK, INFLOW_STREAK_SUM
from signals.core.market import FINANCING_CHANGE, MARGIN_BALANCE
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import CHANGE, INDEX_CHANGE, TRADED_VALUE, TURNOVER, UP_STREAK, VOLUME
from signals.core.quantity import Quantity
from signals.core.series import Flat
from signals.core.signal import Basis, Signal
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_COUNT, SHARE_GROWTH_YTD
from signals.core.themes import exposures
from signals.core.trend import Watch
from signals.core.values import PREMIUM_IOPV
from signals.growth import ShareGrowth
from signals.margin import MarginRise
from signals.peers import GrowthLeader, LargestFund, PremiumLeader, TurnoverLeader
from signals.pullback import FirstPullback
from signals.size import AumChange
from signals.streak import InflowStreak, RisingStreak
from signals.turnover import HighTurnover
from tests.bot.test_demo_source import at_cell, known
from tests.builders import seen

EVENING = "2025-02-11 18:21"
MORNING = "2025-02-12 09:20"
DAY, BEFORE = date(2025, 2, 11), date(2025, 2, 10)
DAYS = ("2025-01-23", "2025-01-24", "2025-01-27", "2025-02-05", "2025-02-06", "2025-02-07", "2025-02-10", "2025-02-11")


def figure(quantity: Quantity, subject: str, asof: str = EVENING) -> Figure:
    found = quantity.figure(known(asof), subject)
    assert found is not None
    return found


def signal(detector: Detector, subject: str, day: date = DAY, asof: str = EVENING) -> Signal:
    return seen(detector, known(asof), day)[subject]


@pytest.mark.parametrize(
    ("code", "closes"),
    [
        ("560850", [1.156, 1.197, 1.192, 1.294, 1.330, 1.384, 1.449, 1.430]),
        ("159590", [0.967, 1.008, 1.008, 1.094, 1.109, 1.148, 1.188, 1.170]),
    ],
)
def test_the_eight_closes_are_the_published_ones(code, closes):
    panel = known(EVENING)
    assert [at_cell(panel.values(CLOSE), panel, code, day) for day in DAYS] == closes


@pytest.mark.parametrize(("code", "rises"), [("560850", 6), ("159590", 7)])
def test_the_first_pullback_comes_after_a_streak_on_nav(code, rises):
    found = signal(FirstPullback(), code)
    assert found.evidence["streak"].value == rises
    assert found.evidence["streak"].day == BEFORE
    assert found.basis is Basis.NAV
    assert found.evidence["change"].value < 0


@pytest.mark.parametrize(("code", "rises"), [("560850", 4), ("159590", 7)])
def test_the_streak_on_closes_depends_on_the_flat_day(code, rises):
    counting = FirstPullback(basis=Watch.CLOSE, flat=Flat.COUNTS, min_days=3)
    assert signal(counting, code).evidence["streak"].value == rises
    assert signal(FirstPullback(basis=Watch.CLOSE, min_days=3), code).evidence["streak"].value == 4
    assert at_cell(UP_STREAK.on(known(EVENING)).values, known(EVENING), code, "2025-02-10") == 4


@pytest.mark.parametrize("code", ["560850", "159590"])
def test_no_pullback_is_seen_before_its_day(code):
    assert code not in seen(FirstPullback(), known("2025-02-10 18:21"), BEFORE)
    assert signal(RisingStreak(), code, BEFORE, "2025-02-10 18:21").basis is Basis.NAV


@pytest.mark.parametrize(
    ("code", "amount", "volume", "turnover", "shares"),
    [
        ("560850", 59_560_556, 41_638_500, "31.51%", 132_164_000),
        ("159590", 100_686_373, 86_112_700, "41.73%", 206_358_700),
    ],
)
def test_turnover_is_over_the_shares_of_the_day_before_and_first_of_the_index(code, amount, volume, turnover, shares):
    panel = known(EVENING)
    assert figure(TRADED_VALUE, code) == Figure(value=amount, unit=Unit.CNY, day=DAY, source="演示数据")
    assert at_cell(panel.values(VOLUME), panel, code, "2025-02-11") == volume
    assert f"{figure(TURNOVER, code).value:.2%}" == turnover
    found = signal(HighTurnover(), code)
    assert (found.evidence["shares"].value, found.evidence["shares"].day) == (shares, BEFORE)
    assert [found.evidence[name].value for name in ("rank", "rank_of")] == [1, 3]
    assert signal(TurnoverLeader(), code).evidence["value"].day == DAY


@pytest.mark.parametrize(("code", "premium"), [("560850", "0.56%"), ("159590", "0.18%")])
def test_the_closing_premium_is_first_of_the_index(code, premium):
    assert f"{figure(PREMIUM_IOPV, code).value:.2%}" == premium
    assert f"{signal(PremiumLeader(), code).evidence['value'].value:.2%}" == premium
    assert figure(RANKS["premium"], code).value == 1


def test_money_came_into_560850_the_day_before():
    flow = figure(FLOW, "560850")
    assert f"{flow.value / 1e4:.0f}万" == "1572万"
    assert (flow.day, flow.estimated) == (BEFORE, False)


def test_560850_took_in_more_than_a_hundred_million_over_sixty_sessions():
    assert 1e8 < figure(FLOW_60, "560850").value < 1.1e8
    assert signal(FlowSum(), "560850", BEFORE).evidence["days"].value == 60


def test_560850_is_the_largest_of_its_index():
    assert [figure(one["aum"], "560850").value for one in (RANKS, RANK_SIZES)] == [1, 3]
    assert signal(LargestFund(), "560850", BEFORE).evidence["value"].value == figure(AUM, "560850").value


def test_159590_is_not_the_largest_of_its_index():
    assert figure(RANKS["aum"], "159590").value == 3
    assert "159590" not in seen(LargestFund(), known(EVENING), BEFORE)


def test_159590_has_six_inflows_in_a_row():
    found = signal(InflowStreak(), "159590", BEFORE)
    assert figure(INFLOW_STREAK, "159590").value == found.evidence["streak"].value == 6
    assert figure(INFLOW_STREAK_SUM, "159590").value == found.evidence["total"].value
    assert 1.1e8 < found.evidence["total"].value < 1.2e8
    assert (found.since, found.day) == (date(2025, 1, 24), BEFORE)
    assert at_cell(FLOW.on(known(EVENING)).values, known(EVENING), "159590", "2025-01-23") < 0


def test_159590_has_grown_by_126_million_since_the_end_of_january():
    assert f"{figure(AUM_CHANGE_MONTH, '159590').value / 1e8:+.2f}亿" == "+1.26亿"
    assert signal(AumChange(), "159590", BEFORE).evidence["change"].day == BEFORE


def test_the_shares_of_159590_have_grown_fastest_on_its_index():
    assert f"{figure(SHARE_GROWTH_YTD, '159590').value:.2%}" == "90.44%"
    found = signal(ShareGrowth(), "159590", BEFORE)
    assert [found.evidence[name].value for name in ("rank", "rank_of")] == [1, 3]
    assert signal(GrowthLeader(), "159590", BEFORE).evidence["value"].value == found.evidence["growth"].value


def test_margin_rose_on_four_sessions_by_the_published_sums():
    panel = known(EVENING)
    changes = [
        float(FINANCING_CHANGE.on(panel).values[panel.row(date.fromisoformat(day)), _both()]) for day in DAYS[2:7]
    ]
    assert changes[0] < 0
    assert changes[1:] == [197.97e8, 146.06e8, 108.76e8, 190.57e8]
    assert figure(MARGIN_BALANCE, BOTH_EXCHANGES).value == 18360.06e8
    found = signal(MarginRise(), BOTH_EXCHANGES, BEFORE)
    assert (found.evidence["streak"].value, found.evidence["total"].value) == (4, 643.36e8)
    assert found.since == date(2025, 2, 5)


def _both() -> int:
    return known(EVENING).column(Axis.MARKET, BOTH_EXCHANGES)


@pytest.mark.parametrize("index", ["000001", "399001", "399006"])
def test_the_three_great_indices_fell(index):
    assert figure(INDEX_CHANGE, index).value < 0
    assert figure(INDEX_CHANGE, index).day == DAY


@pytest.mark.parametrize(
    ("index", "funds"),
    [("931247", {"560850", "562570", "562030"}), ("H30202", {"159590", "515230", "159899"})],
)
def test_the_published_peers_are_all_there_and_compared(index, funds):
    panel = known(EVENING)
    assert {one.code for one in panel.profiles.values() if one.index_key == index} == funds
    for name in RANKS:
        assert sorted(figure(RANKS[name], code).value for code in funds) == [1, 2, 3], name
        assert {figure(RANK_SIZES[name], code).value for code in funds} == {3}, name


def test_the_constituents_that_stood_out_are_those_of_the_note():
    lines = [one.text for one in FundCard(known(EVENING), Teller(Language.ZH, {}, DAY), "560850", DAY).hood()]
    assert lines[0].startswith("成分股拓维信息涨停、东方国信涨超6%；中科曙光跌超2%；")


def test_deepseek_is_nearly_half_of_the_index_and_no_other_holds_as_much():
    (theme,) = [one for one in themes_of() if one.name == "DeepSeek"]
    first, second, *_ = exposures(known(EVENING), theme)
    assert (first.index, f"{first.weight.value:.1%}", first.rank, first.rank_of) == ("931247", "48.1%", 1, 6)
    assert second.weight.value < first.weight.value
    assert first.leads


def test_the_evening_knows_shares_and_margin_of_the_day_before_only():
    for quantity, subject in ((SHARE_COUNT, "510300"), (SHARE_COUNT, "159915"), (MARGIN_BALANCE, BOTH_EXCHANGES)):
        assert (figure(quantity, subject).day, figure(quantity, subject).estimated) == (BEFORE, False)
    panel = known(EVENING)
    assert panel.fresh_row({CLOSE, NAV}) == panel.row(DAY)


def test_the_morning_knows_the_final_shares_of_the_reference_day():
    for code in ("560850", "159590", "510300", "159915"):
        for quantity in (SHARE_COUNT, FLOW, AUM):
            assert (figure(quantity, code, MORNING).day, figure(quantity, code, MORNING).estimated) == (DAY, False)
    assert figure(INFLOW_STREAK, "159590", MORNING).value == 7
    assert f"{figure(TURNOVER, '560850', MORNING).value:.2%}" != "31.51%"


def test_the_morning_knows_a_small_fifth_rise_of_margin():
    found = signal(MarginRise(), BOTH_EXCHANGES, DAY, MORNING)
    assert found.evidence["streak"].value == 5
    assert 0 < found.evidence["change"].value < 50e8


def test_the_morning_knows_nothing_of_its_own_session():
    panel = known(MORNING)
    assert panel.sessions[-1] == date(2025, 2, 12)
    assert panel.fresh_row({CLOSE}) == panel.fresh_row({SHARES}) == panel.row(DAY)
    assert CHANGE.figure(panel, "560850").day == DAY


def test_no_published_result_is_written_down_in_the_demo():
    derived = ("31.51", "41.73", "0.56", "0.18%", "1572", "90.44", "1.26", "643.36", "197.97", "146.06", "108.76")
    derived += ("48.1", "涨停", "涨超", "跌超")
    derived += ("190.57", "18360", "连涨", "首次回调")
    folder = Path(bot.sources.demo.__file__).parent
    written = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.suffix in (".py", ".toml")}
    assert {(name, one) for name, text in written.items() for one in derived if one in text} == set()
