"""Net asset values from where they are asked for second: a list that knows only its latest."""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd
import pytest

from bot.sources.akshare.rank_nav import EastmoneyRankNav
from bot.sources.base import NotPublishedError, SourceChangedError
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.rank_endpoint import EastmoneyRank
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import mend, served
from tests.upstream.world import BEFORE, CODES, DAY, EVENING, NAVS

CONTENT = """
                  good   empty  null  renamed  wider    reordered
akshare.rank_nav  table  wait   wait  table    changed  changed
"""
"""The fields have places and no names."""

TRANSPORT = """
                  blank    html     403      429      500      short  reset    banned   hang
akshare.rank_nav  down     down     limited  limited  down     down   limited  limited  down
"""

OTHERS = {"161725": 0.9513, "501018": 1.2345, "180101": 2.5}
"""LOF and REITs."""


@pytest.fixture(scope="module")
def world() -> EastmoneyRank:
    return EastmoneyRank({DAY: {**NAVS, **OTHERS}})


@pytest.fixture(scope="module")
def source(world: EastmoneyRank) -> Iterator[EastmoneyRankNav]:
    with served(world) as one:
        yield EastmoneyRankNav(one.akshare)


@pytest.fixture
def publisher(world: EastmoneyRank) -> Iterator[EastmoneyRank]:
    yield world
    mend(world)


def read(source: EastmoneyRankNav, day: date = DAY) -> Snapshot:
    snapshot = source.read(day, EVENING)
    check(snapshot, day, Baseline())
    return snapshot


def values(publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch, told: Mapping[date, Mapping[str, float]]) -> None:
    monkeypatch.setattr(publisher, "values", told)


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, source: EastmoneyRankNav, publisher: EastmoneyRank
) -> None:
    twist(publisher, said)
    assert (source.name, meaning_of(source, DAY, EVENING)) == (name, meaning)


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, source: EastmoneyRankNav, publisher: EastmoneyRank
) -> None:
    break_way(publisher, fault, [publisher])
    assert (source.name, meaning_of(source, DAY, EVENING)) == (name, meaning)


def test_values_come_by_code_and_those_of_other_funds_are_left_out(source: EastmoneyRankNav) -> None:
    expected = pd.DataFrame({"nav": [NAVS[code] for code in CODES]}, index=CODES).sort_index()
    pd.testing.assert_frame_equal(read(source).table, expected)


def test_more_other_funds_than_etfs_do_no_harm(
    source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {f"16{number:04}": 1.0 for number in range(2 * len(NAVS))}
    values(publisher, monkeypatch, {DAY: {**others, **NAVS}})
    assert set(read(source).table.index) == set(CODES)


def test_a_list_without_any_etf_is_refused(
    source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    values(publisher, monkeypatch, {DAY: OTHERS})
    with pytest.raises(SourceChangedError, match="codes: none of 3 rows"):
        read(source)


def test_the_latest_values_are_not_those_of_an_earlier_day(source: EastmoneyRankNav) -> None:
    with pytest.raises(SourceChangedError, match="day: asked for 2026-11-19, answered with 2026-11-20"):
        read(source, BEFORE)


def test_yesterdays_values_are_not_todays(
    source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    values(publisher, monkeypatch, {BEFORE: NAVS})
    with pytest.raises(NotPublishedError, match="0 of 230 net asset values"):
        read(source)


def test_late_values_keep_their_rows_without_figures(
    source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = set(CODES[:40])
    values(publisher, monkeypatch, {BEFORE: NAVS, DAY: {code: NAVS[code] for code in CODES[40:]}})
    table = read(source).table
    assert set(table.index) == set(CODES)
    assert set(table.index[table["nav"].isna()]) == late


def test_a_young_evening_with_few_values_is_not_out(
    source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    values(publisher, monkeypatch, {BEFORE: NAVS, DAY: {code: NAVS[code] for code in CODES[:170]}})
    with pytest.raises(NotPublishedError, match="170 of 230"):
        read(source)


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_values_in_another_unit_are_refused(
    factor: float, source: EastmoneyRankNav, publisher: EastmoneyRank, monkeypatch: pytest.MonkeyPatch
) -> None:
    values(publisher, monkeypatch, {DAY: {code: value * factor for code, value in NAVS.items()}})
    with pytest.raises(SourceChangedError, match="unit: nav"):
        read(source)


def test_it_cannot_be_asked_for_the_past() -> None:
    assert not EastmoneyRankNav.past
