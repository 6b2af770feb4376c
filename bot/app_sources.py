"""The sources that settings ask for: who is called how, what live polls ask for, who lists the sessions to come."""

import os
from collections import Counter
from datetime import timedelta

from bot.poll import World
from bot.sessions_ahead import SessionList, SessionsAhead
from bot.sources.akshare.sessions import SinaSessions
from bot.sources.datum import Datum
from bot.sources.direct.sessions import SzseSessions
from bot.sources.live import PUSH2_HOSTS, Callers, callers_of, live_data, with_news, with_stocks
from bot.sources.upstreams import Manners
from config.index_map import load_index_map
from config.settings import Settings
from signals.core.calendar import TradingCalendar

WEIGHED_FROM_FUNDS = 3
"""An index that fewer funds track is worth no monthly request."""


def manners_of(settings: Settings) -> Manners:
    """How publishers are treated, as plain values."""
    table = settings.upstreams
    return Manners(
        pause_seconds=table.pause_seconds,
        tries=table.tries,
        back_off_seconds=table.back_off_seconds,
        failures_max=table.failures_max,
        rest=timedelta(minutes=table.rest_minutes),
        rest_max=timedelta(minutes=table.rest_max_minutes),
        readings=dict.fromkeys(PUSH2_HOSTS, table.push2_readings + settings.intraday.iopv_readings),
    )


def sessions_of(settings: Settings) -> tuple[SessionList, ...]:
    """Who lists the sessions to come: an exchange, and Sina in its place."""
    callers = _callers(settings)
    return SzseSessions(callers.http), SinaSessions(callers.akshare)


def sessions_ahead_of(settings: Settings, world: World) -> SessionsAhead | None:
    """Who is asked for the sessions to come; nobody where the market is not a live one."""
    if settings.source != "akshare":
        return None
    return SessionsAhead(publishers=sessions_of(settings), store=world.store, upstreams=world.upstreams)


def data_of(settings: Settings, calendar: TradingCalendar) -> tuple[Datum, ...]:
    """What live polls ask for; an archive or the demo market is in the database already."""
    if settings.source != "akshare":
        return ()
    data = live_data(_callers(settings), calendar, _indices_of_peers())
    if settings.upstreams.stocks != "never":
        data = with_stocks(data, always=settings.upstreams.stocks == "always")
    return with_news(data) if settings.upstreams.news else data


def _callers(settings: Settings) -> Callers:
    return callers_of(
        os.environ,
        deadline_seconds=settings.akshare.deadline_seconds,
        memory_mib=settings.akshare.memory_mib,
        own_deadline_seconds=settings.upstreams.deadline_seconds,
    )


def _indices_of_peers() -> list[str]:
    """The mainland indices that enough funds track to be ranked among each other."""
    many = Counter({one.code: one.index_code for one in load_index_map()}.values())
    return sorted(index for index, funds in many.items() if funds >= WEIGHED_FROM_FUNDS and index[1:].isdigit())
