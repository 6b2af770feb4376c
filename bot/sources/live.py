"""What a live day needs, and who is asked for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.sources.akshare.bse_margin import BseMargin
from bot.sources.akshare.call import Akshare
from bot.sources.akshare.constituents import weights_source
from bot.sources.akshare.dividends import EastmoneyDividends
from bot.sources.akshare.etf_daily import EastmoneyDaily, EastmoneySpot
from bot.sources.akshare.etf_shares import SseShares, SzseShares
from bot.sources.akshare.jin10_margin import Jin10Margin
from bot.sources.akshare.limits import LimitPool
from bot.sources.akshare.margin import SseMargin, SzseMargin
from bot.sources.akshare.margin_detail import SseMarginDetail, SzseMarginDetail
from bot.sources.akshare.nav import ThsNav
from bot.sources.akshare.news import EastmoneyNews
from bot.sources.akshare.rank_nav import EastmoneyRankNav
from bot.sources.akshare.sina_news import SinaNews
from bot.sources.akshare.sina_stocks import SinaStocks
from bot.sources.akshare.splits import EastmoneySplits
from bot.sources.akshare.stocks import TencentStocks
from bot.sources.base import Source
from bot.sources.datum import Datum, Round
from bot.sources.direct.em_actions import EastmoneyDividendList, EastmoneySplitList
from bot.sources.direct.em_profiles import EastmoneyProfiles
from bot.sources.direct.http import Http
from bot.sources.direct.sina_daily import SinaDaily, SinaSpot
from bot.sources.direct.sina_indices import SinaIndices
from bot.sources.direct.sse_margin import SseMarginBalances
from bot.sources.direct.sse_margin_detail import SseMarginByFund
from bot.sources.direct.sse_shares import SseShareCounts
from bot.sources.direct.szse_margin import SzseMarginBalances
from bot.sources.direct.szse_margin_detail import SzseMarginByFund
from bot.sources.direct.szse_profiles import SzseProfiles
from bot.sources.direct.szse_shares import SzseShareCounts
from bot.sources.direct.tencent_indices import TencentIndices
from signals.core.calendar import TradingCalendar

PUSH2_HOSTS = ("push2delay.eastmoney.com",)
"""Eastmoney's quote servers, which ban whoever asks much."""


@dataclass(frozen=True, kw_only=True)
class Callers:
    """The ways to ask publishers."""

    akshare: Akshare
    http: Http


def callers_of(
    environment: Mapping[str, str],
    *,
    deadline_seconds: float = 180.0,
    memory_mib: int = 1024,
    own_deadline_seconds: float = 45.0,
) -> Callers:
    """Callers over the service's own environment, of which a child gets the few variables it needs."""
    return Callers(
        akshare=Akshare(environment=environment, deadline_seconds=deadline_seconds, memory_mib=memory_mib),
        http=Http(environment=environment, deadline_seconds=own_deadline_seconds),
    )


def live_data(callers: Callers, calendar: TradingCalendar, indices: Iterable[str] = ()) -> tuple[Datum, ...]:
    """Everything that can be asked for, in the order in which a day publishes.

    `indices` are those whose weights are wanted. What an operator has to want (quotes of all stocks, headlines)
    belongs to no round: `etfbot fetch` asks for it.
    """
    return (
        *_within_the_session(callers),
        *_at_the_close(callers),
        *_of_the_evening(callers, calendar),
        *_of_the_morning(callers),
        *_rarely(callers, indices),
    )


def with_news(data: Iterable[Datum]) -> tuple[Datum, ...]:
    """The same, with headlines at the close."""
    return tuple(replace(one, rounds=frozenset({Round.CLOSE})) if one.name == "news" else one for one in data)


def with_stocks(data: Iterable[Datum], *, always: bool) -> tuple[Datum, ...]:
    """The same, with the quotes of all stocks at the close; unless `always`, on days when some reader needs them."""
    rounds = frozenset({Round.CLOSE})
    return tuple(replace(one, rounds=rounds, for_followers=not always) if one.name == "stocks" else one for one in data)


def _datum(name: str, sources: tuple[Source, ...], *rounds: Round, history: bool = False) -> Datum:
    return Datum(name=name, sources=sources, rounds=frozenset(rounds), history=history)


def _within_the_session(callers: Callers) -> tuple[Datum, ...]:
    """Sina's list is one request; IOPV come in some 16 of Eastmoney's, which an operator has to want."""
    sina = SinaSpot(callers.http)
    return (
        _datum("spot", (sina,), Round.INTRADAY),
        _datum("spot.iopv", (EastmoneySpot(callers.akshare), sina), Round.IOPV),
    )


def _at_the_close(callers: Callers) -> tuple[Datum, ...]:
    """Where the pools of limits cannot be had, the closes of all stocks tell who stands at one."""
    akshare, http, until_had = callers.akshare, callers.http, (Round.CLOSE, Round.EVENING)
    eastmoney = EastmoneyDaily(akshare)
    return (
        _datum("prices", (SinaDaily(http), eastmoney), *until_had),
        _datum("iopv", (eastmoney,), *until_had),
        _datum("indices", (TencentIndices(http), SinaIndices(http)), *until_had),
        _datum("splits", (EastmoneySplitList(http), EastmoneySplits(akshare)), Round.CLOSE, history=True),
        _datum("limits", (LimitPool(akshare),), Round.CLOSE),
        _datum("stocks", (TencentStocks(akshare), SinaStocks(akshare))),
        _datum("news", (EastmoneyNews(akshare), SinaNews(akshare))),
    )


def _of_the_evening(callers: Callers, calendar: TradingCalendar) -> tuple[Datum, ...]:
    """Asked for again in the morning until it is final. Nobody but the exchanges dates the share counts."""
    akshare, http, rounds = callers.akshare, callers.http, (Round.EVENING, Round.MORNING)
    return (
        _datum("shares.sse", (SseShareCounts(http), SseShares(akshare)), *rounds, history=True),
        _datum("shares.szse", (SzseShareCounts(http, calendar), SzseShares(akshare, calendar)), *rounds, history=True),
        _datum("nav", (ThsNav(akshare), EastmoneyRankNav(akshare)), *rounds, history=True),
    )


def _of_the_morning(callers: Callers) -> tuple[Datum, ...]:
    akshare, http = callers.akshare, callers.http
    sse = (SseMarginBalances(http), SseMargin(akshare), Jin10Margin(akshare, "SSE"))
    szse = (SzseMarginBalances(http), Jin10Margin(akshare, "SZSE"), SzseMargin(akshare))
    return (
        _datum("margin.sse", sse, Round.MORNING, history=True),
        _datum("margin.szse", szse, Round.MORNING, history=True),
        _datum("margin.bse", (BseMargin(akshare),), Round.MORNING),
        _datum("margin_detail.sse", (SseMarginByFund(http), SseMarginDetail(akshare)), Round.MORNING),
        _datum("margin_detail.szse", (SzseMarginByFund(http), SzseMarginDetail(akshare)), Round.MORNING),
    )


def _rarely(callers: Callers, indices: Iterable[str]) -> tuple[Datum, ...]:
    akshare, http = callers.akshare, callers.http
    return (
        _datum("profiles", (EastmoneyProfiles(http), SzseProfiles(http)), Round.WEEKLY),
        _datum("dividends", (EastmoneyDividendList(http), EastmoneyDividends(akshare)), Round.WEEKLY, history=True),
        *(_datum(f"weights.{index}", (weights_source(akshare, index),), Round.MONTHLY) for index in indices),
    )
