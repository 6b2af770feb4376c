"""A quantity over a panel: what is soft, and what was known on its own session."""

import numpy as np

from signals.core.field import SHARES, Unit
from signals.core.matrix import Bools
from signals.core.measure import Measure, knowable

VALUES = np.array([[1.0, np.nan], [2.0, 3.0]])


def measure(*, estimated: Bools | None = None, late: Bools | None = None) -> Measure:
    return Measure(values=VALUES, unit=Unit.SHARES, inputs=frozenset({SHARES}), estimated=estimated, late=late)


def test_a_measure_without_marks_is_soft_nowhere() -> None:
    assert measure().soft.tolist() == [[False, False], [False, False]]


def test_a_measure_with_marks_is_soft_where_they_are() -> None:
    marks = np.array([[True, False], [False, True]])
    assert measure(estimated=marks).soft.tolist() == marks.tolist()


def test_a_figure_is_knowable_where_it_is_known() -> None:
    assert knowable(measure()).tolist() == [[True, False], [True, True]]


def test_what_is_timely_is_the_figure_itself_where_nothing_came_late() -> None:
    assert measure().timely is VALUES
    assert measure(late=np.zeros((2, 2), dtype=np.bool_)).timely is VALUES


def test_what_came_late_is_not_timely() -> None:
    late = np.array([[False, False], [True, False]])
    np.testing.assert_array_equal(measure(late=late).timely, [[1.0, np.nan], [np.nan, 3.0]])


def test_but_not_where_only_a_later_session_proved_it() -> None:
    late = np.array([[True, False], [False, False]])
    assert knowable(measure(late=late)).tolist() == [[False, False], [True, True]]
