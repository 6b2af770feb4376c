"""What detectors see, and that one which breaks takes nobody else with it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from structlog.testing import capture_logs

from bot.sights import look, signals_of, signals_seen
from bot.store.database import Database
from signals.core.detector import Detector, Findings, Tell, Topic
from signals.core.field import CLOSE, Axis
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.prices import CLOSE_PRICE
from signals.core.text import Text
from signals.groups import IndexInflow
from signals.intraday import IntradayRise
from signals.peers import LargestFund
from signals.size import AumChange
from signals.streak import InflowStreak, RisingStreak
from tests.bot.publishers import FUND, ask, past, publishers, with_flows, world_of
from tests.bot.readers import told
from tests.builders import LAST_DAY, market

RISING = market(8).fund(FUND, close=[1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7], volume=1e6).panel()


@dataclass(frozen=True, kw_only=True)
class Broken(Detector):
    """Stumbles over every panel, as somebody's own file may."""

    name = "broken"
    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    title = sentence = about = Text("坏", "broken")

    def find(self, panel: Panel) -> Findings:
        close = CLOSE_PRICE.on(panel)
        return Findings(
            fires=np.asarray(close.values > 0)[:, :0] | close.values,
            known=knowable(close),
            strength=close.values,
            evidence={},
        )


def test_a_detector_that_breaks_is_skipped_and_said_to_be() -> None:
    rising = replace(RisingStreak(), tell=Tell.ALERT)
    with capture_logs() as logs:
        sights, skipped = look(RISING, [Broken(), rising], LAST_DAY)
    assert ([one.kind for one in sights], skipped) == (["rising_streak"], ["broken"])
    assert [(one["event"], one["detector"]) for one in logs] == [("defect in a detector", "broken")]
    assert logs[0]["exc_info"]


def test_a_note_goes_without_the_detector_that_breaks() -> None:
    with capture_logs():
        assert [one.kind for one in signals_seen(RISING, [Broken(), RisingStreak()])] == ["rising_streak"]


@pytest.mark.anyio
async def test_a_poll_goes_on_without_the_detector_that_breaks(store: Database) -> None:
    world = with_flows(*[-1] * 10, 1, 1, 1)
    await past(store, world, LAST_DAY)
    with capture_logs():
        report = await ask(world_of(store, Broken(), InflowStreak()), [*publishers(world).values()], LAST_DAY)
    assert report.skipped == ["broken"]
    assert await told(store) == [("02-11", FUND, "new", 3)]


def test_a_detector_whose_figures_are_of_an_older_session_does_not_judge_this_one() -> None:
    late = (
        market(8).fund(FUND, close=1.0, nav=1.0, shares=[1e8, 1.1e8, 1.2e8, 1.3e8, 1.4e8, 1.5e8, 1.6e8, None]).panel()
    )
    assert look(late, [InflowStreak()], LAST_DAY) == ([], ["inflow_streak"])
    (seen,) = signals_seen(late, [InflowStreak()])
    assert seen.day == late.sessions[-2]


def test_what_only_digests_show_is_not_looked_at_for_alerts() -> None:
    assert look(RISING, [RisingStreak(), replace(RisingStreak(), tell=Tell.OFF)], LAST_DAY) == ([], [])
    assert [one.kind for one in signals_seen(RISING, [replace(RisingStreak(), tell=Tell.OFF)])] == []


def test_a_bare_lead_is_left_out_where_its_figure_is_told_anyway() -> None:
    world = market(30)
    for number, code in enumerate((FUND, "562570", "562030")):
        grown = [1e9 * (3 - number)] * 25 + [1.4e9 * (3 - number)] * 5
        world = world.fund(code, words={"index_code": "931247"}, close=1.0, nav=1.0, shares=grown)
    found = signals_of(world.panel(), [LargestFund(), AumChange()])
    assert [one.kind for one in found[FUND]] == ["aum_change"]
    assert [one.kind for one in signals_of(world.panel(), [LargestFund()])[FUND]] == ["largest_fund"]


def test_the_signals_of_indices_are_asked_for_by_their_axis() -> None:
    words = {"index_code": "000300"}
    made = market(4).funds(
        ("510300", "510310", "159919"), words=words, close=1.0, nav=1.0, shares=[9e9, 10e9, 11e9, 12e9]
    )
    detectors = [InflowStreak(), IndexInflow()]
    assert {kind.kind for told in signals_of(made.panel(), detectors).values() for kind in told} == {"inflow_streak"}
    ours = signals_of(made.panel(), detectors, Axis.TRACKED)
    assert {code: [one.kind for one in told] for code, told in ours.items()} == {"000300": ["index_inflow"]}


def test_what_people_ask_for_is_kept_and_what_it_was_worked_out_from_is_not() -> None:
    panel, detector = replace(RISING, _derived={}), RisingStreak()
    first = signals_of(panel, [detector])
    assert signals_of(panel, [detector]) is first
    assert not any(getattr(one, "__self__", None) == detector for one in panel._derived)


@pytest.mark.parametrize(("intraday", "kinds"), [(True, ["intraday_rise"]), (False, ["rising_streak"])])
def test_prices_within_a_session_are_looked_at_while_it_trades_and_nothing_else_is(
    intraday: bool, kinds: list[str]
) -> None:
    closes = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7]
    both = market(8).fund(FUND, close=closes, volume=1e6, spot_price=1.7, spot_prev_close=1.6).panel()
    sights, _ = look(both, [RisingStreak(tell=Tell.ALERT), IntradayRise()], LAST_DAY, intraday=intraday)
    assert [one.kind for one in sights] == kinds
    assert [len(one.signals) for one in sights] == [1]
