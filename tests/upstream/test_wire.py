"""What goes from the child to the service: the same table on the other side, or an error."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from bot.sources.akshare.wire import GarbledError, Outcome, dump_failure, dump_table, load


def through(table: pd.DataFrame) -> pd.DataFrame:
    outcome, restored, reason = load(dump_table(table))
    assert (outcome, reason) == (Outcome.TABLE, "")
    return restored


def reply(kind: str, values: object) -> bytes:
    columns = [{"name": "a", "kind": kind, "values": values}]
    return json.dumps({"outcome": "table", "columns": columns}).encode()


def test_every_kind_of_column_comes_through() -> None:
    table = pd.DataFrame(
        {
            "份额": [3, 2**53],
            "净值": [1.25, np.nan],
            "简称": ["沪深300ETF", None],
            "统计日期": [date(2026, 11, 20), None],
            "数据日期": pd.DatetimeIndex(["2026-11-20", pd.NaT]),
            "混合": ["-", 1.5],
        }
    )
    pd.testing.assert_frame_equal(through(table), table)


def test_moments_keep_their_zone() -> None:
    moments = pd.Series(pd.to_datetime([1795161600], unit="s", utc=True).tz_convert("Asia/Shanghai"))
    assert through(moments.to_frame("更新时间"))["更新时间"].iloc[0] == moments.iloc[0]


def test_whole_numbers_with_gaps_become_numbers() -> None:
    table = through(pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}))
    assert table["a"].dtype == "float64"
    assert table["a"].isna().to_list() == [False, True]


def test_an_infinite_number_is_not_known() -> None:
    assert through(pd.DataFrame({"a": [np.inf, 1.0]}))["a"].isna().to_list() == [True, False]


def test_an_object_that_is_no_data_becomes_its_words() -> None:
    assert through(pd.DataFrame({"a": [{"x": 1}, "y"]}))["a"].to_list() == ["{'x': 1}", "y"]


def test_an_index_is_not_kept_and_two_columns_may_have_one_name() -> None:
    table = pd.DataFrame([[1, 2], [3, 4]], columns=["_", "_"], index=[7, 9])
    pd.testing.assert_frame_equal(through(table), table.reset_index(drop=True))


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame(columns=["日期", "基金代码"])])
def test_a_table_without_rows_stays_one(table: pd.DataFrame) -> None:
    assert through(table).empty
    assert list(through(table).columns) == list(table.columns)


def test_a_failure_brings_its_reason() -> None:
    outcome, table, reason = load(dump_failure(Outcome.CHANGED, "KeyError: 'f12'"))
    assert (outcome, reason) == (Outcome.CHANGED, "KeyError: 'f12'")
    assert table.empty


@pytest.mark.parametrize(
    "garbled",
    [
        b"",
        b"\x80\x04\x95",
        b"[]",
        b"7",
        b'{"outcome": "fine"}',
        b'{"outcome": "table"}',
        b'{"outcome": "table", "columns": "abc"}',
        b"[" * 100_000,
        reply("pickle", []),
        reply("integer", ["1"]),
        reply("integer", [True]),
        reply("integer", [None]),
        reply("integer", [10**30]),
        reply("number", [10**400]),
        reply("number", {"0": 1.0}),
        reply("text", [["x"]]),
        reply("day", ["tomorrow"]),
        reply("moment", ["soon"]),
        reply("mixed", "abc"),
    ],
)
def test_what_is_no_reply_is_refused(garbled: bytes) -> None:
    with pytest.raises(GarbledError):
        load(garbled)


def test_columns_of_different_lengths_are_refused() -> None:
    columns = [{"name": name, "kind": "text", "values": ["x"] * rows} for name, rows in (("a", 1), ("b", 2))]
    with pytest.raises(GarbledError, match="lengths"):
        load(json.dumps({"outcome": "table", "columns": columns}).encode())
