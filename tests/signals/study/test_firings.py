"""Past firings are what would have been told: the beginning of an episode, and each higher rung of it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import Alert, Pace, Reason, Sight, Told, decide
from signals.core.field import Axis
from signals.core.matrix import Floats
from signals.core.panel import Panel
from signals.study.firings import Firings, crossings, find_firings
from tests.builders import CALENDAR, market
from tests.contracts.test_detectors import DETECTORS, every_detector, world
from tests.signals.study.worlds import HighNav
from tests.signals.worlds import EXAMPLES, matrices

CODE = "510300"


def fired(*navs: float | None) -> list[int]:
    return find_firings(HighNav(), market(len(navs)).fund(CODE, nav=list(navs)).panel()).rows.tolist()


def cells(found: Firings) -> set[tuple[int, int, int]]:
    told = list(zip(found.rows.tolist(), found.columns.tolist(), found.groups.tolist(), strict=True))
    assert len(told) == len({*told})
    assert found.rows.tolist() == sorted(found.rows.tolist())
    return {*told}


def test_an_episode_fires_on_the_day_it_begins_and_not_while_it_lasts() -> None:
    assert fired(0.5, 1.0, 1.2, 1.1, 0.5, 1.0) == [1, 5]


def test_each_higher_rung_fires_once() -> None:
    assert fired(0.5, 1.0, 2.0, 2.5, 3.0) == [1, 2, 4]


def test_a_rung_that_was_reached_before_in_the_episode_does_not_fire_again() -> None:
    assert fired(0.5, 3.0, 1.0, 2.0, 3.0, 4.0) == [1, 5]
    assert fired(0.5, 3.0, 0.5, 2.0) == [1, 3], "another episode is another matter"


def test_an_episode_that_may_have_begun_before_the_data_is_left_out() -> None:
    assert fired(1.0, 1.0, 2.0) == []
    assert fired(None, 1.0, 2.0, 0.5, 1.0) == [4]


def test_an_unknown_session_does_not_end_an_episode() -> None:
    assert fired(0.5, 1.0, None, 1.0) == [1]


def told_by_the_service(panel: Panel, kind: str) -> set[tuple[int, int]]:
    """What `decide` makes of every session in turn, as polls do it."""
    detector, told, found = DETECTORS[kind], dict[object, Told](), set[tuple[int, int]]()
    for row, day in enumerate(panel.sessions):
        sight = Sight(kind=kind, day=day, signals=detector.detect(panel, [day]), read=lambda _: None)
        for one in decide([sight], told.values(), Pace(edge=CALENDAR.before(day))):
            assert isinstance(one, Alert)
            assert one.reason in {Reason.NEW, Reason.STRONGER}
            subject = one.signal.subject
            found.add((row, panel.column(subject.axis, subject.code)))
            told[subject] = Told(
                alert_id=1,
                kind=kind,
                subject=subject,
                day=day,
                rung=one.signal.rung,
                reason=one.reason,
                evidence=one.signal.evidence,
                basis=one.signal.basis,
            )
    return found


@every_detector
@pytest.mark.parametrize("seed", range(2))
def test_firings_are_what_the_service_would_have_told(detector: HighNav, seed: int) -> None:
    panel = world(seed)
    found = find_firings(detector, panel)
    firings = {*zip(found.rows.tolist(), found.columns.tolist(), strict=True)}
    told = told_by_the_service(panel, detector.name)
    known = detector.findings(panel).found.known
    first = {column: int(np.flatnonzero(known[:, column])[0]) for column in np.flatnonzero(known.any(axis=0))}
    assert firings <= told
    # Missing are only those of episodes that were on when the subject was first seen.
    for row, column in told - firings:
        subject = panel.subjects[detector.axis][column]
        (signal,) = [one for one in detector.detect(panel, [panel.sessions[row]]) if one.subject.code == subject]
        assert panel.row(signal.since) <= first[column]


@every_detector
def test_later_sessions_change_no_earlier_firing(detector: HighNav) -> None:
    panel = world(0)
    everything = cells(find_firings(detector, panel))
    for row in (20, 33, 46):
        cut = cells(find_firings(detector, panel.until(panel.sessions[row])))
        assert cut == {one for one in everything if one[0] <= row}


def crossed(values: Sequence[float | None], thresholds: Sequence[float]) -> set[tuple[int, int]]:
    column = np.array([np.nan if one is None else one for one in values])[:, None]
    return {(row, group) for row, _, group in cells(crossings(column, np.array(thresholds)))}


def test_a_value_comes_to_a_threshold_from_below() -> None:
    assert crossed([1, 3, 4, 2, 3], [3]) == {(1, 0), (4, 0)}
    assert crossed([3, 3, 4], [3]) == set()


def test_a_leap_crosses_all_thresholds_on_its_way() -> None:
    assert crossed([0, 9], [3, 5, 12]) == {(1, 0), (1, 1)}


def test_thresholds_may_stand_in_any_order() -> None:
    assert crossed([0, 4, 9], [12, 3, 5]) == {(1, 1), (2, 2)}


def test_an_unknown_value_is_passed_over() -> None:
    assert crossed([None, 0, None, 3], [3]) == {(3, 0)}
    assert crossed([3, None, 3], [3]) == set()


def naive(values: Floats, thresholds: Floats) -> set[tuple[int, int, int]]:
    found = set()
    for column in range(values.shape[1]):
        known = [row for row in range(len(values)) if np.isfinite(values[row, column])]
        for before, row in pairwise(known):
            for group, one in enumerate(thresholds):
                if values[before, column] < one <= values[row, column]:
                    found.add((row, column, group))
    return found


@EXAMPLES
@given(
    matrices(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, np.nan])),
    st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.5]), max_size=4, unique=True),
)
def test_crossings_are_those_of_a_plain_search(values: Floats, thresholds: list[float]) -> None:
    assert cells(crossings(values, np.array(thresholds))) == naive(values, np.array(thresholds))


def test_many_crossings_find_room() -> None:
    values = np.tile([[0.0], [9.0]], (50, 3))
    assert len(crossings(values, np.arange(1.0, 9.0)).rows) == 50 * 3 * 8


def test_the_firings_of_some_subjects_are_numbered_among_them() -> None:
    every = Firings(np.array([0, 1, 1]), np.array([2, 0, 1]), np.zeros(3, dtype=np.int64))
    assert cells(every.of(np.array([1, 2]))) == {(0, 1, 0), (1, 0, 0)}
    assert cells(every.of(np.array([], dtype=np.int64))) == set()


def test_a_panel_without_sessions_has_no_firings() -> None:
    assert cells(find_firings(HighNav(), market(8).panel())) == set()
    assert market(8).panel().subjects[Axis.FUND] == ()
