"""What the loops of `signals.study.compiled` do, in whole sessions: their specification, and a fair substitute."""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows


def paths(moves: Floats, lost: Bools, most: float, price: Floats, chain: Rows) -> None:
    """Compound moves of at most `most` into `price`, NaN elsewhere; count the lost ones so far in `chain`."""
    good = np.abs(moves) <= most
    np.cumprod(np.where(good, 1.0 + moves, 1.0), axis=0, out=price)
    price[~good] = np.nan
    np.cumsum(lost, axis=0, out=chain)


def told(fires: Bools, since: Rows, reached: Rows, rung: Rows, tells: Bools) -> None:
    """Mark where something that fires would have been told: a new episode whose rung was reached just now, or a
    higher rung than was told within its episode."""
    last, highest = np.full(fires.shape[1], -1), np.zeros(fires.shape[1], dtype=np.int64)
    for row in range(len(fires)):
        begins = last < since[row]
        tells[row] = fires[row] & np.where(begins, reached[row] >= row - 1, rung[row] > highest)
        last, highest = np.where(tells[row], row, last), np.where(tells[row], rung[row], highest)


def crossings(values: Floats, thresholds: Floats, places: Rows, found: Columns) -> None:
    """Find where values come to rising `thresholds` (one row of them) from below.

    Row, column and threshold of each go into `places`, by row and column, as far as it has room; how many there
    are goes into `found`. Unknown values are passed over.
    """
    levels = np.searchsorted(thresholds[0], values, side="right")
    before = np.full(values.shape[1], -1)
    count = 0
    for row, (level, known) in enumerate(zip(levels, np.isfinite(values), strict=True)):
        columns = np.flatnonzero(known & (before >= 0) & (level > before))
        for column in columns:
            for one in range(before[column], level[column]):
                if count < len(places):
                    places[count] = row, column, one
                count += 1
        before = np.where(known, level, before)
    found[0] = count


def tally(
    price: Floats,
    chain: Rows,
    judged: Bools,
    netted: bool,
    horizons: Columns,
    starts: Columns,
    columns: Columns,
    groups: Columns,
    fired: Floats,
    base: Floats,
    mean: Floats,
) -> None:
    """Add up what followed each session: firings of a session stand from its `starts` up to the next one's.

    `mean` has a column for each horizon, what is taken off; `base` three: judged returns that are known, how
    many of them are above zero, their sum, net; `fired` four for each group and horizon: the same of the
    firings, and how many of these are above the mean.
    """
    sessions = len(price)
    rows = np.repeat(np.arange(sessions), np.diff(starts))
    for at, horizon in enumerate(horizons.tolist()):
        last = sessions - 1 - horizon
        if last < 1:
            continue
        moved = price[1 + horizon :] / price[1:-horizon] - 1.0
        good = np.isfinite(moved) & (chain[1 + horizon :] == chain[1:-horizon])
        moved = np.where(good, moved, 0.0)
        total = good.sum(axis=1)
        usual = moved.sum(axis=1) / np.maximum(total, 1) if netted else np.zeros(last)
        mean[:last, at] = np.where(total > 0, usual, np.nan)
        told_ = good & judged[:last]
        base[:last, 3 * at] = told_.sum(axis=1)
        base[:last, 3 * at + 1] = (told_ & (moved > 0)).sum(axis=1)
        base[:last, 3 * at + 2] = np.where(told_, moved - usual[:, None], 0.0).sum(axis=1)
        inside = np.flatnonzero(rows < last)
        inside = inside[good[rows[inside], columns[inside]]]
        row, own = rows[inside], moved[rows[inside], columns[inside]]
        place = 4 * (groups[inside] * len(horizons) + at)
        for shift, value in enumerate((np.ones(len(own)), own > 0, own - usual[row], own > usual[row])):
            np.add.at(fired, (row, place + shift), value)
