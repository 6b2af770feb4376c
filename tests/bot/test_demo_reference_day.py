"""The reference day, 2025-02-11: every published sentence comes out of the demo market by computing it."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

import bot.sources.demo
from bot.alerts import Alert, Reason
from bot.app import themes_of
from bot.messages.cards import FundCard
from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.model import Message, Paragraph
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.wishes import DigestWishes
from bot.subscriptions import Language
from signals import load_detectors
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
from signals.core.runs import Flat
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
DETECTORS = {name: made() for name, made in load_detectors().items()}
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


def evening_digest() -> list[str]:
    """The lines of the digest that a reader of the two funds gets at 18:21."""
    writer = DigestWriter(known(EVENING), DETECTORS, DigestLimits(), today=DAY, themes=themes_of())
    return lines_of(writer.write(Edition.EVENING, DigestWishes(funds=frozenset({"560850", "159590"}))))


def lines_of(message: Message) -> list[str]:
    return [one.text for block in message.blocks if isinstance(block, Paragraph) for one in block.lines]


@cache
def told_of(subject: str) -> str:
    """What the evening digest says of one fund, or (of "market") of the market, line by line."""
    lines = evening_digest()
    if subject == "disclaimer":
        return lines[-1]
    heads = [at for at, one in enumerate(lines) if one.startswith(("软件50ETF 159590", "信创50ETF 560850"))]
    if subject == "market":
        return "\n".join(lines[: heads[0]])
    start = next(at for at in heads if f" {subject}  " in lines[at])
    ends = [at for at in (*heads, len(lines)) if at > start]
    return "\n".join(lines[start : ends[0]])


def said_at(asof: str, detector: Detector, subject: str, day: date) -> str:
    """The sentence of the alert."""
    teller = Teller(Language.ZH, DETECTORS, date.fromisoformat(asof[:10]), Named(known(asof).profiles))
    return teller.alert(Alert(signal=signal(detector, subject, day, asof), reason=Reason.NEW))


NOTE = [
    ("信创50ETF（560850）6连涨后首次回调", "560850", "6连涨（按净值）后首次回调"),
    ("软件50ETF（159590）暴涨7日后首次回调", "159590", "7连涨（按净值）后首次回调"),
    ("全天成交额近6000万元", "560850", "成交额5956万元"),
    ("全天成交额超1亿元", "159590", "成交额1.01亿元"),
    ("换手率31.51%，高居同类第一", "560850", "换手率31.51%，高居同类第一（共3只）"),
    ("换手率41.73%，高居同类第一", "159590", "换手率41.73%，高居同类第一（共3只）"),
    ("收盘溢价率0.56%，高居同类第一", "560850", "收盘溢价率0.56%（IOPV），高居同类第一（共3只）（02-11）"),
    ("收盘溢价率0.18%，高居同类第一", "159590", "收盘溢价率0.18%（IOPV），高居同类第一（共3只）（02-11）"),
    ("规模最大的信创50ETF", "560850", "规模1.91亿元，高居同类第一（共3只）"),
    ("昨日获净流入1572万元", "560850", "净流入1572万元，高居同类第一（共3只）（02-10）"),
    ("近60日“吸金”超1亿元", "560850", "近60日净流入1.02亿元（02-10）"),
    ("连续第6日获净流入，累计超1.1亿元", "159590", "连续第6日获净流入，当日3312万元，累计1.13亿元（02-10）"),
    ("规模较1月末增加1.26亿元", "159590", "较上月末+1.26亿元（02-10）"),
    ("年初至今份额增长率90.44%，位居同指数首位", "159590", "年初至今份额增长率90.44%，高居同类第一（共3只）（02-10）"),
    ("成分股拓维信息涨停", "560850", "成分股拓维信息涨停、"),
    ("东方国信涨超6%", "560850", "、东方国信涨超6%；"),
    ("中科曙光跌超2%", "560850", "；中科曙光跌超2%；"),
    ("DeepSeek含量48.1%，第一", "560850", "DeepSeek含量48.1%，在已知权重的6个指数中居首"),
    ("融资余额增加197.97亿元", "market", "+197.97亿元（02-05）、"),
    ("融资余额增加146.06亿元", "market", "、+146.06亿元（02-06）、"),
    ("融资余额增加108.76亿元", "market", "、+108.76亿元（02-07）、"),
    ("融资余额增加190.57亿元", "market", "、+190.57亿元（02-10），"),
    ("连续四日合计643.36亿元", "market", "融资余额连续4日增加："),
    ("合计643.36亿元", "market", "合计+643.36亿元（02-10）"),
    ("两市融资融券总余额18360.06亿", "market", "融资融券余额18360.06亿元（02-10）"),
    ("两市口径", "market", "两融口径：沪深两市合计，不含北交所"),
    ("三大指数集体回调", "market", "三大指数集体回调（02-11）"),
    ("风险提示", "disclaimer", "风险提示：以上为公开数据的统计结果，仅供参考，不构成投资建议。"),
]
"""Sentences of the published note, where the evening digest says the same, and how."""


@pytest.mark.parametrize(("subject", "words"), [row[1:] for row in NOTE], ids=[row[0] for row in NOTE])
def test_the_evening_digest_says_each_sentence_of_the_note(subject: str, words: str) -> None:
    assert words in told_of(subject)


ALERTED = [
    (
        FirstPullback(),
        "560850",
        DAY,
        EVENING,
        "6连涨（按净值）后首次回调：此前累计+24.60%（02-10），当日−1.38%（02-11）",
    ),
    (
        FirstPullback(),
        "159590",
        DAY,
        EVENING,
        "7连涨（按净值）后首次回调：此前累计+23.61%（02-10），当日−1.25%（02-11）",
    ),
    (InflowStreak(), "159590", BEFORE, EVENING, "连续第6日获净流入，当日3312万元，累计1.13亿元（02-10）"),
    (FlowSum(), "560850", BEFORE, EVENING, "近60日净流入1.02亿元（02-10）"),
    (
        MarginRise(),
        BOTH_EXCHANGES,
        BEFORE,
        "2025-02-11 09:20",
        "两市融资余额连续4日增加，最近一日+190.57亿元，累计+643.36亿元，余额18253.72亿元（02-10）",
    ),
]


@pytest.mark.parametrize(("detector", "subject", "day", "asof", "sentence"), ALERTED)
def test_the_alerts_of_the_day_say_it_in_these_words(
    detector: Detector, subject: str, day: date, asof: str, sentence: str
) -> None:
    assert said_at(asof, detector, subject, day) == sentence


def test_the_fund_whose_index_is_not_first_is_not_called_so() -> None:
    assert "含量" not in told_of("159590")
    assert "规模2.44亿元，同类第3（共3只）" in told_of("159590")


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
