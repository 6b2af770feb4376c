"""What every detector says: in both languages, each figure with its date, estimates marked, nothing left open."""

import re
from dataclasses import fields
from datetime import date
from functools import cache

import numpy as np
import pytest

from bot.alerts import Alert, Reason
from bot.messages.catalogue import catalogue
from bot.messages.figures import day_text, figure_text
from bot.messages.sentences import Teller
from bot.subscriptions import Language
from signals.core.detector import Detector
from signals.core.field import Axis, Unit
from signals.core.flows import FLOW
from signals.core.market import FINANCING_CHANGE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.quantity import Quantity
from signals.core.signal import Signal, Subject
from signals.core.text import Text
from tests.bot.test_demo_source import known
from tests.commands.said import ESTIMATE, is_dated
from tests.contracts.test_detectors import CLASSES, DETECTORS, SEEDS, world
from tests.signals.worlds import random_market

PLACEHOLDER = re.compile(r"\{ \$(\w+?)(?:_size)? \}")
COUNTS = {Unit.SESSIONS, Unit.COUNT, Unit.RANK, Unit.RATIO, Unit.DEVIATIONS}
"""Lengths and standings, which have no date of their own."""

UNSIGNED = str.maketrans("", "", "+−")
DEMO = ("2025-02-11 18:21", "2025-02-11 22:00")
TODAY = date(2025, 2, 12)
MOST = 200
"""Signals of one detector that are looked at."""

NUMBERS = {2: "two", 3: "three", 5: "fifth five", 10: "tenth", 20: "twenty", 40: "forty", 60: "sixty"}

every_class = pytest.mark.parametrize("kind", CLASSES.values(), ids=list(CLASSES))
every_detector = pytest.mark.parametrize("detector", DETECTORS.values(), ids=list(DETECTORS))
each_language = pytest.mark.parametrize("language", Language)


@cache
def teller(language: Language) -> Teller:
    return Teller(language, DETECTORS, TODAY)


@cache
def panels() -> tuple[Panel, ...]:
    """Random markets, whose holes and splits are many, and the demo market on two moments of an evening."""
    return (*(world(seed) for seed in SEEDS), *(known(asof) for asof in DEMO))


@cache
def seen(detector: Detector) -> list[tuple[Panel, Signal]]:
    """A good part of what a detector sees: all sessions of the random markets, the newest ones of the demo."""
    found = [
        (panel, one)
        for panel in panels()
        for one in detector.detect(panel, panel.sessions[-12:] if panel.demo else None)
    ]
    return found[:: 1 + len(found) // MOST]


@cache
def told(detector: Detector, language: Language) -> list[tuple[Panel, Signal, str]]:
    """The same with the sentence for it."""
    return [(panel, one, teller(language).sentence(one)) for panel, one in seen(detector)]


@cache
def readings(detector: Detector) -> list[Signal]:
    """What it sees of subjects for which it does not fire."""
    every = [
        detector.read(panel, day, Subject(detector.axis, one))
        for panel in panels()
        for day in panel.sessions[-2:]
        for one in panel.subjects[detector.axis]
    ]
    found = [one for one in every if one is not None and not one.rung]
    return found[:: 1 + len(found) // MOST]


def printed(detector: Detector, one: Signal, language: Language) -> set[str]:
    """Names of the evidence that stands in a sentence."""
    pattern = catalogue(language).of(detector.sentence)
    return {*PLACEHOLDER.findall(pattern)} & {*one.evidence}


@each_language
@every_detector
def test_every_sentence_ends_with_the_date_of_its_session(detector: Detector, language: Language) -> None:
    for _, one, text in told(detector, language):
        assert is_dated(text, language), text
        assert day_text(one.day, TODAY) in text[-24:], text


@each_language
@every_detector
def test_every_figure_stands_there_with_its_own_date(detector: Detector, language: Language) -> None:
    for _, one, text in told(detector, language):
        for name in printed(detector, one, language):
            figure = one.evidence[name]
            assert figure_text(figure, language).translate(UNSIGNED) in text, (name, text)
            assert figure.unit in COUNTS or day_text(figure.day, TODAY) in text, (name, text)


@each_language
@every_detector
def test_estimates_are_marked_and_nothing_else_is(detector: Detector, language: Language) -> None:
    for _, one, text in told(detector, language):
        soft = any(one.evidence[name].estimated for name in printed(detector, one, language))
        assert (ESTIMATE[language] in text) == soft


@each_language
@every_detector
def test_basis_gaps_splits_open_starts_and_ranks_are_named(detector: Detector, language: Language) -> None:
    texts = catalogue(language)
    for _, one, text in told(detector, language):
        assert one.basis is None or texts.text(f"basis-{one.basis}") in text
        assert (texts.text("open-start") in text) == ("open_start" in one.evidence)
        for name, said in (("gaps", "days"), ("split", "ratio")):
            if name in one.evidence:
                assert texts.text(name, **{said: figure_text(one.evidence[name], language)}) in text
        if {"rank", "rank_of"} <= {*one.evidence}:
            assert f"{one.evidence['rank_of'].value:.0f}" in text


@each_language
@every_detector
def test_a_sentence_has_no_loose_ends(detector: Detector, language: Language) -> None:
    for _, _, text in told(detector, language):
        assert not set("{}$") & set(text)
        assert not re.search(r"\bnan\b|\binf\b|None|  |（）|\( ?\)|，，|, ,|−−|\+−", text)
        assert text == text.strip()


def hole_count(quantity: Quantity, panel: Panel, one: Signal) -> int:
    """Sessions of a streak whose figure is not known, counted anew."""
    values = quantity.on(panel).values[:, panel.column(one.subject.axis, one.subject.code)]
    return int(np.isnan(values[panel.row(one.since) : panel.row(one.day)]).sum())


@each_language
@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("inflow_streak", FLOW),
        ("outflow_streak", FLOW),
        ("margin_rise", FINANCING_CHANGE),
        ("margin_fall", FINANCING_CHANGE),
    ],
)
def test_a_streak_over_unknown_sessions_says_how_many(name: str, quantity: Quantity, language: Language) -> None:
    gone = set()
    for panel, one, text in told(DETECTORS[name], language):
        holes = hole_count(quantity, panel, one)
        said = catalogue(language).text("gaps", days=str(holes))
        assert (said in text) == (holes > 0)
        gone.add(holes > 0)
    assert gone == {True, False}


@each_language
def test_a_streak_over_a_split_names_it(language: Language) -> None:
    found = 0
    for seed in SEEDS:
        made = random_market(seed, funds=24, sessions=48, same_day=bool(seed % 2))
        for name in ("inflow_streak", "outflow_streak"):
            for one in DETECTORS[name].detect(made.panel):
                column = made.panel.column(Axis.FUND, one.subject.code)
                inside = made.split[made.panel.row(one.since) : made.panel.row(one.day) + 1, column]
                split, word = float(np.prod(inside)), "1拆" if language is Language.ZH else "-for-1"
                assert (word in teller(language).sentence(one)) == (split > 1)
                found += split > 1
    assert found


@each_language
def test_the_sum_of_a_streak_is_an_estimate_when_one_of_its_flows_is(language: Language) -> None:
    found = set()
    for panel, one, text in told(DETECTORS["inflow_streak"], language):
        soft = FLOW.on(panel).soft[:, panel.column(Axis.FUND, one.subject.code)]
        known_ = np.isfinite(FLOW.on(panel).values[:, panel.column(Axis.FUND, one.subject.code)])
        inside = slice(panel.row(one.since), panel.row(one.day) + 1)
        estimated = bool((soft & known_)[inside].any())
        assert (ESTIMATE[language] in text) == estimated
        found.add(estimated)
    assert found == {True, False}


@each_language
@pytest.mark.parametrize("name", [one for one in CLASSES if "turnover" in one])
def test_turnover_over_an_older_share_count_shows_that_date(name: str, language: Language) -> None:
    found = 0
    for _, one, text in told(DETECTORS[name], language):
        counted = one.evidence["shares"].day
        assert day_text(counted, TODAY) in text
        found += counted != one.day
    assert found


@each_language
@pytest.mark.parametrize("name", [one for one in CLASSES if one.startswith("premium")])
def test_a_premium_says_over_what(name: str, language: Language) -> None:
    assert all("IOPV" in text for _, _, text in told(DETECTORS[name], language))


@each_language
@every_detector
@pytest.mark.parametrize("reason", [Reason.ENDED, Reason.CORRECTED])
def test_a_signal_that_is_over_reads_as_its_figures_and_their_date(
    detector: Detector, language: Language, reason: Reason
) -> None:
    title = teller(language).title(detector.name)
    for reading in readings(detector):
        text = teller(language).alert(Alert(signal=reading, reason=reason, follows=1))
        assert title in text
        assert is_dated(text, language), text
        assert re.search(r"\d[%万亿元bm]|CNY|\d\.\d", text), text
        assert not re.search(r"\bnan\b|None|\{|_", text), text


@each_language
@pytest.mark.parametrize("name", ["inflow_streak", "outflow_streak", "bought_while_falling"])
def test_money_that_left_is_an_outflow_and_no_negative_inflow(name: str, language: Language) -> None:
    texts = [teller(language).reading(one) for one in readings(DETECTORS[name])]
    assert texts
    assert not [one for one in texts if re.search("净流入−|net inflow −", one)]


@each_language
@pytest.mark.parametrize("name", ["inflow_streak", "outflow_streak", "margin_rise", "margin_fall"])
def test_a_streak_that_is_over_has_no_sum(name: str, language: Language) -> None:
    word = catalogue(language).text("evidence-total")
    over = [one for one in readings(DETECTORS[name]) if one.evidence["streak"].value == 0]
    assert over
    assert not [one for one in over if word in teller(language).reading(one)]


@each_language
@every_detector
def test_all_evidence_has_a_name_for_whoever_asks_why(detector: Detector, language: Language) -> None:
    for panel in panels()[-2:]:
        shown = detector.find(panel).evidence
        assert [name for name in shown if f"evidence-{name.replace('_', '-')}" not in catalogue(language)] == []


def test_no_name_is_kept_for_evidence_that_nobody_brings() -> None:
    brought = {name for one in DETECTORS.values() for name in one.find(panels()[-1]).evidence}
    path = "evidence-{}".format
    kept = {"streak", "flow", "total", "gain", "change", "premium", "percentile", "turnover", "amount", "shares"}
    kept |= {"growth", "aum", "balance", "move", "share", "value"}
    kept |= {"times", "close", "above", "lead", "overtaken", "line"}
    assert {one for one in kept if path(one) in catalogue(Language.ZH)} <= brought


@each_language
def test_no_two_detectors_have_one_title(language: Language) -> None:
    titles = [teller(language).title(name) for name in CLASSES]
    assert len(titles) == len(set(titles))
    assert teller(language).title("of_a_plugin_that_is_gone") == "of_a_plugin_that_is_gone"


@every_class
def test_its_texts_end_as_they_should(kind: type[Detector]) -> None:
    assert kind.about.zh.endswith("。")
    assert kind.about.en.endswith(".")
    for text in (kind.title, kind.sentence):
        assert text.zh[-1] not in "。，；：,.;"
        assert text.en[-1] not in ".,;:"


@every_class
def test_its_chinese_has_chinese_punctuation(kind: type[Detector]) -> None:
    for text in (kind.title, kind.sentence, kind.about):
        assert not re.search(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\uff00-\uffef\u3000-\u303f“”]", text.en)


@every_class
def test_its_texts_state_no_number_that_a_setting_may_change(kind: type[Detector]) -> None:
    values = {one.default for one in fields(kind) if type(one.default) in (int, float) and one.default > 1}
    for text in (kind.title, kind.sentence, kind.about):
        for value in values:
            assert not re.search(rf"\b{value:g}\b|(?<!\d){value:g}(?!\d)", _worded(text))
            assert not any(re.search(rf"\b{word}\b", text.en) for word in NUMBERS.get(int(value), "").split())


def _worded(text: Text) -> str:
    return f"{text.zh} {text.en}"


def test_the_reference_day_is_told_in_the_words_of_the_domain() -> None:
    panel = known("2025-02-11 18:21")
    told = {
        (one.kind, one.subject.code): teller(Language.ZH).sentence(one)
        for kind in CLASSES.values()
        for one in kind().detect(panel, panel.sessions[-2:])
        if one.subject.code in ("560850", "159590", BOTH_EXCHANGES)
    }
    assert told["first_pullback", "560850"].startswith("6连涨（按净值）后首次回调")
    assert told["first_pullback", "159590"].startswith("7连涨（按净值）后首次回调")
    assert told["inflow_streak", "159590"] == "连续第6日获净流入，当日3312万元，累计1.13亿元（02-10）"
    assert told["flow_sum", "560850"] == "近60日净流入1.02亿元（02-10）"
    assert told["aum_change", "159590"] == "规模2.44亿元，较上月末+1.26亿元（02-10）"
    assert told["share_growth", "159590"] == "年初至今份额增长率90.44%，高居同类第一（共3只）（02-10）"
    assert "连续4日增加，最近一日+190.57亿元，累计+643.36亿元" in told["margin_rise", BOTH_EXCHANGES]
