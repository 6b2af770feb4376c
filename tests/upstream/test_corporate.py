"""Splits and dividends: what each failure of their publisher means, and what a reading asks for and tells."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.dividends import EastmoneyDividends
from bot.sources.akshare.splits import EastmoneySplits
from bot.sources.base import SourceChangedError, SpanSource, UnavailableError
from bot.sources.direct.em_actions import PAGES_MAX, EastmoneyDividendList, EastmoneySplitList
from bot.sources.direct.http import Http
from bot.sources.facts import DIVIDEND_KINDS
from bot.sources.gates import Baseline, check
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.snapshot import Dataset, Snapshot
from tests.fakes.corporate import Dividend, DividendList, Split, SplitList
from tests.fakes.endpoint import Body, Endpoint, Row
from tests.fakes.upstream import Upstream
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import Served, mend, served

DAY, NEW_YEAR = date(2026, 11, 20), date(2027, 1, 6)
EVENING = datetime(2026, 11, 20, 20, 0, tzinfo=MARKET_ZONE)
CALENDAR = TradingCalendar.of([DAY])

WAYS = ("em", "akshare")
"""Our own reading of an address, and akshare's."""

MANY = [f"51{number:03}0" for number in range(150)]
"""Funds on more than one page."""

CONTENT = """
                   good   empty    null     renamed  wider    reordered
em.splits          table  changed  changed  table    changed  changed
em.dividends       table  changed  changed  table    changed  changed
akshare.splits     table  changed  changed  table    changed  changed
akshare.dividends  table  changed  changed  table    changed  changed
"""
"""Columns go by position, for the lists have no names: new names do not hurt. No list of a whole autumn is ever
empty."""

TRANSPORT = """
                   blank    html     403      429      500   short  reset    banned   hang
em.splits          down     down     limited  limited  down  down   limited  limited  down
em.dividends       down     down     limited  limited  down  down   limited  limited  down
akshare.splits     changed  changed  limited  limited  down  down   limited  limited  down
akshare.dividends  changed  changed  limited  limited  down  down   limited  limited  down
"""
"""akshare evaluates what it receives: a page for people is a syntax error, as a script of another shape would be."""

Facts = Mapping[date, Mapping[str, float]]


@pytest.fixture(scope="module")
def split_list() -> SplitList:
    return SplitList([])


@pytest.fixture(scope="module")
def dividend_list() -> DividendList:
    return DividendList([])


@pytest.fixture(scope="module")
def line(split_list: SplitList, dividend_list: DividendList) -> Iterator[Served]:
    with served(split_list, dividend_list) as one:
        yield one


@pytest.fixture(autouse=True)
def publishers(split_list: SplitList, dividend_list: DividendList) -> dict[str, Endpoint]:
    """Both lists with one fact of the day; what the last test has done to them is undone."""
    mend(split_list, dividend_list)
    split_list.lost_pages = dividend_list.lost_pages = frozenset()
    split_list.splits = [split("510300", 2)]
    dividend_list.dividends = [dividend("510300", 0.1)]
    lists: dict[str, Endpoint] = {"splits": split_list, "dividends": dividend_list}
    return {f"{way}.{name}": one for way in WAYS for name, one in lists.items()}


@pytest.fixture
def sources(line: Served) -> dict[str, SpanSource]:
    """Both ways to each list."""
    own = EastmoneySplitList(line.http), EastmoneyDividendList(line.http)
    return {one.name: one for one in (*own, EastmoneySplits(line.akshare), EastmoneyDividends(line.akshare))}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def splits(sources: dict[str, SpanSource], way: str) -> SpanSource:
    return sources[f"{way}.splits"]


@pytest.fixture
def dividends(sources: dict[str, SpanSource], way: str) -> SpanSource:
    return sources[f"{way}.dividends"]


def split(code: str, ratio: float | str, day: date = DAY) -> Split:
    return Split(code=code, day=day, ratio=ratio)


def dividend(code: str, cash: float, day: date = DAY, kind: str = "指数型-股票") -> Dividend:
    return Dividend(code=code, day=day, cash=cash, kind=kind)


def facts(snapshots: Sequence[Snapshot]) -> Facts:
    """The only figure of each table, by day and code; every table passes the gates."""
    for one in snapshots:
        check(one, one.day, Baseline())
    return {one.day: {str(code): figure for code, figure in one.table.iloc[:, 0].items()} for one in snapshots}


def told(source: SpanSource, day: date = DAY) -> Facts:
    """What a live reading of the day tells."""
    return facts(source.readings(day, EVENING))


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, sources: dict[str, SpanSource], publishers: dict[str, Endpoint]
) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, EVENING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, sources: dict[str, SpanSource], publishers: dict[str, Endpoint]
) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, EVENING) == meaning


def test_dividends_come_in_yuan_per_share_by_ex_date(dividends: SpanSource, dividend_list: DividendList) -> None:
    before = DAY - timedelta(days=1)
    dividend_list.dividends = [
        dividend("510300", 0.086),
        dividend("511260", 1.36, kind="指数型-固收"),
        dividend("513100", 0.5, before, "指数型-海外股票"),
    ]
    assert told(dividends) == {before: {"513100": 0.5}, DAY: {"510300": 0.086, "511260": 1.36}}


def test_a_day_without_facts_is_no_failure(splits: SpanSource, split_list: SplitList) -> None:
    split_list.splits = [split("510300", 2, DAY - timedelta(days=100))]
    assert told(splits) == {}


def test_a_fact_that_is_told_late_comes_with_the_look_back_and_is_known_from_then_on(
    splits: SpanSource, split_list: SplitList
) -> None:
    happened, later = DAY - timedelta(days=3), EVENING + timedelta(minutes=30)
    assert happened not in told(splits)
    split_list.splits = [split("588710", 3, happened), *split_list.splits]
    late = splits.readings(DAY, later)[0]
    assert (late.day, late.known_at, late.dataset) == (happened, later, Dataset.SPLITS)
    assert facts([late]) == {happened: {"588710": 3.0}}


@pytest.mark.parametrize(("days", "seen"), [(-31, False), (-30, True), (0, True), (1, False)])
def test_a_reading_tells_of_thirty_days_and_nothing_of_the_future(
    days: int, seen: bool, dividends: SpanSource, dividend_list: DividendList
) -> None:
    day = DAY + timedelta(days=days)
    dividend_list.dividends = [dividend("510300", 0.1, day)]
    assert (day in told(dividends)) is seen


def test_a_span_over_new_year_is_asked_for_by_its_years(
    splits: SpanSource, split_list: SplitList, dividends: SpanSource, dividend_list: DividendList
) -> None:
    old, new = date(2026, 12, 31), date(2027, 1, 4)
    split_list.splits = [split("510300", 2, old), split("510500", 4, new)]
    dividend_list.dividends = [dividend("510300", 0.1, old), dividend("510500", 0.2, new)]
    assert told(splits, NEW_YEAR) == {old: {"510300": 2.0}, new: {"510500": 4.0}}
    assert told(dividends, NEW_YEAR) == {old: {"510300": 0.1}, new: {"510500": 0.2}}
    assert [query["year"] for query in split_list.asked] == ["2026", "2027"]
    assert [query["year"] for query in dividend_list.asked] == ["2027"] * 4 + ["2026"] * 4


def test_a_young_year_without_a_fact_is_no_failure(splits: SpanSource, dividends: SpanSource) -> None:
    assert told(splits, NEW_YEAR) == {}
    assert told(dividends, NEW_YEAR) == {}


def test_the_old_year_without_a_fact_is_refused_in_january_too(
    splits: SpanSource, split_list: SplitList, dividends: SpanSource, dividend_list: DividendList
) -> None:
    split_list.splits, dividend_list.dividends = [], []
    for source in (splits, dividends):
        with pytest.raises(SourceChangedError, match=r"rows: .*2026"):
            source.readings(NEW_YEAR, EVENING)


def test_a_year_of_history_comes_in_one_reading_as_known_on_its_mornings(
    splits: SpanSource, split_list: SplitList
) -> None:
    early, start = date(2026, 3, 2), date(2026, 1, 1)
    split_list.splits = [split("510300", 2), split("510500", 4, early)]
    past = splits.history(start, start + timedelta(days=splits.span_days - 2), EVENING, CALENDAR)
    assert facts(past) == {early: {"510500": 4.0}, DAY: {"510300": 2.0}}
    assert past[0].known_at == datetime(2026, 3, 2, 8, 0, tzinfo=MARKET_ZONE)


def test_dividends_are_asked_for_by_the_kinds_of_funds_that_etfs_are(
    dividends: SpanSource, dividend_list: DividendList
) -> None:
    told(dividends)
    assert [query["ftype"] for query in dividend_list.asked] == list(DIVIDEND_KINDS)


def test_a_kind_of_funds_that_has_paid_nothing_is_no_failure_and_one_that_must_have_is(
    dividends: SpanSource, dividend_list: DividendList
) -> None:
    assert told(dividends) == {DAY: {"510300": 0.1}}
    dividend_list.dividends = [dividend("511260", 1.36, kind="指数型-固收")]
    with pytest.raises(SourceChangedError, match="指数型-股票"):
        dividends.readings(DAY, EVENING)


def test_a_list_of_several_pages_is_read_to_its_end(
    splits: SpanSource, split_list: SplitList, dividends: SpanSource, dividend_list: DividendList
) -> None:
    split_list.splits = [split(code, 2) for code in MANY]
    dividend_list.dividends = [dividend(code, 0.1) for code in MANY]
    assert len(told(splits)[DAY]) == len(told(dividends)[DAY]) == 150
    assert [query["page"] for query in split_list.asked] == ["1", "2"]


def test_to_akshare_a_page_of_splits_that_is_lost_costs_the_oldest_of_the_year(
    sources: dict[str, SpanSource], split_list: SplitList
) -> None:
    old = date(2026, 3, 2)
    split_list.splits = [*(split(code, 2, old) for code in MANY), split("588710", 3)]
    split_list.lost_pages = frozenset({2})
    assert told(sources["akshare.splits"]) == {DAY: {"588710": 3.0}}


def test_to_akshare_a_page_of_dividends_that_is_lost_makes_the_list_another_one(
    sources: dict[str, SpanSource], dividend_list: DividendList
) -> None:
    dividend_list.dividends = [dividend(code, 0.1) for code in MANY]
    dividend_list.lost_pages = frozenset({2})
    with pytest.raises(SourceChangedError, match="not even 指数型-股票"):
        sources["akshare.dividends"].readings(DAY, EVENING)


@pytest.mark.parametrize("lost", [1, 2])
def test_to_us_a_list_with_a_page_that_is_lost_has_not_come(
    lost: int, sources: dict[str, SpanSource], split_list: SplitList, dividend_list: DividendList
) -> None:
    split_list.splits = [split(code, 2) for code in MANY]
    dividend_list.dividends = [dividend(code, 0.1) for code in MANY]
    split_list.lost_pages = dividend_list.lost_pages = frozenset({lost})
    for name in ("em.splits", "em.dividends"):
        with pytest.raises(UnavailableError, match="no list came but '<html>"):
            sources[name].readings(DAY, EVENING)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('var pageinfo = [1,100,1];var jjfh_data=[["510300"]];', "no list of jjcf_data"),
        ('var pageinfo = [1,100,2];var jjcf_data=[["510300"]];', "page 2 came for page 1"),
        ("var pageinfo = [];var jjcf_data=[];", "no list of jjcf_data"),
        ('var pageinfo = [1];var jjcf_data={"510300":2};', "no list of jjcf_data"),
        (f"var pageinfo = [{PAGES_MAX + 1},100,1];var jjcf_data=[];", "no list of jjcf_data"),
        ("var pageinfo = [1,100,1];var jjcf_data=[['510300',", "unreadable"),
        ("var pageinfo = [1,,1];var jjcf_data=[];", "unreadable"),
        ("var pageinfo = [1,100,1];var jjcf_data=" + "[" * 100_000, "unreadable"),
        ('var pageinfo = [1,100,1];var jjcf_data=["510300"];', "has not the 6 cells"),
        (
            'var pageinfo = [2];var jjcf_data=[["510300","名","2026-11-20","份额分拆","2",""]];',
            "page 2 of 2 is empty or",
        ),
        ("var pageinfo = [2];var jjcf_data=[];", "page 2 of 2 is empty or"),
    ],
)
def test_a_script_of_another_shape_is_refused(script: str, words: str) -> None:
    with Upstream(Script(script)) as upstream, pytest.raises(SourceChangedError, match=words):
        EastmoneySplitList(Http(environment={**os.environ, **upstream.environment})).readings(DAY, EVENING)


def test_the_script_may_be_set_otherwise() -> None:
    script = (
        '\ufeff\nvar pageinfo =[1, 100, 1];\nvar  jjcf_data = [\n ["510300","名"," 2026-11-20 ","份额分拆","2",""] ];'
    )
    with Upstream(Script(script)) as upstream:
        source = EastmoneySplitList(Http(environment={**os.environ, **upstream.environment}))
        assert told(source) == {DAY: {"510300": 2.0}}


class Script(SplitList):
    """Says one thing, whatever is asked."""

    def __init__(self, script: str) -> None:
        super().__init__([])
        self.script = script

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return Body(content=self.script.encode(), content_type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("places", "gate"), [(("type", "ratio"), "columns"), (("code", "name"), "codes"), (("code", "-"), "codes")]
)
def test_splits_whose_cells_have_changed_places_are_refused(
    places: tuple[str, str],
    gate: str,
    splits: SpanSource,
    split_list: SplitList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (one, other), true_rows = places, split_list.of_year
    monkeypatch.setattr(
        split_list,
        "of_year",
        lambda year, kind: [{**row, one: row[other], other: row[one]} for row in true_rows(year, kind)],
    )
    with pytest.raises(SourceChangedError, match=f"{gate}: "):
        splits.readings(DAY, EVENING)


TRAP = "type('510300', (), {'__reduce__': lambda self: (exit, ()), '__str__': lambda self: 'trap'})()"
LEAVE = (
    "[__import__('os').environ.update(ETFBOT_TAKEN='1'), setattr(__import__('json'), 'loads', None), exit('bye')][2]"
)


class HostileSplits(SplitList):
    """A list whose first cell is a program."""

    program = ""

    def of_year(self, year: int, kind: str) -> Sequence[Row]:
        return [{**row, "code": "PROGRAM"} for row in super().of_year(year, kind)]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        told = super().body(rows, query)
        return replace(told, content=told.content.replace(b'"PROGRAM"', self.program.encode()))


@pytest.mark.parametrize(
    ("program", "refusal", "words"),
    [(TRAP, SourceChangedError, "codes: 1 of 1 rows are no fund's, e.g. 'trap'"), (LEAVE, UnavailableError, "bye")],
)
def test_a_program_in_place_of_a_list_does_nothing_to_the_service_that_lets_akshare_run_it(
    program: str, refusal: type[Exception], words: str
) -> None:
    hostile, before = HostileSplits([split("510300", 2)]), dict(os.environ)
    hostile.program = program
    with Upstream(hostile) as upstream:
        source = EastmoneySplits(Akshare(environment={**os.environ, **upstream.environment}, deadline_seconds=30))
        with pytest.raises(refusal, match=words):
            source.readings(DAY, EVENING)
    assert dict(os.environ) == before
    assert json.loads("[7]") == [7]


@pytest.mark.parametrize("program", [TRAP, LEAVE])
def test_we_run_no_program_that_comes_in_place_of_a_list(program: str) -> None:
    hostile, before = HostileSplits([split("510300", 2)]), dict(os.environ)
    hostile.program = program
    with Upstream(hostile) as upstream, pytest.raises(SourceChangedError, match="unreadable"):
        EastmoneySplitList(Http(environment={**os.environ, **upstream.environment})).readings(DAY, EVENING)
    assert dict(os.environ) == before
    assert json.loads("[7]") == [7]
