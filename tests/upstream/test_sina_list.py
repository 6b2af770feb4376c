"""Sina's list of ETFs: what is read of it, what is refused, and what only looks like a key."""

from collections.abc import Iterator

import pandas as pd
import pytest

from bot.sources.base import NotPublishedError, Source
from bot.sources.direct.sina_daily import SinaDaily, SinaSpot
from bot.sources.gates import Baseline
from tests.fakes.endpoint import Twist
from tests.fakes.quotes import SinaList, listed
from tests.upstream.matrix import meaning_of
from tests.upstream.quoting import Saying, asking, good_list, mended, read, refused, symbol
from tests.upstream.world import BEFORE, CLOSES, CODES, DAY, EVENING, SSE_CODES


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SinaList, Source]]:
    endpoint = SinaList(good_list())
    with asking(endpoint) as http:
        yield endpoint, SinaDaily(http)


@pytest.fixture
def daily(served: tuple[SinaList, Source]) -> Iterator[SinaList]:
    """What Sina says; what a test changes of it is mended after it."""
    with mended(served[0]):
        yield served[0]


@pytest.fixture
def source(served: tuple[SinaList, Source]) -> Source:
    return served[1]


def test_the_list_comes_whole_in_one_request_in_yuan_and_shares(source: Source, daily: SinaList) -> None:
    snapshot = read(source)
    assert snapshot.table.index.to_list() == sorted(CODES)
    code = SSE_CODES[3]
    close, number = CLOSES[code], CODES.index(code)
    assert snapshot.table.loc[code].round(3).to_dict() == {
        "open": round(close - 0.01, 3),
        "high": round(close + 0.02, 3),
        "low": round(close - 0.02, 3),
        "close": close,
        "prev_close": round(close - 0.005, 3),
        "volume": 200_000 + number,
        "amount": round((200_000 + number) * close),
    }
    assert len(daily.asked) == 1


def test_volume_in_lots_is_refused(source: Source, daily: SinaList) -> None:
    daily.quotes = good_list(volume=2000)
    with refused("unit"):
        read(source)


def test_the_list_of_the_session_before_is_not_todays(source: Source, daily: SinaList) -> None:
    before = read(source, day=BEFORE)
    with refused("day"):
        read(source, Baseline(last_good=before.table, last_day=BEFORE))


def test_the_list_of_the_session_before_is_known_from_another_publishers_too(source: Source, daily: SinaList) -> None:
    table = read(source, day=BEFORE).table
    to_the_fen = table.assign(amount=table["amount"] + 0.01, iopv=table["close"])
    with refused("chain"):
        read(source, Baseline(last_good=to_the_fen, last_day=BEFORE))


def test_the_same_list_read_again_on_its_own_day_is_todays(source: Source, daily: SinaList) -> None:
    first = read(source)
    assert read(source, Baseline(last_good=first.table, last_day=DAY)).day == DAY


def test_the_list_of_another_session_passes(source: Source, daily: SinaList) -> None:
    before = read(source, day=BEFORE)
    daily.quotes = [{**row, "amount": row["amount"] + 1, "settlement": row["trade"]} for row in daily.quotes]
    assert read(source, Baseline(last_good=before.table, last_day=BEFORE)).day == DAY


def test_a_list_cut_short_is_refused(source: Source, daily: SinaList) -> None:
    good = read(source)
    daily.twist = Twist.CUT
    with refused("row_count"):
        read(source, Baseline(last_good=good.table))


@pytest.mark.parametrize(
    ("ticktime", "provisional"), [("14:59:57", True), ("15:00:00", False), ("15:34:51", False), ("", True), ("-", True)]
)
def test_a_list_is_final_once_its_newest_time_is_that_of_the_close(
    ticktime: str, provisional: bool, source: Source, daily: SinaList
) -> None:
    newest, *others = daily.quotes
    daily.quotes = [{**newest, "ticktime": ticktime}, *({**row, "ticktime": "09:30:00"} for row in others)]
    assert read(source).provisional is provisional


def test_the_time_of_a_suspended_fund_does_not_make_a_list_final(source: Source, daily: SinaList) -> None:
    suspended, *others = daily.quotes
    at_noon = [{**row, "ticktime": "11:30:00"} for row in others]
    daily.quotes = [{**suspended, "volume": 0, "amount": 0}, *at_noon]
    assert read(source).provisional


def test_a_suspended_fund_has_no_price_and_no_volume(source: Source, daily: SinaList) -> None:
    one, other = SSE_CODES[:2]
    rest = [row for row in daily.quotes if row["code"] not in {one, other}]
    wordless = {**listed(symbol(other), settlement=1.5), "trade": "", "open": "", "high": "", "low": ""}
    daily.quotes = [*rest, listed(symbol(one), settlement=1.5), wordless]
    table = read(source).table
    for code in (one, other):
        assert table.loc[code].dropna().to_dict() == {"prev_close": 1.5, "volume": 0, "amount": 0}


def test_listed_open_funds_and_stocks_are_left_out(source: Source, daily: SinaList) -> None:
    mixed_in = ("sz161725", "sh501018", "sz180101", "sh600519", "sh000001", "bj159001", "sz510050")
    daily.quotes = [*daily.quotes, *(listed(one, trade=1.0) for one in mixed_in)]
    assert read(source).table.index.to_list() == sorted(CODES)


def test_a_list_of_something_else_is_refused(source: Source, daily: SinaList) -> None:
    daily.quotes = [listed(f"sz1617{number:02}", trade=1.0) for number in range(40)]
    with refused("codes"):
        read(source)


@pytest.mark.parametrize(
    "name",
    [
        '沪深300"增强"ETF',
        "红利,低波:50",
        "{trade:9.9,symbol:1}",
        'a",trade:"9.9',
        "back\\slash\\",
        "中概\\u4e92联",
        "])(;[",
        "it's null: true",
    ],
)
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_nothing_in_a_name_is_taken_for_a_key(name: str, encoding: str, source: Source, daily: SinaList) -> None:
    first, *others = daily.quotes
    good = read(source).table
    daily.encoding = encoding
    daily.quotes = [{**first, "name": name}, *others]
    pd.testing.assert_frame_equal(read(source).table, good)


QUOTED = '[{"symbol":"sh510300","trade":"4.0","settlement":"4.0","open":"4","high":"4","low":"4",'
QUOTED += '"volume":"200","amount":"800","ticktime":"15:00:00"}]'


@pytest.mark.parametrize("said", [f"x({QUOTED});", f"x({QUOTED})", f"/*(*/\nx({QUOTED});\n", f"x['a']({QUOTED});\r\n"])
def test_keys_may_be_quoted_already(said: str) -> None:
    assert meaning_of(SinaDaily(Saying(said=said)), DAY, EVENING) == "table"


@pytest.mark.parametrize(
    "argument",
    ["[{symbol:sh510300}]", "[{symbol:'sh510300'}]", "[1,2]", "[null]", "[[]]", "[" * 100_000 + "]", '[{a:"b]', "[{]"],
)
def test_a_list_that_cannot_be_read_has_changed(argument: str) -> None:
    with refused("answer"):
        SinaDaily(Saying(said=f"x({argument});")).fetch(DAY)


@pytest.mark.parametrize("value", [[1.0], {"a": 1}, True, 10**400, "4.0.0", None])
def test_a_figure_that_is_no_number_does_not_cost_the_list(value: object, daily: SinaList, source: Source) -> None:
    first, *others = daily.quotes
    daily.quotes = [{**first, "high": value}, *others]
    assert len(read(source).table) == len(CODES)


def test_a_session_with_an_empty_list_is_not_out_yet(source: Source, daily: SinaList) -> None:
    daily.quotes = []
    with pytest.raises(NotPublishedError):
        read(source)


@pytest.fixture
def spot(source: Source) -> Source:
    """The same list as it is read while the exchanges trade."""
    assert isinstance(source, SinaDaily)
    return SinaSpot(source.http)


def test_while_the_exchanges_trade_the_list_holds_prices_and_no_closes(spot: Source, daily: SinaList) -> None:
    daily.quotes = [{**row, "ticktime": "10:31:05"} for row in good_list()]
    snapshot = read(spot)
    code = SSE_CODES[3]
    assert (snapshot.source, snapshot.provisional) == ("sina.spot", False)
    assert snapshot.table.loc[code].round(3).to_dict() == {
        "spot_price": CLOSES[code],
        "spot_prev_close": round(CLOSES[code] - 0.005, 3),
        "spot_amount": round((200_000 + CODES.index(code)) * CLOSES[code]),
    }


def test_a_list_that_has_closed_is_not_of_the_session_that_trades(spot: Source, daily: SinaList) -> None:
    with refused("day"):
        read(spot)


def test_one_fund_with_an_old_time_does_not_spoil_the_list(spot: Source, daily: SinaList) -> None:
    daily.quotes = [{**row, "ticktime": "10:31:05" if at else "15:00:03"} for at, row in enumerate(good_list())]
    assert len(read(spot).table) == len(CODES)


def test_a_fund_without_a_price_yet_is_left_out(spot: Source, daily: SinaList) -> None:
    rows = [{**row, "ticktime": "09:30:05"} for row in good_list()]
    daily.quotes = [{**rows[0], "trade": 0, "volume": 0}, *rows[1:]]
    assert len(read(spot).table) == len(CODES) - 1
