"""What of Jin10's whole history is an answer to a span, without a network."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.jin10_margin import Jin10Margin
from bot.sources.base import NotPublishedError, SourceChangedError

WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
SHENZHEN = Jin10Margin(Akshare(environment={}), "SZSE")


def history(*rows: tuple[Any, float | None, float | None, float | None]) -> pd.DataFrame:
    """The columns that akshare names, of which three are read."""
    raw = pd.DataFrame(rows, columns=["日期", "融资余额", "融券余额", "融资融券余额"])
    return raw.assign(融资买入额=9.8e10, 融券卖出量=3.1e7, 融券余量=1.2e9)


GOOD = history((FRIDAY, 1.41e12, 8e9, 1.418e12), (WEDNESDAY, 1.39e12, 7e9, 1.397e12), (THURSDAY, 1.4e12, 8e9, 1.408e12))


def test_only_the_days_of_the_span_are_told_the_earliest_first() -> None:
    told = SHENZHEN.parse_span(GOOD, WEDNESDAY, THURSDAY)
    assert [one.day for one in told] == [WEDNESDAY, THURSDAY]
    assert [one.table.to_dict("list") for one in told] == [
        {"financing": [1.39e12], "short": [7e9], "total": [1.397e12]},
        {"financing": [1.4e12], "short": [8e9], "total": [1.408e12]},
    ]


def test_a_single_day_is_the_one_asked_for_though_the_answer_holds_later_ones() -> None:
    assert SHENZHEN.parse(GOOD, THURSDAY).day == THURSDAY


def test_a_day_that_is_missing_is_not_published() -> None:
    with pytest.raises(NotPublishedError):
        SHENZHEN.parse(GOOD, date(2026, 11, 17))


def test_a_day_without_any_figure_is_missing() -> None:
    raw = pd.concat([GOOD, history((date(2026, 11, 17), None, None, None))])
    with pytest.raises(NotPublishedError):
        SHENZHEN.parse(raw, date(2026, 11, 17))


def test_shenzhens_rounding_is_no_contradiction() -> None:
    assert SHENZHEN.parse(history((FRIDAY, 1.41e12, 8e9, 1.418e12 + 2e6)), FRIDAY).day == FRIDAY


@pytest.mark.parametrize("total", [1.418e12 + 3e6, None])
def test_a_row_that_does_not_add_up_has_the_span_refused_and_no_other_span(total: float | None) -> None:
    raw = pd.concat([GOOD, history((date(2026, 11, 17), 1.41e12, 8e9, total))])
    with pytest.raises(SourceChangedError, match="margin_sum: SZSE"):
        SHENZHEN.parse_span(raw, date(2026, 11, 17), FRIDAY)
    assert len(SHENZHEN.parse_span(raw, WEDNESDAY, FRIDAY)) == 3


def test_a_history_without_dates_is_refused() -> None:
    with pytest.raises(SourceChangedError, match="no row carries a date"):
        SHENZHEN.parse(history((None, 1.41e12, 8e9, 1.418e12)), FRIDAY)
