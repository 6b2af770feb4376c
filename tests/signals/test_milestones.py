"""Round levels that a series crosses, each told once until the series has been away from it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.core.matrix import Floats
from signals.core.milestones import crossings
from tests.signals.worlds import EXAMPLES, matrices

levels = st.sampled_from([float("nan"), 8.0, 9.5, 9.9, 10.0, 10.1, 10.5, 12.0, 19.9, 20.0, 31.0])


def crossed(*values: float, apart: float = 2.0) -> list[str]:
    """Each crossing as its line and direction; a dot where there is none."""
    found = crossings(np.array(values)[:, None], 10.0, apart)
    return [
        "." if np.isnan(line) else f"{'up' if up else 'down'} {line:.0f}"
        for line, up in zip(found.line[:, 0], found.upward[:, 0], strict=True)
    ]


def test_a_line_is_reached_from_below_when_the_value_stands_on_it() -> None:
    assert crossed(9.0, 10.0, 11.0) == [".", "up 10", "."]


def test_a_line_is_lost_when_the_value_is_below_it() -> None:
    assert crossed(11.0, 10.0, 9.9) == [".", ".", "down 10"]


def test_the_first_known_value_crosses_nothing() -> None:
    assert crossed(float("nan"), 25.0, 26.0) == [".", ".", "."]


def test_of_several_lines_the_farthest_is_told() -> None:
    assert crossed(9.0, 31.0, 9.0) == [".", "up 30", "down 10"]


def test_hovering_around_a_line_is_told_once() -> None:
    assert crossed(9.5, 10.1, 9.9, 10.2, 9.8, 10.3) == [".", "up 10", ".", ".", ".", "."]


def test_a_line_is_news_again_after_the_value_was_away() -> None:
    assert crossed(9.5, 10.1, 12.0, 9.9, 8.0, 10.0) == [".", "up 10", ".", "down 10", ".", "up 10"]


def test_another_line_is_news_at_once() -> None:
    assert crossed(9.5, 10.1, 20.0, 19.9, 10.1, 9.9) == [".", "up 10", "up 20", ".", ".", "down 10"]


def test_an_unknown_value_changes_nothing() -> None:
    nan = float("nan")
    assert crossed(9.5, nan, 10.1, nan, 9.9) == [".", ".", "up 10", ".", "."]


@EXAMPLES
@given(matrices(levels), st.integers(0, 11))
def test_what_comes_later_changes_nothing(values: Floats, stop: int) -> None:
    whole, cut = crossings(values, 10.0, 2.0), crossings(values[:stop], 10.0, 2.0)
    np.testing.assert_array_equal(whole.line[:stop], cut.line)
    np.testing.assert_array_equal(whole.upward[:stop], cut.upward)
