"""What followed a signal, in words: exact, dated, never a promise, silent where it knows too little."""

import re
from dataclasses import replace
from datetime import date

import pytest

from bot.alerts import Alert, Reason
from bot.messages.alerts import render_alerts
from bot.messages.catalogue import catalogue
from bot.messages.model import Message, Paragraph, Style, Table
from bot.messages.sentences import Teller
from bot.messages.study import (
    Evidence,
    dated_line,
    evidence_key,
    study_line,
    study_message,
    study_scope,
    thresholds_message,
)
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.profile import FundClass
from signals.study.evidence import Outcome, Rates, Study
from tests.bot.test_message_alerts import DAY, DETECTORS, NAMED, NOW, inflow, margin, premium
from tests.commands.said import said

ZH, EN = catalogue(Language.ZH), catalogue(Language.EN)
each_language = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
RATES = Rates(
    up=0.542,
    base_up=0.518,
    up_between=(-0.019, 0.067),
    ahead=0.481,
    median_net=-0.0012,
    mean_net=0.0034,
    base_net=0.00004,
    net_between=(0.0002, 0.0066),
)
PROMISES = re.compile(
    r"将会|必将|有望|预计|建议买|买入|卖出|机会|will |should|buy|sell|expect|opportunit", re.IGNORECASE
)


def made(count: int = 212, rates: Rates | None = RATES, *, index: str = "") -> Study:
    return Study(
        kind="inflow_streak",
        axis=Axis.MARKET if index else Axis.FUND,
        fund_class=None if index else FundClass.EQUITY,
        index=index,
        netted=not index,
        first=date(2024, 3, 1),
        last=date(2025, 2, 11),
        subjects=1 if index else 37,
        firings=count + 3,
        outcomes=tuple(
            Outcome(horizon_sessions=one, count=count, days=90, rates=rates if one < 20 else None)
            for one in (1, 5, 10, 20)
        ),
    )


def test_the_line_says_what_was_asked_for() -> None:
    assert study_line(made(), 5, ZH) == (
        "同类信号过去出现212次，5日后上涨54.2%，同期基准51.8%，差异区间−1.9…+6.7个百分点"
    )
    assert dated_line(made(), 5, ZH).endswith("个百分点（2024-03-01以来）")


def test_its_english_twin_says_the_same() -> None:
    assert dated_line(made(), 5, EN) == (
        "Such signals so far: 212; up 5 sessions later in 54.2%, base rate 51.8%, "
        "difference −1.9 to +6.7 percentage points (since 2024-03-01)"
    )


def test_too_few_are_only_counted() -> None:
    assert study_line(made(12, None), 5, ZH) == "同类信号过去出现12次，样本不足"
    assert study_line(made(12, None), 5, EN) == "Such signals so far: 12, too few to tell"
    assert not re.search(r"%|百分", study_line(made(12, None), 5, ZH))


def test_none_at_all_is_said() -> None:
    assert study_line(made(0, None), 5, ZH) == "同类信号过去没有出现过"


def test_the_market_is_named_by_its_index() -> None:
    assert "5日后中证全指上涨54.2%" in study_line(made(index="000985"), 5, ZH)
    assert "CSI All Share up 5 sessions later" in study_line(made(index="000985"), 5, EN)


@pytest.mark.parametrize("one", [replace(made(), first=None), made()])
def test_what_is_not_known_is_not_said(one: Study) -> None:
    horizon = 5 if one.first is None else 7
    assert study_line(one, horizon, ZH) == dated_line(one, horizon, ZH) == ""


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    even = made(rates=replace(RATES, up_between=(-0.0001, 0.0301)))
    assert "差异区间0.0…+3.0个百分点" in study_line(even, 5, ZH)


@each_language
@pytest.mark.parametrize("one", [made(), made(index="000985"), made(12, None), made(0, None)])
def test_nothing_is_promised_or_advised(words: "object", one: Study) -> None:
    texts = ZH if words is ZH else EN
    message = study_message(one, "连续净流入", 5, texts, None, demo=False)
    assert not PROMISES.search("\n".join(said(message)) + dated_line(one, 5, texts))


@each_language
def test_the_whole_ends_with_what_it_is_not(words: "object") -> None:
    texts = ZH if words is ZH else EN
    last = said(study_message(made(), "x", 5, texts, None, demo=False))[-1]
    assert last == texts.text("study-note-past")


def tables(message: Message) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in one.rows] for one in message.blocks if isinstance(one, Table)]


def test_every_horizon_has_its_figures() -> None:
    message = study_message(made(), "连续净流入", 5, ZH, None, demo=False)
    up, net = tables(message)
    assert up[1] == ["5日", "212", "54.2%", "51.8%", "−1.9…+6.7"]
    assert net[1] == ["5日", "+0.34%", "0.00%", "+0.02%…+0.66%", "−0.12%", "48.1%"]
    assert up[3] == ["20日", "212", "样本不足", "—", "—"]
    assert net[3] == ["20日", "样本不足", "—", "—", "—", "—"]


def test_only_what_is_hardly_luck_is_coloured() -> None:
    up, net = (one for one in study_message(made(), "x", 5, ZH, None, demo=False).blocks if isinstance(one, Table))
    assert up.rows[0][2].style is Style.PLAIN
    assert net.rows[0][1].style is Style.UP
    fallen = made(rates=replace(RATES, up_between=(-0.1, -0.01)))
    up, _ = (one for one in study_message(fallen, "x", 5, ZH, None, demo=False).blocks if isinstance(one, Table))
    assert up.rows[0][2].style is Style.DOWN


def test_the_market_has_nothing_to_be_ahead_of() -> None:
    _, moves = tables(study_message(made(index="000985"), "x", 5, ZH, None, demo=False))
    assert [len(row) for row in moves] == [5] * 4
    text = "\n".join(said(study_message(made(index="000985"), "x", 5, ZH, None, demo=False)))
    assert "超额" not in text
    assert "跑赢" not in text


def test_too_few_have_no_table() -> None:
    assert tables(study_message(made(12, None), "x", 5, ZH, None, demo=False)) == []


def test_a_demo_market_is_labelled() -> None:
    assert said(study_message(made(), "x", 5, ZH, None, demo=True))[0].endswith("〔演示数据〕")


@each_language
def test_the_scope_names_class_span_and_number(words: "object") -> None:
    texts = ZH if words is ZH else EN
    scope = study_scope(made(), texts)
    assert all(one in scope for one in (texts.text("study-class-equity"), "2024-03-01", "2025-02-11", "37", "215"))
    assert texts.text("index-000985") in study_scope(made(index="000985"), texts)
    assert study_scope(replace(made(), first=None), texts) == texts.text("study-nothing")
    indices = replace(made(), axis=Axis.INDEX, fund_class=None)
    assert texts.text("study-scope-indices", first="2024-03-01", last="2025-02-11", count="215", subjects="37") in (
        study_scope(indices, texts)
    )


EVIDENCE = Evidence(
    studies={("inflow_streak", FundClass.EQUITY): made(), ("margin_rise", None): made(44, index="000985")},
    horizon_sessions=5,
)


def rendered(*alerts: Alert, evidence: Evidence | None = EVIDENCE) -> Message:
    return render_alerts(list(alerts), Teller(Language.ZH, DETECTORS, DAY), NAMED, NOW, evidence=evidence, demo=False)


def new(one: object) -> Alert:
    return Alert(signal=one, reason=Reason.NEW)  # type: ignore[arg-type]


def past(message: Message) -> list[str]:
    return [text for text in said(message) if text.startswith("同类信号")]


def test_a_kind_has_its_line_once_under_its_first_alert() -> None:
    message = rendered(new(inflow("560850", 0.7)), new(inflow("159590", 0.6)), new(premium("560850", 0.5)))
    assert past(message) == [dated_line(made(), 5, ZH)]
    first = next(one for one in message.blocks if isinstance(one, Paragraph))
    assert [one.indent for one in first.lines] == [0, 1, 2, 1]
    assert all(span.style is Style.MUTED for span in first.lines[2].spans)


def test_the_market_has_a_line_of_its_own() -> None:
    message = rendered(new(margin(0.9)), new(inflow("560850", 0.7)))
    assert len(past(message)) == 2
    assert "中证全指" in past(message)[0]


@pytest.mark.parametrize("evidence", [None, Evidence()])
def test_without_evidence_there_is_no_line(evidence: Evidence | None) -> None:
    assert past(rendered(new(inflow("560850", 0.7)), evidence=evidence)) == []


def test_corrections_and_ends_have_none() -> None:
    over = replace(inflow("560850", 0.0), rung=0)
    corrected = Alert(signal=inflow("159590", 0.7), reason=Reason.CORRECTED, follows=1)
    assert past(rendered(Alert(signal=over, reason=Reason.ENDED, follows=2), corrected)) == []


def test_a_fund_that_nobody_knows_has_no_class() -> None:
    assert evidence_key(inflow("510300", 0.5), NAMED.profiles) == ("inflow_streak", None)
    assert evidence_key(inflow("560850", 0.5), NAMED.profiles) == ("inflow_streak", FundClass.EQUITY)


def test_each_value_of_a_quantity_has_its_row() -> None:
    studies = [made(), made(12, None)]
    message = thresholds_message(studies, ["3", "5"], "连续净流入", 5, ZH, demo=False)
    (rows,) = tables(message)
    assert rows == [
        ["3", "212", "54.2%", "51.8%", "−1.9…+6.7", "+0.34%", "+0.02%…+0.66%"],
        ["5", "12", "样本不足", "—", "—", "—", "—"],
    ]
    assert "5日之后（权益类ETF，2024-03-01 至 2025-02-11）" in said(message)[1]


def test_values_of_which_nothing_is_known_have_no_rows() -> None:
    message = thresholds_message([replace(made(0, None), first=None)], ["3"], "x", 5, ZH, demo=True)
    assert said(message) == ["研究：x 〔演示数据〕", ZH.text("study-nothing")]


@pytest.mark.parametrize(("axis", "netted"), [(Axis.CLASS, False), (Axis.TRACKED, True)])
def test_groups_of_funds_are_said_to_be_measured_by_their_mean(axis: Axis, netted: bool) -> None:
    groups = replace(made(), axis=axis, fund_class=None, netted=netted)
    text = "\n".join(said(study_message(groups, "x", 5, ZH, None, demo=False)))
    assert ZH.text("study-note-groups") in text
    assert ("超额" in text) == netted
    assert ("基金大类" in text) == (axis is Axis.CLASS)
