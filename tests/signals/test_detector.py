"""What every detector inherits: ladders, strength, episodes, reading, and being found by itself."""

from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from signals import load_detectors
from signals.core.detector import (
    WINDOW_SESSIONS,
    Detector,
    Findings,
    Later,
    Tell,
    Topic,
    ladder,
    one_day,
    scaled,
)
from signals.core.field import CLOSE, Axis
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import CLOSE_PRICE
from signals.core.signal import Subject
from signals.core.text import Text
from signals.core.turns import at_once
from tests.builders import market, seen

PLUGIN = """
    from dataclasses import dataclass

    import numpy as np

    from signals.core.detector import Detector, Findings, Topic
    from signals.core.field import CLOSE
    from signals.core.prices import CLOSE_PRICE
    from signals.core.text import Text
    from signals.streak import InflowStreak


    @dataclass(frozen=True, kw_only=True)
    class Expensive(Detector):
        name = "{name}"
        topic = Topic.PRICE
        needs = frozenset({{CLOSE}})
        title = sentence = about = Text("贵", "expensive")
        least_close: float = 100.0

        def find(self, panel):
            close = CLOSE_PRICE.on(panel)
            return Findings(
                fires=close.values >= self.least_close,
                known=np.isfinite(close.values),
                strength=np.where(np.isfinite(close.values), 0.5, 0),
                evidence={{"close": close}},
            )
"""


@dataclass(frozen=True, kw_only=True)
class Above(Detector):
    """Closes at or above a level; a rung for each whole 元."""

    name = "above"
    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    title = sentence = about = Text("高于", "above")

    level: float = 2.0

    def find(self, panel: Panel) -> Findings:
        close = CLOSE_PRICE.on(panel)
        return Findings(
            fires=close.values >= self.level,
            known=np.isfinite(close.values),
            strength=scaled(close.values, self.level),
            rung=np.nan_to_num(close.values).astype(np.int64),
            evidence={"close": close},
        )


@dataclass(frozen=True, kw_only=True)
class Held(Above):
    """Above the level; within one of it below, an episode only pauses."""

    name = "held"

    def find(self, panel: Panel) -> Findings:
        found = super().find(panel)
        close = CLOSE_PRICE.on(panel).values
        pauses = (close < self.level) & (close >= self.level - 1)
        beside = np.where(found.fires, np.arange(close.shape[1])[::-1], -1)
        return replace(found, pauses=lambda: pauses, others=lambda: {"other": beside})


@pytest.mark.parametrize(
    ("length", "rung"), [(0, 0), (2, 0), (3, 3), (4, 3), (5, 5), (9, 5), (10, 10), (14, 10), (15, 15)]
)
def test_a_ladder_of_three_and_fives(length: int, rung: int) -> None:
    assert ladder(np.array([[length]]), 3, 5).tolist() == [[rung]]


def test_a_ladder_that_starts_beyond_its_step_has_no_rung_below_its_start() -> None:
    assert ladder(np.arange(6, 13)[None], 7, 5).tolist() == [[0, 7, 7, 7, 10, 10, 10]]


def test_strength_is_half_at_the_threshold_and_below_one_far_beyond() -> None:
    strength = scaled(np.array([[3.0, 9.0, -3.0]]), 3.0)
    assert np.asarray(strength).tolist() == [[0.5, 0.75, 0.5]]
    assert [strength[0, at] for at in range(3)] == [0.5, 0.75, 0.5]
    assert scaled(np.array([[1e12]]), 3.0)[0, 0] < 1


def test_evidence_is_computed_when_it_is_asked_for_and_once() -> None:
    asked: list[str] = []

    def compute() -> dict[str, Measure]:
        asked.append("computed")
        return {"close": CLOSE_PRICE.on(market(1).fund("510001", close=2.0).panel())}

    evidence = Later(compute)
    assert asked == []
    assert (list(evidence), len(evidence)) == (["close"], 1)
    assert evidence["close"].values.tolist() == [[2.0]]
    assert asked == ["computed"]


def test_one_day_events_begin_on_their_own_day() -> None:
    assert one_day(np.zeros((3, 2), dtype=np.bool_)).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_signals_are_levels_told_by_session_and_strongest_first() -> None:
    panel = market(2).fund("510001", close=[2.0, 2.5]).fund("510002", close=[1.9, 9.0]).panel()
    told = [(one.subject.code, panel.row(one.day)) for one in Above().detect(panel)]
    assert told == [("510001", 0), ("510002", 1), ("510001", 1)]


def test_equally_strong_signals_are_told_by_code() -> None:
    panel = market(1).funds(["510003", "159001", "510002"], close=2.0).panel()
    assert [one.subject.code for one in Above().detect(panel)] == ["159001", "510002", "510003"]


def test_only_the_days_that_are_asked_for_are_told() -> None:
    panel = market(3).fund("510001", close=2.0).panel()
    assert [one.day for one in Above().detect(panel, panel.sessions[1:2])] == [panel.sessions[1]]


def test_a_day_outside_the_panel_is_refused() -> None:
    panel = market(2).fund("510001", close=2.0).panel()
    with pytest.raises(KeyError):
        Above().detect(panel, [market(4).sessions[0]])


def test_an_episode_lasts_while_the_level_does_and_dates_its_rungs() -> None:
    panel = market(6).fund("510001", close=[1.0, 2.0, None, 2.5, 3.0, 3.5]).panel()
    told = seen(Above(), panel)["510001"]
    assert (told.since, told.reached, told.rung) == (panel.sessions[1], panel.sessions[4], 3)


def test_a_pause_does_not_end_an_episode_and_silence_does() -> None:
    paused = market(4).fund("510001", close=[2.0, 1.5, None, 2.1]).panel()
    told = seen(Held(), paused)["510001"]
    assert (told.since, told.reached) == (paused.sessions[0], paused.sessions[0])
    ended = market(4).fund("510001", close=[2.0, 0.5, 1.5, 2.1]).panel()
    assert seen(Held(), ended)["510001"].since == ended.sessions[3]


def test_a_reading_in_a_pause_says_when_the_episode_began() -> None:
    panel = market(3).fund("510001", close=[2.0, 1.5, 0.5]).panel()
    readings = [Held().read(panel, day, Subject(Axis.FUND, "510001")) for day in panel.sessions[1:]]
    assert [one and (one.rung, one.since) for one in readings] == [(0, panel.sessions[0]), (0, panel.sessions[2])]


def test_a_pause_without_an_episode_before_it_is_silence() -> None:
    panel = market(2).fund("510001", close=1.5).panel()
    reading = Held().read(panel, panel.sessions[1], Subject(Axis.FUND, "510001"))
    assert reading is not None
    assert reading.since == panel.sessions[1]


def test_who_else_takes_part_is_somebody_on_the_same_axis() -> None:
    panel = market(1).fund("510001", close=2.0).fund("510002", close=1.0).panel()
    assert seen(Held(), panel)["510001"].others == {"other": Subject(Axis.FUND, "510002")}
    reading = Held().read(panel, panel.sessions[0], Subject(Axis.FUND, "510002"))
    assert reading is not None
    assert reading.others == {}


def test_a_signal_on_an_unknown_session_is_not_told() -> None:
    panel = market(2).fund("510001", close=[2.0, None]).panel()
    assert seen(Above(), panel) == {}


def test_a_reading_of_what_does_not_fire_is_of_rung_zero() -> None:
    panel = market(1).fund("510001", close=1.0).panel()
    reading = Above().read(panel, panel.sessions[0], Subject(Axis.FUND, "510001"))
    assert reading is not None
    assert (reading.rung, reading.strength, reading.since, reading.evidence["close"].value) == (
        0,
        0.0,
        panel.sessions[0],
        1.0,
    )


def test_a_reading_of_what_fires_is_the_signal() -> None:
    panel = market(1).fund("510001", close=2.0).panel()
    assert Above().read(panel, panel.sessions[0], Subject(Axis.FUND, "510001")) == seen(Above(), panel)["510001"]


def test_there_is_no_reading_of_what_is_unknown() -> None:
    panel = market(2).fund("510001", close=[1.0, None]).panel()
    assert Above().read(panel, panel.sessions[1], Subject(Axis.FUND, "510001")) is None


def test_evidence_that_is_unknown_is_left_out() -> None:
    panel = market(1).fund("510001", close=2.0).panel()
    assert set(seen(Above(), panel)["510001"].evidence) == {"close"}


def test_findings_are_computed_once_for_a_panel() -> None:
    panel, detector = market(1).fund("510001", close=2.0).panel(), Above()
    assert detector.findings(panel) is detector.findings(panel)


def test_several_at_once_say_what_they_say_one_by_one_and_in_their_order() -> None:
    panel = market(8).fund("560850", close=[1 + day / 10 for day in range(8)], volume=1e6).panel()
    detectors = [one() for one in load_detectors().values()]
    alone = [one.detect(panel) for one in detectors]
    assert at_once(lambda one: one.detect(replace(panel, _derived={})), detectors) == alone
    together = replace(panel, _derived={})
    assert at_once(lambda one: one.detect(together), detectors) == alone
    assert any(alone)


def test_of_several_that_fail_the_first_is_heard() -> None:
    def fails(detector: Detector) -> None:
        raise ArithmeticError(detector.name)

    first, second, *_ = load_detectors().values()
    with pytest.raises(ArithmeticError, match=first.name):
        at_once(fails, [first(), second()])


def test_two_thresholds_are_two_detectors() -> None:
    panel = market(1).fund("510001", close=2.0).panel()
    assert seen(Above(level=2.0), panel)
    assert not seen(Above(level=2.1), panel)


def test_its_settings_are_its_thresholds() -> None:
    assert Above().settings() == {"tell": Tell.ALERT, "tell_end": False, "level": 2.0}


def test_a_poll_loads_enough_sessions_for_a_year_and_sixty_days() -> None:
    assert Above().window == WINDOW_SESSIONS >= 245 + 60


def plugin(folder: Path, file: str, name: str) -> None:
    (folder / file).write_text(dedent(PLUGIN).format(name=name), encoding="utf-8")


def test_a_file_in_a_folder_is_a_detector(tmp_path: Path) -> None:
    plugin(tmp_path, "expensive.py", "expensive")
    found = load_detectors(extra=tmp_path)
    assert set(found) == {*load_detectors(), "expensive"}
    panel = market(1).fund("511880", close=100.0).fund("510300", close=4.0).panel()
    assert set(seen(found["expensive"](), panel)) == {"511880"}


def test_an_empty_folder_adds_nothing(tmp_path: Path) -> None:
    assert load_detectors(extra=tmp_path) == load_detectors()


def test_two_detectors_of_one_name_are_refused(tmp_path: Path) -> None:
    plugin(tmp_path, "one.py", "expensive")
    plugin(tmp_path, "two.py", "expensive")
    with pytest.raises(ValueError, match="'expensive'"):
        load_detectors(extra=tmp_path)


def test_a_plugin_may_not_take_the_name_of_one_of_ours(tmp_path: Path) -> None:
    plugin(tmp_path, "mine.py", "inflow_streak")
    with pytest.raises(ValueError, match="'inflow_streak'"):
        load_detectors(extra=tmp_path)


def test_what_a_broken_plugin_raises_passes(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('half written')\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="half written"):
        load_detectors(extra=tmp_path)


def test_what_is_no_python_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a detector", encoding="utf-8")
    assert load_detectors(extra=tmp_path) == load_detectors()


def test_findings_that_were_forgotten_are_found_anew_and_alike() -> None:
    detector, panel = Above(), market(5).fund("510300", close=[1.0, 3.0, 1.0, 3.0, 3.0]).panel()
    before = detector.findings(panel)
    assert detector.findings(panel) is before
    detector.forget(panel)
    after = detector.findings(panel)
    assert after is not before
    assert detector.detect(panel)
