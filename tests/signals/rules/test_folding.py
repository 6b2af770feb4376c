"""Folding: wide signs become narrow, and every place can be found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.rules.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("溢价率　＞　３％", "溢价率 > 3%"),
        ("  Premium   >3%  ", "premium >3%"),
        ("（Ａ）", "(a)"),
        ("\t\n", ""),
        ("", ""),
    ],
)
def test_wide_signs_capitals_and_blanks(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text())
def test_every_place_has_one_in_the_original(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.text) + 1
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= at <= len(text) for at in folded.origin)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text
    assert fold(fold(once).text).text == fold(once).text
