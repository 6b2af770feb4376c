"""The exchanges' own addresses, read by the names of their fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from operator import attrgetter
from typing import Any

import pandas as pd
import pytest

from bot.sources.akshare.etf_shares import SseShares, SzseShares
from bot.sources.akshare.margin import SseMargin, SzseMargin
from bot.sources.base import NotPublishedError, Source, SourceChangedError, SpanSource
from bot.sources.direct.sse_margin import SseMarginBalances
from bot.sources.direct.sse_shares import SseShareCounts
from bot.sources.direct.szse_margin import SzseMarginBalances
from bot.sources.direct.szse_shares import SzseShareCounts
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import json_body
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import Served, mend, served
from tests.upstream.world import (
    AFTER,
    BEFORE,
    CALENDAR,
    DAY,
    EVENING,
    MORNING,
    SHARES,
    SSE_BALANCE,
    SSE_CODES,
    SZSE_BALANCE,
    SZSE_CODES,
    endpoints,
    shares_of,
)

CONTENT = """
             good   empty  null   renamed  wider    reordered
sse.shares   table  wait   wait   changed  table    table
szse.shares  table  wait   wait   changed  table    table
sse.margin   table  wait   wait   changed  table    table
szse.margin  table  wait   wait   changed  table    table
"""

TRANSPORT = """
             blank  html  403      429      500   short    reset    banned   hang
sse.shares   down   down  limited  limited  down  down   limited  limited  down
szse.shares  down   down  limited  limited  down  down   limited  limited  down
sse.margin   down   down  limited  limited  down  down   limited  limited  down
szse.margin  down   down  limited  limited  down  down   limited  limited  down
"""
"""A line that drops before a word counts as a ban, one that drops in the middle of the answer does not."""

TWINS = {
    "sse.shares": "akshare.sse_shares",
    "szse.shares": "akshare.szse_shares",
    "sse.margin": "akshare.sse_margin",
    "szse.margin": "akshare.szse_margin",
}
"""The sources that read the same address through akshare."""

Publishers = dict[str, Any]
Sources = dict[str, Source]


@pytest.fixture(scope="module")
def exchanges() -> Publishers:
    everybody = endpoints()
    return {name: everybody[twin] for name, twin in TWINS.items()}


@pytest.fixture(scope="module")
def way(exchanges: Publishers) -> Iterator[Served]:
    with served(*exchanges.values()) as one:
        yield one


@pytest.fixture
def publishers(exchanges: Publishers) -> Iterator[Publishers]:
    yield exchanges
    mend(*exchanges.values())


@pytest.fixture
def sources(way: Served, publishers: Publishers) -> Sources:
    http = way.http
    ours = (SseShareCounts(http), SzseShareCounts(http, CALENDAR), SseMarginBalances(http), SzseMarginBalances(http))
    return {one.name: one for one in ours}


@pytest.fixture
def twins(way: Served) -> Sources:
    call = way.akshare
    theirs = (SseShares(call), SzseShares(call, CALENDAR), SseMargin(call), SzseMargin(call))
    return {name: next(one for one in theirs if one.name == twin) for name, twin in TWINS.items()}


def read(source: Source, day: date = DAY, last_good: Snapshot | None = None) -> Snapshot:
    (snapshot,) = source.readings(day, EVENING)
    check(snapshot, day, Baseline(last_good=last_good.table if last_good else None))
    return snapshot


def shares_table(codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"shares": [SHARES[code] for code in codes]}, index=codes)


def margin_table(exchange: str, financing: float, short: float) -> pd.DataFrame:
    return pd.DataFrame({"financing": financing, "short": short, "total": financing + short}, index=[exchange])


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(name: str, said: str, meaning: str, sources: Sources, publishers: Publishers) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, EVENING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(name: str, fault: str, meaning: str, sources: Sources, publishers: Publishers) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, EVENING) == meaning


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sse.shares", shares_table(SSE_CODES)),
        ("szse.shares", shares_table(SZSE_CODES)),
        ("sse.margin", margin_table("SSE", *SSE_BALANCE)),
        ("szse.margin", margin_table("SZSE", *SZSE_BALANCE)),
    ],
)
def test_tables_come_in_shares_and_yuan(name: str, expected: pd.DataFrame, sources: Sources) -> None:
    snapshot = read(sources[name])
    pd.testing.assert_frame_equal(snapshot.table, expected)
    assert (snapshot.source, snapshot.day, snapshot.known_at) == (name, DAY, EVENING)


@pytest.mark.parametrize("name", TWINS)
def test_akshare_makes_the_same_table_of_the_same_answer(name: str, sources: Sources, twins: Sources) -> None:
    ours, theirs = read(sources[name]), read(twins[name])
    pd.testing.assert_frame_equal(ours.table, theirs.table, check_exact=True)
    facts = attrgetter("dataset", "scope", "day", "provisional")
    assert facts(ours) == facts(theirs)


@pytest.mark.parametrize("name", TWINS)
def test_another_days_table_is_refused(name: str, sources: Sources, publishers: Publishers) -> None:
    publishers[name].answers_about = BEFORE
    with refused("day"):
        read(sources[name])


@pytest.mark.parametrize("stated", [[], [1, 2], {"day": 1}, 10**400], ids=["none", "two", "named", "long"])
def test_what_is_no_date_is_refused_in_one_short_line(
    stated: object, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = {"metadata": {"tabkey": "tab1", "subname": stated}}
    monkeypatch.setattr(publishers["szse.margin"], "body", lambda rows, query: json_body([{**block, "data": rows}]))
    with pytest.raises(SourceChangedError, match="as the date") as caught:
        read(sources["szse.margin"])
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("name", TWINS)
def test_nothing_is_known_of_a_session_to_come(name: str, sources: Sources) -> None:
    with pytest.raises(NotPublishedError):
        read(sources[name], AFTER)


@pytest.mark.parametrize("name", ["sse.shares", "szse.shares"])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_share_counts_in_another_unit_are_refused(
    name: str, factor: float, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = read(sources[name])
    scaled = {
        day: {code: count * factor for code, count in row.items()} for day, row in publishers[name].counts.items()
    }
    monkeypatch.setattr(publishers[name], "counts", scaled)
    with refused("unit"):
        read(sources[name], last_good=good)


@pytest.mark.parametrize("name", ["sse.shares", "szse.shares"])
def test_a_list_cut_short_is_refused(name: str, sources: Sources, publishers: Publishers) -> None:
    good = read(sources[name])
    twist(publishers[name], "cut")
    with refused("row_count"):
        read(sources[name], last_good=good)


@pytest.mark.parametrize("heading", ["基金规模(万份)", "基金规模", "基金规模(元)"])
def test_a_heading_that_names_another_unit_is_refused(
    heading: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers["szse.shares"], "headings", ("日期", "基金代码", "基金简称", heading))
    with refused("columns"):
        read(sources["szse.shares"])


@pytest.mark.parametrize("name", ["sse.margin", "szse.margin"])
def test_balances_in_another_unit_are_refused(
    name: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers[name], "balances", {DAY: (1.39e8, 7.2e5)})
    with refused("unit"):
        read(sources[name])


@pytest.mark.parametrize(
    ("swap", "gate"),
    [
        (("sse.margin", "rzye", "rqylje"), "unit"),
        (("sse.margin", "rzye", "rzmre"), "margin_sum"),
        (("szse.margin", "jrrzye", "jrrjye"), "unit"),
        (("szse.margin", "jrrzye", "jrrzmr"), "margin_sum"),
    ],
)
def test_balances_in_each_others_place_are_refused(
    swap: tuple[str, str, str], gate: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, one, other = swap
    true_rows = publishers[name].rows
    monkeypatch.setattr(
        publishers[name], "rows", lambda query: [{**row, one: row[other], other: row[one]} for row in true_rows(query)]
    )
    with refused(gate):
        read(sources[name])


@pytest.mark.parametrize("name", ["sse.shares", "szse.shares"])
def test_a_count_of_zero_is_a_hole_and_not_a_redemption(
    name: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = SSE_CODES if name == "sse.shares" else SZSE_CODES
    counts = shares_of(codes)
    counts[DAY][codes[7]] = 0.0
    monkeypatch.setattr(publishers[name], "counts", counts)
    table = read(sources[name]).table
    assert table.index[table["shares"].isna()].to_list() == [codes[7]]


def test_szse_counts_are_provisional_over_the_weekend_and_final_on_the_next_sessions_morning(sources: Sources) -> None:
    early = MORNING.replace(hour=7, minute=59)
    assert [
        sources["szse.shares"].readings(DAY, now)[0].provisional
        for now in (EVENING, MORNING.replace(day=21), early, MORNING.replace(hour=8, minute=0))
    ] == [True, True, True, False]


def test_sse_counts_are_final_at_once(sources: Sources) -> None:
    assert not read(sources["sse.shares"]).provisional


def test_past_szse_counts_are_final_and_tonights_are_not_past(sources: Sources, twins: Sources) -> None:
    for source in (sources["szse.shares"], twins["szse.shares"]):
        (past,), (tonight,) = (source.history(DAY, DAY, now, CALENDAR) for now in (MORNING, EVENING))
        assert (past.provisional, tonight.provisional) == (False, True)


@pytest.mark.parametrize("name", ["szse.shares", "sse.margin"])
def test_one_request_covers_several_days_and_those_without_a_table_are_absent(
    name: str, sources: Sources, publishers: Publishers
) -> None:
    past = sources[name].history(date(2026, 11, 14), AFTER, MORNING.replace(hour=23), CALENDAR)
    assert [one.day for one in past] == [BEFORE, DAY]
    assert len(publishers[name].asked) == 1
    pd.testing.assert_frame_equal(past[1].table, read(sources[name]).table)
    assert past[0].known_at < past[1].known_at < MORNING.replace(hour=23)


@pytest.mark.parametrize("name", ["szse.shares", "sse.margin"])
def test_a_day_outside_the_span_shows(name: str, sources: Sources, publishers: Publishers) -> None:
    publishers[name].answers_about = BEFORE
    source = sources[name]
    assert isinstance(source, SpanSource)
    answers = source.parse_span(source.fetch_span(DAY, AFTER), DAY, AFTER)
    assert [one.day for one in answers] == [BEFORE]


@pytest.mark.parametrize("name", ["szse.shares", "szse.margin"])
def test_no_two_szse_requests_are_alike_so_that_no_cache_answers(
    name: str, sources: Sources, publishers: Publishers
) -> None:
    read(sources[name])
    read(sources[name])
    first, second = publishers[name].asked
    assert first["random"] != second["random"]
