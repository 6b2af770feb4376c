"""One message for what a poll found: grouped by what it is about, the market first, then the most telling fund."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.alerts import Alert, Reason
from bot.messages.alerts import render_alerts, write_letter
from bot.messages.letters import compose
from bot.messages.model import Heading, Message, Paragraph, Style
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals import load_detectors
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES
from signals.core.profile import FundClass, Profile, exchange_of
from signals.core.signal import Signal, Subject
from tests.bot.test_demo_source import known
from tests.builders import moment
from tests.commands.said import is_dated, said

DAY = date(2025, 2, 11)
DETECTORS = {name: one() for name, one in load_detectors().items()}
NOW = moment(DAY, "18:21")


def profile(code: str, name: str) -> Profile:
    return Profile(code=code, name=name, exchange=exchange_of(code), fund_class=FundClass.EQUITY)


NAMED = Named({code: profile(code, name) for code, name in {"560850": "信创50ETF", "159590": "软件50ETF"}.items()})


def signal(subject: str, kind: str, strength: float, **evidence: tuple[float, Unit]) -> Signal:
    axis = Axis.MARKET if subject == BOTH_EXCHANGES else Axis.FUND
    figures = {name: Figure(value=value, unit=unit, day=DAY, source="made") for name, (value, unit) in evidence.items()}
    return Signal(
        kind=kind,
        subject=Subject(axis, subject),
        day=DAY,
        since=DAY,
        reached=DAY,
        strength=strength,
        evidence=figures,
    )


def premium(code: str, strength: float) -> Signal:
    return signal(code, "premium_spike", strength, premium=(0.03, Unit.FRACTION))


def inflow(code: str, strength: float) -> Signal:
    money = {"flow": (3e7, Unit.CNY), "total": (1.1e8, Unit.CNY)}
    return signal(code, "inflow_streak", strength, streak=(6, Unit.SESSIONS), **money)


def margin(strength: float) -> Signal:
    money = {"change": (190.57e8, Unit.CNY_CHANGE), "total": (643.36e8, Unit.CNY_CHANGE), "balance": (1.8e12, Unit.CNY)}
    return signal(BOTH_EXCHANGES, "margin_rise", strength, streak=(4, Unit.SESSIONS), **money)


def told(
    *signals: Signal, language: Language = Language.ZH, demo: bool = False, reasons: Mapping[int, Reason] | None = None
) -> Message:
    alerts = [
        Alert(signal=one, reason=(reasons or {}).get(number, Reason.NEW), follows=1 if reasons else None)
        for number, one in enumerate(signals)
    ]
    return render_alerts(alerts, Teller(language, DETECTORS, DAY), NAMED, NOW, demo=demo)


def heads(message: Message) -> list[str]:
    return [block.lines[0].text for block in message.blocks if isinstance(block, Paragraph)]


def test_the_title_says_when_it_was_known() -> None:
    assert said(told(premium("560850", 0.6)))[0] == "ETF信号提醒 02-11 18:21"
    assert said(told(premium("560850", 0.6), language=Language.EN))[0] == "ETF signals 02-11 18:21"


def test_all_alerts_of_a_fund_stand_under_its_name() -> None:
    message = told(premium("560850", 0.6), inflow("560850", 0.7))
    assert heads(message) == ["信创50ETF 560850"]
    assert said(message)[2:] == [
        "连续第6日获净流入，当日3000万元，累计1.10亿元（02-11）",
        "收盘溢价率3.00%（IOPV）（02-11）",
    ]


def test_the_market_comes_first_and_then_the_most_telling_fund() -> None:
    message = told(premium("560850", 0.6), inflow("159590", 0.9), margin(0.51), premium("159590", 0.5))
    assert heads(message) == ["沪深两市融资融券", "软件50ETF 159590", "信创50ETF 560850"]


def test_the_order_does_not_depend_on_the_order_of_the_alerts() -> None:
    signals = [premium("560850", 0.6), inflow("159590", 0.9), margin(0.51)]
    assert heads(told(*signals)) == heads(told(*reversed(signals)))


def test_the_market_is_named_in_the_readers_language() -> None:
    assert heads(told(margin(0.5), language=Language.EN)) == ["Margin trading, SSE + SZSE"]


def test_a_fund_without_a_name_is_shown_once() -> None:
    assert heads(told(premium("510300", 0.6))) == ["510300"]


def test_names_and_codes_are_marked_as_what_they_are() -> None:
    head = next(one for one in told(premium("560850", 0.6)).blocks if isinstance(one, Paragraph)).lines[0]
    assert {span.text: span.style for span in head.spans} == {
        "信创50ETF": Style.STRONG,
        " ": Style.PLAIN,
        "560850": Style.CODE,
    }


def commands(message: Message) -> list[list[str]]:
    return [[button.command for button in row] for row in message.buttons]


def test_up_to_three_funds_can_be_pressed() -> None:
    message = told(margin(0.9), *(premium(f"51030{number}", 0.9 - number / 10) for number in range(5)))
    assert commands(message) == [["/etf 510300", "/etf 510301", "/etf 510302"]]
    assert [button.label for button in told(premium("560850", 0.6), inflow("159590", 0.5)).buttons[0]] == [
        "信创50ETF",
        "软件50ETF",
    ]


def letter(*signals: Signal, ids: Sequence[int], silent_below: float = 0.0) -> Message:
    """The message of stored alerts."""
    alerts = [Alert(signal=one, reason=Reason.NEW) for one in signals]
    kinds = {one.kind: DETECTORS.get(one.kind, DETECTORS["premium_spike"]) for one in signals}
    teller = Teller(Language.ZH, kinds, DAY)
    made = write_letter(alerts, teller, NAMED, NOW, ids=ids, silent_below=silent_below, demo=False)
    return compose(made, teller.words)


def test_an_alert_on_one_fund_brings_its_own_why_history_chart_and_silence() -> None:
    assert commands(letter(premium("560850", 0.6), ids=[7])) == [
        ["/why #7", "/history 560850 premium_spike", "/etf 560850"],
        ["/mute 560850 1d", "/mute 560850 7d"],
    ]
    assert commands(letter(premium("560850", 0.6), inflow("560850", 0.9), ids=[7, 8])) == [
        ["/alert #8 why", "/history 560850", "/etf 560850"],
        ["/mute 560850 1d", "/mute 560850 7d"],
    ]


def test_alerts_of_one_kind_bring_the_silence_of_the_kind() -> None:
    assert commands(letter(premium("560850", 0.6), premium("159590", 0.5), ids=[7, 8])) == [
        ["/etf 560850", "/etf 159590"],
        ["/alert #7 why", "/history premium_spike"],
        ["/mute premium_spike 1d", "/mute premium_spike 7d"],
    ]
    assert commands(letter(margin(0.6), ids=[7])) == [
        ["/why #7", "/history margin_rise"],
        ["/mute margin_rise 1d", "/mute margin_rise 7d"],
    ]


def test_many_alerts_of_many_kinds_lead_to_a_choice() -> None:
    assert commands(letter(premium("560850", 0.6), inflow("159590", 0.5), ids=[7, 8])) == [
        ["/etf 560850", "/etf 159590"],
        ["/alert #7 why", "/alert #7 mute"],
    ]


def test_no_button_is_longer_than_a_channel_carries() -> None:
    long = replace(premium("560850", 0.6), kind="very_long_name_of_a_detector_of_an_operators_own_making")
    found = commands(letter(long, ids=[10**9]))
    assert found == [["/why #1000000000", "/etf 560850"], ["/mute 560850 1d", "/mute 560850 7d"]]


@pytest.mark.parametrize(("strength", "silent"), [(0.54, True), (0.55, False)])
def test_weak_alerts_arrive_without_a_sound(strength: float, silent: bool) -> None:
    weakest = letter(premium("560850", 0.51), premium("159590", strength), ids=[7, 8], silent_below=0.55)
    assert weakest.silent is silent


def test_a_correction_is_heard_however_weak() -> None:
    over = Alert(signal=replace(premium("560850", 0.0), rung=0), reason=Reason.CORRECTED, follows=1)
    teller = Teller(Language.ZH, DETECTORS, DAY)
    assert not write_letter([over], teller, NAMED, NOW, ids=[2], silent_below=0.55, demo=False).silent
    ended = replace(over, reason=Reason.ENDED)
    assert write_letter([ended], teller, NAMED, NOW, ids=[2], silent_below=0.55, demo=False).silent


def test_a_demo_market_is_labelled_in_the_title() -> None:
    assert said(told(premium("560850", 0.6), demo=True))[0].endswith("〔演示数据〕")
    assert "演示数据" in said(told(premium("560850", 0.6), demo=True, language=Language.EN))[0]
    assert "演示" not in said(told(premium("560850", 0.6)))[0]


@pytest.mark.parametrize(("language", "title"), [(Language.ZH, "更正"), (Language.EN, "Correction")])
def test_nothing_but_corrections_is_a_correction(language: Language, title: str) -> None:
    message = told(premium("560850", 0.6), language=language, reasons={0: Reason.CORRECTED})
    assert said(message)[0].startswith(title)


@pytest.mark.parametrize("language", Language)
def test_a_correction_among_other_alerts_says_so_itself(language: Language) -> None:
    message = told(premium("560850", 0.6), inflow("159590", 0.5), language=language, reasons={1: Reason.CORRECTED})
    assert said(message)[0] == said(told(margin(1), language=language))[0]
    corrected = [one for one in said(message) if one.startswith(("更正", "corrected"))]
    assert len(corrected) == 1


def test_an_end_stands_under_the_fund_it_is_about() -> None:
    over = replace(premium("560850", 0.0), rung=0)
    message = told(over, reasons={0: Reason.ENDED})
    assert heads(message) == ["信创50ETF 560850"]
    assert said(message)[-1] == "“溢价异动”已结束，目前溢价率3.00%（02-11）"


@pytest.mark.parametrize("language", Language)
def test_every_alert_of_the_demo_evening_is_dated(language: Language) -> None:
    panel = known("2025-02-11 18:21")
    signals = [one for kind in DETECTORS.values() for one in kind.detect(panel, panel.sessions[-2:])]
    alerts = [Alert(signal=one, reason=Reason.NEW) for one in signals]
    message = render_alerts(alerts, Teller(language, DETECTORS, DAY), Named(panel.profiles), NOW, demo=panel.demo)
    points = [one for block in message.blocks if isinstance(block, Paragraph) for one in block.lines if one.indent]
    assert len(points) == len(signals) > 100
    assert [one.text for one in points if not is_dated(one.text, language)] == []
    assert isinstance(message.blocks[0], Heading)


def test_groups_of_funds_and_indices_are_called_by_their_names_in_both_languages() -> None:
    panel = known("2025-02-07 23:00")
    seen = [
        Alert(signal=one, reason=Reason.NEW)
        for name, day in (
            ("class_inflow", "2025-02-07"),
            ("index_inflow", "2025-02-07"),
            ("constituents_limit_up", "2025-02-05"),
        )
        for one in DETECTORS[name].detect(panel, [date.fromisoformat(day)])
    ]
    heads = {
        Language.ZH: ("宽基ETF", "沪深300 000300", "中证信创 931247"),
        Language.EN: ("Broad-market ETFs", "CSI 300 000300", "CSI IT Application Innovation 931247"),
    }
    for language, (head, *indices) in heads.items():
        lines = said(render_alerts(seen, Teller(language, DETECTORS, DAY), Named(panel.profiles), NOW, demo=True))
        assert {head, *indices} <= {*lines}
        assert all(is_dated(one, language) for one in lines[1:] if one != head and not one[-6:].isdigit())


def test_a_sentence_that_lacks_the_name_of_a_stock_falls_back_to_its_figures() -> None:
    panel = known("2025-02-05 23:00")
    (limit,) = DETECTORS["constituents_limit_up"].detect(panel, [date(2025, 2, 5)])
    nameless = replace(limit, evidence={name: replace(one, of="") for name, one in limit.evidence.items()})
    teller = Teller(Language.ZH, DETECTORS, DAY)
    assert "其中浪潮信息权重最高" in teller.sentence(limit)
    assert teller.sentence(nameless).startswith("成分股涨停：权重15.14%")
