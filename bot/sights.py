"""What the detectors see in a panel; one that breaks is reported, and the others go on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import structlog

from bot.alerts import Sight
from signals.core.detector import Detector, Tell
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.quantity import STALE_SESSIONS
from signals.core.signal import Signal
from signals.core.turns import at_once

log = structlog.get_logger(__name__)


def look(
    panel: Panel, detectors: Iterable[Detector], day: date, *, intraday: bool = False
) -> tuple[list[Sight], list[str]]:
    """What the detectors that tell see on a session, and the names of those that cannot judge it (yet).

    While the session trades only those of its prices look; afterwards only the others do.
    """
    asked = [one for one in detectors if one.tell is Tell.ALERT and one.intraday is intraday]

    def looked(detector: Detector) -> list[Signal] | None:
        row = panel.fresh_row(detector.needs)
        fresh = row is not None and panel.sessions[row] == day
        return _detected(detector, panel, day) if fresh else None

    sights, skipped = list[Sight](), list[str]()
    for detector, signals in zip(asked, at_once(looked, asked), strict=True):
        if signals is None:
            skipped.append(detector.name)
        else:
            sights.append(_sight(panel, detector, day, signals))
    return sights, skipped


def _sight(panel: Panel, detector: Detector, day: date, signals: list[Signal]) -> Sight:
    return Sight(
        kind=detector.name,
        day=day,
        signals=signals,
        read=lambda subject: detector.read(panel, day, subject),
        tell_end=detector.tell_end,
        intraday=detector.intraday,
    )


def signals_seen(panel: Panel, detectors: Iterable[Detector]) -> Iterator[Signal]:
    """What the detectors see, each on the newest session whose figures it needs are out, strongest first.

    Prices of a session that has not closed are no part of it.
    """
    for detector in detectors:
        if detector.intraday:
            continue
        row = panel.fresh_row(detector.needs)
        recent = row is not None and row >= len(panel.sessions) - STALE_SESSIONS
        if detector.tell is not Tell.OFF and row is not None and recent:
            yield from _detected(detector, panel, panel.sessions[row]) or ()


def signals_of(panel: Panel, detectors: Iterable[Detector], axis: Axis = Axis.FUND) -> dict[str, list[Signal]]:
    """The signals of each fund (or other subject), strongest first, none that says what another one says."""
    return panel.derive(_SignalsOf(tuple(one for one in detectors if one.axis is axis)))


@dataclass(frozen=True, slots=True)
class _SignalsOf:
    """What people ask of a panel again and again, worked out once; what detectors worked it out from is not kept."""

    detectors: tuple[Detector, ...]

    def __call__(self, panel: Panel) -> dict[str, list[Signal]]:
        found: dict[str, list[Signal]] = defaultdict(list)
        for signal in signals_seen(panel, self.detectors):
            found[signal.subject.code].append(signal)
        return {code: _distinct(sorted(signals, key=lambda one: -one.strength)) for code, signals in found.items()}


def _distinct(signals: list[Signal]) -> list[Signal]:
    """Without the bare leads whose figure another signal of the fund states already."""
    said = [figure for one in signals if "value" not in one.evidence for figure in one.evidence.values()]
    return [one for one in signals if one.evidence.get("value") not in said]


def _detected(detector: Detector, panel: Panel, day: date) -> list[Signal] | None:
    """The signals of a session; None where the detector, be it an operator's own, stumbles over the panel."""
    try:
        return detector.detect(panel, [day])
    except Exception:
        log.exception("defect in a detector", detector=detector.name, day=day.isoformat())
        return None
    finally:
        detector.forget(panel)
