"""Who the funds are: what each failure of a publisher means, and which of its words are believed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pandas as pd
import pytest

from bot.sources.base import Source, SourceChangedError
from bot.sources.direct.em_profiles import EastmoneyProfiles
from bot.sources.direct.szse_profiles import SzseProfiles
from bot.sources.gates import Baseline, check
from bot.sources.profiles import TEXT_CHARACTERS_MAX
from config.index_map import load_index_map, profile_tables
from signals.core.calendar import MARKET_ZONE
from signals.core.profile import FundClass, Profile, lay_profiles
from signals.core.snapshot import PROFILE_COLUMNS, Dataset, Snapshot
from tests.fakes.endpoint import Endpoint
from tests.fakes.profiles import Fund, FundSelector, SzseFundList
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import Served, mend, served

DAY = date(2026, 11, 20)
EVENING = datetime(2026, 11, 20, 17, 0, tzinfo=MARKET_ZONE)

CONTENT = """
               good   empty  null  renamed  wider  reordered
em.profiles    table  wait   wait  changed  table  table
szse.profiles  table  wait   wait  changed  table  table
"""

TRANSPORT = """
               blank  html  403      429      500   short  reset    banned   hang
em.profiles    down   down  limited  limited  down  down   limited  limited  down
szse.profiles  down   down  limited  limited  down  down   limited  limited  down
"""
FUND = Fund(code="159919", name="沪深300ETF嘉实", index_code="399300", index_name="沪深300")


@pytest.fixture(scope="module")
def selector() -> FundSelector:
    return FundSelector([])


@pytest.fixture(scope="module")
def exchange() -> SzseFundList:
    return SzseFundList([])


@pytest.fixture(scope="module")
def line(selector: FundSelector, exchange: SzseFundList) -> Iterator[Served]:
    with served(selector, exchange) as one:
        yield one


@pytest.fixture(autouse=True)
def publishers(selector: FundSelector, exchange: SzseFundList) -> dict[str, Endpoint]:
    """Both lists with the same fund; what the last test has done to them is undone."""
    mend(selector, exchange)
    selector.funds = exchange.funds = [FUND]
    selector.page_rows_max = selector.refuses_with = None
    exchange.headings = exchange.HEADINGS
    return {"em.profiles": selector, "szse.profiles": exchange}


@pytest.fixture
def em(line: Served) -> EastmoneyProfiles:
    return EastmoneyProfiles(line.http)


@pytest.fixture
def szse(line: Served) -> SzseProfiles:
    return SzseProfiles(line.http)


@pytest.fixture
def sources(em: EastmoneyProfiles, szse: SzseProfiles) -> dict[str, Source]:
    return {one.name: one for one in (em, szse)}


def read(source: Source) -> pd.DataFrame:
    """The table of a reading, gates included."""
    (snapshot,) = source.readings(DAY, EVENING)
    check(snapshot, DAY, Baseline())
    assert (snapshot.dataset, snapshot.known_at) == (Dataset.PROFILE, EVENING)
    return snapshot.table


def words(source: Source, code: str) -> dict[str, str]:
    """What a source says of a fund."""
    return {str(column): str(word) for column, word in read(source).loc[code].items()}


def refusal(source: Source) -> str:
    with pytest.raises(SourceChangedError) as caught:
        read(source)
    return str(caught.value)


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


def test_the_selector_tells_name_class_and_index(em: EastmoneyProfiles, selector: FundSelector) -> None:
    selector.funds = [
        FUND,
        Fund(code="513100", name="纳指ETF", kind="002", index_code="NDX.GI", index_name="纳斯达克100"),
    ]
    table = read(em)
    expected = pd.DataFrame(
        [
            ["沪深300ETF嘉实", "SZSE", "000300", "沪深300", "equity", ""],
            ["纳指ETF", "SSE", "NDX", "纳斯达克100", "cross_border", ""],
        ],
        columns=list(PROFILE_COLUMNS),
        index=["159919", "513100"],
        dtype="str",
    )
    pd.testing.assert_frame_equal(table, expected)


def test_the_exchange_tells_name_and_index_and_no_class(szse: SzseProfiles) -> None:
    assert words(szse, "159919") == {
        "name": "沪深300ETF嘉实",
        "exchange": "SZSE",
        "index_code": "000300",
        "index_name": "沪深300",
        "fund_class": "",
        "listed": "",
    }


def test_what_is_undated_or_of_the_opposite_sign_is_not_even_asked_for(
    em: EastmoneyProfiles, selector: FundSelector
) -> None:
    read(em)
    asked = selector.asked[0]["sty"].split(",")
    assert {"DEC_TOTALSHARE", "DEC_NAV", "PREMIUM_DISCOUNT_RATIO"}.isdisjoint(asked)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("002", "cross_border"),
        ("003", "bond"),
        ("004", "commodity"),
        *((kind, "equity") for kind in ("006", "007", "008")),
        *((kind, "") for kind in ("001", "005", "009", "", None, 6, "equity")),
    ],
)
def test_a_class_is_told_by_its_number_and_an_unknown_one_not_at_all(
    kind: object, ours: str, em: EastmoneyProfiles, selector: FundSelector
) -> None:
    selector.funds = [Fund(code="510300", kind=kind)]
    assert words(em, "510300")["fund_class"] == ours


@pytest.mark.parametrize(
    ("cell", "ours"),
    [
        (("399372", "大盘成长"), ("399372", "大盘成长")),
        (("399330", " 深证 100"), ("399330", "深证 100")),
        (("HSI", "恒生指数"), ("HSI", "恒生指数")),
        (("", "中证A500"), ("", "中证A500")),
        (("MSCI", "中国A50互联互通"), ("", "MSCI 中国A50互联互通")),
        (("980017", ""), ("980017", "")),
        (("", "-"), ("", "")),
        (("", ""), ("", "")),
    ],
)
def test_the_exchange_names_an_index_by_code_and_name_in_one_cell(
    cell: tuple[str, str], ours: tuple[str, str], szse: SzseProfiles, exchange: SzseFundList
) -> None:
    exchange.funds = [Fund(code="159915", index_code=cell[0], index_name=cell[1])]
    told = words(szse, "159915")
    assert (told["index_code"], told["index_name"]) == ours


def test_the_exchanges_other_headings_are_read_too(szse: SzseProfiles, exchange: SzseFundList) -> None:
    exchange.headings = ("基金代码", "基金简称", "拟合指数", "当前规模(份)", "基金管理人")
    assert words(szse, "159919")["name"] == "沪深300ETF嘉实"


def test_a_list_that_is_cut_to_a_page_is_refused(em: EastmoneyProfiles, selector: FundSelector) -> None:
    selector.funds, selector.page_rows_max = funds(230), 100
    assert refusal(em) == "row_count: 100 of 230 rows came"


def test_a_report_that_the_selector_does_not_know_is_no_list_without_funds(
    em: EastmoneyProfiles, selector: FundSelector
) -> None:
    selector.refuses_with = 9501
    assert refusal(em) == "answer: code 9501: '无数据'"


def test_a_few_others_are_left_out_and_many_are_another_list(em: EastmoneyProfiles, selector: FundSelector) -> None:
    others = [Fund(code=code) for code in ("161725", "501018", "600519", "")]
    selector.funds = [*funds(40), *others]
    assert len(read(em)) == 40
    selector.funds = [*funds(30), *others]
    assert refusal(em) == "codes: 4 of 34 rows are not one ETF's, e.g. '161725'"


def test_funds_of_the_other_exchange_are_refused(szse: SzseProfiles, exchange: SzseFundList) -> None:
    exchange.funds = [FUND, Fund(code="510300")]
    assert refusal(szse) == "codes: 510300 is not a fund of SZSE"


def test_a_fund_that_is_told_of_twice_counts_once_and_in_two_ways_not_at_all(
    em: EastmoneyProfiles, selector: FundSelector
) -> None:
    selector.funds = [*funds(40), *funds(1), FUND, Fund(code=FUND.code, name="另一个")]
    table = read(em)
    assert len(table) == 40
    assert FUND.code not in table.index


@pytest.mark.parametrize("nothing", [None, "", "  ", 7.5, ["x"], {"x": 1}])
def test_a_list_in_which_most_funds_have_no_name_is_refused(
    nothing: object, em: EastmoneyProfiles, selector: FundSelector
) -> None:
    selector.funds = [*funds(4), *(Fund(code=f"5110{number}0", name=nothing) for number in range(5))]
    assert refusal(em) == "columns: 4 of 9 funds have a name"


def test_a_name_is_one_line_of_bounded_length(em: EastmoneyProfiles, selector: FundSelector) -> None:
    selector.funds = [Fund(code="510300", name=" 沪深\n300ETF "), Fund(code="510500", name="长" * 100_000)]
    table = read(em)
    assert table["name"].to_list() == ["沪深 300ETF", "长" * TEXT_CHARACTERS_MAX]


def test_a_fund_whose_index_is_not_told_keeps_that_of_the_packaged_map(
    em: EastmoneyProfiles, selector: FundSelector
) -> None:
    selector.funds = [
        Fund(code="510300", name="沪深300ETF华泰柏瑞", index_code=None, index_name=None),
        Fund(code="511880", name="银华日利ETF", kind="001", index_code="", index_name="--"),
    ]
    profiles = laid(em)
    assert (profiles["510300"].name, profiles["510300"].index_key) == ("沪深300ETF华泰柏瑞", "000300")
    assert (profiles["511880"].fund_class, profiles["511880"].index_key) == (FundClass.MONEY, "")


def test_funds_of_both_exchanges_on_one_index_are_peers_whoever_names_it(
    em: EastmoneyProfiles, szse: SzseProfiles
) -> None:
    assert {laid(source)[code].index_key for source in (em, szse) for code in ("159919", "510300")} == {"000300"}


def funds(number: int) -> Sequence[Fund]:
    return [Fund(code=f"51{at:03}0") for at in range(number)]


def laid(source: Source) -> dict[str, Profile]:
    """Profiles from the packaged map and a reading of the source."""
    (live,) = source.readings(DAY, EVENING)
    packaged = [
        Snapshot(
            dataset=Dataset.PROFILE,
            source="index_map",
            scope="all",
            day=day,
            fetched_at=EVENING,
            known_at=EVENING,
            table=table,
        )
        for day, table in profile_tables(load_index_map()).items()
    ]
    return lay_profiles([*packaged, live], [])
