"""Answers of the exchanges in a form that they never had, or only now and then."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pytest

from bot.sources.base import NotPublishedError, Source, SourceChangedError, UnavailableError
from bot.sources.direct.http import Http, Reply
from bot.sources.direct.sse_margin import SseMarginBalances
from bot.sources.direct.sse_shares import SseShareCounts
from bot.sources.direct.szse_margin import SzseMarginBalances
from bot.sources.direct.szse_shares import SzseShareCounts
from tests.upstream.world import BEFORE, CALENDAR, DAY, EVENING

HEADINGS = ("日期", "基金代码", "基金简称", "基金规模(份)")
SUMMARY = {"jrrzye": "13,982.04", "jrrjye": "72.31", "jrrzrjye": "14,054.35"}


@dataclass(frozen=True, kw_only=True)
class Saying(Http):
    """Everybody answers the same."""

    environment: Mapping[str, str]
    content: bytes

    def get(
        self, url: str, query: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return Reply(self.content, url)


def saying(content: bytes) -> Http:
    return Saying(environment={}, content=content)


def saying_json(content: object) -> Http:
    return saying(json.dumps(content).encode())


def table_of(source: Source) -> pd.DataFrame:
    return source.read(DAY, EVENING).table


def counts_in(content: bytes) -> pd.DataFrame:
    return table_of(SzseShareCounts(saying(content), CALENDAR))


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


def rewritten(content: bytes, name: str, text: bytes) -> bytes:
    """A workbook of which one part says something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, text if one == name else old.read(one))
    return file.getvalue()


def summary_block(**about: object) -> dict[str, object]:
    return {"metadata": {"tabkey": "tab1", **about}, "data": [SUMMARY]}


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


@pytest.mark.parametrize("source", [SseShareCounts, SseMarginBalances, SzseMarginBalances])
@pytest.mark.parametrize("content", [None, 5, [], {}, {"result": "busy"}, {"result": [1]}, [{"metadata": None}]])
def test_json_of_another_form_is_refused(source: type[Any], content: object) -> None:
    with refused("columns"):
        table_of(source(saying_json(content)))


def test_sse_counts_that_carry_no_date_are_refused() -> None:
    row = {"SEC_CODE": "510050", "STAT_DATE": "20.11.2026", "TOT_VOL": "5533716.68"}
    with refused("day"):
        table_of(SseShareCounts(saying_json({"result": [row]})))


@pytest.mark.parametrize("stated", [None, "", "昨日", 20261120])
def test_an_sse_balance_that_carries_no_date_is_refused(stated: object) -> None:
    good = {"opDate": "20261120", "rzye": 10, "rqylje": 1, "rzrqjyzl": 11}
    source = SseMarginBalances(saying_json({"result": [good, {**good, "opDate": stated}]}))
    with refused("rows" if stated == 20261120 else "day"):
        table_of(source)


@pytest.mark.parametrize("figure", [None, "-", 10**400, [1]])
def test_a_balance_that_is_no_number_is_refused(figure: object) -> None:
    row = {"opDate": "20261120", "rzye": figure, "rqylje": 1, "rzrqjyzl": 11}
    with refused("margin_sum"):
        table_of(SseMarginBalances(saying_json({"result": [row]})))


@pytest.mark.parametrize("about", [{}, {"subname": None}, {"subname": ""}, {"subname": "融资融券"}])
def test_an_szse_balance_that_states_no_date_is_refused(about: dict[str, object]) -> None:
    with refused("day"):
        table_of(SzseMarginBalances(saying_json([summary_block(**about)])))


def test_an_szse_balance_is_found_by_the_name_of_its_block() -> None:
    details = {"metadata": {"tabkey": "tab2", "subname": BEFORE.isoformat()}, "data": [{"zqdm": "159915"}]}
    source = SzseMarginBalances(saying_json([details, summary_block(subname=DAY.isoformat())]))
    assert source.read(DAY, EVENING).day == DAY
    assert table_of(source).to_numpy().tolist() == [[1_398_204_000_000, 7_231_000_000, 1_405_435_000_000]]


def test_two_szse_balances_of_one_day_are_refused() -> None:
    block = summary_block(subname=DAY.isoformat()) | {"data": [SUMMARY, SUMMARY]}
    with refused("rows"):
        table_of(SzseMarginBalances(saying_json([block])))


@pytest.mark.parametrize(
    "row",
    [
        ("2026-11-20", "159915", "创业板ETF", "4,812,345,600"),
        (datetime.combine(DAY, time()), 159915, "创业板ETF", 4_812_345_600),
    ],
)
def test_cells_of_a_workbook_may_be_text_or_numbers(row: tuple[Any, ...]) -> None:
    assert counts_in(workbook(HEADINGS, row)).to_dict() == {"shares": {"159915": 4_812_345_600}}


def test_columns_of_a_workbook_are_found_by_their_names() -> None:
    content = workbook(HEADINGS[::-1], ("4,812,345,600", "x", "159915", "2026-11-20"))
    assert counts_in(content).to_dict() == {"shares": {"159915": 4_812_345_600}}


@pytest.mark.parametrize("rows", [(), (HEADINGS,), (("没有找到符合条件的数据！",),), (HEADINGS, (None,) * 4)])
def test_a_workbook_without_counts_is_not_out(rows: tuple[tuple[Any, ...], ...]) -> None:
    with pytest.raises(NotPublishedError):
        counts_in(workbook(*rows))


def test_a_workbook_without_dates_is_refused() -> None:
    with refused("day"):
        counts_in(workbook(HEADINGS, ("今日", "159915", "x", "4,812,345,600")))


def test_a_workbook_without_styles_is_read_in_silence() -> None:
    good = workbook(HEADINGS, ("2026-11-20", "159915", "x", "4,812,345,600"))
    plain = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></styleSheet>'
    assert len(counts_in(rewritten(good, "xl/styles.xml", plain))) == 1


def test_a_workbook_that_unfolds_beyond_the_bound_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sources.workbook.UNPACKED_MAX", 1000)
    with pytest.raises(UnavailableError, match="unfolds to"):
        counts_in(workbook(HEADINGS))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_that_cannot_be_read_is_refused(part: str) -> None:
    with refused("columns"):
        counts_in(rewritten(workbook(HEADINGS), part, b"<html>"))
