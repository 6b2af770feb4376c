"""SSE's list of margin by security, all pages of it, by the names of its keys."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from bot.sources.base import NotPublishedError, SourceChangedError
from bot.sources.direct.sse_margin_detail import PAGES_MAX, SseMarginByFund
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import Body, json_body
from tests.fakes.margin_endpoints import BySecurity, SseMarginList
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import mend, served
from tests.upstream.world import AFTER, BEFORE, DAY, MORNING, SSE_CODES

CONTENT = """
                   good   empty  null   renamed  wider    reordered  cut
sse.margin_detail  table  wait   wait   changed  table    table      changed
"""

TRANSPORT = """
                   blank    html     403      429      500      short  reset    banned   hang
sse.margin_detail  down     down     limited  limited  down     down   limited  limited  down
"""

FUNDS = {code: (3e7 + number, 2e5 + number) for number, code in enumerate(SSE_CODES)}
PAGE = SseMarginList.PAGE_ROWS


def list_of(stocks: int) -> BySecurity:
    """The funds and so many stocks, which have 1.4 trillion 元 of financing together."""
    return {**FUNDS, **{f"60{number:04}": (1.4e12 / stocks, 1e6) for number in range(stocks)}}


@pytest.fixture(scope="module")
def exchange() -> SseMarginList:
    return SseMarginList({})


@pytest.fixture(scope="module")
def running(exchange: SseMarginList) -> Iterator[SseMarginByFund]:
    with served(exchange) as line:
        yield SseMarginByFund(line.http)


@pytest.fixture
def source(running: SseMarginByFund, exchange: SseMarginList) -> Iterator[SseMarginByFund]:
    """Nothing of it is broken, and a page is enough."""
    exchange.securities = {BEFORE: list_of(70), DAY: list_of(70)}
    yield running
    exchange.lost_pages = frozenset()
    mend(exchange)


def read(source: SseMarginByFund, day: date = DAY) -> Snapshot:
    snapshot = source.read(day, MORNING)
    check(snapshot, day, Baseline())
    return snapshot


def refusal_of(source: SseMarginByFund) -> tuple[str, str]:
    """The gate that closes, and why."""
    with pytest.raises(SourceChangedError) as caught:
        read(source)
    return caught.value.gate, caught.value.detail


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, source: SseMarginByFund, exchange: SseMarginList
) -> None:
    assert source.name == name
    twist(exchange, said)
    assert meaning_of(source, DAY, MORNING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, source: SseMarginByFund, exchange: SseMarginList
) -> None:
    assert source.name == name
    break_way(exchange, fault, [exchange])
    assert meaning_of(source, DAY, MORNING) == meaning


@pytest.mark.parametrize(("stocks", "pages"), [(70, 1), (PAGE - len(FUNDS), 1), (PAGE, 2), (2 * PAGE, 3)])
def test_every_fund_is_told_in_yuan_and_shares_however_long_the_list(
    stocks: int, pages: int, source: SseMarginByFund, exchange: SseMarginList
) -> None:
    exchange.securities = {DAY: list_of(stocks)}
    snapshot = read(source)
    told = pd.DataFrame.from_dict(FUNDS, orient="index", columns=["fund_financing", "fund_short_shares"])
    pd.testing.assert_frame_equal(snapshot.table, told)
    assert (snapshot.scope, snapshot.day) == ("SSE", DAY)
    asked = [(query["detailsDate"], query["pageHelp.pageNo"]) for query in exchange.asked]
    assert asked == [("20261120", str(page + 1)) for page in range(pages)]


def test_funds_on_the_second_page_are_told_too(source: SseMarginByFund, exchange: SseMarginList) -> None:
    funds = {f"51{number:04}": (3e7, 2e5) for number in range(PAGE + 3)}
    exchange.securities = {DAY: {**list_of(70), **funds}}
    assert len(read(source).table) == len({**funds, **FUNDS})


@pytest.mark.parametrize("lost", [2, 3])
def test_a_list_of_which_a_page_is_missing_is_refused(
    lost: int, source: SseMarginByFund, exchange: SseMarginList
) -> None:
    exchange.securities, exchange.lost_pages = {DAY: list_of(2 * PAGE)}, frozenset({lost})
    assert refusal_of(source) == (
        "rows",
        f"{PAGE * (lost - 1)} of {2 * PAGE + len(FUNDS)} securities are on {lost} pages",
    )


def test_a_list_that_does_not_end_is_given_up(source: SseMarginByFund, exchange: SseMarginList) -> None:
    exchange.securities = {DAY: list_of(PAGES_MAX * PAGE)}
    assert refusal_of(source)[0] == "rows"
    assert len(exchange.asked) == PAGES_MAX


def test_a_list_that_grows_between_two_pages_is_refused(
    source: SseMarginByFund, exchange: SseMarginList, monkeypatch: pytest.MonkeyPatch
) -> None:
    say, total = exchange.body, PAGE + 7

    def body(rows: object, query: dict[str, str]) -> Body:
        return say([{"stockCode": f"{number:06}"} for number in range(total + int(query["pageHelp.pageNo"]))], query)

    monkeypatch.setattr(exchange, "body", body)
    assert refusal_of(source) == ("rows", f"{total + 1} securities became {total + 2} from one page to the next")


def test_the_same_page_twice_is_refused(
    source: SseMarginByFund, exchange: SseMarginList, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.securities = {DAY: list_of(2 * PAGE - len(FUNDS))}
    say = exchange.body
    monkeypatch.setattr(exchange, "body", lambda rows, query: say(rows, {**query, "pageHelp.pageNo": "1"}))
    assert refusal_of(source) == ("rows", "510000 is on the list twice")


@pytest.mark.parametrize("about", [{}, {"pageHelp": None}, {"pageHelp": {"total": "1"}}, {"pageHelp": {"total": True}}])
def test_a_list_that_does_not_say_how_long_it_is_is_refused(
    about: dict[str, object], source: SseMarginByFund, exchange: SseMarginList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "body", lambda rows, query: json_body({"result": rows, **about}))
    assert refusal_of(source)[0] == "columns"


def test_a_list_of_another_day_is_refused(source: SseMarginByFund, exchange: SseMarginList) -> None:
    exchange.answers_about = BEFORE
    assert refusal_of(source)[0] == "day"


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_financing_in_another_unit_is_refused(factor: float, source: SseMarginByFund, exchange: SseMarginList) -> None:
    exchange.securities = {DAY: {code: (one * factor, short) for code, (one, short) in list_of(70).items()}}
    assert refusal_of(source)[0] == "unit"


def test_nothing_is_known_of_a_session_to_come(source: SseMarginByFund) -> None:
    with pytest.raises(NotPublishedError):
        read(source, AFTER)
