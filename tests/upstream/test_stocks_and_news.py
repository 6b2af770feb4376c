"""Lists of stocks, pools at the limit and headlines: what each failure means, and which pools and headlines are none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.limits import LimitPool
from bot.sources.akshare.news import EastmoneyNews
from bot.sources.akshare.sina_news import PUBLISHER, SinaNews
from bot.sources.akshare.stocks import TencentStocks
from bot.sources.base import NotPublishedError, Source, SourceChangedError, UnavailableError
from bot.sources.gates import Baseline, check
from bot.sources.headlines import TEXT_CHARACTERS_MAX
from bot.sources.stock_list import LEAST_ROWS
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import NEWS_COLUMNS, Snapshot
from tests.fakes.endpoint import Endpoint, Fault, Row, Twist
from tests.fakes.pools import LimitDownPool, LimitUpPool, NewsSearch, TencentRankList, article, ranked
from tests.fakes.sina_wire import SinaWire, message
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import Served, mend, served

NOW = datetime.now(MARKET_ZONE)
DAY = NOW.date()
"""akshare itself refuses to ask for limit-downs of more than 30 days ago."""
BEFORE = DAY - timedelta(days=1)

CONTENT = """
             good   empty  null   renamed  wider    reordered  cut
stocks       table  wait   wait   changed  table    table      changed
limits.up    table  table  table  table    changed  changed    table
limits.down  table  table  table  table    changed  changed    table
news         table  wait   wait   changed  table    table      table
sina_news    table  wait   wait   changed  table    table      table
"""
"""The pools are read by position: new names do not hurt them. One that is empty is a calm day; both are not."""

TRANSPORT = """
             blank  html  403      429      500   short  reset    banned   hang
stocks       down   down  limited  limited  down  down   limited  limited  down
limits.up    down   down  limited  limited  down  down   limited  limited  down
limits.down  down   down  limited  limited  down  down   limited  limited  down
sina_news    down   down  limited  limited  down  down   limited  limited  down
"""

NEWS_TRANSPORT = """
             blank  html  403   429   500   short  reset  banned
news         down   down  down  down  down  down   down   down
"""
"""It goes by curl, whose statuses nobody sees, and which waits half a minute."""

STOCKS = LEAST_ROWS + 201


def market() -> list[Row]:
    """Stocks of Shanghai, each 2 % up on 1,000 lots at ten yuan and more; their last page is not full."""
    return [ranked(f"sh60{number:04}", 10.2 + number / 100, 10 + number / 100, 1000) for number in range(STOCKS)]


@pytest.fixture(scope="module")
def publishers() -> dict[str, Endpoint]:
    headlines = [article(f"ETF 第{number}条", f"2026-11-20 1{number}:00:00") for number in range(4)]
    return {
        "stocks": TencentRankList(market()),
        "limits.up": LimitUpPool({"688041": (203.5, 20.0), "002261": (31.2, 10.01)}),
        "limits.down": LimitDownPool({"603019": (66.6, -9.99)}),
        "news": NewsSearch({"ETF": headlines, "信创": headlines[:1]}),
        "sina_news": SinaWire(
            [message(f"【ETF 第{number}条】……", f"2026-11-20 1{number}:00:00") for number in range(4)]
        ),
    }


@pytest.fixture(scope="module")
def line(publishers: dict[str, Endpoint]) -> Iterator[Served]:
    with served(*publishers.values()) as one:
        yield one


@pytest.fixture
def sources(line: Served, publishers: dict[str, Endpoint]) -> Iterator[dict[str, Source]]:
    pool = LimitPool(line.akshare)
    stocks, news = TencentStocks(line.akshare), EastmoneyNews(line.akshare)
    wire = SinaNews(line.akshare)
    yield {
        "stocks": stocks,
        "limits.up": pool,
        "limits.down": pool,
        "limits": pool,
        "news": news,
        "sina_news": wire,
    }
    mend(*publishers.values())


@pytest.fixture
def headlines(publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """What the search finds in this test, empty to begin with."""
    found: list[Row] = []
    monkeypatch.setattr(publishers["news"], "articles", {"ETF": found})
    return found


def read(source: Source, baseline: Baseline | None = None) -> Snapshot:
    snapshot = source.read(DAY, NOW)
    check(snapshot, DAY if source.exact else snapshot.day, baseline or Baseline())
    return snapshot


def since(earlier: Snapshot) -> Baseline:
    return Baseline(last_good=earlier.table, last_day=earlier.day)


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, NOW) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), [*cells(TRANSPORT), *cells(NEWS_TRANSPORT)])
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, NOW) == meaning


def test_a_search_that_hangs_is_ended_at_the_deadline(line: Served, publishers: dict[str, Endpoint]) -> None:
    publishers["news"].fault = Fault.HANG
    line.upstream.hanging.clear()
    leading = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    caller = Akshare(environment={**leading, **line.upstream.environment}, deadline_seconds=8)
    with pytest.raises(UnavailableError, match="no answer within 8 s"):
        read(EastmoneyNews(caller))
    assert line.upstream.hanging.is_set()
    mend(publishers["news"])


def test_limits_are_plus_and_minus_one_of_the_day_asked_for(
    sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    snapshot = read(sources["limits"])
    assert snapshot.table["limit"].to_dict() == {"002261": 1.0, "603019": -1.0, "688041": 1.0}
    asked = [query["date"] for name in ("limits.up", "limits.down") for query in publishers[name].asked]
    assert asked == [f"{DAY:%Y%m%d}"] * 2


def test_on_a_calm_day_one_pool_is_empty(sources: dict[str, Source], publishers: dict[str, Endpoint]) -> None:
    publishers["limits.down"].twist = Twist.NULL
    assert read(sources["limits"]).table["limit"].to_dict() == {"002261": 1.0, "688041": 1.0}


@pytest.mark.parametrize("nothing", [Twist.NULL, Twist.EMPTY])
def test_two_empty_pools_are_not_published(
    nothing: Twist, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    publishers["limits.up"].twist = publishers["limits.down"].twist = nothing
    with pytest.raises(NotPublishedError):
        read(sources["limits"])


@pytest.mark.parametrize(
    ("falls", "gate"),
    [
        ({"002261": (31.2, -9.99)}, "codes"),
        ({"603019": (66.6, 9.99)}, "limit"),
        ({"603019": (66.6, -0.4)}, "limit"),
        ({"603019": (0.0, -9.99)}, "limit"),
        ({"60301": (66.6, -9.99)}, "codes"),
        ({"510300": (66.6, -9.99)}, "codes"),
    ],
)
def test_a_pool_that_cannot_be_one_is_refused(
    falls: dict[str, tuple[float, float]],
    gate: str,
    sources: dict[str, Source],
    publishers: dict[str, Endpoint],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publishers["limits.down"], "stocks", falls)
    with refused(gate):
        read(sources["limits"])


def test_the_pools_of_the_session_before_are_not_todays(
    sources: dict[str, Source], publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = replace(read(sources["limits"]), day=BEFORE)
    with refused("day"):
        read(sources["limits"], since(before))
    monkeypatch.setattr(publishers["limits.down"], "stocks", {"600000": (9.0, -10.0)})
    assert read(sources["limits"], since(before)).table["limit"].to_dict()["600000"] == -1.0


def test_headlines_are_plain_words_with_the_moment_newest_first(
    sources: dict[str, Source], headlines: list[Row]
) -> None:
    headlines += [
        article("  软件<em>ETF</em>\u3000连续  6 日吸金 &gt; 1亿 ", "2026-11-19 08:05:00", code="1"),
        article('(<em>ETF</em>)<b class="x">涨</b>', "2026-11-20 16:30:00", publisher="<i>证券</i>时报", code="2"),
    ]
    snapshot = read(sources["news"])
    assert snapshot.table.columns.to_list() == list(NEWS_COLUMNS)
    assert snapshot.table.to_dict("index") == {
        "0": {
            "title": "ETF涨",
            "published": "2026-11-20T16:30:00+08:00",
            "publisher": "证券时报",
            "link": "http://finance.eastmoney.com/a/2.html",
        },
        "1": {
            "title": "软件ETF 连续 6 日吸金 > 1亿",
            "published": "2026-11-19T08:05:00+08:00",
            "publisher": "证券时报",
            "link": "http://finance.eastmoney.com/a/1.html",
        },
    }
    assert snapshot.day == DAY


def test_a_headline_has_a_bounded_length_and_no_link_that_is_none(
    sources: dict[str, Source], headlines: list[Row]
) -> None:
    headlines.append(article("长" * 1000, "2026-11-20 16:30:00", code='1" onclick="'))
    row = read(sources["news"]).table.loc["0"]
    assert (len(row["title"]), row["link"]) == (TEXT_CHARACTERS_MAX, "")


@pytest.mark.parametrize(
    "useless", [article("", "2026-11-20 16:30:00"), article("无时", "刚刚"), article("<em></em>", "2026-11-20")]
)
def test_a_row_without_title_or_time_is_left_out(
    useless: Row, sources: dict[str, Source], headlines: list[Row]
) -> None:
    headlines.append(useless)
    with refused("headlines"):
        read(sources["news"])
    headlines.append(article("有题有时", "2026-11-20 16:30:00"))
    assert read(sources["news"]).table["title"].to_list() == ["有题有时"]


def test_another_keyword_finds_other_headlines(line: Served, publishers: dict[str, Endpoint]) -> None:
    assert len(read(EastmoneyNews(line.akshare, "信创")).table) == 1
    mend(publishers["news"])


def test_of_the_wire_what_names_the_keyword_is_told_by_its_heading(
    sources: dict[str, Source], publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [
        message("【央行开展逆回购】今日……", "2026-11-20 16:40:00"),
        message("<b>软件etf</b>\u3000收涨 2%。", "2026-11-20 15:02:00"),
        message("【首批<em>硬科技ETF</em>获批】证监会……", "2026-11-20 16:30:00"),
    ]
    monkeypatch.setattr(publishers["sina_news"], "messages", messages)
    table = read(sources["sina_news"]).table
    assert table.columns.to_list() == list(NEWS_COLUMNS)
    assert table.to_dict("index") == {
        "0": {
            "title": "首批硬科技ETF获批",
            "published": "2026-11-20T16:30:00+08:00",
            "publisher": PUBLISHER,
            "link": "",
        },
        "1": {
            "title": "软件etf 收涨 2%。",
            "published": "2026-11-20T15:02:00+08:00",
            "publisher": PUBLISHER,
            "link": "",
        },
    }


def test_that_the_wire_has_other_subjects_is_no_failure(
    sources: dict[str, Source], publishers: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers["sina_news"], "messages", [message("【央行开展逆回购】", "2026-11-20 16:40:00")])
    with pytest.raises(NotPublishedError, match="none of 1 messages names ETF"):
        read(sources["sina_news"])
