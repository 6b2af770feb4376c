"""Vendors' words for a fund's class and index, and those who are no funds."""

from pathlib import Path

import pandas as pd
import pytest

from bot.sources.archive import ArchiveReader, ArchiveTable
from bot.sources.archive_files import LeftOut
from bot.sources.profiles import profile_table
from bot.store.database import Database
from signals.core.profile import FundClass
from signals.core.snapshot import PROFILE_COLUMNS
from tests.builders import CALENDAR, LAST_DAY, moment


def table(**columns: list[str | None]) -> pd.DataFrame:
    return profile_table(pd.DataFrame(columns, dtype="str"))


def word(column: str, **columns: list[str | None]) -> str:
    """The word of a single fund."""
    return str(table(code=["510300"], **columns)[column].iloc[0])


def test_the_table_has_the_columns_of_a_profile_and_the_exchange_of_each_code() -> None:
    made = table(code=["510300", "159915"], name=["沪深300ETF", "创业板ETF"], extra=["x", "y"])
    assert tuple(made.columns) == PROFILE_COLUMNS
    assert made["exchange"].to_dict() == {"159915": "SZSE", "510300": "SSE"}
    assert made["name"].to_dict() == {"159915": "创业板ETF", "510300": "沪深300ETF"}
    assert set(made["index_code"]) == {""}


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("aShareStockEtf", "equity"),
        ("crossBorderStockEtf", "cross_border"),
        ("bondEtf", "bond"),
        ("commodityEtf", "commodity"),
        ("moneyEtf", "money"),
        ("otherEtf", "other"),
        ("futureEtf", ""),
        ("", ""),
        (None, ""),
        *((str(one), str(one)) for one in FundClass),
    ],
)
def test_a_class_is_told_in_our_words_and_an_unknown_one_not_at_all(said: str | None, ours: str) -> None:
    assert word("fund_class", asset_scope=[said]) == ours
    assert word("fund_class", fund_class=[said]) == ours


def test_without_a_class_there_is_none() -> None:
    assert word("fund_class", name=["x"]) == ""


@pytest.mark.parametrize("said", ["该基金无跟踪标的", "无", "-", "--", "", None, " - "])
def test_a_word_for_no_index_is_no_index(said: str | None) -> None:
    assert word("index_name", index_name=[said]) == ""
    assert word("index_code", index_code=[said]) == ""


def test_the_name_of_an_index_stands_without_blanks_around_it() -> None:
    assert word("index_name", index_name=[" 沪深300 "]) == "沪深300"


@pytest.mark.parametrize("said", ["2012-05-28 00:00:00", "2012/05/28", "28.05.2012", "never"])
def test_a_listing_day_that_is_no_date_is_not_known(said: str) -> None:
    assert word("listed", listed=[said]) in ("", "2012-05-28")


def test_a_listing_day_is_kept() -> None:
    assert word("listed", listed=["2012-05-28"]) == "2012-05-28"


@pytest.mark.anyio
async def test_no_word_of_a_profile_keeps_the_market_from_being_read(store: Database, tmp_path: Path) -> None:
    path = tmp_path / "etf_profile.csv"
    path.write_text("code,name,index_name,index_code,asset_scope,listed\n510300,x,y,z,w,2012-05-28 00:00:00\n", "utf-8")
    reader = ArchiveReader(source="archive", calendar=CALENDAR, now=moment(LAST_DAY))
    await store.market.add(reader.read("etf_profile", path).snapshots)
    panel = await store.market.panel(CALENDAR, LAST_DAY, moment(LAST_DAY))
    assert panel.profiles["510300"].name == "x"


@pytest.mark.parametrize("code", ["600000", "51030", "", "abcdef", "5１0300"])
def test_who_has_no_code_of_a_fund_is_left_out_and_named(tmp_path: Path, code: str) -> None:
    told = read(tmp_path, f"{code},x", "510300,y")
    assert list(told.snapshots[0].table.index) == ["510300"]
    assert told.left_out == (LeftOut(reason="not the code of an exchange-traded fund", rows=1, example=code),)


def test_of_a_fund_that_stands_there_twice_the_first_row_counts(tmp_path: Path) -> None:
    told = read(tmp_path, "510300,first", "510300,second")
    assert told.snapshots[0].table["name"].to_dict() == {"510300": "first"}
    assert told.left_out == (LeftOut(reason="the same fund again", rows=1, example="510300"),)
    assert told.rows == 2


def read(folder: Path, *lines: str) -> ArchiveTable:
    path = folder / "etf_profile.csv"
    path.write_text("\n".join(["code,name", *lines, ""]), "utf-8")
    return ArchiveReader(source="archive", calendar=CALENDAR, now=moment(LAST_DAY)).read("etf_profile", path)
