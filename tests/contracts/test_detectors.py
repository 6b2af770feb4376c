"""What every detector promises, for each one that is found."""

import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from enum import StrEnum
from functools import cache
from math import isfinite

import numpy as np
import pytest

from signals import load_detectors
from signals.core.detector import Detector, Tell, Topic
from signals.core.field import Axis, Field
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.signal import Signal, Subject
from signals.core.text import Text
from tests.builders import LAST_DAY, market, moment
from tests.signals.worlds import lay, random_market

EAGER = {
    "min_days": 2,
    "step_days": 2,
    "days": 6,
    "min_total_cny": 1e6,
    "min_turnover": 0.4,
    "min_growth": 0.02,
    "min_change_cny": 1e6,
    "min_change": 0.005,
    "min_premium": 0.005,
    "floor": 0.002,
    "min_discount": 0.005,
    "min_share": 0.01,
    "min_flow_cny": 1e6,
    "percentile": 0.9,
    "lookback_days": 12,
    "least_days": 6,
    "long_days": 9,
    "min_times": 1.2,
    "min_amount_cny": 1e6,
    "zscore": 1.0,
    "step_cny": 5e9,
    "apart_cny": 1e9,
    "min_lead": 0.0,
    "min_move": 0.005,
    "min_flow": 0.005,
    "min_funds": 2,
    "min_count": 2,
    "min_weight": 0.05,
}
"""Thresholds low enough for a small market; a detector takes those that it has."""

CLASSES = load_detectors()
DETECTORS = {
    name: one(**{key: value for key, value in EAGER.items() if key in {each.name for each in fields(one)}})
    for name, one in CLASSES.items()
}
SEEDS = range(4)
every_class = pytest.mark.parametrize("kind", CLASSES.values(), ids=list(CLASSES))
every_detector = pytest.mark.parametrize("detector", DETECTORS.values(), ids=list(DETECTORS))
PLACEHOLDER = re.compile(r"\{ \$(\w+) \}")
CJK = re.compile("[\u4e00-\u9fff]")


@cache
def world(seed: int) -> Panel:
    """A random market; in every second one a split shows on one day in shares and prices."""
    return random_market(seed, funds=24, sessions=48, same_day=bool(seed % 2)).panel


@cache
def known_by(seed: int, row: int) -> Panel:
    """The same market without its future."""
    return world(seed).until(world(seed).sessions[row])


def told(detector: Detector) -> Iterator[tuple[Panel, Signal]]:
    """Everything a detector sees in the random markets."""
    for seed in SEEDS:
        yield from ((world(seed), one) for one in detector.detect(world(seed)))


@every_detector
def test_it_fires_somewhere(detector: Detector) -> None:
    assert any(told(detector))


@every_detector
@pytest.mark.parametrize("seed", SEEDS)
def test_it_does_not_look_ahead(detector: Detector, seed: int) -> None:
    panel = world(seed)
    for row, day in enumerate(panel.sessions):
        assert detector.detect(panel, [day]) == detector.detect(known_by(seed, row), [day]), day


@every_detector
def test_one_session_is_that_sessions_part_of_all(detector: Detector) -> None:
    panel = world(0)
    everything = detector.detect(panel)
    assert [one for day in panel.sessions for one in detector.detect(panel, [day])] == everything
    assert [one.day for one in everything] == sorted(one.day for one in everything)


@every_detector
def test_a_reading_of_what_it_tells_is_what_it_tells(detector: Detector) -> None:
    panel = world(1)
    assert all(detector.read(panel, one.day, one.subject) == one for one in detector.detect(panel))


@every_detector
def test_a_reading_of_anything_else_is_of_rung_zero_or_unknown(detector: Detector) -> None:
    panel = world(1)
    day = panel.sessions[-2]
    firing = {one.subject for one in detector.detect(panel, [day])}
    silent = {Subject(detector.axis, code) for code in panel.subjects[detector.axis]} - firing
    readings = [detector.read(panel, day, subject) for subject in silent]
    known = [one for one in readings if one is not None]
    assert all(one.rung == 0 and one.strength == 0 for one in known)
    assert all(one.since == day or paused(detector, panel, one) for one in known)


def paused(detector: Detector, panel: Panel, one: Signal) -> bool:
    """Whether a reading stands in a pause of an episode that has begun by firing."""
    pauses = detector.find(panel).pauses
    column = panel.column(detector.axis, one.subject.code)
    began = {each.subject for each in detector.detect(panel, [one.since])}
    return pauses is not None and bool(pauses()[panel.row(one.day), column]) and one.subject in began


@every_detector
def test_it_knows_nothing_where_no_source_speaks_of_a_need(detector: Detector) -> None:
    panel = world(1)
    for need in detector.needs & panel.layers.keys():
        without = {one: layer for one, layer in panel.layers.items() if one is not need}
        judged = detector.findings(replace(panel, layers=without, _derived={}))
        assert not judged.found.known.any()
        assert judged.found.fires.shape == panel.shape(detector.axis)


@every_detector
def test_its_signals_are_well_formed(detector: Detector) -> None:
    for panel, one in told(detector):
        assert one.kind == detector.name
        assert one.subject.axis is detector.axis
        assert one.subject.code in panel.subjects[detector.axis]
        assert one.since <= one.reached <= one.day
        assert one.rung >= 1
        assert 0 < one.strength <= 1


@every_detector
def test_its_figures_carry_day_and_source(detector: Detector) -> None:
    for panel, one in told(detector):
        for figure in one.evidence.values():
            assert isfinite(figure.value)
            assert figure.day in panel.sessions
            assert figure.day <= one.day
            assert figure.source == "made"


@every_detector
def test_every_figure_of_its_sentence_is_there_when_it_fires(detector: Detector) -> None:
    shown = PLACEHOLDER.findall(detector.sentence.zh)
    names = {name.removesuffix("_size").removesuffix("_name") for name in shown}
    for _, one in told(detector):
        assert names - {"basis"} <= {*one.evidence, *one.others}
        assert "basis" not in names or one.basis is not None


@every_class
def test_both_languages_have_the_same_placeholders(kind: type[Detector]) -> None:
    assert set(PLACEHOLDER.findall(kind.sentence.zh)) == set(PLACEHOLDER.findall(kind.sentence.en))


@every_class
def test_its_texts_are_written_in_their_languages(kind: type[Detector]) -> None:
    for text in (kind.title, kind.sentence, kind.about):
        assert isinstance(text, Text)
        assert CJK.search(text.zh)
        assert not CJK.search(text.en)
        assert not set("{}") & set(PLACEHOLDER.sub("", text.zh + text.en))
    assert not PLACEHOLDER.search(kind.title.zh + kind.title.en + kind.about.zh + kind.about.en)


@every_class
def test_it_declares_what_it_is(kind: type[Detector]) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", kind.name)
    assert isinstance(kind.topic, Topic)
    assert isinstance(kind.axis, Axis)
    assert kind.needs
    assert all(isinstance(need, Field) for need in kind.needs)
    assert kind.__doc__


@every_class
def test_its_settings_are_simple_values_with_defaults(kind: type[Detector]) -> None:
    settings = kind().settings()
    assert set(settings) == {one.name for one in fields(kind)}
    assert all(isinstance(value, bool | int | float | StrEnum) for value in settings.values())
    assert isinstance(settings["tell"], Tell)


@every_class
def test_it_is_frozen_and_can_be_a_key(kind: type[Detector]) -> None:
    assert {kind(): 1}[kind()] == 1
    with pytest.raises(FrozenInstanceError):
        kind().tell = Tell.OFF  # type: ignore[misc]


@every_class
def test_it_sees_nothing_in_an_empty_market(kind: type[Detector]) -> None:
    assert kind().detect(lay_panel([], (), moment(LAST_DAY))) == []
    assert kind().detect(market(8).panel()) == []


@every_class
def test_it_sees_nothing_where_nothing_is_known(kind: type[Detector]) -> None:
    made = world(0)
    blank = {one: np.full_like(layer.values, np.nan) for one, layer in made.layers.items()}
    assert kind().detect(lay(made.sessions, made.subjects[Axis.FUND], blank, made.profiles)) == []


@every_detector
def test_one_fund_is_a_market(detector: Detector) -> None:
    made = world(0)
    code = made.subjects[Axis.FUND][0]
    figures = {one: layer.values[:, :1] for one, layer in made.layers.items() if one.axis is Axis.FUND}
    alone = lay(made.sessions, [code], figures, made.profiles)
    assert {one.subject.code for one in detector.detect(alone)} <= {*alone.subjects[detector.axis]}


@every_detector
def test_one_session_is_a_history(detector: Detector) -> None:
    made = world(0)
    first = made.sessions[0]
    assert all(one.since == first for one in detector.detect(made.until(first)))
