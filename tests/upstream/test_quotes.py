"""How quotes fail, Sina's list of ETFs among them; and what is read and refused of index levels."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import pytest

from bot.sources.base import Source
from bot.sources.direct.sina_daily import SinaDaily
from bot.sources.direct.sina_indices import SinaIndices
from bot.sources.direct.tencent_indices import TencentIndices
from signals.core.prices import INDICES
from tests.fakes.endpoint import Endpoint, Fault
from tests.fakes.quotes import QuoteServer, SinaList, SinaQuotes, TencentQuotes
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.quoting import Saying, asking, good_list, mended, read, refused
from tests.upstream.world import BEFORE, DAY, EVENING

LEVELS = {
    "sh000001": 4123.14,
    "sz399001": 14354.07,
    "sz399006": 3306.14,
    "sh000300": 4620.5,
    "sh000905": 7210.33,
    "sh000852": 7400.2,
    "sh000688": 1400.01,
    "sh000985": 5800.9,
}
AFTER_CLOSE = datetime.combine(DAY, time(16, 14, 15))

LIST = """
            good   empty  null  renamed  wider  reordered
sina.daily  table  wait   wait  changed  table  table
"""

QUOTES = """
                 good   empty    wider  reordered
tencent.indices  table  changed  table  changed
sina.indices     table  changed  table  changed
"""
"""Fields without names: none of them can be renamed, another order is noticed."""

TRANSPORT = """
                 blank  html  403      429      500   short    reset    banned   hang
sina.daily       down   down  limited  limited  down  down   limited  limited  down
tencent.indices  down   down  limited  limited  down  down   limited  limited  down
sina.indices     down   down  limited  limited  down  down   limited  limited  down
"""


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return {
        "sina.daily": SinaList(good_list()),
        "tencent.indices": TencentQuotes(LEVELS, AFTER_CLOSE),
        "sina.indices": SinaQuotes(LEVELS, AFTER_CLOSE),
    }


@pytest.fixture(scope="module")
def sources(world: dict[str, Endpoint]) -> Iterator[dict[str, Source]]:
    with asking(*world.values()) as http:
        yield {one.name: one for one in (SinaDaily(http), TencentIndices(http), SinaIndices(http))}


@pytest.fixture
def publishers(world: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The endpoints by the name of their source; what a test breaks is mended after it."""
    with mended(*world.values()):
        yield world


@pytest.fixture(params=["tencent.indices", "sina.indices"])
def server(request: pytest.FixtureRequest, publishers: dict[str, Any]) -> QuoteServer:
    endpoint: QuoteServer = publishers[request.param]
    return endpoint


@pytest.fixture
def indices(server: QuoteServer, sources: dict[str, Source]) -> Source:
    """The source that asks the server."""
    return next(one for one in sources.values() if one.host == server.host)


@pytest.mark.parametrize(("name", "said", "meaning"), cells(LIST) + cells(QUOTES))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, EVENING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, EVENING) == meaning


def test_every_index_has_its_level(indices: Source, server: QuoteServer) -> None:
    snapshot = read(indices)
    assert snapshot.table.to_dict() == {"index_close": {one[2:]: level for one, level in LEVELS.items()}}
    assert snapshot.table.index.to_list() == sorted(INDICES)
    assert (snapshot.day, snapshot.provisional) == (DAY, False)
    assert len(server.asked) == 1


def test_levels_of_another_session_are_refused(indices: Source, server: QuoteServer) -> None:
    server.answers_about = BEFORE
    with refused("day"):
        read(indices)


def test_an_index_that_is_not_known_is_left_out(indices: Source, server: QuoteServer) -> None:
    server.levels = {one: level for one, level in LEVELS.items() if one != "sh000985"}
    assert read(indices).table.index.to_list() == sorted(set(INDICES) - {"000985"})


def test_an_index_without_a_level_is_left_out(indices: Source, server: QuoteServer) -> None:
    server.levels = {**LEVELS, "sz399006": 0.0}
    assert read(indices).table.index.to_list() == sorted(set(INDICES) - {"399006"})


def test_an_index_that_stands_at_an_earlier_session_is_left_out(indices: Source, server: QuoteServer) -> None:
    server.late = {"sh000688": datetime.combine(BEFORE, time(15, 30))}
    snapshot = read(indices)
    assert snapshot.table.index.to_list() == sorted(set(INDICES) - {"000688"})
    assert not snapshot.provisional


def test_no_index_at_all_has_changed(indices: Source, server: QuoteServer) -> None:
    server.levels = {}
    with refused("columns"):
        read(indices)


@pytest.mark.parametrize(("at", "provisional"), [(time(14, 59, 59), True), (time(15, 0), False)])
def test_levels_are_final_once_each_is_that_of_the_close(
    at: time, provisional: bool, indices: Source, server: QuoteServer
) -> None:
    server.late = {"sz399001": datetime.combine(DAY, at)}
    assert read(indices).provisional is provisional


def test_levels_in_another_unit_are_refused(indices: Source, server: QuoteServer) -> None:
    server.levels = {one: level / 1000 for one, level in LEVELS.items()}
    with refused("unit"):
        read(indices)


def test_a_quote_under_anothers_name_is_not_used() -> None:
    text = "~".join(["1", "上证指数", "000002", "3318.06", *["0"] * 26, "20261120161415"])
    own = text.replace("000002", "000300")
    source = TencentIndices(Saying(said=f'v_sh000001="{text}"; v_sh000300="{own}";'))
    assert read(source).table.to_dict() == {"index_close": {"000300": 3318.06}}


@pytest.mark.parametrize("text", ["", "1", "1~上证指数~000001~3318.06", "~" * 40])
def test_tencents_quotes_cut_short_have_changed(text: str) -> None:
    assert meaning_of(TencentIndices(Saying(said=f'v_sh000001="{text}";')), DAY, EVENING) == "changed"


@pytest.mark.parametrize("text", ["1", "上证指数,1,2,3318.06", "上证指数,1,2,-,2026-11-20,15:30:39,00,", "," * 40])
def test_sinas_quotes_cut_short_have_changed(text: str) -> None:
    assert meaning_of(SinaIndices(Saying(said=f'var hq_str_sh000001="{text}";')), DAY, EVENING) == "changed"


def test_sinas_server_is_asked_from_a_page_of_its_own() -> None:
    http = Saying(said='var hq_str_sh000001="";\n')
    SinaIndices(http).fetch(DAY)
    assert http.headers == {"Referer": "https://finance.sina.com.cn"}


def test_a_bomb_is_not_unfolded(sources: dict[str, Source], publishers: dict[str, Endpoint]) -> None:
    for name, source in sources.items():
        publishers[name].fault = Fault.BOMB
        assert meaning_of(source, DAY, EVENING) == "down"
