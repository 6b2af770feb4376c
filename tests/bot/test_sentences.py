"""One signal in words: reasons, readings, dates, ranks, money in and out."""

from dataclasses import replace
from datetime import date

import pytest

from bot.alerts import Alert, Reason
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.profile import FundClass, Profile
from signals.core.signal import Basis, Signal, Subject
from signals.premium import PremiumSpike
from signals.pullback import FirstPullback
from signals.streak import InflowStreak, OutflowStreak
from signals.succession import LargestFundChange

DAY, BEFORE, LAST_YEAR = date(2025, 2, 11), date(2025, 2, 10), date(2024, 12, 31)
KINDS = (InflowStreak(), OutflowStreak(), FirstPullback(), PremiumSpike(), LargestFundChange())
ZH, EN = (Teller(language, {one.name: one for one in KINDS}, DAY) for language in Language)


def figure(value: float, unit: Unit, day: date = DAY, *, estimated: bool = False) -> Figure:
    return Figure(value=value, unit=unit, day=day, source="made", estimated=estimated)


def signal(kind: str = "inflow_streak", day: date = DAY, rung: int = 1, **evidence: Figure) -> Signal:
    return Signal(
        kind=kind,
        subject=Subject(Axis.FUND, "560850"),
        day=day,
        since=day,
        reached=day,
        rung=rung,
        strength=0.5,
        evidence=evidence,
    )


STREAK = signal(
    streak=figure(6, Unit.SESSIONS),
    flow=figure(33_120_000, Unit.CNY),
    total=figure(113_010_000, Unit.CNY),
)
PULLBACK = replace(
    signal(
        "first_pullback",
        streak=figure(6, Unit.SESSIONS, BEFORE),
        gain=figure(0.246, Unit.MOVE, BEFORE),
        change=figure(-0.0138, Unit.MOVE),
    ),
    basis=Basis.NAV,
)
PREMIUM = signal("premium_spike", premium=figure(0.0312, Unit.FRACTION))


def with_(one: Signal, **evidence: Figure) -> Signal:
    return replace(one, evidence={**one.evidence, **evidence})


def test_a_streak_is_told_with_its_date() -> None:
    assert ZH.sentence(STREAK) == "连续第6日获净流入，当日3312万元，累计1.13亿元（02-11）"
    assert (
        EN.sentence(STREAK) == "net inflow for 6 sessions in a row, CNY 33.12m on the last, CNY 113.01m in all (02-11)"
    )


def test_a_figure_of_another_day_carries_its_own_date() -> None:
    assert ZH.sentence(PULLBACK) == "6连涨（按净值）后首次回调：此前累计+24.60%（02-10），当日−1.38%（02-11）"
    assert (
        EN.sentence(PULLBACK)
        == "first pullback after 6 rising sessions (on NAV): +24.60% (02-10) before, now −1.38% (02-11)"
    )


@pytest.mark.parametrize(("basis", "zh", "en"), [("close", "按收盘价", "closes"), ("index", "按跟踪指数", "its index")])
def test_the_basis_is_the_one_of_the_signal(basis: str, zh: str, en: str) -> None:
    one = replace(PULLBACK, basis=Basis(basis))
    assert zh in ZH.sentence(one)
    assert f"(on {en})" in EN.sentence(one)


def test_a_figure_of_the_last_year_says_its_year() -> None:
    one = with_(PULLBACK, gain=figure(0.246, Unit.MOVE, LAST_YEAR))
    assert "+24.60%（2024-12-31）" in ZH.sentence(one)
    assert ZH.sentence(replace(STREAK, day=LAST_YEAR)).endswith("（2024-12-31）")


def test_an_estimate_is_marked_at_the_date() -> None:
    soft = with_(STREAK, total=figure(113_010_000, Unit.CNY, estimated=True))
    assert ZH.sentence(soft).endswith("（02-11，暂估）")
    assert EN.sentence(soft).endswith(" (02-11, estimate)")


def test_an_estimate_that_is_not_told_is_not_marked() -> None:
    soft = with_(STREAK, other=figure(1, Unit.CNY, estimated=True))
    assert "暂估" not in ZH.sentence(soft)


def test_an_outflow_is_told_without_a_minus() -> None:
    one = replace(
        STREAK,
        kind="outflow_streak",
        evidence={name: replace(each, value=-each.value) for name, each in STREAK.evidence.items()}
        | {"streak": figure(3, Unit.SESSIONS)},
    )
    assert ZH.sentence(one) == "连续第3日净流出，当日3312万元，累计1.13亿元（02-11）"
    assert "−" not in EN.sentence(one)


def test_remarks_stand_between_the_figures_and_their_date() -> None:
    one = with_(
        STREAK,
        open_start=figure(1, Unit.COUNT),
        gaps=figure(2, Unit.SESSIONS),
        split=figure(3, Unit.RATIO),
        rank=figure(1, Unit.RANK),
        rank_of=figure(3, Unit.COUNT),
    )
    for teller in (ZH, EN):
        words = teller.words
        remarks = (
            words.text("rank-first", rank="1", size="3"),
            words.text("open-start"),
            words.text("gaps", days="2"),
            words.text("split", ratio="1拆3" if teller is ZH else "3-for-1"),
        )
        plain = teller.sentence(STREAK)
        date_ = words.text("dated", day="02-11")
        assert teller.sentence(one) == plain.removesuffix(date_) + "".join(remarks) + date_


OVERTAKING = replace(
    signal(
        "largest_fund_change",
        lead=figure(244_000_000, Unit.CNY),
        overtaken=figure(240_000_000, Unit.CNY),
        rank_of=figure(3, Unit.COUNT),
    ),
    others={"former": Subject(Axis.FUND, "515230")},
)


def test_whoever_else_takes_part_is_called_by_name() -> None:
    profile = Profile(code="515230", name="软件ETF", exchange="SSE", fund_class=FundClass.EQUITY)
    named = Teller(Language.ZH, {"largest_fund_change": LargestFundChange()}, DAY, Named({"515230": profile}))
    assert named.sentence(OVERTAKING) == "规模2.44亿元，超过软件ETF（2.40亿元），升至同类第一（共3只）（02-11）"


def test_whoever_has_no_name_is_called_by_code() -> None:
    assert "超过515230（2.40亿元）" in ZH.sentence(OVERTAKING)
    assert "ahead of 515230 (CNY 240.00m)" in EN.sentence(OVERTAKING)


def test_a_sentence_without_the_other_one_tells_its_figures() -> None:
    alone = replace(OVERTAKING, others={})
    assert ZH.sentence(alone) == "规模第一易主：数值2.44亿元，原第一2.40亿元（02-11）"


def test_a_merger_is_named_as_one() -> None:
    one = with_(STREAK, split=figure(0.5, Unit.RATIO))
    assert "（已按2并1调整）" in ZH.sentence(one)
    assert "(adjusted for a 1-for-2 split)" in EN.sentence(one)


@pytest.mark.parametrize(
    ("rank", "size", "zh", "en"),
    [
        (1, 3, "，高居同类第一（共3只）", ", first of 3 on its index"),
        (2, 6, "，同类第2（共6只）", ", no. 2 of 6 on its index"),
    ],
)
def test_a_rank_names_place_and_group(rank: int, size: int, zh: str, en: str) -> None:
    place, group = figure(rank, Unit.RANK), figure(size, Unit.COUNT)
    assert (ZH.rank(place, group), EN.rank(place, group)) == (zh, en)


def test_no_rank_is_said_without_its_group() -> None:
    place = figure(1, Unit.RANK)
    assert ZH.rank(place, None) == ZH.rank(None, place) == EN.rank(None, None) == ""


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (15_717_800, "净流入1572万元", "net inflow CNY 15.72m"),
        (-126e6, "净流出1.26亿元", "net outflow CNY 126.00m"),
        (0, "净流入0元", "net inflow CNY 0"),
    ],
)
def test_money_is_called_by_its_direction(value: float, zh: str, en: str) -> None:
    flow = figure(value, Unit.CNY)
    assert (ZH.flow(flow), EN.flow(flow)) == (zh, en)


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        (Reason.NEW, "", ""),
        (Reason.STRONGER, "", ""),
        (Reason.REMINDER, "持续中：", "ongoing: "),
        (Reason.CORRECTED, "更正为：", "corrected: "),
    ],
)
def test_the_reason_stands_before_what_is_told(reason: Reason, zh: str, en: str) -> None:
    one = Alert(signal=STREAK, reason=reason, follows=1 if reason is Reason.CORRECTED else None)
    assert ZH.alert(one) == zh + ZH.sentence(STREAK)
    assert EN.alert(one) == en + EN.sentence(STREAK)


OVER = replace(PREMIUM, rung=0, evidence={"premium": figure(0.0051, Unit.FRACTION)})


def test_what_is_over_is_called_by_its_name_with_what_it_is_now() -> None:
    ended = Alert(signal=OVER, reason=Reason.ENDED, follows=1)
    assert ZH.alert(ended) == "“溢价异动”已结束，目前溢价率0.51%（02-11）"
    assert EN.alert(ended) == "“Premium spike” is over, now premium 0.51% (02-11)"


def test_what_never_was_is_taken_back() -> None:
    withdrawn = Alert(signal=OVER, reason=Reason.CORRECTED, follows=1)
    assert ZH.alert(withdrawn) == "更正：此前提示的“溢价异动”不成立，按最新数据为溢价率0.51%（02-11）"
    said = "correction: “Premium spike” does not hold; the latest data say premium 0.51% (02-11)"
    assert EN.alert(withdrawn) == said


def test_a_reading_tells_figures_and_no_counts() -> None:
    standings = {"rank": figure(1, Unit.RANK), "zscore": figure(0.23, Unit.DEVIATIONS)}
    reading = replace(STREAK, rung=0, evidence={**STREAK.evidence, **standings})
    assert ZH.reading(reading) == "净流入3312万元，累计1.13亿元（02-11）"
    assert EN.reading(reading) == "net inflow CNY 33.12m, total CNY 113.01m (02-11)"


def test_a_reading_tells_an_outflow_as_one() -> None:
    reading = replace(STREAK, rung=0, evidence={"flow": figure(-126e6, Unit.CNY)})
    assert ZH.reading(reading) == "净流出1.26亿元（02-11）"
    assert EN.reading(reading) == "net outflow CNY 126.00m (02-11)"


def test_a_reading_marks_its_estimates_and_older_figures() -> None:
    reading = replace(PREMIUM, rung=0, evidence={"premium": figure(0.0051, Unit.FRACTION, BEFORE, estimated=True)})
    assert ZH.reading(reading) == "溢价率0.51%（02-10）（02-11，暂估）"


def test_a_reading_is_short() -> None:
    many = {name: figure(1, Unit.CNY) for name in ("flow", "total", "aum", "amount", "balance")}
    assert ZH.reading(replace(STREAK, rung=0, evidence=many)).count("，") == 2


def test_evidence_of_a_plugin_is_called_by_its_own_name() -> None:
    assert ZH.label("premium") == "溢价率"
    assert ZH.label("tail_risk") == EN.label("tail_risk") == "tail_risk"


def test_evidence_is_not_called_by_a_text_that_is_something_else() -> None:
    assert ZH.label("gap") == "gap"


def test_a_kind_is_called_by_its_title_or_else_by_its_name() -> None:
    assert (ZH.title("inflow_streak"), EN.title("inflow_streak")) == ("连续净流入", "Inflow streak")
    assert ZH.title("gone") == "gone"


def test_a_signal_that_lacks_a_figure_of_its_sentence_is_told_by_the_others() -> None:
    one = signal(streak=figure(6, Unit.SESSIONS), flow=figure(3e7, Unit.CNY))
    assert ZH.sentence(one) == "连续净流入：净流入3000万元（02-11）"
    assert EN.sentence(one) == "Inflow streak: net inflow CNY 30.00m (02-11)"


def test_a_date_alone_and_an_estimate() -> None:
    assert ZH.dated(DAY, []) == "（02-11）"
    assert EN.dated(DAY, [figure(1, Unit.CNY, estimated=True)]) == " (02-11, estimate)"
