"""What publishers say, read through the live sources, gates and store, and what is computed from it."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.asking import Asker
from bot.collect import Collector
from bot.sources.datum import Datum
from bot.sources.live import Callers, live_data
from bot.sources.upstreams import Manners, Upstreams
from bot.store.database import Database
from signals.core.field import Axis
from signals.core.flows import FLOW
from signals.core.market import FINANCING_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.quantity import Quantity
from tests.fakes.corporate import Split, SplitList
from tests.fakes.endpoint import Endpoint
from tests.fakes.publishers import SseMarginTable, SseShareCounts, SzseMarginTable, ThsNetValues
from tests.upstream.served import Served, mend, served
from tests.upstream.world import BEFORE, CALENDAR, DAY, EVENING, MORNING, SSE_BALANCE, SZSE_BALANCE

pytestmark = pytest.mark.anyio

FUND = "588710"
OTHERS = {f"51{number:03}0": 1e8 + 1e4 * number for number in range(40)}
WANTED = ("splits", "shares.sse", "nav", "margin.sse", "margin.szse")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def publishers() -> dict[str, Endpoint]:
    return {
        "splits": SplitList([]),
        "shares": SseShareCounts({}),
        "nav": ThsNetValues({}),
        "sse": SseMarginTable({}),
        "szse": SzseMarginTable({}),
    }


@pytest.fixture(scope="module")
def way(publishers: dict[str, Endpoint]) -> Iterator[Served]:
    with served(*publishers.values()) as one:
        yield one


@pytest.fixture
def world(publishers: dict[str, Endpoint]) -> dict[str, object]:
    """The publishers without a word about the fund; a test says what they publish."""
    mend(*publishers.values())
    return publishers  # type: ignore[return-value]


@pytest.fixture
def data(way: Served) -> tuple[Datum, ...]:
    callers = Callers(akshare=way.akshare, http=way.http)
    return tuple(one for one in live_data(callers, CALENDAR) if one.name in WANTED)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'traps.db'}")
    await database.open()
    yield database
    await database.close()


async def polled(store: Database, data: tuple[Datum, ...], *rounds: tuple[date, datetime]) -> Panel:
    """The panel of the day after polls for these sessions at these moments."""
    upstreams = Upstreams(Manners(pause_seconds=0.0, tries=1))
    for day, now in rounds:
        await Collector(asker=Asker(store=store, upstreams=upstreams, now=now), day=day).collect(data)
    return await store.market.panel(CALENDAR, DAY, rounds[-1][1])


def of(panel: Panel, quantity: Quantity, axis: Axis, subject: str) -> float:
    return float(quantity.on(panel).values[-1, panel.column(axis, subject)])


def publish(world: dict[str, object], before: float, after: float, nav: tuple[float, float]) -> None:
    """Counts and values of the fund on the day before and on the day, among others that stand still."""
    counts, values = dict(OTHERS), dict.fromkeys(OTHERS, 1.0)
    world["shares"].counts = {BEFORE: {**counts, FUND: before}, DAY: {**counts, FUND: after}}  # type: ignore[attr-defined]
    world["nav"].values = {BEFORE: {**values, FUND: nav[0]}, DAY: {**values, FUND: nav[1]}}  # type: ignore[attr-defined]


YESTERDAY_AND_TODAY = ((BEFORE, EVENING), (DAY, EVENING))


@pytest.mark.parametrize("listed_on", [BEFORE, DAY])
async def test_a_split_is_no_flood_of_money_whichever_day_its_list_names(
    world: dict[str, object], store: Database, data: tuple[Datum, ...], listed_on: date
) -> None:
    publish(world, before=4e8, after=11e8, nav=(3.0, 1.0))
    world["splits"].splits = [Split(code=FUND, day=listed_on, ratio=3.0)]  # type: ignore[attr-defined]
    panel = await polled(store, data, *YESTERDAY_AND_TODAY)
    assert of(panel, FLOW, Axis.FUND, FUND) == pytest.approx((11e8 - 3 * 4e8) * 1.0)


async def test_a_leap_without_a_known_split_is_not_told_as_money(
    world: dict[str, object], store: Database, data: tuple[Datum, ...]
) -> None:
    publish(world, before=4e8, after=11e8, nav=(3.0, 3.0))
    world["splits"].splits = []  # type: ignore[attr-defined]
    panel = await polled(store, data, *YESTERDAY_AND_TODAY)
    assert np.isnan(of(panel, FLOW, Axis.FUND, FUND))
    assert of(panel, FLOW, Axis.FUND, "510000") == 0.0


async def test_a_count_of_zero_is_no_redemption(
    world: dict[str, object], store: Database, data: tuple[Datum, ...]
) -> None:
    publish(world, before=4e8, after=0.0, nav=(1.0, 1.0))
    panel = await polled(store, data, *YESTERDAY_AND_TODAY)
    assert np.isnan(of(panel, FLOW, Axis.FUND, FUND))


@pytest.mark.parametrize(("szse", "known"), [(SZSE_BALANCE, True), (None, False)])
async def test_the_sum_of_both_exchanges_is_told_only_where_both_are_out(
    world: dict[str, object],
    store: Database,
    data: tuple[Datum, ...],
    szse: tuple[float, float] | None,
    known: bool,
) -> None:
    world["sse"].balances = {DAY: SSE_BALANCE}  # type: ignore[attr-defined]
    world["szse"].balances = {} if szse is None else {DAY: szse}  # type: ignore[attr-defined]
    panel = await polled(store, data, (DAY, MORNING))
    told = of(panel, FINANCING_BALANCE, Axis.MARKET, BOTH_EXCHANGES)
    assert np.isfinite(told) == known
    if known:
        assert told == pytest.approx(SSE_BALANCE[0] + SZSE_BALANCE[0])
