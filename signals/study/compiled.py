"""The same as `signals.study.plain` as loops over sessions and subjects, written for a compiler and right without one."""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows


def paths(moves: Floats, lost: Bools, most: float, price: Floats, chain: Rows) -> None:
    """See `plain.paths`."""
    sessions, subjects = moves.shape
    worth, broken = np.ones(subjects), np.zeros(subjects, np.int32)
    for row in range(sessions):
        step, gone, to_price, to_chain = moves[row], lost[row], price[row], chain[row]
        for at in range(subjects):
            good = abs(step[at]) <= most
            worth[at] *= 1.0 + step[at] if good else 1.0
            broken[at] += gone[at]
            to_price[at] = worth[at] if good else np.nan
            to_chain[at] = broken[at]


def told(fires: Bools, since: Rows, reached: Rows, rung: Rows, tells: Bools) -> None:
    """See `plain.told`."""
    sessions, subjects = fires.shape
    last, highest = np.full(subjects, -1, np.int32), np.zeros(subjects, np.int32)
    for row in range(sessions):
        for at in range(subjects):
            tells[row, at] = False
            if not fires[row, at]:
                continue
            begins = last[at] < since[row, at]
            grows = not begins and rung[row, at] > highest[at]
            if grows or (begins and reached[row, at] >= row - 1):
                tells[row, at] = True
                last[at], highest[at] = row, rung[row, at]


def crossings(values: Floats, thresholds: Floats, places: Rows, found: Columns) -> None:
    """See `plain.crossings`."""
    sessions, subjects = values.shape
    steps, levels = thresholds[0], thresholds.shape[1]
    before = np.full(subjects, -1, np.int32)
    count = 0
    for row in range(sessions):
        for at in range(subjects):
            value = values[row, at]
            if np.isnan(value):
                continue
            level = 0
            while level < levels and steps[level] <= value:
                level += 1
            last = before[at]
            before[at] = level
            if last < 0:
                continue
            for one in range(last, level):
                if count < len(places):
                    places[count, 0], places[count, 1], places[count, 2] = row, at, one
                count += 1
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
    """See `plain.tally`; reads each price once, for all horizons, thresholds and the base together."""
    sessions, subjects = price.shape
    for row in range(sessions - 2):
        first = row + 1
        for at in range(len(horizons)):
            last = first + horizons[at]
            if last >= sessions:
                continue
            entry, leave, begun, ended, known = price[first], price[last], chain[first], chain[last], judged[row]
            total, summed, count, above, net = 0, 0.0, 0, 0, 0.0
            for column in range(subjects):
                moved = leave[column] / entry[column] - 1.0
                good = (not np.isnan(moved)) & (ended[column] == begun[column])
                counts = good & known[column]
                total += good
                summed += moved if good else 0.0
                count += counts
                above += counts & (moved > 0.0)
                net += moved if counts else 0.0
            if total == 0:
                continue
            usual = summed / total if netted else 0.0
            mean[row, at] = usual
            base[row, 3 * at], base[row, 3 * at + 1], base[row, 3 * at + 2] = count, above, net - count * usual
            for event in range(starts[row], starts[row + 1]):
                column = columns[event]
                moved = leave[column] / entry[column] - 1.0
                if np.isnan(moved) or ended[column] != begun[column]:
                    continue
                place = 4 * (groups[event] * len(horizons) + at)
                fired[row, place] += 1.0
                fired[row, place + 1] += moved > 0.0
                fired[row, place + 2] += moved - usual
                fired[row, place + 3] += moved > usual
