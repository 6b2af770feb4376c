"""What every source asks of a table, without a network."""

from datetime import date

import pandas as pd
import pytest

from bot.sources.answers import fund_table, majority_day, require, stock_names
from bot.sources.base import NotPublishedError, SourceChangedError
from signals.core.field import CLOSE

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)


def closes(*rows: tuple[str | None, object], funds: int = 40) -> pd.DataFrame:
    """So many good rows and those given."""
    good = [(f"5100{number:02}", 1.0) for number in range(funds)]
    return pd.DataFrame([*good, *rows], columns=["代码", "最新价"])


def table_of(raw: pd.DataFrame) -> pd.DataFrame:
    return fund_table(raw, "代码", {"最新价": CLOSE})


def test_an_empty_table_is_not_published_even_without_columns() -> None:
    with pytest.raises(NotPublishedError):
        require(pd.DataFrame(), "代码")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(SourceChangedError, match="columns: there is no column 名称"):
        require(closes(), "代码", "名称")


def test_the_day_is_that_of_most_rows() -> None:
    assert majority_day(pd.Series([THURSDAY, FRIDAY, FRIDAY, None]), THURSDAY) == FRIDAY


@pytest.mark.parametrize("asked", [THURSDAY, FRIDAY])
def test_in_a_draw_the_day_is_the_one_asked_for(asked: date) -> None:
    assert majority_day(pd.Series([THURSDAY, FRIDAY]), asked) == asked


def test_a_table_without_any_date_is_refused() -> None:
    with pytest.raises(SourceChangedError, match="no row carries a date"):
        majority_day(pd.Series([None, pd.NaT, "2026-11-20"], dtype="object"), FRIDAY)


def test_a_row_sent_twice_counts_once() -> None:
    table = table_of(closes(("159915", 2.0), ("159915", 2.0)))
    assert table.loc["159915", "close"] == 2.0


def test_a_code_with_two_figures_is_not_known() -> None:
    assert "159915" not in table_of(closes(("159915", 2.0), ("159915", 3.0))).index


def test_what_is_not_a_number_is_not_known() -> None:
    assert table_of(closes(("159915", "-")))["close"].isna().to_dict()["159915"]


@pytest.mark.parametrize("code", ["600519", "501018", "163402", "180101", "sh510300", "51030", None])
def test_a_stranger_is_left_out(code: str | None) -> None:
    assert len(table_of(closes((code, 1.0)))) == 40


def test_four_strangers_among_forty_four_are_left_out() -> None:
    strangers = [(f"60000{number}", 1.0) for number in range(4)]
    assert len(table_of(closes(*strangers))) == 40


def test_five_strangers_among_forty_five_are_another_list() -> None:
    strangers = [(f"60000{number}", 1.0) for number in range(5)]
    with pytest.raises(SourceChangedError, match=r"codes: 5 of 45 rows .* '600000'"):
        table_of(closes(*strangers))


def test_codes_come_ascending() -> None:
    assert table_of(closes(("159915", 2.0))).index.to_list()[:2] == ["159915", "510000"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("拓维信息", "拓维信息"),
        ("万  科Ａ", "万科A"),
        ("*ST 东园", "*ST东园"),
        ("600000", ""),
        (None, ""),
        (float("nan"), ""),
        ("", ""),
        ("<b>" + "长" * 20, ""),
        ("换\u202e行", ""),
    ],
)
def test_a_name_is_a_name_or_empty(word: object, name: str) -> None:
    assert stock_names(pd.DataFrame({"名称": [word]}), "名称") == [name]


def test_without_a_column_of_names_all_are_empty() -> None:
    assert stock_names(pd.DataFrame({"代码": ["600000", "600001"]}), "名称") == ["", ""]
