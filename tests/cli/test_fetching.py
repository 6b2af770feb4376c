"""`etfbot fetch`, `backfill`, `calendar` and the live part of `doctor`, against publishers on a local server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.fetching import probe_all
from bot.sources.direct.http import Http
from bot.sources.direct.sse_shares import SseShareCounts as SseShares
from bot.sources.direct.szse_margin import SzseMarginBalances
from config.sessions import load_calendar
from tests.cli.program import Program
from tests.fakes.endpoint import Fault
from tests.fakes.exchange_calendar import SzseMonthList, year_of_sessions
from tests.fakes.publishers import SseShareCounts, SzseMarginTable
from tests.fakes.upstream import Upstream
from tests.upstream.world import BEFORE, DAY, EVENING, SHARES, SSE_BALANCE, SSE_CODES, shares_of

FETCH = ("fetch", "sse.shares", "--day", DAY.isoformat())


@pytest.fixture
def shares() -> SseShareCounts:
    return SseShareCounts(shares_of(SSE_CODES))


@pytest.fixture
def months() -> SzseMonthList:
    return SzseMonthList([])


@pytest.fixture
def upstream(shares: SseShareCounts, months: SzseMonthList) -> Iterator[Upstream]:
    with Upstream(shares, SzseMarginTable({BEFORE: SSE_BALANCE}), months) as one:
        yield one


@pytest.fixture
def etfbot(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_source_is_asked_once_and_shown_with_what_the_gates_say(etfbot: Program, upstream: Upstream) -> None:
    said = etfbot.run(*FETCH, **upstream.environment)
    assert (said.code, said.err) == (0, "")
    assert "sse.shares (query.sse.com.cn): etf_shares SSE of 2026-11-20, 120 rows" in " ".join(said.out.split())
    assert "gates: passed" in said.out
    assert SSE_CODES[0] in said.out


def test_a_table_is_told_whole_as_json(etfbot: Program, upstream: Upstream) -> None:
    told = json.loads(etfbot.run(*FETCH, "--json", **upstream.environment).out)
    assert (told["source"], told["day"], told["requests"], told["gates"]) == ("sse.shares", "2026-11-20", 1, "passed")
    assert told["rows"][SSE_CODES[1]] == {"shares": SHARES[SSE_CODES[1]]}
    assert len(told["rows"]) == 120


def test_a_datum_means_its_first_choice(etfbot: Program, upstream: Upstream) -> None:
    said = etfbot.run("fetch", "shares.sse", "--day", DAY.isoformat(), "--json", **upstream.environment)
    assert json.loads(said.out)["source"] == "sse.shares"


def test_what_is_not_published_fails_in_one_line(etfbot: Program, upstream: Upstream) -> None:
    said = etfbot.run("fetch", "sse.shares", "--day", "2026-11-23", **upstream.environment)
    assert (said.code, said.out) == (1, "")
    assert said.complaint.startswith("etfbot: sse.shares: not_published: ")


def test_a_ban_fails_in_one_line(etfbot: Program, upstream: Upstream, shares: SseShareCounts) -> None:
    shares.fault = Fault.THROTTLED
    said = etfbot.run(*FETCH, **upstream.environment)
    assert said.code == 1
    assert said.complaint == "etfbot: sse.shares: limited: query.sse.com.cn/commonQuery.do: status 429"


def test_an_unknown_source_is_named_with_those_that_there_are(etfbot: Program) -> None:
    said = etfbot.run("fetch", "sse.share", "--day", DAY.isoformat())
    assert said.code == 2
    assert "'sse.share' is no source; there are" in said.complaint
    assert "sse.shares" in said.complaint


@pytest.mark.parametrize(
    "command", [("fetch", "sse.shares", "--day", "2026-11-20"), ("backfill",), ("backfill", "--dry-run")]
)
def test_nobody_is_asked_for_a_market_that_is_not_live(etfbot: Program, command: tuple[str, ...]) -> None:
    said = etfbot.run(*command, "--source", "demo")
    assert said.code == 1
    assert "--source akshare" in said.complaint


@pytest.mark.parametrize("wrong", [("--from", "soon"), ("--days", "1"), ("--from", "2099-01-01")])
def test_a_wrong_past_is_named(etfbot: Program, wrong: tuple[str, str]) -> None:
    said = etfbot.run("backfill", "--dry-run", *wrong)
    assert said.code in (1, 2)
    assert wrong[1] in said.complaint or wrong[0] in said.complaint or "calendar ends" in said.complaint


def test_a_calendar_that_is_not_published_yet_leaves_no_file(
    etfbot: Program, upstream: Upstream, tmp_path: Path
) -> None:
    said = etfbot.run("calendar", "next.csv", **upstream.environment)
    assert said.code == 1
    assert "2026-12-31" in said.complaint
    assert list(tmp_path.glob("next*")) == []


def test_the_sessions_to_come_are_written_to_a_file_that_the_service_understands(
    etfbot: Program, upstream: Upstream, months: SzseMonthList, tmp_path: Path
) -> None:
    known = load_calendar()
    coming = [day for day in year_of_sessions(known.last.year + 1) if day.month < 3]
    months.sessions = [*known.sessions[-30:], *coming]
    said = etfbot.run("calendar", "next.csv", **upstream.environment)
    assert said.code == 0, said.err
    assert f"{len(coming)} sessions until {coming[-1]}" in said.out
    assert load_calendar(tmp_path / "next.csv").sessions == (*known.sessions, *coming)


def test_weekdays_that_nobody_has_planned_leave_no_file(
    etfbot: Program, upstream: Upstream, months: SzseMonthList, tmp_path: Path
) -> None:
    last = load_calendar().last
    days = (last + timedelta(days=ahead) for ahead in range(-30, 59))
    months.sessions = [day for day in days if day.weekday() < 5]
    said = etfbot.run("calendar", "next.csv", **upstream.environment)
    assert said.code == 1
    assert "calendar: " in said.complaint
    assert list(tmp_path.glob("next*")) == []


@pytest.mark.anyio
async def test_every_publisher_is_probed_once_and_the_failures_are_counted(
    upstream: Upstream, shares: SseShareCounts
) -> None:
    http, console = Http(environment=upstream.environment), Console(width=160, record=True)
    failed = await probe_all([SseShares(http), SzseMarginBalances(http)], DAY, EVENING, console)
    shown = console.export_text()
    assert failed == 0
    assert "120" in shown
    assert "good" in shown
    assert "not published" in shown
    shares.fault = Fault.BROKEN
    assert await probe_all([SseShares(http)], DAY, EVENING, console) == 1
    assert "unavailable" in console.export_text()
