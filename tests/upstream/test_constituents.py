"""Weights of indices: what each failure of a publisher means, and which files are no index's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.constituents import CniWeights, CsindexWeights, weights_source
from bot.sources.base import Source, SourceChangedError, UnavailableError
from bot.sources.gates import Baseline, check
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset, Snapshot
from tests.fakes.constituents import HONG_KONG, SHENZHEN, CniWorkbook, Constituent, CsindexWorkbook
from tests.fakes.endpoint import Endpoint, Fault
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import Served, mend, served

SEPTEMBER, OCTOBER, DAY = date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 4)
EVENING = datetime(2026, 11, 4, 21, 0, tzinfo=MARKET_ZONE)
XINCHUANG, CHIPS = "931247", "980017"

CONTENT = """
         good   empty  null  renamed  wider    reordered  cut
csindex  table  wait   wait  table    changed  changed    changed
cni      table  wait   wait  changed  changed  changed    changed
"""
"""akshare names 中证's columns by position, 国证's too but for the code: new names do not hurt where none is read."""

TRANSPORT = """
         blank  html  403      429      500   short  reset    banned   hang
csindex  down   down  limited  limited  down  down   limited  limited  down
cni      down   down  limited  limited  down  down   limited  limited  down
"""

ASKED_NOBODY = Akshare(environment={})


def evenly(stocks: int = 40, total: float = 100.0, first: int = 600000) -> list[Constituent]:
    """So many stocks of Shanghai with the same weight in per cent."""
    return [Constituent(str(first + number), total / stocks) for number in range(stocks)]


@pytest.fixture(scope="module")
def publishers() -> dict[str, Endpoint]:
    months = {SEPTEMBER: evenly(first=601000), OCTOBER: evenly()}
    return {"csindex": CsindexWorkbook(XINCHUANG, {OCTOBER: evenly()}), "cni": CniWorkbook(CHIPS, months)}


@pytest.fixture(scope="module")
def line(publishers: dict[str, Endpoint]) -> Iterator[Served]:
    with served(*publishers.values()) as one:
        yield one


@pytest.fixture
def sources(line: Served, publishers: dict[str, Endpoint]) -> Iterator[dict[str, Source]]:
    yield {"csindex": CsindexWeights(line.akshare, XINCHUANG), "cni": CniWeights(line.akshare, CHIPS)}
    mend(*publishers.values())


@pytest.fixture
def csindex(publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> CsindexWorkbook:
    """中证's file of this test; what is put into it is taken out again."""
    endpoint = publishers["csindex"]
    assert isinstance(endpoint, CsindexWorkbook)
    monkeypatch.setattr(endpoint, "constituents", dict(endpoint.constituents))
    monkeypatch.setattr(endpoint, "states", endpoint.states)
    return endpoint


@pytest.fixture
def cni(publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> CniWorkbook:
    """国证's file of this test."""
    endpoint = publishers["cni"]
    assert isinstance(endpoint, CniWorkbook)
    monkeypatch.setattr(endpoint, "constituents", dict(endpoint.constituents))
    return endpoint


def read(source: Source) -> Snapshot:
    snapshot = source.read(DAY, EVENING)
    check(snapshot, snapshot.day, Baseline())
    return snapshot


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


def csindex_rows(days: Sequence[date | None]) -> pd.DataFrame:
    """akshare's table of 中证's file with a stock for every day."""
    return pd.DataFrame(
        {
            "日期": np.array(days, dtype=object),
            "指数代码": XINCHUANG,
            "成分券代码": [f"60000{number}" for number in range(len(days))],
            "交易所": SHENZHEN,
            "权重": 100 / len(days),
        }
    )


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
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


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("000300", "csindex.weights.000300"),
        ("H30202", "csindex.weights.H30202"),
        ("399975", "csindex.weights.399975"),
        ("399808", "csindex.weights.399808"),
        ("399006", "cni.weights.399006"),
        ("399673", "cni.weights.399673"),
        ("980017", "cni.weights.980017"),
    ],
)
def test_an_index_is_asked_of_the_firm_that_compiles_it(index: str, name: str) -> None:
    source = weights_source(ASKED_NOBODY, index)
    assert (source.name, source.scope, source.dataset) == (name, index, Dataset.CONSTITUENTS)


def test_weights_are_fractions_of_the_day_that_the_file_states(
    sources: dict[str, Source], csindex: CsindexWorkbook
) -> None:
    csindex.constituents = {OCTOBER: [Constituent("688111", "62.5"), Constituent("000066", 37.5, SHENZHEN)]}
    snapshot = read(sources["csindex"])
    assert snapshot.table["weight"].to_dict() == {"000066": 0.375, "688111": 0.625}
    assert (snapshot.day, snapshot.scope, snapshot.source) == (OCTOBER, XINCHUANG, "csindex.weights.931247")


def test_a_code_that_the_file_holds_as_a_number_has_its_zeros_again(
    sources: dict[str, Source], csindex: CsindexWorkbook
) -> None:
    csindex.constituents = {OCTOBER: [Constituent(1, 60.0, SHENZHEN), Constituent(600519, 40.0)]}
    assert read(sources["csindex"]).table.index.to_list() == ["000001", "600519"]


def test_of_several_months_in_one_file_the_newest_counts(sources: dict[str, Source], cni: CniWorkbook) -> None:
    cni.constituents = {OCTOBER: evenly(first=300000), SEPTEMBER: evenly(total=50.0)}
    snapshot = read(sources["cni"])
    assert snapshot.day == OCTOBER
    assert snapshot.table.index.to_list() == [f"3000{number:02}" for number in range(40)]
    assert snapshot.table["weight"].to_list() == [0.025] * 40


@pytest.mark.parametrize("name", ["csindex", "cni"])
@pytest.mark.parametrize("total", [8.0, 97.9, 102.1, 10_000.0])
def test_weights_that_do_not_sum_to_one_are_refused(
    name: str, total: float, sources: dict[str, Source], csindex: CsindexWorkbook, cni: CniWorkbook
) -> None:
    """akshare #6319: once it was 8 per cent."""
    csindex.constituents = cni.constituents = {OCTOBER: evenly(total=total)}
    with refused("weight_sum"):
        read(sources[name])


@pytest.mark.parametrize("total", [98.1, 101.9])
def test_weights_that_were_rounded_pass(total: float, sources: dict[str, Source], csindex: CsindexWorkbook) -> None:
    csindex.constituents = {OCTOBER: evenly(total=total)}
    assert read(sources["csindex"]).table["weight"].sum() == pytest.approx(total / 100)


@pytest.mark.parametrize("percent", ["-", -2.5])
def test_a_weight_that_is_none_is_refused_though_the_sum_is_right(
    percent: str | float, sources: dict[str, Source], csindex: CsindexWorkbook
) -> None:
    csindex.constituents = {OCTOBER: [*evenly(), Constituent("000001", percent, SHENZHEN)]}
    with refused("weight_sum"):
        read(sources["csindex"])


@pytest.mark.parametrize("name", ["csindex", "cni"])
def test_constituents_are_named(name: str, sources: dict[str, Source]) -> None:
    table = read(sources[name]).table
    assert (table["name"] == [f"股票{code}" for code in table.index]).all()


def test_a_stock_that_stands_in_the_index_twice_is_refused(sources: dict[str, Source], cni: CniWorkbook) -> None:
    cni.constituents = {OCTOBER: [*evenly(total=50.0), *evenly(total=50.0)]}
    with refused("codes"):
        read(sources["cni"])


def test_a_file_of_two_days_is_refused(sources: dict[str, Source], csindex: CsindexWorkbook) -> None:
    csindex.constituents = {SEPTEMBER: evenly(total=50.0), OCTOBER: evenly(total=50.0, first=601000)}
    with refused("day"):
        read(sources["csindex"])


@pytest.mark.parametrize("days", [[None, None], [OCTOBER, None]])
def test_a_file_with_a_row_that_has_no_day_is_refused(days: list[date | None]) -> None:
    with refused("day"):
        CsindexWeights(ASKED_NOBODY, XINCHUANG).parse(csindex_rows(days), DAY)


@pytest.mark.parametrize("name", ["csindex", "cni"])
def test_weights_of_a_day_to_come_are_refused(
    name: str, sources: dict[str, Source], csindex: CsindexWorkbook, cni: CniWorkbook
) -> None:
    csindex.constituents = cni.constituents = {date(2027, 10, 29): evenly()}
    with refused("day"):
        read(sources[name])


def test_the_file_of_another_index_is_refused(sources: dict[str, Source], csindex: CsindexWorkbook) -> None:
    csindex.states = "000300"
    with refused("index"):
        read(sources["csindex"])


def test_tencent_of_hong_kong_is_not_taken_for_a_stock_of_shenzhen(
    sources: dict[str, Source], csindex: CsindexWorkbook
) -> None:
    csindex.constituents = {OCTOBER: [*evenly(total=90.0), Constituent("00700", 10.0, HONG_KONG)]}
    table = read(sources["csindex"]).table
    assert "000700" not in table.index
    assert table["weight"].sum() == pytest.approx(0.9)


def test_an_index_that_is_all_of_hong_kong_is_refused(sources: dict[str, Source], csindex: CsindexWorkbook) -> None:
    csindex.constituents = {OCTOBER: [Constituent("00700", 60.0, HONG_KONG), Constituent("09988", 40.0, HONG_KONG)]}
    with refused("codes"):
        read(sources["csindex"])


def test_where_exchanges_are_not_told_one_foreign_code_refuses_the_index(
    sources: dict[str, Source], cni: CniWorkbook
) -> None:
    cni.constituents = {OCTOBER: [Constituent("01801", 60.0), Constituent("09926", 40.0)]}
    with refused("codes"):
        read(sources["cni"])


def test_an_index_without_a_file_is_a_changed_address_and_no_failure_of_the_host(line: Served) -> None:
    with pytest.raises(SourceChangedError, match="Excel file format cannot be determined"):
        read(CsindexWeights(line.akshare, "HSTECH"))
    assert line.upstream.strangers == [f"{CsindexWorkbook.host}{CsindexWorkbook.folder}/HSTECHcloseweight.xls"]
    line.upstream.strangers.clear()


def test_a_page_instead_of_a_workbook_is_a_failure_of_the_host(
    sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    publishers["csindex"].fault = Fault.BROKEN
    with pytest.raises(UnavailableError, match="Excel file format cannot be determined"):
        read(sources["csindex"])
