"""Every detector over the whole market: a poll's window and a whole history."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.job import Job, Kind, Way
from benchmarks.pandas_market import Frames
from benchmarks.stage import Stage, panel
from signals import load_detectors
from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.sparing import once
from signals.core.turns import at_once

POLL_SESSIONS = 250

_WINDOW = "What a poll does; a single streak in pandas is shown as a yardstick."
_HISTORY = (
    "Beside a single streak in pandas. What no other detector will ask for any more is given back on the way: all of it "
    "together would be gigabytes, and the system would need more time to hand them out than the arithmetic takes."
)


def jobs(stage: Stage) -> Iterator[Job]:
    """A poll's window and, where the stage is longer, its whole history."""
    for sessions in dict.fromkeys((min(POLL_SESSIONS, stage.sessions), stage.sessions)):
        yield _all(panel(sessions, stage.funds))


def _all(market: Panel) -> Job:
    sessions, funds = market.shape(Axis.FUND)
    detectors = [one() for one in load_detectors().values()]
    frames, short = Frames.of(market), sessions <= POLL_SESSIONS

    def poll() -> None:
        fresh = replace(market, _derived={})
        at_once(lambda one: _firing(one, fresh), detectors)
        fresh.release()

    def history() -> None:
        once(_firing, market, detectors)

    return Job(
        name=f"all detectors, {funds:,} funds × {sessions:,} sessions",
        about=f"{len(detectors)} detectors with splits and peer ranks, from raw figures in memory. {_WINDOW if short else _HISTORY}",
        group="whole",
        aim=30.0 if short else 1 / 1.5,
        ways=[
            Way(name="ours: where all of them fire", run=poll if short else history, kind=Kind.OURS),
            *([_told(market, detectors), _same_in_pandas(frames)] if short else []),
            Way(
                name="pandas wide, one streak with its sum",
                run=frames.one_streak,
                kind=Kind.NEAR if short else Kind.OTHER,
                compared=False,
            ),
        ],
    )


def _firing(one: Detector, market: Panel) -> int:
    """The cells in which a detector fires; what it found is not kept, as a poll does not keep it."""
    found = one.findings(market).found
    count = int(np.count_nonzero(found.fires & found.known))
    one.forget(market)
    return count


def _told(market: Panel, detectors: Sequence[Detector]) -> Way:
    """With evidence, of which a whole history would hold gigabytes that nobody reads."""

    def tell() -> None:
        fresh = replace(market, _derived={})
        at_once(lambda one: one.detect(fresh, fresh.sessions[-1:]), detectors)
        fresh.release()

    return Way(name="ours: and what is told of the newest session", run=tell, kind=Kind.OURS, compared=False)


def _same_in_pandas(frames: Frames) -> Way:
    return Way(
        name="pandas wide, the same conditions",
        run=frames.everything,
        compared=False,
        note="takes counts as they are (no splits), and leaves out margin, constituents, prices within the day",
    )
