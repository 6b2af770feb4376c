import math
import struct
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from bot.store.errors import StoreError
from bot.store.payload import Unpacker, pack
from signals.core.snapshot import ESTIMATED, PROFILE_COLUMNS


def back(table: pd.DataFrame) -> pd.DataFrame:
    return Unpacker().unpack(pack(table).data)


def figures(**columns: list[float]) -> pd.DataFrame:
    codes = [f"{510300 + at}" for at in range(len(next(iter(columns.values()))))]
    return pd.DataFrame(columns, index=pd.Index(codes, dtype="str"), dtype="float64")


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=40))
def test_every_float_comes_back_bit_for_bit(values: list[float]) -> None:
    close = back(figures(close=values))["close"].tolist()
    assert [struct.pack("<d", one) for one in close] == [struct.pack("<d", one) for one in values]


def test_an_unknown_figure_stays_unknown() -> None:
    table = back(figures(close=[1.43, math.nan], nav=[math.nan, 1.4]))
    assert table["close"].isna().tolist() == [False, True]
    assert table["nav"].isna().tolist() == [True, False]


def test_a_table_comes_back_with_its_codes_columns_and_marks() -> None:
    table = figures(close=[1.43, 1.17], amount=[59_560_556.0, 100_686_373.0])
    table[ESTIMATED] = [True, False]
    assert_frame_equal(back(table), table[["amount", "close", ESTIMATED]])


def test_words_come_back_with_empty_text_for_a_missing_one() -> None:
    rows = [["信创50ETF", "SSE", "931247", "中证信创", "equity", None]]
    table = pd.DataFrame(rows, index=pd.Index(["560850"], dtype="str"), columns=list(PROFILE_COLUMNS))
    assert back(table).to_dict("index") == {
        "560850": dict(zip(PROFILE_COLUMNS, ["信创50ETF", "SSE", "931247", "中证信创", "equity", ""], strict=True))
    }


def test_whole_numbers_become_figures() -> None:
    table = pd.DataFrame({"shares": [132_148_000]}, index=["560850"])
    assert back(table)["shares"].dtype == np.float64


def test_an_empty_table_comes_back_empty() -> None:
    assert back(figures(close=[1.0]).iloc[:0]).shape == (0, 1)
    assert back(pd.DataFrame()).shape == (0, 0)


def test_the_same_content_in_another_order_is_the_same() -> None:
    table = figures(close=[1.0, 2.0, 3.0], nav=[1.0, math.nan, 3.0])
    other = table.iloc[[2, 0, 1]][["nav", "close"]]
    assert pack(other).digest == pack(table).digest


def test_the_sign_of_an_unknown_figure_makes_no_difference() -> None:
    assert pack(figures(close=[-math.nan])).digest == pack(figures(close=[math.nan])).digest


def test_the_last_bit_of_a_figure_makes_a_difference() -> None:
    assert pack(figures(close=[0.1 + 0.2])).digest != pack(figures(close=[0.3])).digest


def test_tables_of_the_same_funds_share_their_index() -> None:
    unpacker = Unpacker()
    first, second = (unpacker.unpack(pack(figures(close=[close, 1.0])).data) for close in (1.4, 1.5))
    assert first.index is second.index


def test_an_unknown_version_is_refused() -> None:
    data = pack(figures(close=[1.0])).data
    with pytest.raises(StoreError, match="format 02"):
        Unpacker().unpack(b"\x02" + data[1:])


@pytest.mark.parametrize("damage", [lambda data: data[:40], lambda data: data[:1] + b"nonsense"])
def test_a_damaged_table_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(StoreError, match="damaged"):
        Unpacker().unpack(damage(pack(figures(close=[float(at) for at in range(100)])).data))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(StoreError, match="format none"):
        Unpacker().unpack(b"")
