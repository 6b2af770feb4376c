"""What a live day asks for: each datum by name, with a stand-in of another publisher, in few requests."""

import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.datum import Datum, Round, sources_in
from bot.sources.direct.http import Http
from bot.sources.live import PUSH2_HOSTS, Callers, live_data, with_news, with_stocks
from signals.core.snapshot import Dataset
from tests.builders import CALENDAR

DATA = live_data(Callers(akshare=Akshare(environment={}), http=Http(environment={})), CALENDAR, ["000300", "399001"])
BY_NAME = {one.name: one for one in DATA}

ONLY_PUBLISHER = {"shares.sse", "shares.szse", "splits", "dividends", "margin_detail.sse", "margin_detail.szse"}
"""Nobody but the exchange dates its counts or lists margin by security, nobody but Eastmoney lists what all funds do:
akshare's reading of the same address is the stand-in. For splits and dividends Sina has a file for each fund, some
1,600 requests where Eastmoney's list is a few; and a split that nobody lists is found in share counts and prices."""

ALONE = {"spot", "iopv", "limits", "margin.bse", "weights.000300", "weights.399001"}
"""Nobody else publishes them for the whole market, or nothing that is sent today rests on them. Who stands at a limit
is told by the closes of all stocks as well, which have a stand-in."""


def of_round(one: Round) -> list[Datum]:
    return [datum for datum in DATA if one in datum.rounds]


def test_names_of_data_and_sources_are_unique() -> None:
    assert len(BY_NAME) == len(DATA)
    names = {source.name: source for source in sources_in(DATA)}
    assert len(names) == len({id(source) for source in sources_in(DATA)})


def test_every_source_names_its_host() -> None:
    assert all("." in source.host and "/" not in source.host for source in sources_in(DATA))


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_datum_has_a_stand_in_of_another_publisher(name: str) -> None:
    hosts = {source.host for source in BY_NAME[name].sources}
    if name in ALONE:
        assert len(BY_NAME[name].sources) == 1
    elif name in ONLY_PUBLISHER:
        assert len(hosts) == 1
        assert len(BY_NAME[name].sources) == 2
    else:
        assert len(hosts) >= 2


def test_a_day_needs_few_requests_and_one_reading_of_the_servers_that_ban() -> None:
    daily = [*of_round(Round.CLOSE), *of_round(Round.EVENING), *of_round(Round.MORNING)]
    first = {one.name: one.sources[0] for one in daily}
    push2 = {name for name, source in first.items() if source.host in PUSH2_HOSTS}
    assert push2 == {"iopv"}
    assert sum(source.requests for name, source in first.items() if name not in push2) <= 16


def test_within_a_session_one_request_is_enough_and_iopv_come_from_the_servers_that_ban() -> None:
    (spot,), (iopv,) = of_round(Round.INTRADAY), of_round(Round.IOPV)
    assert [(one.host in PUSH2_HOSTS, one.requests) for one in spot.sources] == [(False, 1)]
    assert [one.host in PUSH2_HOSTS for one in iopv.sources] == [True, False]
    assert {one.dataset for one in (spot, iopv)} == {Dataset.SPOT}


def test_what_digests_need_is_asked_for_when_it_is_out() -> None:
    rounds = {datum.dataset: datum.rounds for datum in DATA}
    assert rounds[Dataset.INDEX] == {Round.CLOSE, Round.EVENING}
    assert rounds[Dataset.SHARES] == rounds[Dataset.NAV] == {Round.EVENING, Round.MORNING}
    assert rounds[Dataset.MARGIN] == {Round.MORNING}
    assert rounds[Dataset.PROFILE] == {Round.WEEKLY}
    assert rounds[Dataset.CONSTITUENTS] == {Round.MONTHLY}


def test_headlines_are_asked_for_only_where_an_operator_wants_them() -> None:
    assert BY_NAME["news"].rounds == frozenset()
    wanted = {one.name: one.rounds for one in with_news(DATA)}
    assert wanted["news"] == {Round.CLOSE}
    assert {name: rounds for name, rounds in wanted.items() if name != "news"} == {
        one.name: one.rounds for one in DATA if one.name != "news"
    }


def test_quotes_of_all_stocks_are_asked_for_as_the_operator_wants() -> None:
    assert BY_NAME["stocks"].rounds == frozenset()
    for always in (True, False):
        wanted = {one.name: one for one in with_stocks(DATA, always=always)}
        assert wanted["stocks"].rounds == {Round.CLOSE}
        assert wanted["stocks"].for_followers is not always
        assert not [one for one in wanted.values() if one.for_followers and one.name != "stocks"]
