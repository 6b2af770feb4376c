"""The sources of a day through akshare."""

from collections.abc import Mapping

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.etf_daily import EastmoneyDaily
from bot.sources.akshare.etf_shares import SseShares, SzseShares
from bot.sources.akshare.margin import SseMargin, SzseMargin
from bot.sources.akshare.nav import ThsNav
from bot.sources.base import Source
from signals.core.calendar import TradingCalendar


def live_sources(
    *,
    environment: Mapping[str, str],
    calendar: TradingCalendar,
    deadline_seconds: float = 60.0,
    paged_deadline_seconds: float = 180.0,
    memory_mib: int = 1024,
) -> tuple[Source, ...]:
    """All of them, in the order in which a day publishes.

    `environment` is the service's own, of which a child gets the few variables it needs. A list of many
    pages, with a pause after each, has a deadline of its own.
    """
    one_request = Akshare(environment=environment, deadline_seconds=deadline_seconds, memory_mib=memory_mib)
    many_pages = Akshare(environment=environment, deadline_seconds=paged_deadline_seconds, memory_mib=memory_mib)
    return sources_of_a_day(one_request, many_pages, calendar)


def sources_of_a_day(one_request: Akshare, many_pages: Akshare, calendar: TradingCalendar) -> tuple[Source, ...]:
    """The sources over given callers: one for functions of one request, one for those that turn pages."""
    return (
        EastmoneyDaily(many_pages),
        SseShares(one_request),
        SzseShares(one_request, calendar),
        ThsNav(one_request),
        SseMargin(one_request),
        SzseMargin(one_request),
    )
