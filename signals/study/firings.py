"""Past firings: the moments at which a signal would have been told, not each session on which it held."""

from dataclasses import dataclass

import numpy as np

from signals.core.detector import Detector
from signals.core.matrix import Bools, Columns, Floats
from signals.core.panel import Panel
from signals.study.kernels import CROSSINGS, TOLD


@dataclass(frozen=True, eq=False, slots=True)
class Firings:
    """Cells of a matrix of sessions × subjects, by rising row; one subject fires at most once a session and group."""

    rows: Columns
    columns: Columns
    groups: Columns
    """Which of several thresholds was reached, from 0."""

    def of(self, columns: Columns) -> "Firings":
        """Those of some subjects; the columns count within these from then on."""
        place = np.full(max(int(self.columns.max(initial=-1)), int(columns.max(initial=-1))) + 1, -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        mine = place[self.columns] >= 0
        return Firings(self.rows[mine], place[self.columns[mine]], self.groups[mine])


def find_firings(detector: Detector, panel: Panel) -> Firings:
    """Where a detector would have spoken: at the beginning of an episode and at each higher rung of it.

    An episode that began on the first session on which its subject could be judged is left out: it may have
    begun before the data do.
    """
    judged = detector.findings(panel)
    found, episodes = judged.found, judged.episodes
    since = episodes.since if judged.since is None else judged.since
    since, reached, rung = (np.ascontiguousarray(one, dtype=np.int32) for one in (since, episodes.reached, judged.rung))
    tells = np.empty(since.shape, dtype=np.bool_)
    TOLD(np.ascontiguousarray(found.fires & found.known), since, reached, rung, tells)
    rows, columns = np.nonzero(tells & (since > _first_known(found.known)))
    return Firings(rows, columns, np.zeros(len(rows), dtype=np.int64))


def crossings(values: Floats, thresholds: Floats) -> Firings:
    """Where a value comes to a threshold from below it; the group is the threshold's number.

    A fall back below and a new rise is a new firing, an unknown value in between is passed over, and what stands
    above a threshold from its first known session on never came to it.
    """
    order = np.argsort(thresholds, kind="stable")
    rising = np.ascontiguousarray(thresholds[None, order])
    places, found = np.empty((values.size // 8, 3), dtype=np.int32), np.zeros(1, dtype=np.int64)
    CROSSINGS(np.ascontiguousarray(values), rising, places, found)
    if found[0] > len(places):  # more than is likely: now it is known how many
        places = np.empty((int(found[0]), 3), dtype=np.int32)
        CROSSINGS(np.ascontiguousarray(values), rising, places, found)
    rows, columns, groups = places[: found[0]].T.astype(np.int64)
    return Firings(rows, columns, order[groups])


def _first_known(known: Bools) -> Columns:
    return np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else -1, len(known))
